import { plainly } from "@interlock/connector";
import type { Tx } from "@interlock/db";
import { Execution, HostOrder, Impact, Verdict } from "@interlock/protocol";
import type { Command, CommandState, Effect, Execution as ExecutionShape } from "@interlock/protocol";
import { uploadOf, type Envelope } from "./envelope.ts";
import { sealedFiles, sha256 } from "./files.ts";
import { differences } from "./hosts.ts";
import { humans, personOf, type Human } from "./people.ts";

/** What a stored command is read with, always the same, so that there is one row type. */
export const WITH_PARTS = {
  connection: { select: { id: true, name: true, environment: true, connector: true, labels: true } },
  room: { select: { id: true, severity: true, closedAt: true } },
  authors: true,
  reviews: { orderBy: { at: "asc" } },
  // Not what is in them: a room's commands together may hold a hundred megabytes.
  files: { select: { name: true, bytes: true, sha256: true, documentId: true }, orderBy: { name: "asc" } },
  hosts: {
    include: { connection: { select: { id: true, name: true, environment: true, connector: true, labels: true } } },
    orderBy: { number: "asc" },
  },
  upload: { select: { id: true, path: true, bytes: true, sha256: true, replaces: true } },
  execution: true,
  // Never the rows themselves: they are large, and nobody's to see.
  undo: { select: { rows: true, expiresAt: true, partly: true } },
  undoneBy: { where: { state: "succeeded", dryRun: false }, select: { id: true }, take: 1 },
} as const;

export type CommandRow = NonNullable<Awaited<ReturnType<typeof readRow>>>;

export function readRow(db: Pick<Tx, "command">, id: string) {
  return db.command.findUnique({ where: { id }, include: WITH_PARTS });
}

/** What a command's files hold, as it was frozen; undefined when any of them is not what its name and hash in `sealed` say. */
export async function filesOf(
  db: Pick<Tx, "commandFile">,
  commandId: string,
  sealed: readonly string[],
): Promise<{ name: string; content: string }[] | undefined> {
  const rows = await db.commandFile.findMany({ where: { commandId }, select: { name: true, content: true }, orderBy: { name: "asc" } });
  const found = sealedFiles(rows.map(({ name, content }) => ({ name, sha256: sha256(content) })));
  return found.length === sealed.length && found.every((line, index) => line === sealed[index]) ? rows : undefined;
}

/** Summary columns of an execution as they are stored. */
export type ExecutionSummary = Pick<ExecutionShape, "affected" | "notices" | "results"> &
  Partial<
    Pick<
      ExecutionShape,
      "tookMs" | "error" | "guard" | "exit" | "hosts" | "conflicts" | "conflictCount" | "drift" | "private" | "notTakenBack" | "tokens"
    >
  >;

export const impactOf = (row: Pick<CommandRow, "impact">): Impact => Impact.parse(row.impact);
export const verdictOf = (row: Pick<CommandRow, "verdict">): Verdict => Verdict.parse(row.verdict);

/** Rows as everybody sees them. `live` has what a running execution has shown so far, which the database does not. */
export async function commandsOf(
  db: Pick<Tx, "user">,
  rows: readonly CommandRow[],
  live: (commandId: string) => ExecutionShape | undefined,
): Promise<Command[]> {
  const ids = rows.flatMap((row) => [
    row.proposerId,
    ...(row.heldById === null ? [] : [row.heldById]),
    ...row.authors.map((author) => author.userId),
    ...row.reviews.map((review) => review.reviewerId),
  ]);
  const known = await humans(db, ids);
  return rows.map((row) => commandOf(row, known, live(row.id)));
}

function commandOf(row: CommandRow, known: Map<string, Human>, live: ExecutionShape | undefined): Command {
  const person = (id: string) => {
    const human = known.get(id);
    return human === undefined ? { id, name: "removed", displayName: "Removed person", color: "#808080" } : personOf(human);
  };
  // Policy judges names as they are; people read them, those of what is foretold and of what was done beside each other.
  const execution = plainly(live ?? executionOf(row));
  return {
    id: row.id,
    roomId: row.roomId,
    connection: { id: row.connection.id, name: row.connection.name, environment: row.connection.environment },
    ...(row.documentId === null ? {} : { documentId: row.documentId }),
    text: row.text,
    ...(row.files.length === 0
      ? {}
      : { files: row.files.map(({ documentId, ...file }) => ({ ...file, ...(documentId === null ? {} : { documentId }) })) }),
    digest: row.digest,
    state: row.state as CommandState,
    title: row.title,
    effect: row.effect as Effect,
    impact: plainly(impactOf(row)),
    verdict: verdictOf(row),
    proposer: person(row.proposerId),
    authors: row.authors.map((author) => person(author.userId)),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.maxRows === null ? {} : { maxRows: row.maxRows }),
    ...(row.dryRun ? { dryRun: true } : {}),
    ...hostsOf(row),
    ...uploadIn(row),
    ...(row.undoOfId === null ? {} : { undoOf: row.undoOfId }),
    ...undoOf(row),
    reviews: row.reviews.map((review) => ({
      id: review.id,
      reviewer: person(review.reviewerId),
      decision: review.decision === "approve" ? "approve" : "reject",
      ...(review.group === null ? {} : { group: review.group }),
      ...(review.comment === null ? {} : { comment: review.comment }),
      at: review.at.toISOString(),
    })),
    ...(row.runsAt === null ? {} : { runsAt: row.runsAt.toISOString() }),
    ...(row.heldById === null ? {} : { heldBy: person(row.heldById) }),
    ...(execution === undefined ? {} : { execution }),
    proposedAt: row.proposedAt.toISOString(),
    ...(row.expiresAt === null ? {} : { expiresAt: row.expiresAt.toISOString() }),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function uploadIn({ upload }: CommandRow): Pick<Command, "upload"> {
  if (upload === null) return {};
  const { id: _, ...told } = uploadOf(upload);
  return { upload: told };
}

/** Several hosts as they were sealed. */
function hostsOf(row: CommandRow): Pick<Command, "hosts" | "hostOrder"> {
  if (row.hosts.length === 0) return {};
  const sealed = (JSON.parse(row.envelope) as Pick<Envelope, "hosts">).hosts?.each ?? [];
  const each = row.hosts.map(({ impact, verdict, connection }, at) => ({
    connection,
    impact: plainly(Impact.parse(impact)),
    verdict: Verdict.parse(verdict),
    role: sealed[at]?.role ?? "",
    targets: sealed[at]?.targets ?? [],
    settings: sealed[at]?.settings ?? {},
  }));
  return {
    hostOrder: HostOrder.parse(row.hostOrder),
    hosts: each.map(({ connection, impact, verdict, role, targets, settings }) => ({
      connection: { id: connection.id, name: connection.name, environment: connection.environment },
      role,
      ...(settings["interpreter"] === undefined ? {} : { interpreter: settings["interpreter"] }),
      targets: [...targets],
      effect: impact.effect,
      complete: impact.complete,
      differs: differences(each[0]!, { impact, role, settings }),
      decision: verdict.decision,
      rules: verdict.rules,
    })),
  };
}

/** Whether what was kept of a run in this state can be put back. */
export const leavesUndo = (state: string, partly: boolean): boolean =>
  state === "succeeded" || (partly && ["failed", "cancelled", "unknown"].includes(state));

function undoOf({ undo, undoneBy, state }: CommandRow): Pick<Command, "undo"> {
  if (undo === null || !leavesUndo(state, undo.partly)) return {};
  const { rows, expiresAt } = undo;
  const doneBy = undoneBy[0]?.id;
  const stands = expiresAt.getTime() > Date.now() ? "available" : "expired";
  return {
    undo: {
      state: doneBy === undefined ? stands : "done",
      rows,
      expiresAt: expiresAt.toISOString(),
      ...(doneBy === undefined ? {} : { doneBy }),
    },
  };
}

function executionOf(row: CommandRow): ExecutionShape | undefined {
  if (row.execution === null) return undefined;
  const summary = row.execution.summary as Partial<ExecutionSummary>;
  return Execution.parse({
    affected: [],
    notices: [],
    results: [],
    ...summary,
    id: row.execution.id,
    startedAt: row.execution.startedAt.toISOString(),
    ...(row.execution.endedAt === null ? {} : { endedAt: row.execution.endedAt.toISOString() }),
  });
}
