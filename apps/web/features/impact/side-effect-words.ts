import { sumRows, type Effect, type SideEffect } from "@interlock/protocol";
import { bareName, figure } from "./figures.ts";

/** The kinds that a person must know of first. */
const ORDER: readonly SideEffect["kind"][] = [
  "program",
  "file",
  "network",
  "function",
  "trigger",
  "notify",
  "background",
  "largeObject",
  "session",
  "sequence",
];

/** What is left to say of a kind that writes no table. */
const NOTES: Partial<Record<SideEffect["kind"], string>> = {
  program: "runs on the database server",
  file: "on the database server",
  network: "reaches another server",
  notify: "tells its listeners at commit",
  sequence: "its numbers do not come back",
};

const BY_EFFECT: Record<Effect, string> = {
  read: "only reads",
  session: "changes nothing lasting",
  append: "adds something",
  modify: "changes something",
  delete: "deletes something",
  schema: "changes definitions",
  privilege: "changes rights",
  unknown: "may do anything",
};

/** Whether it leaves the database, where nothing takes it back. */
export const reachesOutside = ({ kind }: Pick<SideEffect, "kind">) => kind === "file" || kind === "program" || kind === "network";

/** Gravest first: what reaches outside, then what writes; one entry for each thing however often it happens. */
export function gravestFirst(all: readonly SideEffect[]): SideEffect[] {
  const unique = [...Map.groupBy(all, ({ kind, name }) => `${kind} ${name}`).values()].map(together);
  const rank = (one: SideEffect) => (reachesOutside(one) ? 0 : one.writes && one.writes.length > 0 ? 1 : 2);
  return unique.toSorted((a, b) => rank(a) - rank(b) || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

/** The same thing set off several times: what it writes adds up. */
function together(same: readonly SideEffect[]): SideEffect {
  const [first] = same;
  const all = same.flatMap(({ writes }) => writes ?? []);
  if (same.length === 1 || all.length === 0) return first!;
  const byTable = Map.groupBy(all, ({ object, effect }) => `${effect} ${object}`);
  return { ...first!, writes: [...byTable.values()].map((writes) => ({ ...writes[0]!, rows: sumRows(writes.map(({ rows }) => rows)) })) };
}

/** `trigger audit_orders`: what it is, as a person would name it. */
export function sideEffectName({ kind, name }: Pick<SideEffect, "kind" | "name">): string {
  const what = kind === "largeObject" ? "large object" : kind;
  // A trigger's name goes on with the function it calls.
  return `${what} ${bareName(name.split(" → ")[0]!)}`;
}

/** `writes audit 12,431`, or what else it means. */
export function sideEffectNote(one: SideEffect): string {
  const writes = (one.writes ?? []).map(({ object, rows }) => `${bareName(object)} ${figure(rows)}`);
  if (writes.length > 0) return `writes ${[...new Set(writes)].join(", ")}`;
  return NOTES[one.kind] ?? BY_EFFECT[one.effect];
}
