import { judge, type Policy } from "@interlock/policy";
import { Environment, Impact, type Verdict } from "@interlock/protocol";
import { impactOf, verdictOf, type CommandRow } from "./command-row.ts";
import { together } from "./hosts.ts";
import type { Human } from "./people.ts";
import { seat, type Approver, type Seating } from "./seats.ts";
import { stricter } from "./stricter.ts";

export interface Case {
  proposer: Pick<Human, "id" | "name" | "groups">;
  connection: { name: string; connector: string; environment: string; labels: unknown };
  room: { id: string; severity: string | null } | undefined;
  impact: Impact;
  /** It puts back what a command changed. */
  undo?: unknown;
}

/** What the policy says of a command at this moment. */
export function judgeNow(policy: Policy, { proposer, connection, room, impact, undo }: Case): Verdict {
  return judge(policy, {
    principal: { id: proposer.id, name: proposer.name, groups: proposer.groups },
    connection: {
      name: connection.name,
      connector: connection.connector,
      environment: Environment.parse(connection.environment),
      labels: labelsOf(connection.labels),
    },
    room:
      room === undefined
        ? undefined
        : { id: room.id, incident: room.severity !== null, ...(room.severity === null ? {} : { severity: room.severity }) },
    impact,
    undo: undo !== undefined && undo !== null,
    now: new Date(),
  });
}

/** What it says of a command on several hosts: of each, and of all of it. */
export function judgeHosts(
  policy: Policy,
  of: Omit<Case, "connection" | "impact">,
  hosts: readonly Pick<Case, "connection" | "impact">[],
): { verdict: Verdict; each: Verdict[] } {
  const each = hosts.map((host) => judgeNow(policy, { ...of, ...host }));
  return { verdict: together(each.map((verdict, at) => ({ name: hosts[at]!.connection.name, verdict }))), each };
}

export function labelsOf(json: unknown): Record<string, string> {
  if (typeof json !== "object" || json === null) return {};
  return Object.fromEntries(Object.entries(json).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** What holds for a sealed command now: the stricter of what it was sealed under and what the policy says today. */
export function judgeAgain(inForce: Policy, row: CommandRow, proposer: Human): Verdict {
  const about = { proposer, room: row.room, undo: row.undoOfId };
  const again =
    row.hosts.length === 0
      ? judgeNow(inForce, { ...about, connection: row.connection, impact: impactOf(row) })
      : judgeHosts(
          inForce,
          about,
          row.hosts.map(({ connection, impact }) => ({ connection, impact: Impact.parse(impact) })),
        ).verdict;
  const verdict = stricter(verdictOf(row), again);
  const unexplained = verdict.obligations.reason && row.reason === null && verdict.decision !== "deny";
  return unexplained
    ? { ...verdict, decision: "deny", message: "The policy has come to demand a reason, and this command has none." }
    : verdict;
}

/**
 * Which approvals of a command count, and in which seat. Whoever was locked or has left the group since counts no more (I11): what they agreed
 * to waits for somebody else.
 */
export function seating(verdict: Verdict, row: CommandRow, people: Map<string, Human>, newcomer?: Human): Seating {
  const approvers: Approver[] = row.reviews
    .filter((review) => review.decision === "approve" && review.digest === row.digest && people.get(review.reviewerId)?.locked === false)
    .map((review) => ({
      id: review.reviewerId,
      groups: people.get(review.reviewerId)?.groups ?? [],
    }));
  return seat(verdict.obligations.reviews, newcomer === undefined ? approvers : [...approvers, newcomer]);
}
