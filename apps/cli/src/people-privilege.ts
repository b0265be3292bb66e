import type { Db } from "@interlock/db";
import { heldEffects, type Policy } from "@interlock/policy";
import { Environment, type Effect, type Verdict } from "@interlock/protocol";

/** What one person may do on one connection, and did. */
export interface PersonUse {
  person: string;
  groups: string[];
  connection: string;
  effects: { effect: Effect; may: Verdict["decision"]; rules: string[]; times: number; last?: string }[];
}

/** What a group may agree to, and did. */
export interface ReviewUse {
  group: string;
  members: string[];
  /** Members who agreed for it. */
  used: { person: string; times: number; last: string }[];
}

export interface PeoplePrivilege {
  days: number;
  people: PersonUse[];
  reviews: ReviewUse[];
}

/**
 * What people may do by policy against what was run for them in these days. `may` is what policy says of an ordinary statement with that effect
 * now, outside an incident; rules that look at rows, objects or the hour may say otherwise of one.
 */
export async function peoplePrivilege(db: Db, policy: Policy, days: number, now = new Date()): Promise<PeoplePrivilege> {
  const since = new Date(now.getTime() - days * 86_400_000);
  const users = await db.user.findMany({ where: { lockedAt: null }, include: { groups: true }, orderBy: { name: "asc" } });
  const connections = await db.connection.findMany({ orderBy: { name: "asc" } });
  const ran = await db.command.groupBy({
    by: ["proposerId", "connectionId", "effect"],
    where: { execution: { startedAt: { gte: since } }, dryRun: false },
    _count: { _all: true },
    _max: { proposedAt: true },
  });
  const reviews = await db.review.groupBy({
    by: ["reviewerId", "group"],
    where: { at: { gte: since }, decision: "approve" },
    _count: { _all: true },
    _max: { at: true },
  });
  const key = (person: string, connection: string, effect: string): string => `${person} ${connection} ${effect}`;
  const used = new Map(ran.map((one) => [key(one.proposerId, one.connectionId, one.effect), one]));
  const people = users.flatMap((user) =>
    connections.map((connection): PersonUse => {
      const groups = user.groups.map(({ group }) => group).toSorted();
      const held = heldEffects(policy, {
        principal: { id: user.id, name: user.name, groups },
        connection: { ...connection, environment: Environment.parse(connection.environment), labels: labelsOf(connection.labels) },
        now,
      });
      const effects = held.map(({ effect, may, rules }) => {
        const use = used.get(key(user.id, connection.id, effect));
        const last = use?._max.proposedAt?.toISOString();
        return {
          effect,
          may,
          rules,
          times: use?._count._all ?? 0,
          ...(last === undefined ? {} : { last }),
        };
      });
      return { person: user.name, groups, connection: connection.name, effects };
    }),
  );
  return { days, people, reviews: reviewsOf(policy, users, reviews) };
}

interface Member {
  id: string;
  name: string;
  groups: { group: string }[];
}

/** Groups that rules ask, whoever is in them. */
function reviewsOf(
  policy: Policy,
  users: readonly Member[],
  made: readonly { reviewerId: string; group: string | null; _count: { _all: number }; _max: { at: Date | null } }[],
): ReviewUse[] {
  const groups = new Set(policy.rules.filter(({ enabled }) => enabled).flatMap(({ reviews }) => reviews.map(({ group }) => group)));
  return [...groups].toSorted().map((group) => ({
    group,
    members: users.filter((user) => user.groups.some((one) => one.group === group)).map(({ name }) => name),
    used: made
      .filter((one) => one.group === group)
      .map(({ reviewerId, _count, _max }) => ({
        person: users.find(({ id }) => id === reviewerId)?.name ?? "somebody who is locked out",
        times: _count._all,
        last: _max.at?.toISOString() ?? "",
      })),
  }));
}

const labelsOf = (labels: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries((labels ?? {}) as object).filter((pair): pair is [string, string] => typeof pair[1] === "string"));

/** A line for each person and connection: what was used, and what was not. */
export function peopleText({ days, people, reviews }: PeoplePrivilege): string {
  const lines = people.map(({ person, groups, connection, effects }) => {
    const held = effects.filter(({ may }) => may !== "deny");
    const words = (list: typeof held): string =>
      list.map(({ effect, may, times }) => `${effect}${may === "review" ? " (reviewed)" : ""}${times > 0 ? ` ×${times}` : ""}`).join(", ");
    const [used, unused] = [held.filter(({ times }) => times > 0), held.filter(({ times }) => times === 0)];
    const parts = [used.length === 0 ? "did nothing" : `did ${words(used)}`, ...(unused.length === 0 ? [] : [`never: ${words(unused)}`])];
    return `${person} (${groups.join(", ") || "in no group"}) on ${connection}: ${parts.join("; ")}`;
  });
  const asked = reviews.map(({ group, members, used }) => {
    const idle = members.filter((name) => !used.some(({ person }) => person === name));
    const agreed = used.map(({ person, times }) => `${person} ×${times}`).join(", ") || "nobody";
    return `group ${group} agreed: ${agreed}${idle.length === 0 ? "" : `; never: ${idle.join(", ")}`}`;
  });
  return [...lines, "", ...asked, "", `What was run and agreed to in the last ${days} days, by Interlock's own record.`].join("\n");
}
