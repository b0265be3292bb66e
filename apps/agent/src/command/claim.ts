import { ok, refuse, type Outcome, type Verdict } from "@interlock/protocol";
import type { Life } from "./command-parts.ts";
import { filesOf, readRow, type CommandRow } from "./command-row.ts";
import { openSeal, type Envelope } from "./envelope.ts";
import { waiting } from "./host-runs.ts";
import { judgeAgain, seating } from "./judgement.ts";
import { humans } from "./people.ts";
import { change, durably, lockRow } from "./transition.ts";

export interface Claim {
  commandId: string;
  /** Who makes it run: a person's name, or `system` when nobody has to. */
  actor: string;
  /** The countdown that ended; null for a command that is held or never had one. A hold in between makes the claim fail. */
  runsAt: Date | null;
}

/** The right to run a command, held by exactly one caller ever (I5). */
export interface Claimed {
  row: CommandRow;
  /** What was sealed; the text that runs is read from here only (I2). */
  envelope: Envelope;
  /** What it reads besides its text, as it was frozen. */
  files: readonly { name: string; content: string }[];
  verdict: Verdict;
  executionId: string;
  startedAt: Date;
}

/**
 * The last look before a run, as one transaction: unchanged since it was sealed, still allowed by the policy of this moment, every seat
 * filled; then approved → running, the one execution row and the audit event become durable together (I1, I5). Undefined: the policy has
 * become stricter and the command is denied, or waits for reviews again.
 */
export async function claim(life: Life, { commandId, actor, runsAt }: Claim): Promise<Outcome<Claimed | undefined>> {
  const policy = life.policy.current;
  return durably<Claimed | undefined>(life, async (tx) => {
    await lockRow(tx, commandId);
    const row = await readRow(tx, commandId);
    if (row === null) return refuse("not_found");
    if (row.state !== "approved" || row.runsAt?.getTime() !== runsAt?.getTime()) return refuse("wrong_state", `It is ${row.state}.`);
    if (row.expiresAt !== null && row.expiresAt.getTime() <= Date.now()) return refuse("wrong_state", "It has expired.");
    const envelope = openSeal(row);
    if (envelope === undefined) return refuse("digest_mismatch", "The stored command is not the one that was sealed.");
    const files = await filesOf(tx, row.id, envelope.files);
    if (files === undefined) return refuse("digest_mismatch", "A stored file is not the one that was sealed.");

    const people = await humans(tx, [row.proposerId, ...row.reviews.map((review) => review.reviewerId)]);
    const proposer = people.get(row.proposerId);
    if (proposer === undefined || proposer.locked) return refuse("forbidden", "Its proposer is locked.");
    const verdict = judgeAgain(policy, row, proposer);
    const from = ["approved"] as const;
    if (verdict.decision === "deny") {
      const data = { title: row.title, rules: verdict.rules, message: verdict.message };
      const events = await change(tx, row, {
        from,
        data: { state: "denied", verdict, runsAt: null },
        facts: [{ type: "command.denied", actor: "system", data }],
      });
      return ok({ value: undefined, events: events ?? [] });
    }
    if (!seating(verdict, row, people).full) {
      const data = { title: row.title, why: "policy", reviews: verdict.obligations.reviews };
      const events = await change(tx, row, {
        from,
        data: { state: "awaiting_review", verdict, runsAt: null, heldById: null },
        facts: [{ type: "command.held", actor: "system", data }],
      });
      return ok({ value: undefined, events: events ?? [] });
    }

    const execution = await tx.execution.create({
      data: { commandId, ...(row.hosts.length === 0 ? {} : { summary: { hosts: waiting(row) } }) },
    });
    const events = await change(tx, row, {
      from,
      where: { runsAt },
      data: { state: "running", verdict, runsAt: null, heldById: null },
      facts: [
        { type: "command.started", actor, data: { title: row.title, digest: row.digest, executionId: execution.id, ...hostNames(row) } },
      ],
    });
    if (events === undefined) throw new Error("a locked row changed its state");
    return ok({ value: { row, envelope, files, verdict, executionId: execution.id, startedAt: execution.startedAt }, events });
  });
}

const hostNames = ({ hosts }: CommandRow): { hosts?: string[] } =>
  hosts.length === 0 ? {} : { hosts: hosts.map(({ connection }) => connection.name) };
