import { TargetError, type GivenToken } from "@interlock/connector";
import { ok, type AuditEvent, type IssuedToken } from "@interlock/protocol";
import type { Life } from "../command/command-parts.ts";
import type { CommandRow } from "../command/command-row.ts";
import { humans } from "../command/people.ts";
import type { Run } from "../command/runs.ts";
import { durably, note } from "../command/transition.ts";
import { KEPT_MS } from "./token-shelf.ts";

interface Issuing {
  row: CommandRow;
  run: Run;
  /** Name of the proposer. */
  proposer: string;
}

/**
 * Takes a token that a run was given: the log says so first (I1), then it waits for its proposer, and the room knows its facts. Where the
 * log cannot be written nobody is given it.
 */
export async function takeToken(life: Life, { row, run, proposer }: Issuing, given: GivenToken): Promise<void> {
  const until = Math.min(Date.now() + KEPT_MS, Date.parse(given.facts.expiresAt));
  const facts: IssuedToken = { ...given.facts, keptUntil: new Date(until).toISOString(), state: "ready" };
  const written = await durably<undefined>(life, async (tx) => {
    const people = await humans(
      tx,
      row.reviews.map(({ reviewerId }) => reviewerId),
    );
    const agreedBy = row.reviews.flatMap(({ decision, reviewerId }) =>
      decision === "approve" ? [people.get(reviewerId)?.name ?? "removed"] : [],
    );
    const data = {
      title: row.title,
      connection: row.connection.name,
      ...recognised(facts),
      agreedBy,
      ...(row.reason === null ? {} : { reason: row.reason }),
    };
    return ok({ value: undefined, events: await note(tx, row, [{ type: "cluster_token.issued", actor: proposer, data }]) });
  });
  if (!written.ok) throw new TargetError("audit_unavailable", "That it was issued could not be written to the audit log.");
  // Whose access ended meanwhile is not given it: nobody would come for it, or somebody who may not.
  if (run.stopped === undefined || "by" in run.stopped) {
    const { facts: known, ...rest } = given;
    life.tokens.put({ commandId: row.id, proposerId: row.proposerId, until, token: { ...known, ...rest, warnings: [...given.warnings] } });
  }
  run.execution.tokens = [...(run.execution.tokens ?? []), facts];
  run.progress();
}

/** What the log keeps of a token, by which it can be told from others. */
export function recognised({
  account,
  audiences,
  expiresAt,
  boundTo,
  id,
  sha256,
}: Omit<IssuedToken, "keptUntil" | "state">): AuditEvent["data"] {
  return {
    account: `${account.namespace}/${account.name}`,
    audiences,
    expiresAt,
    ...(boundTo === undefined ? {} : { boundTo: `${boundTo.kind} ${boundTo.name}` }),
    ...(id === undefined ? {} : { id }),
    sha256,
  };
}
