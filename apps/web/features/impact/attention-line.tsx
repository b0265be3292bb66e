import { Check, CircleX, Info, TriangleAlert } from "lucide-react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import type { Attention } from "./attention.ts";
import { ReversalLine } from "./reversal-line.tsx";
import type { Reversal } from "./reversal.ts";

const LOOKS = {
  fails: { icon: CircleX, tone: "text-delete-text", name: "would fail" },
  danger: { icon: TriangleAlert, tone: "text-delete-text", name: "danger" },
  warning: { icon: TriangleAlert, tone: "text-modify-text", name: "warning" },
  info: { icon: Info, tone: "text-dim", name: "note" },
} as const satisfies Record<Attention["severity"], unknown>;

/** Puts a safer text in place of a statement's. */
export type Suggest = (suggestion: { statement: number; text: string }) => void;

interface AttentionLineProps {
  attentions: readonly Attention[];
  /** Absent for those who may not write. */
  onSuggestion?: Suggest | undefined;
  /** Whether it can be taken back; absent for what writes nothing. */
  reversal?: Reversal | undefined;
  /** Shows all of them. */
  onMore: () => void;
}

/**
 * The worst that stands out and whether it can be undone, in one line (two where it is narrow) that is always there, so that nothing moves when
 * a risk comes or goes.
 */
export function AttentionLine({ attentions, reversal, onSuggestion, onMore }: AttentionLineProps) {
  const [worst, ...others] = attentions;
  return (
    <div
      role="status"
      data-testid="attention"
      className={cn(
        "flex h-8 shrink-0 items-center gap-4 border-t border-line px-3.5 text-xs @max-xl:h-14 @max-xl:flex-col @max-xl:items-stretch @max-xl:justify-center @max-xl:gap-1",
        (worst?.severity === "fails" || worst?.severity === "danger") && "bg-delete-soft",
      )}
    >
      <div className={cn("flex min-w-0 items-center gap-2 @max-xl:flex-none", worst ? "flex-1 @xl:min-w-[45%]" : "shrink-0")}>
        {worst ? (
          <>
            <Words attention={worst} cut />
            <Suggestion attention={worst} onSuggestion={onSuggestion} />
            {others.length > 0 && (
              <Button variant="ghost" size="sm" className="-mr-2 ml-auto" onClick={onMore}>
                {others.length} more
              </Button>
            )}
          </>
        ) : (
          <>
            <Check aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
            <span className="truncate text-faint">Nothing else stands out</span>
          </>
        )}
      </div>
      {reversal && <ReversalLine reversal={reversal} cut className="@xl:ml-auto" />}
    </div>
  );
}

/** All that stands out, worst first. */
export function AttentionList({ attentions, onSuggestion }: Pick<AttentionLineProps, "attentions" | "onSuggestion">) {
  if (attentions.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1 text-xs">
      {attentions.map((attention, index) => (
        // Two statements may earn the same words.
        <li key={index} className="flex items-baseline gap-2">
          <Words attention={attention} />
          {attention.suggestion && <span className="min-w-0 text-dim">{attention.suggestion.why}</span>}
          <Suggestion attention={attention} onSuggestion={onSuggestion} />
        </li>
      ))}
    </ul>
  );
}

function Words({ attention: { severity, text }, cut = false }: { attention: Attention; cut?: boolean }) {
  const { icon: Icon, tone, name } = LOOKS[severity];
  return (
    <>
      <Icon aria-label={name} className={cn("size-3.5 shrink-0", tone, !cut && "translate-y-0.5")} />
      <span className={cn("min-w-0", cut && "truncate", severity === "fails" && tone)} title={cut ? text : undefined}>
        {severity === "fails" && <strong className="font-semibold">Will fail: </strong>}
        {text}
      </span>
    </>
  );
}

function Suggestion({ attention: { suggestion }, onSuggestion }: { attention: Attention; onSuggestion?: Suggest | undefined }) {
  if (!suggestion || !onSuggestion) return null;
  return (
    <Button
      size="sm"
      className="shrink-0"
      title={`${suggestion.why}\n\n${suggestion.text}`}
      aria-description={suggestion.why}
      onClick={() => onSuggestion({ statement: suggestion.statement, text: suggestion.text })}
    >
      Use the safer text
    </Button>
  );
}
