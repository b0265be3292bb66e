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
  verdict?: Verdict;
}

/** Proposes a command that no document holds, and asks for what policy demands of it. `dialog` is to be drawn. */
export function useProposal(
  of: Proposable | undefined,
  send: (said: { dryRun: boolean } & Statements) => Promise<Proposed>,
): { propose: (dryRun?: boolean) => void; dialog: ReactNode } {
  const session = useSession();
  const [demand, setDemand] = useState<Demand>();
  const [busy, setBusy] = useState(false);
  const say = async (said: { dryRun: boolean } & Statements) => {
    setBusy(true);
    const answer = await send(said);
    setBusy(false);
    if (answer.ok) {
      setDemand(undefined);
      return session.show({ command: { id: answer.commandId, at: Date.now(), focus: false } });
    }
    const asked = { reason: answer.code === "reason_required", maxRows: answer.code === "max_rows_required" };
    if (of && (asked.reason || asked.maxRows)) return setDemand(demandOf(of, { ...said, ...asked }, answer.detail));
    // What was written into the dialog stays there.
    const { title, next } = ERRORS[answer.code];
    toast.error(title, { description: [answer.detail, next].filter(Boolean).join(" ") });
  };
  const propose = (dryRun = false) => {
    if (!of) return;
    const reason = of.verdict?.decision !== "deny" && (of.verdict?.obligations.reason ?? false);
    const maxRows = needsMaxRows(of.verdict, of.impact);
    if (reason || maxRows) setDemand(demandOf(of, { dryRun, reason, maxRows }));
    else void say({ dryRun });
  };
  const dialog = demand && (
    <ProposalDialog
      demand={demand}
      busy={busy}
      onSay={(said) => void say({ ...said, dryRun: demand.dryRun })}
      onClose={() => setDemand(undefined)}
    />
  );
  return { propose, dialog };
}

type Asked = Pick<Demand, "dryRun" | "reason" | "maxRows">;

function demandOf(of: Proposable, { dryRun, reason, maxRows }: Asked, detail?: string): Demand {
  const { text, ...judged } = of;
  const range = { start: 0, end: text.length, text };
  const draft: DraftAnalysis = { documentId: "", userId: "", fingerprint: "", at: 0, ...range, diagnostics: [], ...judged };
  return { range, key: newKey(), reason, maxRows, dryRun, draft, ...(detail === undefined ? {} : { detail }) };
}
