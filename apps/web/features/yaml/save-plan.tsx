"use client";
import type { DraftAnalysis } from "@interlock/protocol";
import { type RefObject, useEffect } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Kbd } from "../../components/ui/kbd.tsx";
import { ImpactPanel } from "../impact/impact-panel.tsx";
import { useProposal } from "../editor/use-proposal.tsx";
import { useRoom } from "../room/room-context.tsx";
import { EditFacts } from "./edit-facts.tsx";
import type { BufferState, ObjectBuffer, SavePlan } from "./object-buffer.ts";
import { mayPropose } from "./save-rights.ts";

interface SavePlanPartProps {
  /** What the shortcut does while a plan may be proposed. */
  proposer: RefObject<((dryRun: boolean) => void) | undefined>;
  buffer: ObjectBuffer;
  plan: SavePlan;
  state: BufferState;
  canAct: boolean;
  closed: boolean;
}

/** What saving would do: the command it comes to, what stands in its way, and its impact, from where it is proposed. */
export function SavePlanPart({ proposer, buffer, plan, state, canAct, closed }: SavePlanPartProps) {
  const me = useRoom((room) => room.me);
  const { edit, impact, verdict } = plan;
  // What the edit could not foresee kubectl says itself.
  const clashes = impact?.statements.some(({ willFail }) => willFail.some(({ reason }) => reason.includes("conflict with"))) ?? false;
  const stale = plan.of !== state.text;
  const draft = edit.command !== undefined && impact && me ? draftOf(edit.command, plan, me.id) : undefined;

  const proposable =
    edit.command === undefined || impact === undefined ? undefined : { text: edit.command, impact, ...(verdict && { verdict }) };
  const { propose, dialog } = useProposal(proposable, (said) => buffer.propose(said));
  const canPropose = canAct && !closed && mayPropose(state);
  useEffect(() => {
    proposer.current = canPropose && draft ? propose : undefined;
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
        {/* Of one height, so that nothing moves when one goes on typing. */}
        <div role="status" className="-my-0.5 flex min-h-6 flex-wrap items-center gap-x-2.5 gap-y-1">
          {!stale || state.planning ? (
            <h3 className="font-medium text-dim">What saving would do</h3>
          ) : (
            <>
              <span className="text-modify-text">This is of an earlier text: what you typed since is not in it.</span>
              <Button size="sm" disabled={!canAct} onClick={() => void buffer.plan()}>
                Plan again <Kbd keys="Mod+S" className="border-transparent bg-transparent px-0 text-current max-md:hidden" />
              </Button>
            </>
          )}
        </div>
        <EditFacts
          edit={edit}
          stale={stale}
          clashes={clashes}
          force={state.force}
          canAct={canAct && !state.planning && !stale}
          onForce={(force) => buffer.takeOver(force)}
        />
      </div>
      {draft && (
        <div className="flex shrink-0 flex-col">
          <ImpactPanel
            language="kubectl"
            label="Impact of saving"
            draft={draft}
            mine
            behind={state.planning ? "working" : stale ? "earlier" : undefined}
            canPropose={canPropose}
            closed={closed}
            busy={state.proposing}
            onPropose={propose}
            onSuggestion={undefined}
          />
        </div>
      )}
      {dialog}
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
