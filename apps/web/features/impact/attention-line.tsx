import { Check, CircleX, Info, TriangleAlert } from "lucide-react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Kbd } from "../../components/ui/kbd.tsx";
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
  /** Whether it can be taken back, for where nothing stands out; absent for what writes nothing. */
  reversal?: Reversal | undefined;
  /** Shows all of them. */
  onMore: () => void;
}

/**
 * The worst that stands out, in two lines that are always there, so that nothing moves when a risk comes or goes. Where nothing does, why it
 * cannot be undone is what there is left to know.
 */
export function AttentionLine({ attentions, reversal, onSuggestion, onMore }: AttentionLineProps) {
  const [worst, ...others] = attentions;
  return (
    <div
      role="status"
      data-testid="attention"
      className={cn(
        "flex h-11 shrink-0 items-center gap-3 border-t border-line px-3.5 text-xs/4 @max-xl:h-18 @max-xl:flex-wrap @max-xl:content-center @max-xl:gap-x-1 @max-xl:gap-y-1",
        (worst?.severity === "fails" || worst?.severity === "danger") && "bg-delete-soft",
      )}
    >
      {worst ? (
        <>
          <div className="flex min-w-0 flex-1 items-baseline gap-2 @max-xl:basis-full">
            <Words attention={worst} cut />
          </div>
          <Suggestion attention={worst} onSuggestion={onSuggestion} hasKey />
          {others.length > 0 && (
            <Button variant="ghost" size="sm" className="-mr-2 @max-xl:ml-auto" onClick={onMore}>
              {others.length} more
            </Button>
          )}
        </>
      ) : reversal?.why !== undefined ? (
        <ReversalLine reversal={reversal} lines={2} />
      ) : (
        <>
          <Check aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
          <span className="truncate text-faint">Nothing else stands out</span>
        </>
      )}
    </div>
  );
}

/** All that stands out, worst first. */
export function AttentionList({ attentions, onSuggestion }: Pick<AttentionLineProps, "attentions" | "onSuggestion">) {
  if (attentions.length === 0) return null;
  const keyed = attentions.findIndex(({ suggestion }) => suggestion !== undefined);
  return (
    <ul className="flex flex-col gap-1.5 text-xs">
      {attentions.map((attention, index) => (
        // Two statements may earn the same words.
        <li key={index} className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
          <div className="flex min-w-0 flex-1 basis-56 items-baseline gap-2">
            <Words attention={attention} />
          </div>
          <Suggestion attention={attention} onSuggestion={onSuggestion} hasKey={index === keyed} />
        </li>
      ))}
    </ul>
  );
}

/** One of them on a line of its own, whole when pointed at. */
export function AttentionWords({ attention }: { attention: Attention }) {
  return (
    <div className="flex min-w-0 items-baseline gap-2 *:last:line-clamp-1 @max-xl:*:last:line-clamp-2">
      <Words attention={attention} cut />
    </div>
  );
}

/** `cut`: in two lines, whole when pointed at, without why the safer text is safer. */
function Words({ attention: { severity, text, suggestion }, cut = false }: { attention: Attention; cut?: boolean }) {
  const { icon: Icon, tone, name } = LOOKS[severity];
  return (
    <>
      <Icon aria-label={name} className={cn("size-3.5 shrink-0 translate-y-0.5", tone)} />
      <span className={cn("min-w-0 wrap-anywhere", cut && "line-clamp-2", severity === "fails" && tone)} title={cut ? text : undefined}>
        {severity === "fails" && <strong className="font-semibold">Will fail: </strong>}
        {text}
        {!cut && suggestion && <span className="block text-dim">{suggestion.why}</span>}
      </span>
    </>
  );
}

interface SuggestionProps {
  attention: Attention;
  onSuggestion?: Suggest | undefined;
  /** Whether it is the one that the key takes. */
  hasKey: boolean;
}

function Suggestion({ attention: { suggestion }, onSuggestion, hasKey }: SuggestionProps) {
  if (!suggestion || !onSuggestion) return null;
  return (
    <Button
      size="sm"
      className="shrink-0"
      title={`${suggestion.why}\n\n${suggestion.text}`}
      aria-description={suggestion.why}
      aria-keyshortcuts={hasKey ? "Control+. Meta+." : undefined}
      onClick={() => onSuggestion({ statement: suggestion.statement, text: suggestion.text })}
    >
      Use the safer text
      {hasKey && <Kbd keys="Mod+." className="border-transparent bg-transparent px-0 max-md:hidden" />}
    </Button>
  );
}
