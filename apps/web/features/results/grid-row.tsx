import type { ResultColumn } from "@interlock/protocol";
import { cn } from "../../components/ui/class-names.ts";
import { NUMERIC } from "./column-widths.ts";
import type { Row } from "./result-store.ts";
import { ROW_HEIGHT } from "./row-window.ts";

interface GridRowProps {
  id: string;
  row: number;
  y: number;
  values: Row | undefined;
  columns: readonly { column: ResultColumn; index: number }[];
  lefts: readonly number[];
  gutter: number;
  left: number;
  isSelected: (column: number) => boolean;
  isActive: (column: number) => boolean;
}

/** One row of a grid, of which only the columns in sight are drawn. */
export function GridRow({ id, row, y, values, columns, lefts, gutter, left, isSelected, isActive }: GridRowProps) {
  return (
    <div
      role="row"
      aria-rowindex={row + 2}
      className="absolute border-b border-line/60 hover:bg-hover/50"
      style={{ top: 0, height: ROW_HEIGHT, width: lefts.at(-1)!, transform: `translateY(${y}px)` }}
    >
      <span
        role="presentation"
        className="absolute z-10 h-full bg-panel pr-2 text-right text-2xs leading-[25px] text-faint tabular-nums"
        style={{ left, width: gutter }}
      >
        {row + 1}
      </span>
      {columns.map(({ column, index }) => (
        <span
          key={index}
          id={`${id}-${row}-${index}`}
          role="gridcell"
          aria-colindex={index + 1}
          aria-selected={isSelected(index)}
          className={cn(
            "absolute h-full truncate px-3 leading-[25px] whitespace-pre",
            NUMERIC.test(column.type) && "text-right",
            isSelected(index) && "bg-accent-soft",
            isActive(index) && "shadow-[inset_0_0_0_1px_var(--accent)]",
          )}
          style={{ left: lefts[index]!, width: lefts[index + 1]! - lefts[index]! }}
        >
          {values ? (
            <CellValue column={column} value={values[index] ?? null} />
          ) : (
            <span className="inline-block h-2 w-3/5 rounded-sm bg-hover align-middle" />
          )}
        </span>
      ))}
    </div>
  );
}

/** A bullet is how masking leaves its trace; see packages/masking. */
const MASKED = "•";

/** A column is not made as wide as this many characters by itself; the whole value is in its dialog. */
const DRAWN = 500;

function CellValue({ column, value }: { column: ResultColumn; value: string | null }) {
  if (value === null) return <span className="text-faint italic">NULL</span>;
  if (value === "") return <span className="text-faint">''</span>;
  const line = `${value.slice(0, DRAWN).replaceAll(/\r?\n/gu, "↵")}${value.length > DRAWN ? "…" : ""}`;
  if (column.mask === "full" || (column.mask === "detect" && value.includes(MASKED)))
    return <span className="rounded-sm bg-masked-soft px-1 text-masked-text">{line}</span>;
  return line;
}
