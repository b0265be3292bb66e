import type { Impact } from "@interlock/protocol";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../../components/ui/button.tsx";
import type { Attention } from "../impact/attention.ts";
import { ReversalLine } from "../impact/reversal-line.tsx";
import type { Reversal } from "../impact/reversal.ts";
import { AttentionWords } from "../impact/attention-line.tsx";
import { reversalInShort } from "./losses.ts";
import { PlanBreakList } from "./plan-break-list.tsx";
import { planBreaks } from "./plan-breaks.ts";
import { PlanFigures } from "./plan-figures.tsx";
import { tokensOf } from "../tokens/token-rights.tsx";
import { rightsInShort } from "../tokens/token-words.ts";
import { plannedWrites } from "./plan-objects.ts";

/** Lines under the figures; each is there whatever it says, so that nothing moves while one types. */
const LINES = 3;

interface PlanGlanceProps {
  impact: Impact;
  attentions: readonly Attention[];
  reversal: Reversal | undefined;
  onMore: () => void;
}

/** What a plan comes to at a glance: its figures, then the worst of what would fail, is dangerous or breaks, then whether it can come back. */
export function PlanGlance({ impact, attentions, reversal, onMore }: PlanGlanceProps) {
  const writes = plannedWrites(impact).length > 0;
  const breaks = planBreaks(impact);
  const urgent = attentions.filter(({ severity }) => severity === "fails" || severity === "danger");
  // What a token lets its holder do is what one asks it for; where it leads further that comes first.
  const holders = tokensOf(impact).map((token): Attention => ({ severity: "info", text: rightsInShort(token) }));
  const others = [...attentions.filter((one) => !urgent.includes(one)), ...holders];
  const room = LINES - (reversal === undefined ? 0 : 1);
  const first = urgent.slice(0, room);
  const broken = breaks.slice(0, room - first.length);
  const rest = others.slice(0, room - first.length - broken.length);
  const hidden = attentions.length + holders.length - first.length - rest.length + breaks.length - broken.length;
  return (
    <GlanceFrame
      figures={
        writes ? (
          <PlanFigures
            impact={impact}
            className="flex h-full *:max-w-56 @max-3xl:grid @max-3xl:grid-cols-4 @max-3xl:grid-rows-2 @max-3xl:*:max-w-none"
          />
        ) : (
          <p className="flex h-full items-center gap-2 text-dim">
            <Check aria-hidden="true" className="size-3.5 shrink-0 text-faint" /> No request that writes was planned.
          </p>
        )
      }
      more={
        hidden > 0 && (
          <Button variant="ghost" size="sm" className="-my-1 -mr-2 shrink-0" onClick={onMore}>
            {hidden} more
          </Button>
        )
      }
    >
      {first.length + broken.length + rest.length === 0 && reversal === undefined && <p className="text-faint">Nothing else stands out</p>}
      {first.map((attention) => (
        <AttentionWords key={attention.text} attention={attention} />
      ))}
      {broken.length > 0 && <PlanBreakList breaks={broken} cut />}
      {rest.map((attention) => (
        <AttentionWords key={attention.text} attention={attention} />
      ))}
      {reversal && <ReversalLine reversal={reversalInShort(reversal, impact)} lines={1} />}
    </GlanceFrame>
  );
}

/** Of one height in all its states. */
export function GlanceFrame({ figures, more, children }: { figures: ReactNode; more?: ReactNode; children: ReactNode }) {
  return (
    <>
      <div className="h-18 shrink-0 px-3.5 py-2.5 @max-3xl:h-32 @max-md:h-36">{figures}</div>
      <div
        role="status"
        data-testid="attention"
        className="flex h-21 shrink-0 items-end gap-3 border-t border-line px-3.5 py-2 text-xs/4 @max-xl:h-31"
      >
        <div className="flex h-full min-w-0 flex-1 flex-col justify-center gap-1 overflow-hidden">{children}</div>
        {more}
      </div>
    </>
  );
}
