import { Undo2 } from "lucide-react";
import { Badge } from "../../components/ui/badge.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { type Reversal, reversalWords } from "./reversal.ts";

/** In words, so that colour is not what says it. */
const TONES = { good: "text-read-text", warn: "text-modify-text", bad: "text-delete-text" } as const satisfies Record<
  Reversal["tone"],
  string
>;

interface ReversalLineProps {
  reversal: Reversal;
  /** On so many lines at most, whole when pointed at. */
  lines?: 1 | 2;
  className?: string;
}

/** Whether it can be taken back, and why not all of it. */
export function ReversalLine({ reversal, lines, className }: ReversalLineProps) {
  const cut = lines !== undefined;
  return (
    <span
      className={cn("flex min-w-0 items-baseline gap-1.5 text-xs", className)}
      title={cut ? reversalWords(reversal) : undefined}
      data-testid={cut ? undefined : "reversal"}
    >
      <Undo2 aria-hidden="true" className={cn("size-3.5 shrink-0 translate-y-0.5", TONES[reversal.tone])} />
      <span className={cn("min-w-0 text-dim", lines === 2 && "line-clamp-2", lines === 1 && "line-clamp-1 @max-xl:line-clamp-2")}>
        <strong className={cn("font-medium", TONES[reversal.tone])}>{reversal.text}</strong>
        {reversal.why !== undefined && <>: {reversal.why}</>}
      </span>
    </span>
  );
}

/** The same as a mark of two or three words beside the sentence; the reason is for readers of the page and for who points at it. */
export function ReversalMark({ reversal }: { reversal: Reversal }) {
  return (
    <Badge tone={reversal.tone} title={reversalWords(reversal)} data-testid="reversal">
      <Undo2 aria-hidden="true" className="size-3" />
      <span aria-hidden="true">{reversal.mark}</span>
      <span className="sr-only">{reversalWords(reversal)}</span>
    </Badge>
  );
}
