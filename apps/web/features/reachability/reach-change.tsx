"use client";
import type { Reachability } from "@interlock/protocol";
import { Copy } from "lucide-react";
import { Button } from "../../components/ui/button.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { copyText } from "../clipboard/to-clipboard.ts";
import { useProposal } from "../editor/use-proposal.tsx";
import { VerdictLine } from "../impact/verdict-line.tsx";
import { useCanAct, useRoom, useSession } from "../room/room-context.tsx";
import type { Inquiry, InquiryState } from "./inquiry.ts";

/** The change at the foot of its answer: what policy demands of it, and the way to propose it. */
export function ReachChange({ inquiry, state, answer }: { inquiry: Inquiry; state: InquiryState; answer: Reachability }) {
  const session = useSession();
  const canAct = useCanAct();
  const roomOpen = useRoom((room) => room.room?.open ?? true);
  const { change } = answer;
  const { plan, proposed } = state;
  const waiting = useRoom((room) => room.commands.find(({ id }) => id === proposed?.commandId && proposed.text === change?.command));
  const { propose, dialog } = useProposal(change && plan ? { text: change.command, ...plan } : undefined, (said) => inquiry.propose(said));
  if (change === undefined) return null;
  return (
    <footer className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-t border-line bg-panel px-3.5 py-2.5 text-xs">
      <div className="min-w-48 flex-1 @max-md:basis-full">
        {waiting !== undefined ? (
          <p className="flex flex-wrap items-baseline gap-x-2">
            <Button variant="link" size="sm" className="h-auto" onClick={() => session.showCommand(waiting.id)}>
              Proposed: see it in the queue
            </Button>
            <span className="text-dim">The question is asked again once it is done.</span>
          </p>
        ) : plan ? (
          <VerdictLine verdict={plan.verdict} impact={plan.impact} />
        ) : (
          <p className={state.planRefusal === undefined ? "text-dim" : "text-delete-text wrap-anywhere"} role="status">
            {state.planRefusal ?? "What the change would do is being worked out…"}
          </p>
        )}
      </div>
      <Button onClick={() => void copyText(withFiles(change), "The lines are copied.")}>
        <Copy /> Copy as kubectl
      </Button>
      {canAct && roomOpen && (
        <Button
          variant="primary"
          disabled={plan === undefined || plan.verdict.decision === "deny" || state.proposing || state.asking || waiting !== undefined}
          onClick={() => propose()}
        >
          {state.proposing && <Spinner className="size-3.5" />} Propose this change
        </Button>
      )}
      {dialog}
    </footer>
  );
}

/** The lines as somebody runs them elsewhere: files that they read are written first. */
function withFiles({ command, files }: NonNullable<Reachability["change"]>): string {
  const written = Object.entries(files).map(([name, text]) => `cat > ${name} <<'EOF'\n${text.replace(/\n$/u, "")}\nEOF`);
  return [...written, command].join("\n");
}
