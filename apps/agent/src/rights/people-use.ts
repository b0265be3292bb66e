import type { Db } from "@interlock/db";
import { heldEffects, type Policy } from "@interlock/policy";
import { Environment, Impact, type Connection, type PeopleUse, type PersonUse } from "@interlock/protocol";
import { labelsOf } from "../command/judgement.ts";

/** Newest commands whose requests are told one by one. */
const COMMANDS = 5_000;
const PAGE = 200;
/** Different requests of one person that are told. */
const REQUESTS = 50;

type Requests = Map<string, { text: string; times: number; last: Date }>;

/** What people may do on a connection by policy against what was run for them, by Interlock's own record. */
export async function peopleUse(db: Db, policy: Policy, connection: Connection, days: number, now = new Date()): Promise<PeopleUse> {
  const since = new Date(now.getTime() - days * 86_400_000);
  const ran = { connectionId: connection.id, dryRun: false, execution: { startedAt: { gte: since } } };
  const [users, counts, made, requests] = await Promise.all([
    db.user.findMany({ where: { lockedAt: null }, include: { groups: true }, orderBy: { name: "asc" } }),
    db.command.groupBy({ by: ["proposerId", "effect"], where: ran, _count: { _all: true }, _max: { proposedAt: true } }),
    db.connection.findUnique({ where: { id: connection.id }, select: { createdAt: true } }),
    requestsOf(db, ran),
  ]);
  const people = users.map(({ id, name, groups: of }): PersonUse => {
    const groups = of.map(({ group }) => group).toSorted();
    const place = { ...connection, environment: Environment.parse(connection.environment), labels: labelsOf(connection.labels) };
    const effects = heldEffects(policy, { principal: { id, name, groups }, connection: place, now });
    return {
      person: name,
      groups,
      effects: effects.map(({ effect, may, rules }) => {
        const used = counts.find((one) => one.proposerId === id && one.effect === effect);
        const last = used?._max.proposedAt?.toISOString();
        // Whoever is in no group observes, whatever the rules would say of what they propose (I8).
        const held = groups.length === 0 ? { may: "deny" as const, rules: [] } : { may, rules };
        return { effect, ...held, times: used?._count._all ?? 0, ...(last === undefined ? {} : { last }) };
      }),
      requests: [...(requests.get(id)?.values() ?? [])]
        .toSorted((left, right) => right.times - left.times)
        .slice(0, REQUESTS)
        .map(({ last, ...one }) => ({ ...one, last: last.toISOString() })),
    };
  });
  return { days, ...(made === null ? {} : { recordedSince: made.createdAt.toISOString() }), people };
}

/** Requests that were sent for each person, by what they did to which kind of object where. */
async function requestsOf(db: Db, where: object): Promise<Map<string, Requests>> {
  const found = new Map<string, Requests>();
  for (let skip = 0; skip < COMMANDS; skip += PAGE) {
    const rows = await db.command.findMany({
      where: { ...where, state: "succeeded", NOT: { effect: "read" } },
      select: { proposerId: true, proposedAt: true, impact: true },
      orderBy: { proposedAt: "desc" },
      skip,
      take: PAGE,
    });
    for (const { proposerId, proposedAt, impact } of rows) {
      const read = Impact.safeParse(impact);
      if (!read.success) continue;
      const requests: Requests = found.get(proposerId) ?? new Map();
      found.set(proposerId, requests);
      for (const { request, effects } of read.data.statements) {
        if (request === undefined) continue;
        const text = requestText(request, effects[0]?.object);
        const known = requests.get(text);
        requests.set(text, { text, times: (known?.times ?? 0) + 1, last: known?.last ?? proposedAt });
      }
    }
    if (rows.length < PAGE) break;
  }
  return found;
}

const VERBS: Readonly<Record<string, string>> = { POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" };

/** `patch apps/v1 Deployment in payments`. */
function requestText({ method, subresource }: { method: string; subresource?: string | undefined }, object: string | undefined): string {
  const [version = "", kind = "", name = ""] = (object ?? "").split(" ", 3);
  const namespace = name.includes("/") ? ` in ${name.slice(0, name.indexOf("/"))}` : "";
  return `${VERBS[method] ?? method.toLowerCase()} ${version} ${kind}${subresource === undefined ? "" : `/${subresource}`}${namespace}`.trim();
}
