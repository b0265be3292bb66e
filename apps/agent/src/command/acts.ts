import { ok, refuse, type CommandState, type Outcome, type Principal } from "@interlock/protocol";
import type { Life } from "./command-parts.ts";
import { readRow, type CommandRow } from "./command-row.ts";
import { verdictOf } from "./command-row.ts";
import { actingRole, humans, type Human } from "./people.ts";
import { change, durably, lockRow, type Fact } from "./transition.ts";

export interface CommandAct {
  principal: Principal;
  commandId: string;
}

interface Acting {
  row: CommandRow;
  who: Human;
  role: "lead" | "responder";
}

/** Any responder or lead may stop a countdown; `run` resumes. */
export function hold(life: Life, { principal, commandId }: CommandAct): Promise<Outcome<undefined>> {
  return act(life, principal, commandId, {
    from: ["approved"],
    allowed: ({ row }) => row.runsAt !== null,
    elsewise: ["wrong_state", "It is not counting down."],
    data: ({ who }) => ({ state: "approved", runsAt: null, heldById: who.id }),
    fact: ({ row, who }) => ({ type: "command.held", actor: who.name, data: { title: row.title } }),
  });
}

/** Its authors and a lead may take back what has not run. */
export function withdraw(life: Life, { principal, commandId }: CommandAct): Promise<Outcome<undefined>> {
  return act(life, principal, commandId, {
    from: ["proposed", "awaiting_review", "approved"],
    allowed: ({ row, who, role }) => role === "lead" || wrote(row, who.id),
    elsewise: ["forbidden", "Its authors and the room's lead may withdraw it."],
    data: ({ row }) => ({ state: "withdrawn", runsAt: null, heldById: row.heldById }),
    fact: ({ row, who }) => ({ type: "command.withdrawn", actor: who.name, data: { title: row.title } }),
  });
}

/**
 * Whether this person may resume a held command: an author, the lead, or somebody its policy lets review it. A running countdown is held
 * first, so that nobody can skip the time in which the others may object.
 */
export async function mayRun(life: Life, principal: Principal, commandId: string, digest: string): Promise<Outcome<undefined>> {
  const row = await readRow(life.db, commandId);
  if (row === null) return refuse("not_found");
  if (digest !== row.digest) return refuse("digest_mismatch");
  const acting = await actingOn(life.db, principal, row);
  if (!acting.ok) return acting;
  const { who, role } = acting.value;
  const reviews = verdictOf(row).obligations.reviews.some(({ group }) => who.groups.includes(group));
  if (role !== "lead" && !wrote(row, who.id) && !reviews)
    return refuse("forbidden", "Its authors, its reviewers and the room's lead may run it.");
  if (row.state !== "approved") return refuse("wrong_state", `It is ${row.state}.`);
  if (row.runsAt !== null) return refuse("wrong_state", "It is counting down and runs by itself; hold it to stop that.");
  return ok(undefined);
}

export interface Cancelling extends CommandAct {
  /** The caller has just asked the database whether this person may act in the command's room; it is asked here where not. */
  mayAct?: true;
}

/** Any responder or lead may stop a running command. */
export async function cancel(life: Life, { principal, commandId, mayAct }: Cancelling): Promise<Outcome<undefined>> {
  // What runs is known here; while rows stream, every question to the database costs time in which more of them come.
  const running = life.runs.claimed(commandId);
  const row = running?.row ?? (await readRow(life.db, commandId));
  if (row === null) return refuse("not_found");
  const acting = mayAct ? ok(undefined) : await actingOn(life.db, principal, row);
  if (!acting.ok) return acting;
  if (running === undefined || !life.runs.cancel(commandId, principal.name))
    return refuse("wrong_state", `It is ${running === undefined ? row.state : "over"}; only what runs can be cancelled.`);
  life.log.info({ commandId, by: principal.name }, "cancelling a run");
  return ok(undefined);
}

interface Rule {
  from: readonly CommandState[];
  allowed(acting: Acting): boolean;
  elsewise: ["wrong_state" | "forbidden", string];
  data(acting: Acting): { state: CommandState; runsAt: Date | null; heldById: string | null };
  fact(acting: Acting): Fact;
}

function act(life: Life, principal: Principal, commandId: string, rule: Rule): Promise<Outcome<undefined>> {
  return durably<undefined>(life, async (tx) => {
    await lockRow(tx, commandId);
    const row = await readRow(tx, commandId);
    if (row === null) return refuse("not_found");
    const acting = await actingOn(tx, principal, row);
    if (!acting.ok) return acting;
    if (!rule.from.includes(row.state as CommandState)) return refuse("wrong_state", `It is ${row.state}.`);
    if (!rule.allowed(acting.value)) return refuse(...rule.elsewise);
    const events = await change(tx, row, { from: rule.from, data: rule.data(acting.value), facts: [rule.fact(acting.value)] });
    return events === undefined ? refuse("wrong_state") : ok({ value: undefined, events });
  });
}

async function actingOn(db: Pick<Life["db"], "user" | "roomMember">, principal: Principal, row: CommandRow): Promise<Outcome<Acting>> {
  const who = (await humans(db, [principal.id])).get(principal.id);
  if (who === undefined) return refuse("forbidden");
  const role = await actingRole(db, row.roomId, who);
  return role === "observer" ? refuse("observer") : ok({ row, who, role });
}

function wrote(row: CommandRow, userId: string): boolean {
  return row.proposerId === userId || row.authors.some((author) => author.userId === userId);
}
