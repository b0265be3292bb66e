import { CircleAlert, TriangleAlert } from "lucide-react";
import { cn } from "../../components/ui/class-names.ts";
import type { PlanBreak } from "./plan-breaks.ts";

/** What stops working elsewhere: what happens, to what and why, and how far it reaches. `cut`: a line each, whole when pointed at. */
export function PlanBreakList({ breaks, cut = false }: { breaks: readonly PlanBreak[]; cut?: boolean }) {
  return (
    <ul className={cn("flex flex-col", cut ? "gap-0.5" : "gap-2")} aria-label="Breaks elsewhere">
      {breaks.map((one) => (
        <li
          key={`${one.object} ${one.what} ${one.why}`}
          className="flex min-w-0 items-baseline gap-2"
          title={cut ? `${one.what}\n${one.why}` : undefined}
        >
          <BreakMark grave={one.grave} />
          <span className={cn("min-w-0 flex-1", cut ? "truncate @max-xl:line-clamp-2 @max-xl:whitespace-normal" : "wrap-anywhere")}>
            {/* Beside the first line only: in a narrow card what it is about needs the width. */}
            {!cut && <span className="float-right ml-2 text-2xs/5 text-dim">{one.where}</span>}
            <span className={cn(!cut && "text-sm")}>{one.what}</span>
            {one.why !== "" && (
              <span className={cn("text-dim", cut ? "text-2xs" : "block text-xs")}>{cut ? ` · ${one.why}` : one.why}</span>
            )}
          </span>
          {cut && <span className="shrink-0 text-2xs text-dim">{one.where}</span>}
        </li>
      ))}
    </ul>
  );
}

function BreakMark({ grave }: { grave: boolean }) {
  const Icon = grave ? CircleAlert : TriangleAlert;
  return (
    <Icon
      aria-label={grave ? "fails at once" : "is left without effect"}
      className={cn("size-3.5 shrink-0 translate-y-0.5", grave ? "text-delete-text" : "text-modify-text")}
    />
  );
}
