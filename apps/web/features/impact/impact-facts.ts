import type { Impact, Lock, Statement } from "@interlock/protocol";
import { bareName, count, duration, figure } from "./figures.ts";

/** The facts under the sentence, in their order. */
export const FACT_NAMES = ["Cascades", "Locks", "Plan", "Side effects"] as const;

/** One of the four facts under the sentence. `tone` is `quiet` when there is nothing to tell. */
export interface Fact {
  name: (typeof FACT_NAMES)[number];
  value: string;
  note: string;
  tone: "quiet" | "plain" | "warn";
}

export function impactFacts(impact: Impact): Fact[] {
  const facts = [cascades(impact.statements), locks(impact.statements), plan(impact.statements), sideEffects(impact.statements)];
  // Where something could not be worked out, the absence of a fact says nothing (I3).
  return impact.complete ? facts : facts.map((fact) => (fact.tone === "quiet" ? { ...fact, value: "not known", note: "" } : fact));
}

function cascades(statements: readonly Statement[]): Fact {
  const all = statements.flatMap((statement) => statement.cascades);
  const writes = statements.some(({ effect }) => effect !== "read" && effect !== "session");
  if (all.length === 0)
    return { name: "Cascades", value: "none", note: writes ? "no foreign key passes it on" : "it only reads", tone: "quiet" };
  const byObject = all.toSorted((a, b) => b.rows.value - a.rows.value);
  const value = byObject
    .slice(0, 2)
    .map(({ object, rows }) => `${bareName(object)} ${figure(rows)}`)
    .join(" · ");
  const deepest = Math.max(...all.map(({ depth }) => depth));
  const acts = new Set(all.map(({ effect }) => (effect === "delete" ? "deletes" : "changes")));
  const more = all.length > 2 ? `, ${all.length - 2} more` : "";
  return {
    name: "Cascades",
    value,
    note: `${[...acts].join(" and ")}, ${deepest} ${deepest === 1 ? "level" : "levels"}${more}`,
    tone: "warn",
  };
}

/** PostgreSQL's table-level modes, weakest first, and what each keeps others from. Documentation, “Explicit Locking”, table 13.2. */
const MODES: readonly (readonly [mode: string, blocks: string])[] = [
  ["AccessShareLock", "blocks nobody"],
  ["RowShareLock", "blocks no reads or writes"],
  ["RowExclusiveLock", "blocks no reads"],
  ["ShareUpdateExclusiveLock", "blocks no reads or writes"],
  ["ShareLock", "blocks writes"],
  ["ShareRowExclusiveLock", "blocks writes"],
  ["ExclusiveLock", "blocks writes"],
  ["AccessExclusiveLock", "blocks reads and writes"],
];

const strength = (lock: Lock) => MODES.findIndex(([mode]) => mode === lock.mode);

function locks(statements: readonly Statement[]): Fact {
  const all = statements.flatMap((statement) => statement.locks);
  if (all.length === 0) return { name: "Locks", value: "none", note: "", tone: "quiet" };
  const strongest = all.toSorted((a, b) => strength(b) - strength(a))[0]!;
  const objects = new Set(all.filter(({ mode }) => mode === strongest.mode).map(({ object }) => object));
  const [only] = objects;
  const where = objects.size === 1 ? bareName(only!) : `${objects.size} tables`;
  const waits = statements.reduce((sum, statement) => sum + statement.waits.length, 0);
  const blocks = MODES[strength(strongest)]?.[1] ?? "";
  const notes = [blocks, waits > 0 ? `would wait for ${waits} ${waits === 1 ? "session" : "sessions"} now` : ""].filter(Boolean);
  const grave = waits > 0 || strength(strongest) >= MODES.findIndex(([mode]) => mode === "ShareLock");
  return {
    name: "Locks",
    value: `${strongest.mode.replace(/Lock$/u, "")} on ${where}`,
    note: notes.join(" · "),
    tone: grave ? "warn" : "plain",
  };
}

function plan(statements: readonly Statement[]): Fact {
  const planned = statements.filter((statement) => statement.plan !== undefined);
  const costliest = planned.toSorted((a, b) => b.plan!.cost - a.plan!.cost)[0]?.plan;
  if (costliest === undefined) return { name: "Plan", value: "not planned", note: "", tone: "quiet" };
  const time = costliest.ms === undefined ? "" : ` · est. ${duration(costliest.ms)}`;
  const rewrites = statements.flatMap((statement) => statement.rewrites);
  const scans = statements.flatMap((statement) => statement.scans);
  if (rewrites.length > 0)
    return { name: "Plan", value: `rewrites ${bareName(rewrites[0]!)}`, note: "the whole table is written anew", tone: "warn" };
  if (scans.length > 0) return { name: "Plan", value: `scans ${bareName(scans[0]!)}`, note: "the whole table is validated", tone: "warn" };
  return { name: "Plan", value: costliest.node, note: `cost ${count(costliest.cost)}${time}`, tone: "plain" };
}

function sideEffects(statements: readonly Statement[]): Fact {
  const all = statements.flatMap((statement) => statement.sideEffects);
  if (all.length === 0) return { name: "Side effects", value: "none", note: "no trigger, no function", tone: "quiet" };
  const first = all.find(({ writes }) => writes !== undefined && writes.length > 0) ?? all[0]!;
  const written = [...new Set(all.flatMap(({ writes }) => (writes ?? []).map(({ object, rows }) => `${object} ${figure(rows)}`)))];
  const more = all.length > 1 ? ` +${all.length - 1}` : "";
  const kind = first.kind === "largeObject" ? "large object" : first.kind;
  const outside = all.some(({ kind: k }) => k === "file" || k === "program" || k === "network");
  return {
    name: "Side effects",
    value: `${kind} ${bareName(first.name)}${more}`,
    note: written.length > 0 ? `writes ${written.slice(0, 2).join(", ")}` : outside ? "reaches outside the database" : first.effect,
    tone: outside || written.length > 0 ? "warn" : "plain",
  };
}

/** What an undo could take back, in the words of a chip. The worst of the statements counts. */
export function reversibility(impact: Impact): { text: string; tone: "good" | "warn" | "bad" } | undefined {
  const writing = impact.statements.filter(({ effect }) => effect !== "read" && effect !== "session");
  if (writing.length === 0) return undefined;
  if (writing.some(({ reversible }) => reversible === "no")) return { text: "cannot be undone", tone: "bad" };
  if (writing.some(({ reversible }) => reversible === "partial")) return { text: "can be undone in part", tone: "warn" };
  return { text: "can be undone", tone: "good" };
}
