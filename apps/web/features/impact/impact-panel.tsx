"use client";
import type { DraftAnalysis, Effect, Impact } from "@interlock/protocol";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { Badge, EffectBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { cn, STALE } from "../../components/ui/class-names.ts";
import { Spinner } from "../../components/ui/spinner.tsx";
import { ScriptLines } from "../hosts/script-lines.tsx";
import { isScript } from "../hosts/script-words.ts";
import { ObjectsDialog } from "../plan/objects-dialog.tsx";
import { PlanGlance } from "../plan/plan-glance.tsx";
import { countOf, isPlan } from "../plan/plan-objects.ts";
import { useRoom } from "../room/room-context.tsx";
import { AttentionLine, type Suggest } from "./attention-line.tsx";
import { attentions } from "./attention.ts";
import { ImpactDetails } from "./impact-details.tsx";
import { count } from "./figures.ts";
import { impactFacts } from "./impact-facts.ts";
import { impactSentence } from "./impact-sentence.ts";
import { NoImpact } from "./no-impact.tsx";
import { Facts, Foot, Head } from "./panel-parts.tsx";
import { ReversalMark } from "./reversal-line.tsx";
import { type Reversal, reversal } from "./reversal.ts";
import { VerdictLine } from "./verdict-line.tsx";

/** Frame and wash in the colour of the effect. Whole class names, for Tailwind to find. */
const FRAMES: Record<Effect, string> = {
  read: "border-read-line from-read-soft/60",
  session: "border-session-line from-session-soft/60",
  append: "border-append-line from-append-soft/60",
  modify: "border-modify-line from-modify-soft/60",
  delete: "border-delete-line from-delete-soft/60",
  schema: "border-schema-line from-schema-soft/60",
  privilege: "border-privilege-line from-privilege-soft/60",
  unknown: "border-unknown-line from-unknown-soft/60",
};

export interface ImpactPanelProps {
  /** Of the document, e.g. `sql`. */
  language: string;
  /** What it is the impact of, for who does not see where it stands. */
  label?: string;
  draft: DraftAnalysis | undefined;
  /** Whether it is the person's own cursor. */
  mine: boolean;
  /** It is of an earlier text; that of the present one is `working`, which is long in coming, or is worked out only when it is asked for. */
  behind: "working" | "earlier" | undefined;
  canPropose: boolean;
  /** The room takes no new commands. */
  closed: boolean;
  busy: boolean;
  /** `dryRun`: everything but the commit. */
  onPropose: (dryRun: boolean) => void;
  /** Proposes it for several hosts; absent where there are none. */
  onSeveral?: (() => void) | undefined;
  onSuggestion: Suggest | undefined;
}

/**
 * What the statement under the cursor would do, and what policy says to it. Every part has one height whatever it says, so that nothing moves
 * while one types; only opening the details makes it taller.
 */
export function ImpactPanel(props: ImpactPanelProps) {
  const { draft, label = "Impact of the statement under the cursor" } = props;
  const [open, setOpen] = useState(false);
  const impact = draft?.impact;
  return (
    <section
      aria-label={label}
      // Figures that are still being counted.
      aria-busy={impact?.cutShort === "counting" || undefined}
      className={cn(
        "@container relative mx-3 mb-3 flex flex-col overflow-hidden rounded-lg border bg-panel bg-linear-to-b to-transparent",
        // Who opens the details wants to read them; a few lines of the text stay in view.
        open && impact ? "min-h-56 shrink" : "max-h-[62%] shrink-0 max-md:max-h-[75%]",
        impact ? FRAMES[impact.effect] : "border-line from-transparent",
      )}
    >
      {impact && draft ? (
        <KnownImpact {...props} draft={draft} impact={impact} open={open} onToggle={() => setOpen(!open)} />
      ) : (
        <NoImpact {...props} />
      )}
    </section>
  );
}

interface KnownImpactProps extends ImpactPanelProps {
  draft: DraftAnalysis;
  impact: Impact;
  open: boolean;
  onToggle: () => void;
}

function KnownImpact({ draft, impact, behind, onSuggestion, onSeveral, open, onToggle, ...proposing }: KnownImpactProps) {
  const sentence = impactSentence(impact);
  const said = reversal(impact);
  // What the target refuses leaves nothing to undo.
  const fails = impact.statements.some(({ willFail }) => willFail.length > 0);
  const plan = isPlan(impact);
  const touched = plan ? countOf(impact) : 0;
  const [all, setAll] = useState(false);
  const showAll = () => setAll(true);
  const owner = useRoom((state) => state.room?.members.find(({ id }) => id === draft.userId));
  return (
    <>
      <Head>
        <EffectBadge effect={impact.effect} />
        <h2
          className="min-w-0 flex-1 truncate text-base font-semibold @max-md:order-last @max-md:basis-full @max-md:text-sm @max-md:tracking-tight"
          title={[sentence.big, ...sentence.small].join(" · ")}
        >
          {sentence.big}
          {sentence.small.length > 0 && (
            <span className="text-xs font-normal text-dim @max-md:block @max-md:truncate">
              <span className="@max-md:hidden"> · </span>
              {sentence.small.join(" · ")}
            </span>
          )}
        </h2>
        {!proposing.mine && owner && (
          <Badge tone="accent" title="This is the statement under somebody else's cursor">
            {owner.name}
            <span className="@max-md:sr-only">is here</span>
          </Badge>
        )}
        {behind === "earlier" ? (
          <Badge tone="warn">of an earlier text</Badge>
        ) : behind === "working" ? (
          // In place of the marks, which are of the earlier text: together they would not fit a narrow panel.
          <Badge tone="accent" role="status">
            <Spinner className="size-3" /> being worked out anew
          </Badge>
        ) : (
          <Marks impact={impact} fails={fails} reversal={said} tight={!proposing.mine} />
        )}
        <Button
          variant="ghost"
          size="icon-sm"
          className="@max-md:ml-auto"
          aria-expanded={open}
          aria-label={open ? "Hide the details" : "Show the details"}
          onClick={onToggle}
        >
          <ChevronDown className={cn("transition-transform", open && "rotate-180")} />
        </Button>
      </Head>
      {/* It scrolls when details are open, so the keyboard must reach it. */}
      <div
        className="flex min-h-0 flex-1 flex-col overflow-y-auto *:shrink-0 focus-visible:outline-offset-[-2px]"
        tabIndex={0}
        role="group"
        aria-label="Facts"
      >
        <div className={cn("shrink-0", behind && STALE)}>
          {isScript(impact) ? (
            <ScriptLines impact={impact} />
          ) : !plan ? (
            <Facts facts={impactFacts(impact)} />
          ) : (
            !open && <PlanGlance impact={impact} attentions={attentions(impact)} reversal={fails ? undefined : said} onMore={onToggle} />
          )}
        </div>
        {open && <ImpactDetails impact={impact} verdict={draft.verdict} onSuggestion={onSuggestion} />}
      </div>
      {!open && !plan && <AttentionLine attentions={attentions(impact)} reversal={said} onSuggestion={onSuggestion} onMore={onToggle} />}
      {all && <ObjectsDialog impact={impact} onClose={() => setAll(false)} />}
      <Foot
        {...proposing}
        denied={draft.verdict?.decision === "deny"}
        canTry={said !== undefined && !plan && !isScript(impact)}
        beside={
          plan && touched > 1 ? (
            <Button onClick={showAll}>Show all {count(touched)}</Button>
          ) : onSeveral ? (
            <Button disabled={!proposing.canPropose || proposing.closed || proposing.busy} onClick={onSeveral}>
              On several hosts…
            </Button>
          ) : undefined
        }
      >
        {draft.verdict ? <VerdictLine verdict={draft.verdict} impact={impact} /> : <p className="text-dim">Policy is asked…</p>}
      </Foot>
    </>
  );
}

interface MarksProps {
  impact: Impact;
  fails: boolean;
  reversal: Reversal | undefined;
  /** Beside somebody's name a narrow panel has no place for all; what is incomplete is then said below only. */
  tight: boolean;
}

function Marks({ impact, fails, reversal: said, tight }: MarksProps) {
  return (
    <>
      {fails ? <Badge tone="bad">will fail</Badge> : said && <ReversalMark reversal={said} />}
      {!impact.complete && (
        <Badge
          tone="warn"
          className={cn(tight && "@max-md:hidden")}
          title={impact.warnings.join("\n") || "Something could not be worked out; nothing may rely on its absence."}
        >
          incomplete
        </Badge>
      )}
    </>
  );
}
