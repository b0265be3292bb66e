import { Undo2 } from "lucide-react";
import { cn } from "../../components/ui/class-names.ts";
import { type Reversal, reversalWords } from "./reversal.ts";

/** In words, so that colour is not what says it. */
const TONES = { good: "text-read-text", warn: "text-modify-text", bad: "text-delete-text" } as const satisfies Record<
  Reversal["tone"],
  string
>;

/** Whether it can be taken back, and why not all of it. `cut`: on one line, whole when pointed at. */
export function ReversalLine({ reversal, cut = false, className }: { reversal: Reversal; cut?: boolean; className?: string }) {
  return (
    <span
      className={cn("flex min-w-0 items-baseline gap-1.5 text-xs", className)}
      title={cut ? reversalWords(reversal) : undefined}
      data-testid="reversal"
    >
      <Undo2 aria-hidden="true" className={cn("size-3.5 shrink-0 translate-y-0.5", TONES[reversal.tone])} />
      <span className={cn("min-w-0 text-dim", cut && "truncate")}>
        <strong className={cn("font-medium", TONES[reversal.tone])}>{reversal.text}</strong>
        {reversal.why !== undefined && <>: {reversal.why}</>}
      </span>
    </span>
  );
}
