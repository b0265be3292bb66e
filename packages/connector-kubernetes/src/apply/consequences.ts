import { createHash } from "node:crypto";
import type { Drift } from "@interlock/connector";
import type { AskedToken, Breakage, Cascade, ObjectEffect } from "@interlock/protocol";
import { CONNECTION_CODES, type ConnectionChange } from "../impact/connections.ts";

/** What writes lead to that people agree to: less of it is no matter, more of it is. */
export interface Consequences {
  /** What is lost, by the object whose data it is. */
  losses: Record<string, string>;
  /** Why something elsewhere stops working, by its name. */
  breaks: Record<string, string[]>;
  /** Each connection that is let through or blocked, by the namespace it leads to. */
  connections: Record<string, string[]>;
  /** What the holder of a token may do, by its account. */
  rights: Record<string, string[]>;
  /** What could not be told. */
  missing: string[];
}

/** Connections that are kept one by one, some hundred bytes each; of more only whether they are the same ones. */
const CONNECTIONS = 10_000;

export function consequencesOf(
  each: readonly {
    effects?: readonly Pick<ObjectEffect, "object" | "dataLoss">[];
    cascades: readonly Cascade[];
    breaks?: readonly Breakage[] | undefined;
    token?: AskedToken | undefined;
  }[],
  missing: readonly string[],
  connections: readonly ConnectionChange[] = [],
): Consequences {
  const losses = new Map<string, string>();
  const breaks: Breakage[] = [];
  const rights = new Map<string, string[]>();
  for (const { effects = [], cascades, breaks: broken = [], token } of each) {
    if (token !== undefined) rights.set(accountOf(token), rightsOf(token));
    for (const { object, dataLoss } of [...effects, ...cascades]) if (dataLoss !== undefined) losses.set(object, dataLoss);
    // What is told of connections is shortened for reading: they are compared one by one.
    breaks.push(...broken.filter(({ code }) => code === undefined || !CONNECTION_CODES.has(code)));
  }
  return {
    losses: Object.fromEntries(losses),
    breaks: byObject(breaks),
    connections: byObject(connections.length > CONNECTIONS ? [asOne(connections)] : connections),
    rights: Object.fromEntries(rights),
    missing: [...missing],
  };
}

const accountOf = ({ account: { namespace, name } }: AskedToken): string => `v1 ServiceAccount ${namespace}/${name}`;

const rightsOf = ({ rights, more, moreDigest = "" }: AskedToken): string[] => [
  ...rights.flatMap(({ where, may }) => may.map((what) => `${what} ${where}`)),
  ...(more === undefined ? [] : [`one of ${more} rights that are not listed (${moreDigest})`]),
];

function byObject(told: readonly Pick<Breakage, "object" | "why">[]): Record<string, string[]> {
  const known = new Map<string, string[]>();
  for (const { object, why } of told) {
    const whys = known.get(object);
    if (whys === undefined) known.set(object, [why]);
    else whys.push(why);
  }
  return Object.fromEntries(known);
}

function asOne(connections: readonly ConnectionChange[]): ConnectionChange {
  const lines = connections.map(({ object, why }) => `${object} ${why}\n`).toSorted();
  const digest = createHash("sha256").update(lines.join("")).digest("hex");
  return {
    object: "the network",
    why: `${connections.length} connections change, which are not all those that were agreed to (${digest})`,
  };
}

/** A breakage in words that stay the same while pods come and go. Numbers in names, addresses and ports are no counts. */
const withoutCounts = (why: string): string => why.replaceAll(/(?<![\w./:-])\d+( of \d+)? (endpoint|pod)s?\b/gu, "# $2");

/** What `now` has and was not agreed to: more data that is lost, more that breaks, another connection. How a breakage is worded may have moved with counts in it. */
export function moreThan(agreed: Consequences, now: Consequences): Drift[] {
  const drift: Drift[] = [];
  for (const [object, why] of Object.entries(now.losses))
    if (!Object.hasOwn(agreed.losses, object)) drift.push({ object, why: `more would be lost than was agreed to: ${why}` });
  for (const [object, whys] of Object.entries(now.breaks)) {
    const known = of(agreed.breaks, object).map(withoutCounts);
    const fresh = whys.find((why) => {
      const at = known.indexOf(withoutCounts(why));
      if (at !== -1) known.splice(at, 1);
      return at === -1;
    });
    if (fresh === undefined) continue;
    drift.push({ object, why: `more would break than was agreed to: ${fresh}` });
  }
  for (const [object, may] of Object.entries(now.rights)) {
    const known = new Set(of(agreed.rights, object));
    const fresh = may.find((right) => !known.has(right));
    if (fresh !== undefined) drift.push({ object, why: `may do more than when it was agreed to: ${fresh}` });
  }
  for (const [object, whys] of Object.entries(now.connections)) {
    const known = new Set(of(agreed.connections, object));
    const fresh = whys.filter((why) => !known.has(why));
    const more = fresh.length > 1 ? `, and ${fresh.length - 1} more` : "";
    if (fresh.length > 0) drift.push({ object, why: `its connections would change otherwise than was agreed to: ${fresh[0]!}${more}` });
  }
  for (const words of now.missing)
    if (!agreed.missing.includes(words)) drift.push({ object: "the cluster", why: `does not tell all of it any more: ${words}` });
  return drift;
}

const of = (told: Record<string, string[]>, object: string): string[] => (Object.hasOwn(told, object) ? told[object]! : []);
