"use client";
import type { DraftAnalysis, Effect } from "@interlock/protocol";
import { ChevronDown, CircleAlert, Diamond, MousePointerClick, Undo2 } from "lucide-react";
import { useState } from "react";
import { Badge, EffectBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Kbd } from "../../components/ui/kbd.tsx";
import { useRoom } from "../room/room-context.tsx";
import { duration } from "./figures.ts";
import { ImpactDetails } from "./impact-details.tsx";
import { type Fact, impactFacts, reversibility } from "./impact-facts.ts";
import { impactSentence } from "./impact-sentence.ts";
import { Failures, Risks } from "./risks.tsx";
import { verdictSentence } from "./verdict-sentence.ts";

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
  draft: DraftAnalysis | undefined;
  /** Whether it is the person's own cursor. */
  mine: boolean;
  documentIsEmpty: boolean;
  canPropose: boolean;
  /** The room takes no new commands. */
  closed: boolean;
  busy: boolean;
  onPropose: () => void;
  onSuggestion: ((suggestion: { statement: number; text: string }) => void) | undefined;
}

/** What the statement under the cursor would do, and what policy says to it. The height changes only when details are opened. */
export function ImpactPanel(props: ImpactPanelProps) {
  const { draft } = props;
  const [open, setOpen] = useState(false);
  const impact = draft?.impact;
  const error = draft?.diagnostics.find(({ severity }) => severity === "error");
  const empty = draft === undefined || draft.text.trim() === "";
  return (
    <section
      aria-label="Impact of the statement under the cursor"
      className={cn(
        "@container mx-3 mb-3 flex max-h-[62%] max-md:max-h-[75%] shrink-0 flex-col overflow-hidden rounded-lg border bg-panel bg-linear-to-b to-transparent",
        // One height for every statement, so that nothing moves while one types: the usual facts and one line of risk fit.
        open ? "min-h-66" : "h-66 max-md:h-76",
        impact ? FRAMES[impact.effect] : "border-line from-transparent",
      )}
    >
      {impact && draft ? (
        <KnownImpact {...props} draft={draft} impact={impact} open={open} onToggle={() => setOpen(!open)} />
      ) : (
        <div className="grid min-h-40 flex-1 place-items-center px-6 text-center text-dim" role="status">
          {error && !empty ? (
            <Line icon={CircleAlert} tone="text-delete-text" title="This cannot be parsed yet">
              {error.message}
            </Line>
          ) : empty ? (
            <Line icon={MousePointerClick} title="Put the cursor in a statement">
              You see what it would do before it runs; so does everybody in the room.
            </Line>
          ) : (
            <Line icon={Diamond} title="Working out what this would do…">
              Nothing runs while you type.
            </Line>
          )}
        </div>
      )}
    </section>
  );
}

function KnownImpact({
  draft,
  impact,
  mine,
  canPropose,
  closed,
  busy,
  onPropose,
  onSuggestion,
  open,
  onToggle,
}: ImpactPanelProps & { draft: DraftAnalysis; impact: NonNullable<DraftAnalysis["impact"]>; open: boolean; onToggle: () => void }) {
  const sentence = impactSentence(impact);
  const undo = reversibility(impact);
  const owner = useRoom((state) => state.room?.members.find(({ id }) => id === draft.userId));
  return (
    <>
      <header className="flex items-center gap-3 border-b border-inherit px-3.5 py-2.5">
        <EffectBadge effect={impact.effect} />
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-base font-semibold" title={sentence.big}>
            {sentence.big}
            <span className="text-xs font-normal text-dim">
              {["", ...sentence.small, `worked out in ${duration(impact.tookMs)}`].join(" · ")}
            </span>
          </h2>
        </div>
        {!mine && owner && (
          <Badge tone="accent" title="This is the statement under somebody else's cursor">
            {owner.name} is here
          </Badge>
        )}
        {!impact.complete && (
          <Badge tone="warn" title={impact.warnings.join("\n") || "Something could not be worked out; nothing may rely on its absence."}>
            incomplete
          </Badge>
        )}
        {undo && (
          <Badge tone={undo.tone}>
            <Undo2 className="size-3" aria-hidden="true" /> {undo.text}
          </Badge>
        )}
        <Button
          variant="ghost"
          size="icon-sm"
          aria-expanded={open}
          aria-label={open ? "Hide the details" : "Show the details"}
          onClick={onToggle}
        >
          <ChevronDown className={cn("transition-transform", open && "rotate-180")} />
        </Button>
      </header>
      {/* It scrolls when details are open, so the keyboard must reach it. */}
      <div
        className="flex min-h-0 flex-1 flex-col overflow-y-auto border-inherit *:shrink-0 focus-visible:outline-offset-[-2px]"
        tabIndex={0}
        role="group"
        aria-label="Facts"
      >
        <Failures impact={impact} />
        {/* It takes what no risk needs, so that its dividers reach the verdict. */}
        <dl className="grid grow grid-cols-2 border-inherit @xl:grid-cols-4">
          {impactFacts(impact).map((fact) => (
            <FactCell key={fact.name} fact={fact} />
          ))}
        </dl>
        <Risks impact={impact} onSuggestion={onSuggestion} />
        {open && <ImpactDetails impact={impact} verdict={draft.verdict} />}
      </div>
      <footer className="flex min-h-15 items-center gap-3 @max-md:flex-wrap border-t border-inherit bg-panel px-3.5 py-2.5">
        <VerdictLine draft={draft} impact={impact} />
        {mine && (
          <Button
            variant={draft.verdict?.decision === "deny" ? "default" : "primary"}
            className="ml-auto"
            disabled={!canPropose || closed || busy}
            title={closed ? "The room is closed" : undefined}
            onClick={onPropose}
          >
            Propose <Kbd keys="Mod+Enter" className="border-transparent bg-transparent px-0 text-current max-md:hidden" />
          </Button>
        )}
      </footer>
    </>
  );
}

function FactCell({ fact }: { fact: Fact }) {
  return (
    <div className="min-w-0 border-line px-3.5 py-2 not-last:border-r">
      <dt className="text-2xs tracking-wider text-faint uppercase">{fact.name}</dt>
      <dd
        className={cn("line-clamp-2 min-h-[2lh] font-semibold wrap-anywhere", fact.tone === "quiet" && "font-normal text-dim")}
        title={fact.value}
      >
        {fact.value}
      </dd>
      <dd className={cn("min-h-4 truncate text-2xs", fact.tone === "warn" ? "text-modify-text" : "text-dim")} title={fact.note}>
        {fact.note}
      </dd>
    </div>
  );
}

const MARKS = { allow: "text-read-text", review: "text-modify-text", deny: "text-delete-text" } as const;

function VerdictLine({ draft, impact }: { draft: DraftAnalysis; impact: NonNullable<DraftAnalysis["impact"]> }) {
  if (!draft.verdict) return <p className="text-dim">Policy is asked…</p>;
  const { lead, rest } = verdictSentence(draft.verdict, impact);
  return (
    <p className="flex min-w-0 items-baseline gap-2 text-dim" data-testid="verdict">
      <Diamond aria-hidden="true" className={cn("size-3 shrink-0 translate-y-px fill-current", MARKS[draft.verdict.decision])} />
      <span className="min-w-0">
        <strong className={cn("font-semibold", draft.verdict.decision === "deny" ? "text-delete-text" : "text-fg")}>{lead}</strong>
        {rest.map(({ text, code }) => (
          <span key={text}>
            {text === "not by an author" ? ", " : " · "}
            {code ? (
              <>
                rule <code className="text-xs">{text}</code>
              </>
            ) : (
              text
            )}
          </span>
        ))}
      </span>
    </p>
  );
}

function Line({ icon: Icon, title, tone, children }: { icon: typeof Diamond; title: string; tone?: string; children: React.ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-1">
      <span className={cn("flex items-center gap-2 font-medium text-fg", tone)}>
        <Icon aria-hidden="true" className="size-4" /> {title}
      </span>
      <span className="max-w-prose text-xs">{children}</span>
    </div>
  );
}
