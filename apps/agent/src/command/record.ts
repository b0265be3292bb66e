import { plainOutput, type Parsed } from "@interlock/connector";
import { ok, refuse, type CommandState, type Impact, type Refusal, type Verdict } from "@interlock/protocol";
import { accessOf, inexactWrites } from "./approved-writes.ts";
import { EXPIRY_MS, type CommandParts } from "./command-parts.ts";
import type { Seal } from "./envelope.ts";
import type { Foreseen } from "./foresight.ts";
import type { Frozen } from "./freeze.ts";
import { durably, note, type Fact } from "./transition.ts";

/** What the verdict demands of the author and the proposal does not have; a denied command owes nothing. */
export function owed(verdict: Verdict, { impact, work }: Foreseen, frozen: Frozen): Refusal | undefined {
  if (verdict.decision === "deny") return undefined;
  const { reason, guard } = verdict.obligations;
  if (reason && frozen.reason === undefined) return refuse("reason_required", verdict.message);
  // What is sent as it was planned writes no other rows than those it names: there is nothing to bound.
  if (!guard || work !== undefined || frozen.maxRows !== undefined || accessOf(impact) === "read") return undefined;
  const vague = inexactWrites(impact).map(({ object, rows }) =>
    `${object}: ${rows.kind} ${rows.kind === "unknown" ? "" : rows.value}`.trim(),
  );
  return vague.length === 0 ? undefined : refuse("max_rows_required", `Not known exactly for ${[...new Set(vague)].join(", ")}.`);
}

export interface Recordable {
  frozen: Frozen;
  parsed: Parsed;
  sealed: Seal;
  impact: Impact;
  verdict: Verdict;
  /** What will be sent, where that was made beforehand. */
  work?: Uint8Array;
  /** Of several, in their order. */
  hosts?: readonly { connectionId: string; impact: Impact; verdict: Verdict }[];
}

export interface Recorded {
  commandId: string;
  state: CommandState;
  /** End of the countdown; null when there is none. */
  runsAt: Date | null;
}

/** Writes the command, its authors, its key and its audit events as one transaction: the log has it before anything can run (I1). */
export async function record(parts: CommandParts, { frozen, parsed, sealed, impact, verdict, work, hosts }: Recordable) {
  const state = firstState(verdict);
  const now = Date.now();
  const runsAt = state === "approved" && verdict.obligations.countdownMs > 0 ? new Date(now + verdict.obligations.countdownMs) : null;
  const { proposer } = frozen;

  return durably<Recorded>(parts, async (tx) => {
    if (frozen.key !== undefined) {
      const name = `${proposer.id} ${frozen.key.key}`;
      await tx.$queryRaw`SELECT 1 AS locked FROM pg_advisory_xact_lock(hashtextextended(${name}, 0))`;
      const seen = await tx.idempotencyKey.findUnique({ where: { userId_key: { userId: proposer.id, key: frozen.key.key } } });
      if (seen !== null && seen.fingerprint !== frozen.key.fingerprint) return refuse("idempotency_conflict");
      // State "proposed" makes the caller leave the other request's command alone.
      if (seen !== null) return ok({ value: { commandId: seen.body, state: "proposed", runsAt: null }, events: [] });
    }
    const authors = await tx.user.findMany({ where: { id: { in: frozen.authors } }, select: { id: true, name: true } });
    const row = await tx.command.create({
      data: {
        roomId: frozen.roomId,
        connectionId: frozen.connectionId,
        documentId: frozen.documentId ?? null,
        text: frozen.text,
        ...sealed,
        state,
        title: titleOf(parsed, frozen),
        effect: impact.effect,
        impact,
        verdict,
        proposerId: proposer.id,
        reason: frozen.reason ?? null,
        maxRows: frozen.maxRows ?? null,
        dryRun: frozen.dryRun,
        undoOfId: frozen.undo?.of ?? null,
        ...(frozen.hosts === undefined ? {} : { hostOrder: frozen.hosts.order }),
        ...(hosts === undefined ? {} : { hosts: { create: hosts.map((host, number) => ({ number, ...host })) } }),
        runsAt,
        expiresAt: state === "denied" ? null : new Date(now + EXPIRY_MS),
        authors: { create: authors.map(({ id }) => ({ userId: id })) },
        files: {
          create: frozen.files.map(({ name, content, bytes, sha256, document }) => ({
            name,
            content,
            bytes,
            sha256,
            documentId: document?.id ?? null,
          })),
        },
      },
    });
    if (frozen.upload !== undefined) {
      const { count } = await tx.upload.updateMany({ where: { id: frozen.upload.id, commandId: null }, data: { commandId: row.id } });
      if (count === 0) return refuse("wrong_state", "These bytes were proposed already, or are kept no longer.");
    }
    if (work !== undefined && state !== "denied") await parts.work.keep(tx, row.id, work);
    if (frozen.key !== undefined)
      await tx.idempotencyKey.create({ data: { ...frozen.key, userId: proposer.id, status: 201, body: row.id } });
    const facts: Fact[] = [
      {
        type: "command.proposed",
        actor: proposer.name,
        data: {
          digest: sealed.digest,
          title: row.title,
          effect: impact.effect,
          connection: frozen.connection.name,
          authors: authors.map(({ name }) => name).toSorted(),
          decision: verdict.decision,
          rules: verdict.rules,
          policyVersion: verdict.policyVersion,
          ...(frozen.files.length === 0 ? {} : { files: frozen.files.map(({ name, sha256 }) => ({ name, sha256 })) }),
          ...(frozen.upload === undefined
            ? {}
            : { upload: { path: frozen.upload.path, bytes: frozen.upload.bytes, sha256: frozen.upload.sha256 } }),
          ...(frozen.hosts === undefined
            ? {}
            : {
                hosts: frozen.hosts.each.map(({ name }) => name),
                onFailure: frozen.hosts.order.onFailure,
                atOnce: frozen.hosts.order.atOnce,
              }),
          ...(frozen.dryRun ? { dryRun: true } : {}),
          ...(frozen.undo === undefined ? {} : { undoOf: frozen.undo.of }),
        },
      },
    ];
    const about = { title: row.title, rules: verdict.rules };
    if (state === "denied") facts.push({ type: "command.denied", actor: "system", data: { ...about, message: verdict.message } });
    if (state === "approved")
      facts.push({ type: "command.approved", actor: "system", data: { ...about, countdownMs: verdict.obligations.countdownMs } });
    return ok({ value: { commandId: row.id, state, runsAt }, events: await note(tx, row, facts) });
  });
}

function firstState(verdict: Verdict): CommandState {
  if (verdict.decision === "deny") return "denied";
  return verdict.obligations.reviews.length > 0 ? "awaiting_review" : "approved";
}

function titleOf(parsed: Parsed, { dryRun, undo, hosts }: Frozen): string {
  const [first, ...more] = parsed.statements;
  if (first === undefined) return "";
  const title = more.length === 0 ? first.title : `${first.title} and ${more.length} more`;
  // Names may be written with escapes, and hold what no text may that is proposed.
  return `${dryRun ? "dry run: " : ""}${undo ? "undo: " : ""}${plainOutput(title)}${hosts ? ` on ${hosts.each.length} hosts` : ""}`;
}
