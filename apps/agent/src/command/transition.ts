import { appendAudit, type Tx } from "@interlock/db";
import { refuse, type AuditEvent, type AuditType, type CommandState, type Outcome } from "@interlock/protocol";
import type { CommandParts } from "./command-parts.ts";

/** Interactive transactions queue for the audit head, so the wait may be long; the work itself never is. */
export const TRANSACTION = { maxWait: 10_000, timeout: 15_000 } as const;

export interface Fact {
  type: AuditType;
  /** Principal name, or `system`. */
  actor: string;
  data: AuditEvent["data"];
}

interface Subject {
  id: string;
  roomId: string;
}

/** Appends to the log inside `tx`; publish what comes back once the transaction has committed. */
export async function note(tx: Tx, command: Subject, facts: readonly Fact[]): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  for (const fact of facts) events.push(await appendAudit(tx, { ...fact, roomId: command.roomId, commandId: command.id }));
  return events;
}

type RowData = Parameters<Tx["command"]["updateMany"]>[0]["data"];
type RowWhere = NonNullable<Parameters<Tx["command"]["updateMany"]>[0]["where"]>;

export interface Change {
  from: readonly CommandState[];
  /** Further conditions of the compare, e.g. the countdown that was waited for. */
  where?: RowWhere;
  data: RowData & { state: CommandState };
  facts: readonly Fact[];
}

/** Compare-and-set of a command's state with its audit events, inside `tx`. Undefined: somebody else was first, and nothing was written. */
export async function change(tx: Tx, command: Subject, to: Change): Promise<AuditEvent[] | undefined> {
  const { count } = await tx.command.updateMany({
    where: { ...to.where, id: command.id, state: { in: [...to.from] } },
    data: { ...to.data, updatedAt: new Date() },
  });
  return count === 1 ? note(tx, command, to.facts) : undefined;
}

/** Locks a command's row for the rest of `tx`, so that two people deciding at the same time decide one after the other. */
export async function lockRow(tx: Tx, commandId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 AS locked FROM "Command" WHERE id = ${commandId}::uuid FOR UPDATE`;
}

/** What a transaction leaves to tell once it is durable. */
export interface Written<T> {
  value: T;
  events: readonly AuditEvent[];
}

/**
 * Runs `work` as one transaction that carries its own audit events, then tells the room. When it cannot be written nothing has happened and
 * the answer is `audit_unavailable` (I1).
 */
export async function durably<T>(
  parts: Pick<CommandParts, "db" | "timeline" | "log">,
  work: (tx: Tx) => Promise<Outcome<Written<T>>>,
): Promise<Outcome<T>> {
  let written: Outcome<Written<T>>;
  try {
    written = await parts.db.$transaction(work, TRANSACTION);
  } catch (error) {
    parts.log.error({ err: error }, "a transition could not be written; nothing was changed");
    return refuse("audit_unavailable");
  }
  if (!written.ok) return written;
  await parts.timeline.publish(...written.value.events);
  return { ok: true, value: written.value.value };
}
