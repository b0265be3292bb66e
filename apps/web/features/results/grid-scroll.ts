import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { clampOffset, isScaled, lastOffset, offsetOf, type RowSpace, scrollTopOf } from "./row-window.ts";

/** Where a grid is scrolled to. `offset` counts true pixels; see row-window.ts. */
export interface GridScroll {
  offset: number;
  left: number;
  viewport: { width: number; height: number };
  /** Scrolls to a true offset, and optionally sideways. */
  scrollTo: (offset: number, left?: number) => void;
}

/**
 * Ties an element's scrolling to a row space. In a scaled space a turn of the wheel would leap over hundreds of rows, so there the wheel moves the
 * true offset, and only the scroll bar itself is proportional.
 */
export function useGridScroll(element: RefObject<HTMLDivElement | null>, rows: number, headerHeight: number): GridScroll {
  const [viewport, setViewport] = useState({ width: 0, height: 0 });
  const [place, setPlace] = useState({ offset: 0, left: 0 });
  const space: RowSpace = { rows, viewport: Math.max(0, viewport.height - headerHeight) };
  const latest = useRef({ space, offset: 0, expected: -1 });
  latest.current.space = space;

  const scrollTo = useCallback(
    (offset: number, left?: number) => {
      const now = latest.current;
      const host = element.current;
      if (!host) return;
      now.offset = clampOffset(now.space, offset);
      host.scrollTop = scrollTopOf(now.space, now.offset);
      // Engines round; what they report for our own move must not move the offset.
      now.expected = host.scrollTop;
      if (left !== undefined) host.scrollLeft = left;
      setPlace({ offset: now.offset, left: host.scrollLeft });
    },
    [element],
  );

  useLayoutEffect(() => {
    const host = element.current;
    if (!host) return;
    const measure = new ResizeObserver(() => setViewport({ width: host.clientWidth, height: host.clientHeight }));
    measure.observe(host);
    return () => measure.disconnect();
  }, [element]);

  useEffect(() => {
    const host = element.current;
    if (!host) return;
    const scrolled = () => {
      const now = latest.current;
      if (host.scrollTop !== now.expected) {
        now.offset = offsetOf(now.space, host.scrollTop);
        now.expected = host.scrollTop;
      }
      setPlace({ offset: now.offset, left: host.scrollLeft });
    };
    const turned = (event: WheelEvent) => {
      const now = latest.current;
      if (!isScaled(now.space) || event.deltaY === 0 || event.ctrlKey || event.shiftKey) return;
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 40 : event.deltaY;
      const next = clampOffset(now.space, now.offset + pixels);
      if (next === now.offset) return;
      event.preventDefault();
      scrollTo(next, host.scrollLeft + event.deltaX);
    };
    host.addEventListener("scroll", scrolled, { passive: true });
    host.addEventListener("wheel", turned, { passive: false });
    return () => {
      host.removeEventListener("scroll", scrolled);
      host.removeEventListener("wheel", turned);
    };
  }, [element, scrollTo]);

  // A result that grows while it streams keeps its place; one that is shorter than before does not end in nothing.
  const offset = Math.min(place.offset, lastOffset(space));
  return { offset, left: place.left, viewport: { width: viewport.width, height: space.viewport }, scrollTo };
}
