import type { Tx } from "@interlock/db";
import { ok, refuse, type Execution, type FetchedToken, type IssuedToken, type Outcome, type Principal } from "@interlock/protocol";
import type { Life } from "../command/command-parts.ts";
import { readRow, type ExecutionSummary } from "../command/command-row.ts";
import { actingRole } from "../command/people.ts";
import { durably, note } from "../command/transition.ts";
import { recognised } from "./issued-tokens.ts";

const OTHERS = "A token is handed to the person who proposed the command, and to nobody else.";

/** Hands the tokens of a command to its proposer, once. They leave when the log has it; while it cannot be written they stay where they are. */
export async function fetchTokens(life: Life, principal: Principal, commandId: string): Promise<Outcome<FetchedToken[]>> {
  const row = await readRow(life.db, commandId);
  if (row === null) return refuse("not_found");
  if (row.proposerId !== principal.id) return refuse("forbidden", OTHERS);
  if ((await actingRole(life.db, row.roomId, principal)) === "observer") return refuse("observer");
  const taken = life.tokens.take(commandId);
  if (taken.length === 0) {
    const known = life.runs.live(commandId)?.tokens ?? (row.execution?.summary as Partial<ExecutionSummary> | undefined)?.tokens ?? [];
    if (known.length === 0) return refuse("wrong_state", "It has no token to hand out.");
    return refuse("token_gone", known.some(({ fetchedAt }) => fetchedAt !== undefined) ? "You have fetched it before." : undefined);
  }
  const handed: Handed = { at: new Date().toISOString(), statements: new Set(taken.map(({ token }) => token.statement)) };
  const live = life.runs.live(commandId);
  const written = await durably<undefined>(life, async (tx) => {
    const facts = taken.map(({ token }) => ({
      type: "cluster_token.fetched" as const,
      actor: principal.name,
      data: { title: row.title, connection: row.connection.name, ...recognised(token) },
    }));
    const events = await note(tx, row, facts);
    // First: a run that ends meanwhile writes what it knows.
    if (live?.tokens !== undefined) live.tokens = fetched(live.tokens, handed);
    await keepFetched(tx, commandId, handed);
    return ok({ value: undefined, events });
  });
  if (!written.ok) {
    if (live?.tokens !== undefined) live.tokens = notFetched(live.tokens, handed);
    for (const one of taken) life.tokens.put(one);
    return written;
  }
  await life.announce(commandId);
  return ok(taken.map(({ token }) => token));
}

interface Handed {
  at: string;
  /** Of a command with several tokens, those that were there to be had. */
  statements: ReadonlySet<number>;
}

const fetched = (tokens: readonly IssuedToken[], { at, statements }: Handed): IssuedToken[] =>
  tokens.map((token) => (statements.has(token.statement) ? { ...token, state: "fetched", fetchedAt: at } : token));

/** As they were before; a run may have been given others meanwhile. */
const notFetched = (tokens: readonly IssuedToken[], { statements }: Handed): IssuedToken[] =>
  tokens.map(({ fetchedAt, ...token }) =>
    statements.has(token.statement) ? { ...token, state: "ready" } : { ...token, ...(fetchedAt === undefined ? {} : { fetchedAt }) },
  );

/** A run that has not ended yet has no summary; it is written with what the run knows by then. */
async function keepFetched(tx: Tx, commandId: string, handed: Handed): Promise<void> {
  await tx.$queryRaw`SELECT 1 AS locked FROM "Execution" WHERE "commandId" = ${commandId}::uuid FOR UPDATE`;
  const execution = await tx.execution.findUnique({ where: { commandId }, select: { summary: true } });
  const summary = execution?.summary as Partial<ExecutionSummary> | undefined;
  if (summary?.tokens === undefined) return;
  await tx.execution.update({ where: { commandId }, data: { summary: { ...summary, tokens: fetched(summary.tokens, handed) } } });
}

/** The execution with what is to be had of its tokens at this moment. */
export function withTokenStates(
  execution: Execution,
  commandId: string,
  tokens: { has(commandId: string, statement: number): boolean },
): Execution {
  if (execution.tokens === undefined) return execution;
  return {
    ...execution,
    tokens: execution.tokens.map((token) => ({
      ...token,
      state: token.fetchedAt !== undefined ? "fetched" : tokens.has(commandId, token.statement) ? "ready" : "lost",
    })),
  };
}
