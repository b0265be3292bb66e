"use client";
import type { ResultColumn, ResultSummary } from "@interlock/protocol";
import { ArrowDown } from "lucide-react";
import { type KeyboardEvent, type MouseEvent, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { count } from "../impact/figures.ts";
import { useSession } from "../room/room-context.tsx";
import { ColumnHead } from "./column-head.tsx";
import { cellAt } from "./cell-place.ts";
import { type Cell, type CellSelection, contains, moved, rectangleOf } from "./cell-selection.ts";
import { fittingWidths, leftEdges, widened, withFreeRoom } from "./column-widths.ts";
import { placeOf, useDragSelection } from "./drag-selection.ts";
import { GridRow } from "./grid-row.tsx";
import { useGridScroll } from "./grid-scroll.ts";
import type { Row } from "./result-store.ts";
import { useEnd } from "./use-end.ts";
import { columnWindow, elementHeight, lastOffset, offsetShowing, ROW_HEIGHT, rowWindow } from "./row-window.ts";

const HEADER = 28;
/** Chunks before the end from which a result that goes on is followed: more than a screen of single lines. */
const FOLLOWED = 100;
/** Rows that columns are made to fit. */
const SAMPLE = 50;

export interface ResultGridProps {
  executionId: string;
  result: ResultSummary;
  selection: CellSelection | undefined;
  onSelect: (selection: CellSelection | undefined) => void;
  onCopy: () => void;
  /** Shows the whole value of a cell. */
  onOpen: (cell: Cell) => void;
}

/** Rows of one result. Only what is in sight is in the page, and only chunks in sight are fetched. */
export function ResultGrid({ executionId, result, selection, onSelect, onCopy, onOpen }: ResultGridProps) {
  const { results } = useSession();
  const { statement, columns, rows, chunks, done } = result;
  // What had ended before somebody looked is read from its beginning.
  const [follow] = useState(result.follows === true && !done);
  const host = useRef<HTMLDivElement>(null);
  const { offset, left, viewport, scrollTo } = useGridScroll(host, rows, HEADER);
  const [arrived, redraw] = useReducer((n: number) => n + 1, 0);
  const space = { rows, viewport: viewport.height };
  const { from, to, top } = rowWindow(space, offset);
  const end = useEnd(host, { follow, rows, toEnd: () => scrollTo(lastOffset(space)) });

  useEffect(() => results.subscribe(executionId, statement, redraw), [results, executionId, statement]);
  useEffect(() => () => results.leave(executionId, statement), [results, executionId, statement]);
  useEffect(() => {
    // What comes line by line comes in chunks of a line: asking for each would never keep up.
    if (follow) return results.follow(executionId, statement, () => {}, Math.max(0, chunks - FOLLOWED));
    // Where it is followed from is where it was when it was opened.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [results, executionId, statement, follow]);
  useEffect(() => {
    // A little beyond what is drawn, so that steady scrolling finds its rows there.
    const ahead = to - from;
    results.want(executionId, statement, from, Math.min(rows, to + ahead), { rows, chunks, done });
  }, [results, executionId, statement, from, to, rows, chunks, done, arrived]);

  const gutter = 22 + String(Math.max(rows, 100)).length * 7;
  const { widths, resize } = useWidths(
    columns,
    () => rowsFrom(follow ? from : 0, results.row.bind(results, executionId, statement)),
    rows > 0 && arrived > 0 && (!follow || results.row(executionId, statement, from) !== undefined),
    viewport.width - gutter,
  );
  const lefts = useMemo(() => leftEdges(widths, gutter), [widths, gutter]);
  const shown = columnWindow(lefts, left + gutter, viewport.width);
  const area = selection && rectangleOf(selection);

  const show = (next: CellSelection) => {
    onSelect(next);
    const { row, column } = next.head;
    const sideways =
      lefts[column]! < left + gutter
        ? lefts[column]! - gutter
        : lefts[column + 1]! > left + viewport.width
          ? lefts[column + 1]! - viewport.width
          : left;
    scrollTo(offsetShowing(space, offset, row), sideways);
  };

  const press = (event: KeyboardEvent) => {
    const mod = event.metaKey || event.ctrlKey;
    if (mod && event.key.toLowerCase() === "c" && selection) {
      event.preventDefault();
      onCopy();
      return;
    }
    if (event.key === "Escape") return onSelect(undefined);
    if (event.key === "Enter" && selection) {
      event.preventDefault();
      return onOpen(selection.head);
    }
    const page = Math.max(1, Math.floor(viewport.height / ROW_HEIGHT) - 1);
    const next = moved(selection, { key: event.key, shift: event.shiftKey, mod }, { rows, columns: columns.length, page });
    if (!next) return;
    event.preventDefault();
    // Selecting everything is no reason to leave the place.
    if (mod && event.key.toLowerCase() === "a") onSelect(next);
    else show(next);
  };

  const sight = { offset, left, width: viewport.width, height: viewport.height + HEADER, header: HEADER, gutter, rows, lefts };
  const dragging = useDragSelection({ host, sight, selection, onSelect, scrollTo });
  const openAt = (event: MouseEvent<HTMLDivElement>) => {
    const cell = cellAt(sight, placeOf(event));
    if (cell) onOpen(cell);
  };

  const drawn = Array.from({ length: to - from }, (_, i) => from + i);
  const inSight = columns.slice(shown.from, shown.to).map((column, i) => ({ column, index: shown.from + i }));
  const active = selection?.head;
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={host}
        role="grid"
        aria-label="Result"
        aria-rowcount={rows + 1}
        aria-colcount={columns.length}
        aria-multiselectable
        aria-activedescendant={
          active && active.row >= from && active.row < to ? `${executionId}-${statement}-${active.row}-${active.column}` : undefined
        }
        tabIndex={0}
        onKeyDown={press}
        onScroll={end.scrolled}
        data-stuck={end.stuck}
        {...dragging}
        onDoubleClick={openAt}
        className="peer relative h-full overflow-auto font-mono text-xs outline-none select-none"
        style={{ overflowAnchor: "none" }}
      >
        <div style={{ height: elementHeight(space) + HEADER, width: lefts.at(-1)! }} role="presentation">
          <div
            className="sticky top-0 overflow-hidden"
            style={{ height: viewport.height + HEADER, width: lefts.at(-1)! }}
            role="presentation"
          >
            <div role="presentation">
              {drawn.map((row) => (
                <GridRow
                  key={row}
                  id={`${executionId}-${statement}`}
                  row={row}
                  y={HEADER + top + (row - from) * ROW_HEIGHT}
                  values={results.row(executionId, statement, row)}
                  columns={inSight}
                  lefts={lefts}
                  gutter={gutter}
                  left={left}
                  isSelected={(column) => area !== undefined && contains(area, row, column)}
                  isActive={(column) => active?.row === row && active.column === column}
                />
              ))}
            </div>
            <div
              role="row"
              aria-rowindex={1}
              className="absolute top-0 z-20 border-b border-line bg-panel text-faint"
              style={{ height: HEADER, width: lefts.at(-1)! }}
            >
              <span role="presentation" className="absolute z-10 h-full bg-panel" style={{ left, width: gutter }} />
              {inSight.map(({ column, index }) => (
                <ColumnHead key={index} column={column} index={index} left={lefts[index]!} width={widths[index]!} onResize={resize} />
              ))}
            </div>
          </div>
        </div>
      </div>
      {end.fresh > 0 && (
        <Button
          variant="primary"
          size="sm"
          className="absolute bottom-3 left-1/2 z-20 -translate-x-1/2 rounded-full px-3 shadow-float"
          onClick={() => {
            end.stick();
            host.current?.focus();
          }}
        >
          <ArrowDown aria-hidden="true" /> {count(end.fresh)} new {end.fresh === 1 ? "line" : "lines"}
        </Button>
      )}
      {/* Drawn over the rows, which would hide an outline of the grid itself. */}
      <div
        aria-hidden="true"
        className="pointer-events-none absolute inset-0 z-30 peer-focus-visible:outline-2 peer-focus-visible:outline-offset-[-2px] peer-focus-visible:outline-accent"
      />
    </div>
  );
}

/** Widths by the first rows, which may come one by one: they grow with those and are fixed then; what a person drags stays. */
function useWidths(columns: readonly ResultColumn[], sample: () => Row[], ready: boolean, room: number) {
  const [fitted, setFitted] = useState(() => ({ widths: fittingWidths(columns, []), rows: 0, final: false, dragged: -1 }));
  if (ready && !fitted.final) {
    const rows = sample();
    const widths = widened(fitted.widths, fittingWidths(columns, rows));
    if (rows.length > fitted.rows) setFitted((now) => ({ ...now, widths, rows: rows.length, final: rows.length === SAMPLE }));
  }
  const resize = (index: number, width: number) =>
    setFitted((now) => ({ ...now, widths: now.widths.with(index, width), final: true, dragged: Math.max(now.dragged, index) }));
  const last = columns.length - 1;
  // What a person has made narrow stays narrow.
  const widths = fitted.dragged === last ? fitted.widths : withFreeRoom(columns, fitted.widths, room);
  return { widths, resize };
}

function rowsFrom(first: number, row: (row: number) => Row | undefined): Row[] {
  const rows: Row[] = [];
  for (let i = first; i < first + SAMPLE; i++) {
    const next = row(i);
    if (!next) break;
    rows.push(next);
  }
  return rows;
}
