"use client";
import type { Command } from "@interlock/protocol";
import { ChevronDown } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { ImpactDetails } from "../impact/impact-details.tsx";
import { CommandUpload } from "../host-files/command-upload.tsx";
import { HostList } from "../hosts/host-list.tsx";
import { isPlan } from "../plan/plan-objects.ts";
import { useRoom, useSession, useView } from "../room/room-context.tsx";
import { IssuedTokens } from "../tokens/issued-tokens.tsx";
import { CardHead } from "./card-head.tsx";
import { CardText } from "./card-text.tsx";
import { CommandActions, useCommandActs } from "./command-actions.tsx";
import { CommandOutcome } from "./command-outcome.tsx";
import { CommandPlan } from "./command-plan.tsx";
import { commandRights, isActive } from "./command-rights.ts";
import { Dangers, Reversibility, Demands, Consequence, Chips } from "./command-summary.tsx";
import { frozenLanguage } from "./frozen-code.tsx";
import { FrozenFiles } from "./frozen-files.tsx";
import { UndoesLine, UndoPart } from "./undo-part.tsx";
import { Votes } from "./votes.tsx";

/**
 * One frozen command: who wrote it, what it does, who has agreed, and what came of it. `kept`: it stays open although it is finished. `crowded`: others that
 * wait are open already, so this one is folded until somebody wants it.
 */
export function CommandCard({ command, kept = false, crowded = false }: { command: Command; kept?: boolean; crowded?: boolean }) {
  const me = useRoom((state) => state.me);
  const role = useRoom((state) => state.role);
  const wanted = useView((view) => (view.command?.id === command.id ? view.command : undefined));
  const card = useRef<HTMLElement>(null);
  const active = isActive(command);
  /** What the person chose, for as long as it is this command's turn to be open or folded. */
  const [chosen, setChosen] = useState<boolean>();
  // What needs nobody's review is done in a moment: it unfolds only when it takes longer.
  const lasting = useLasting(active && command.verdict.obligations.reviews.length === 0);
  const byItself = kept || (active && !crowded && (command.verdict.obligations.reviews.length > 0 || lasting));
  const [was, setWas] = useState(byItself);
  if (was !== byItself) {
    setWas(byItself);
    setChosen(undefined);
  }
  const [details, setDetails] = useState(false);
  const rights = commandRights(command, me, role);
  const acts = useCommandActs(command, () => card.current?.focus({ preventScroll: true }));
  // Whoever is writing why it is rejected goes on when more commands come in above.
  const open = chosen ?? (byItself || wanted?.focus === true || acts.rejecting);
  const session = useSession();
  // What has been done says itself what it did; an undo's own text is the sentence.
  const foretold = command.state !== "succeeded" && command.undoOf === undefined;

  useEffect(() => {
    if (wanted === undefined) return;
    if (wanted.focus) setChosen(true);
    // Wait until it is drawn open.
    requestAnimationFrame(() => {
      const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      card.current?.scrollIntoView({ block: "nearest", behavior: still ? "instant" : "smooth" });
      if (wanted.focus) card.current?.focus({ preventScroll: true });
    });
  }, [wanted]);

  const press = (event: KeyboardEvent) => {
    if (event.target !== card.current || event.metaKey || event.ctrlKey || event.altKey) return;
    const act = { a: rights.review && acts.approve, r: rights.review && acts.startReject, h: rights.hold && acts.hold }[event.key];
    if (!act) return;
    event.preventDefault();
    // Nobody agrees to what they have not seen.
    if (open) act();
    else setChosen(true);
  };

  return (
    <article
      ref={card}
      id={`command-${command.id}`}
      tabIndex={0}
      aria-label={`${command.title}, ${command.state.replace("_", " ")}`}
      aria-keyshortcuts={rights.review ? "a r" : rights.hold ? "h" : undefined}
      data-state={command.state}
      onKeyDown={press}
      className={cn(
        "rounded-lg border bg-raise px-3 py-2.5 focus-visible:outline-offset-0",
        active && command.effect === "delete" ? "border-delete-line" : active && rights.review ? "border-modify-line" : "border-line",
        !active && "bg-panel",
      )}
    >
      <CardHead command={command} open={open} onToggle={active && byItself ? undefined : () => setChosen(!open)} />
      {open && (
        <div className="mt-2 flex flex-col gap-2">
          <UndoesLine command={command} />
          {foretold && <Consequence command={command} />}
          {/* Of an upload the facts below say all of it. */}
          {!command.upload && (
            <CardText text={command.text} words={command.undoOf !== undefined} language={frozenLanguage(command.impact)} />
          )}
          <HostList command={command} />
          <CommandUpload command={command} />
          <FrozenFiles command={command} toReview={rights.review} />
          {command.reason && <p className="border-l-2 border-line pl-2 text-xs text-dim">“{command.reason}”</p>}
          <Chips command={command} foretold={foretold} />
          {active && <Dangers command={command} />}
          {active && isPlan(command.impact) && <CommandPlan impact={command.impact} />}
          {active && <Reversibility command={command} />}
          {active && <Demands command={command} />}
          <Votes command={command} />
          <CommandOutcome command={command} />
          <IssuedTokens command={command} />
          <UndoPart command={command} />
          <CommandActions command={command} rights={rights} acts={acts} />
          <div className="-mb-1 flex items-center">
            <Button variant="ghost" size="sm" className="-ml-2" aria-expanded={details} onClick={() => setDetails(!details)}>
              <ChevronDown className={cn("transition-transform", details && "rotate-180")} /> Impact and policy in full
            </Button>
            {command.documentId && (
              <Button
                variant="ghost"
                size="sm"
                className="ml-auto"
                onClick={() => session.show({ documentId: command.documentId, pane: "editor" })}
              >
                Open its document
              </Button>
            )}
          </div>
          {details && (
            <div className="-mx-3 -mb-2.5 overflow-x-auto">
              <ImpactDetails impact={command.impact} verdict={command.verdict} command={command} />
            </div>
          )}
        </div>
      )}
    </article>
  );
}

/** True once `now` has been true for longer than a command takes that one need not watch. */
function useLasting(now: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!now) return;
    const timer = setTimeout(() => setLasting(true), 1_000);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [now]);
  return lasting;
}
