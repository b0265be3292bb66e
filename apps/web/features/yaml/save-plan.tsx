"use client";
import type { DraftAnalysis, ObjectEdit } from "@interlock/protocol";
import { type RefObject, useEffect, useId, useState } from "react";
import { toast } from "sonner";
import { ERRORS } from "@interlock/protocol";
import { ImpactPanel } from "../impact/impact-panel.tsx";
import { needsMaxRows } from "../impact/verdict-sentence.ts";
import { ProposalDialog } from "../editor/proposal-dialog.tsx";
import type { Demand, Statements } from "../editor/proposal.ts";
import { newKey } from "../room/request-key.ts";
import { useRoom, useSession } from "../room/room-context.tsx";
import type { BufferState, ObjectBuffer, SavePlan } from "./object-buffer.ts";

interface SavePlanPartProps {
  /** What the shortcut does while a plan may be proposed. */
  proposer: RefObject<(() => void) | undefined>;
  buffer: ObjectBuffer;
  plan: SavePlan;
  state: BufferState;
  canAct: boolean;
  closed: boolean;
}

/** What saving would do: the command it comes to, what stands in its way, and its impact, from where it is proposed. */
export function SavePlanPart({ proposer, buffer, plan, state, canAct, closed }: SavePlanPartProps) {
  const session = useSession();
  const me = useRoom((room) => room.me);
  const [demand, setDemand] = useState<Demand>();
  const { edit, impact, verdict } = plan;
  // What the edit could not foresee kubectl says itself.
  const clashes = impact?.statements.some(({ willFail }) => willFail.some(({ reason }) => reason.includes("conflict with"))) ?? false;
  const stale = plan.of !== state.text;
  const draft = edit.command !== undefined && impact && me ? draftOf(edit.command, plan, me.id) : undefined;

  const send = async (dryRun: boolean, said: Statements) => {
    setDemand(undefined);
    const answer = await buffer.propose({ dryRun, ...said });
    if (answer.ok) return session.show({ command: { id: answer.commandId, at: Date.now(), focus: false } });
    if (draft && (answer.code === "reason_required" || answer.code === "max_rows_required"))
      return setDemand(demandOf(draft, dryRun, answer.code === "reason_required", answer.code === "max_rows_required", answer.detail));
    const { title, next } = ERRORS[answer.code];
    toast.error(title, { description: [answer.detail, next].filter(Boolean).join(" ") });
  };
  const propose = (dryRun: boolean) => {
    if (!draft) return;
    const reason = verdict?.decision !== "deny" && (verdict?.obligations.reason ?? false);
    const maxRows = needsMaxRows(verdict, impact);
    if (reason || maxRows) setDemand(demandOf(draft, dryRun, reason, maxRows));
    else void send(dryRun, {});
  };
  const canPropose = canAct && !closed && !stale && !state.planning && !state.proposing && (edit.conflicts.length === 0 || state.force);
  useEffect(() => {
    proposer.current = canPropose && draft ? () => propose(false) : undefined;
    return () => {
      proposer.current = undefined;
    };
  });
  return (
    // It scrolls in a low window, so the keyboard must reach it.
    <section
      aria-label="What saving would do"
      tabIndex={0}
      className="flex max-h-[68%] shrink-0 flex-col overflow-y-auto border-t border-line bg-panel focus-visible:-outline-offset-2"
    >
      <div className="flex shrink-0 flex-col gap-2 px-3 py-2.5 text-xs">
        <EditFacts
          edit={edit}
          clashes={clashes}
          force={state.force}
          canAct={canAct && !state.planning}
          onForce={(force) => buffer.takeOver(force)}
        />
      </div>
      {draft && (
        <div className="flex shrink-0 flex-col">
          <ImpactPanel
            language="kubectl"
            draft={draft}
            mine
            behind={stale || state.planning}
            canPropose={canPropose}
            closed={closed}
            busy={state.proposing}
            onPropose={propose}
            onSuggestion={undefined}
          />
        </div>
      )}
      {demand && <ProposalDialog demand={demand} onSay={(said) => void send(demand.dryRun, said)} onClose={() => setDemand(undefined)} />}
    </section>
  );
}

function draftOf(command: string, { impact, verdict }: SavePlan, userId: string): DraftAnalysis {
  return {
    documentId: "",
    userId,
    fingerprint: "",
    at: 0,
    start: 0,
    end: command.length,
    text: command,
    diagnostics: [],
    ...(impact === undefined ? {} : { impact }),
    ...(verdict === undefined ? {} : { verdict }),
  };
}

function demandOf(draft: DraftAnalysis, dryRun: boolean, reason: boolean, maxRows: boolean, detail?: string): Demand {
  const range = { start: 0, end: draft.text.length, text: draft.text };
  return { range, key: newKey(), reason, maxRows, dryRun, draft, ...(detail === undefined ? {} : { detail }) };
}

interface EditFactsProps {
  edit: ObjectEdit;
  /** The plan fails by what others own. */
  clashes: boolean;
  force: boolean;
  canAct: boolean;
  onForce: (force: boolean) => void;
}

function EditFacts({ edit, clashes, force, canAct, onForce }: EditFactsProps) {
  const id = useId();
  const { problem, fields, drift, conflicts, command, note } = edit;
  return (
    <>
      {problem !== undefined && (
        <p role="alert" className="text-delete-text">
          {problem}
        </p>
      )}
      {problem === undefined && command === undefined && <p className="text-dim">Nothing would change: the text says what is there.</p>}
      {command !== undefined && (
        <p className="text-dim">
          Saves <Fields names={fields} />. {note}
        </p>
      )}
      {drift.length > 0 && (
        <div className="text-modify-text">
          <p className="font-medium">Changed by others since you opened it; it stays unless you edited it, too:</p>
          <ul className="mt-0.5 flex flex-col gap-0.5 font-mono">
            {drift.slice(0, 8).map(({ field, was, now, both }) => (
              <li key={field} className="wrap-anywhere">
                {field}: {was} → {now}
                {both && <span className="font-sans font-semibold"> · you edited this, too: yours would replace it</span>}
              </li>
            ))}
            {drift.length > 8 && <li className="font-sans">and {drift.length - 8} more</li>}
          </ul>
        </div>
      )}
      {(conflicts.length > 0 || clashes || force) && (
        <div className="flex flex-col gap-1 rounded-md border border-modify-line bg-modify-soft px-2.5 py-2 text-modify-text">
          {conflicts.length > 0 && (
            <ul className="flex flex-col gap-0.5">
              {conflicts.map(({ field, manager }) => (
                <li key={`${field} ${manager}`} className="wrap-anywhere">
                  <code className="font-mono">{field}</code> is owned by <b>{manager}</b>
                </li>
              ))}
            </ul>
          )}
          <label htmlFor={id} className="flex items-start gap-2">
            <input
              id={id}
              type="checkbox"
              checked={force}
              disabled={!canAct}
              onChange={(event) => onForce(event.target.checked)}
              className="mt-0.5"
            />
            <span>
              Take {conflicts.length === 1 ? "it" : "them"} over. Whoever applies there next is told of a conflict; a controller may set it
              back.
            </span>
          </label>
        </div>
      )}
    </>
  );
}

function Fields({ names }: { names: readonly string[] }) {
  return (
    <>
      {names.slice(0, 4).map((name, index) => (
        <span key={name}>
          {index > 0 && ", "}
          <code className="font-mono text-fg wrap-anywhere">{name}</code>
        </span>
      ))}
      {names.length > 4 && ` and ${names.length - 4} more`}
    </>
  );
}
