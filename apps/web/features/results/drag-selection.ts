import { type PointerEvent, type RefObject, useEffect, useRef } from "react";
import { cellAt, dragScroll, type GridSight, nearestCell, type Point } from "./cell-place.ts";
import type { CellSelection } from "./cell-selection.ts";

interface DragSelection {
  host: RefObject<HTMLDivElement | null>;
  sight: GridSight;
  selection: CellSelection | undefined;
  onSelect: (selection: CellSelection) => void;
  /** Scrolls to a true offset and sideways, see grid-scroll.ts. */
  scrollTo: (offset: number, left?: number) => void;
}

/** Selects by pressing and dragging; beyond the edge the grid scrolls on for as long as the button is held. */
export function useDragSelection(drag: DragSelection) {
  const latest = useRef(drag);
  latest.current = drag;
  const pointer = useRef<Point>(undefined);
  const frame = useRef(0);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);

  const reach = () => {
    const { sight, selection, onSelect } = latest.current;
    if (!pointer.current || !selection) return;
    const head = nearestCell(sight, pointer.current);
    if (head.row !== selection.head.row || head.column !== selection.head.column) onSelect({ anchor: selection.anchor, head });
  };
  const follow = () => {
    const { sight, scrollTo } = latest.current;
    if (!pointer.current) return;
    const { x, y } = dragScroll(sight, pointer.current);
    if (x !== 0 || y !== 0) {
      scrollTo(sight.offset + y, sight.left + x);
      reach();
    }
    frame.current = requestAnimationFrame(follow);
  };

  return {
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      const point = placeOf(event);
      const head = cellAt(drag.sight, point);
      if (!head || event.button !== 0) return;
      // A finger scrolls; it selects one cell.
      if (event.pointerType === "mouse") {
        event.currentTarget.setPointerCapture(event.pointerId);
        pointer.current = point;
        frame.current = requestAnimationFrame(follow);
      }
      drag.onSelect({ anchor: event.shiftKey && drag.selection ? drag.selection.anchor : head, head });
    },
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      if (!pointer.current) return;
      pointer.current = placeOf(event);
      reach();
    },
    onLostPointerCapture: () => {
      pointer.current = undefined;
      cancelAnimationFrame(frame.current);
    },
  };
}

/** Where in the grid's box a pointer is. */
export function placeOf({ clientX, clientY, currentTarget }: { clientX: number; clientY: number; currentTarget: Element }): Point {
  const box = currentTarget.getBoundingClientRect();
  return { x: clientX - box.left, y: clientY - box.top };
}
