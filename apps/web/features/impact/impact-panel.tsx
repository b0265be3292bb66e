"use client";
import type { DraftAnalysis, Effect, Impact } from "@interlock/protocol";
import { ChevronDown, CircleAlert, CircleDashed, MousePointerClick } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Badge, EffectBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Kbd } from "../../components/ui/kbd.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { useRoom } from "../room/room-context.tsx";
import { AttentionLine, type Suggest } from "./attention-line.tsx";
import { attentions } from "./attention.ts";
import { ImpactDetails } from "./impact-details.tsx";
import { type Fact, FACT_NAMES, impactFacts } from "./impact-facts.ts";
import { impactSentence } from "./impact-sentence.ts";
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
  draft: DraftAnalysis | undefined;
  /** Whether it is the person's own cursor. */
  mine: boolean;
  /** It is of an earlier text, and that of the present one is long in coming. */
  behind: boolean;
  canPropose: boolean;
  /** The room takes no new commands. */
  closed: boolean;
  busy: boolean;
  /** `dryRun`: everything but the commit. */
  onPropose: (dryRun: boolean) => void;
  onSuggestion: Suggest | undefined;
}

/**
 * What the statement under the cursor would do, and what policy says to it. Every part has one height whatever it says, so that nothing moves
 * while one types; only opening the details makes it taller.
 */
export function ImpactPanel(props: ImpactPanelProps) {
  const { draft } = props;
  const [open, setOpen] = useState(false);
  const impact = draft?.impact;
  return (
    <section
      aria-label="Impact of the statement under the cursor"
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

function KnownImpact({ draft, impact, behind, onSuggestion, open, onToggle, ...proposing }: KnownImpactProps) {
  const sentence = impactSentence(impact);
  const said = reversal(impact);
  // What the target refuses leaves nothing to undo.
  const fails = impact.statements.some(({ willFail }) => willFail.length > 0);
  const owner = useRoom((state) => state.room?.members.find(({ id }) => id === draft.userId));
  return (
    <>
      <Head>
        <EffectBadge effect={impact.effect} />
        <h2
          className="min-w-0 flex-1 truncate text-base font-semibold @max-md:order-last @max-md:basis-full"
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
        {behind ? (
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
        <div className={cn("shrink-0", behind && "opacity-50")}>
          <Facts facts={impactFacts(impact)} />
        </div>
        {open && <ImpactDetails impact={impact} verdict={draft.verdict} onSuggestion={onSuggestion} />}
      </div>
      {!open && <AttentionLine attentions={attentions(impact)} reversal={said} onSuggestion={onSuggestion} onMore={onToggle} />}
      <Foot {...proposing} denied={draft.verdict?.decision === "deny"} writes={said !== undefined}>
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

/** There is no impact: nothing is under the cursor, it cannot be parsed, or it is being worked out. As tall as if there were one. */
function NoImpact({ draft, ...proposing }: ImpactPanelProps) {
  const error = draft?.diagnostics.find(({ severity }) => severity === "error");
  const empty = draft === undefined || draft.text.trim() === "";
  return (
    <>
      <div className={cn("contents", empty && "*:invisible")} aria-hidden={empty}>
        <Head>
          {error ? (
            <CircleAlert aria-hidden="true" className="size-4 shrink-0 text-delete-text" />
          ) : (
            <CircleDashed aria-hidden="true" className="size-4 shrink-0 text-dim" />
          )}
          <h2 className="min-w-0 flex-1 truncate text-base font-semibold" title={error?.message} role="status">
            {error ? "This cannot be parsed yet" : "Working out what this would do…"}
            {error && (
              <span className="text-xs font-normal text-delete-text @max-md:block @max-md:truncate">
                <span className="@max-md:hidden"> · </span>
                {error.message}
              </span>
            )}
          </h2>
        </Head>
        <div className="min-h-0 flex-1 overflow-hidden">
          <Facts facts={FACT_NAMES.map((name) => ({ name, value: "–", note: "", tone: "quiet" }))} />
        </div>
        <div className="flex h-11 shrink-0 items-center border-t border-line px-3.5 text-xs text-faint @max-xl:h-18">
          Nothing runs while you type.
        </div>
        <Foot {...proposing} canPropose={false} mine={!empty && proposing.mine}>
          <p className="text-dim">{error ? "Policy answers once it can be parsed." : "Policy is asked…"}</p>
        </Foot>
      </div>
      {empty && (
        <div className="absolute inset-0 flex flex-col items-center justify-center gap-1 px-6 text-center text-dim" role="status">
          <span className="flex items-center gap-2 font-medium text-fg">
            <MousePointerClick aria-hidden="true" className="size-4" /> Put the cursor in a statement
          </span>
          <span className="max-w-prose text-xs">You see what it would do before it runs; so does everybody in the room.</span>
        </div>
      )}
    </>
  );
}

function Head({ children }: { children: ReactNode }) {
  return (
    <header className="flex h-11 shrink-0 items-center gap-3 border-b border-inherit px-3.5 @max-md:h-20 @max-md:flex-wrap @max-md:content-center @max-md:gap-y-1">
      {children}
    </header>
  );
}

function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="grid shrink-0 grid-cols-4 @max-xl:grid-cols-1 @max-xl:py-1">
      {facts.map((fact) => (
        <FactCell key={fact.name} fact={fact} />
      ))}
    </dl>
  );
}

/**
 * A column of its own; in a narrow panel a row with the name at its side. The height fits two lines of what it is and one of what that means, or
 * one and two.
 */
function FactCell({ fact: { name, value, note, tone } }: { fact: Fact }) {
  return (
    <div className="flex h-22 min-w-0 flex-col overflow-hidden border-line px-3.5 py-2 not-last:border-r @max-xl:h-9.5 @max-xl:flex-row @max-xl:gap-2 @max-xl:border-r-0 @max-xl:py-0.5">
      <dt className="shrink-0 text-2xs/4 tracking-wider text-faint uppercase @max-xl:w-22 @max-xl:pt-0.5">{name}</dt>
      <dd className="flex min-h-0 min-w-0 flex-1 flex-col overflow-hidden">
        <span
          className={cn(
            "line-clamp-2 shrink-0 leading-5 font-semibold wrap-anywhere @max-xl:block @max-xl:truncate @max-xl:text-xs/5",
            tone === "quiet" && "font-normal text-dim",
          )}
          title={value}
        >
          {value}
        </span>{" "}
        <span
          className={cn(
            "line-clamp-2 text-2xs/4 wrap-anywhere @max-xl:block @max-xl:truncate",
            tone === "warn" ? "text-modify-text" : "text-dim",
          )}
          title={note}
        >
          {note}
        </span>
      </dd>
    </div>
  );
}

type FootProps = Pick<ImpactPanelProps, "mine" | "canPropose" | "closed" | "busy" | "onPropose"> & {
  denied?: boolean;
  /** What writes nothing needs no dry run. */
  writes?: boolean;
  children: ReactNode;
};

function Foot({ mine, canPropose, closed, busy, onPropose, denied = false, writes = false, children }: FootProps) {
  const off = !canPropose || closed || busy;
  return (
    <footer className="flex h-15 shrink-0 items-center gap-3 border-t border-inherit bg-panel px-3.5 @max-md:h-26 @max-md:flex-wrap @max-md:content-center @max-md:gap-y-1">
      {children}
      {mine && (
        <div className="ml-auto flex shrink-0 items-center gap-1.5">
          {writes && !denied && (
            <Button
              disabled={off}
              title={
                closed
                  ? "The room is closed"
                  : "Proposes to do everything but commit: it is judged and reviewed like a run, and nothing is changed"
              }
              aria-keyshortcuts="Control+Shift+Enter Meta+Shift+Enter"
              onClick={() => onPropose(true)}
            >
              Dry run
            </Button>
          )}
          <Button
            variant={denied ? "default" : "primary"}
            disabled={off}
            title={closed ? "The room is closed" : undefined}
            onClick={() => onPropose(false)}
          >
            Propose <Kbd keys="Mod+Enter" className="border-transparent bg-transparent px-0 text-current max-md:hidden" />
          </Button>
        </div>
      )}
    </footer>
  );
}
