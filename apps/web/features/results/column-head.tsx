import type { ResultColumn } from "@interlock/protocol";
import type { PointerEvent } from "react";
import { cn } from "../../components/ui/class-names.ts";
import { NUMERIC } from "./column-widths.ts";

interface ColumnHeadProps {
  column: ResultColumn;
  index: number;
  left: number;
  width: number;
  onResize: (index: number, width: number) => void;
}

/** The name of a column, and the handle that makes it wider. */
export function ColumnHead({ column, index, left, width, onResize }: ColumnHeadProps) {
  const grab = (event: PointerEvent<HTMLElement>) => {
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    const start = event.clientX;
    const handle = event.currentTarget;
    const move = (next: globalThis.PointerEvent) => onResize(index, Math.max(40, width + next.clientX - start));
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", move), { once: true });
  };
  return (
    <span
      role="columnheader"
      aria-colindex={index + 1}
      title={`${column.name} · ${column.type}${column.mask === "full" ? " · masked" : ""}`}
      className={cn(
        "absolute h-full px-3 text-2xs leading-7",
        NUMERIC.test(column.type) && "text-right",
        column.mask === "full" && "text-masked-text",
      )}
      style={{ left, width }}
    >
      <span className="block truncate">{column.name}</span>
      <span
        role="presentation"
        onPointerDown={grab}
        className="absolute inset-y-1 right-0 w-1.5 cursor-col-resize touch-none border-r border-line hover:border-accent"
      />
    </span>
  );
}
