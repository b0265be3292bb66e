"use client";
import { type DraftAnalysis, ERRORS, type Impact, type Verdict } from "@interlock/protocol";
import { type ReactNode, useState } from "react";
import { toast } from "sonner";
import { needsMaxRows } from "../impact/verdict-sentence.ts";
import { newKey } from "../room/request-key.ts";
import { useSession } from "../room/room-context.tsx";
import type { Proposed } from "../yaml/save-answers.ts";
import { ProposalDialog } from "./proposal-dialog.tsx";
import type { Demand, Statements } from "./proposal.ts";

export interface Proposable {
  text: string;
  impact: Impact;
  verdict: Verdict;
}

/** Proposes a command that no document holds, and asks for what policy demands of it. `dialog` is to be drawn. */
export function useProposal(
  of: Proposable | undefined,
  send: (said: { dryRun: boolean } & Statements) => Promise<Proposed>,
): { propose: () => void; dialog: ReactNode } {
  const session = useSession();
  const [demand, setDemand] = useState<Demand>();
  const [busy, setBusy] = useState(false);
  const say = async (said: Statements) => {
    setBusy(true);
    const answer = await send({ dryRun: false, ...said });
    setBusy(false);
    if (answer.ok) {
      setDemand(undefined);
      return session.show({ command: { id: answer.commandId, at: Date.now(), focus: false } });
    }
    if (of && (answer.code === "reason_required" || answer.code === "max_rows_required"))
      return setDemand(demandOf(of, answer.code === "reason_required", answer.code === "max_rows_required", answer.detail));
    // What was written into the dialog stays there.
    const { title, next } = ERRORS[answer.code];
    toast.error(title, { description: [answer.detail, next].filter(Boolean).join(" ") });
  };
  const propose = () => {
    if (!of) return;
    const reason = of.verdict.decision !== "deny" && of.verdict.obligations.reason;
    const maxRows = needsMaxRows(of.verdict, of.impact);
    if (reason || maxRows) setDemand(demandOf(of, reason, maxRows));
    else void say({});
  };
  const dialog = demand && (
    <ProposalDialog demand={demand} busy={busy} onSay={(said) => void say(said)} onClose={() => setDemand(undefined)} />
  );
  return { propose, dialog };
}

function demandOf({ text, impact, verdict }: Proposable, reason: boolean, maxRows: boolean, detail?: string): Demand {
  const range = { start: 0, end: text.length, text };
  const draft: DraftAnalysis = { documentId: "", userId: "", fingerprint: "", at: 0, ...range, diagnostics: [], impact, verdict };
  return { range, key: newKey(), reason, maxRows, dryRun: false, draft, ...(detail === undefined ? {} : { detail }) };
}
