import type { Impact, Statement } from "@interlock/protocol";
import { bareName, count, duration, figure } from "./figures.ts";
import { blocks, isGrave, modeName, worstFirst } from "./lock-words.ts";
import { sizeInWords } from "./table-size.ts";

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
  // Those that reach nothing now are in the details.
  const all = statements.flatMap(({ cascades: found }) => found.filter(({ rows }) => rows.kind !== "exact" || rows.value > 0));
  const some = statements.some((statement) => statement.cascades.length > 0);
  const writes = statements.some(({ effect }) => effect !== "read" && effect !== "session");
  if (all.length === 0)
    return {
      name: "Cascades",
      value: "none",
      note: some ? "nothing hangs on these rows" : writes ? "no foreign key passes it on" : "it only reads",
      tone: "quiet",
    };
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

function locks(statements: readonly Statement[]): Fact {
  const all = statements.flatMap((statement) => statement.locks);
  if (all.length === 0) return { name: "Locks", value: "none", note: "", tone: "quiet" };
  const [worst] = worstFirst(all);
  const objects = new Set(all.filter(({ mode }) => mode === worst!.mode).map(({ object }) => object));
  const [only] = objects;
  const where = objects.size === 1 ? bareName(only!) : `${objects.size} tables`;
  const waits = statements.reduce((sum, statement) => sum + statement.waits.length, 0);
  const wait = waits > 0 ? `would wait for ${waits} ${waits === 1 ? "session" : "sessions"} now · ` : "";
  const grave = isGrave(worst!);
  return {
    name: "Locks",
    // What it does to others in large; of locks nobody notices, PostgreSQL's own word is enough.
    value: grave ? `${blocks(worst!)} of ${where}` : `${modeName(worst!)} on ${where}`,
    note: wait + (grave ? modeName(worst!) : blocks(worst!)),
    tone: waits > 0 || grave ? "warn" : "plain",
  };
}

function plan(statements: readonly Statement[]): Fact {
  const rewrites = statements.flatMap((statement) => statement.rewrites);
  const scans = statements.flatMap((statement) => statement.scans);
  if (rewrites.length > 0) return wholeTables("rewrites", rewrites, "the whole table is written anew", statements);
  if (scans.length > 0) return wholeTables("scans", scans, "the whole table is validated", statements);
  const planned = statements.filter((statement) => statement.plan !== undefined);
  const costliest = planned.toSorted((a, b) => b.plan!.cost - a.plan!.cost)[0]?.plan;
  if (costliest === undefined) return { name: "Plan", value: "not planned", note: "", tone: "quiet" };
  const time = costliest.ms === undefined ? "" : ` · est. ${duration(costliest.ms)}`;
  const culprit = costliest.steps?.find((step) => step.culprit !== undefined)?.culprit;
  return {
    name: "Plan",
    value: costliest.node,
    note: `${culprit === undefined ? "" : `${culprit} · `}cost ${count(costliest.cost)}${time}`,
    tone: culprit === undefined ? "plain" : "warn",
  };
}

/** `rewrites orders`, `≈ 200,000 rows · 25 MB · blocks reads and writes`; in words where nobody measured. */
function wholeTables(verb: string, objects: readonly string[], words: string, statements: readonly Statement[]): Fact {
  const names = [...new Set(objects)];
  const size = sizeInWords(statements, names);
  const grave = worstFirst(statements.flatMap(({ locks: held }) => held.filter(({ object }) => names.includes(object))))[0];
  return {
    name: "Plan",
    value: `${verb} ${names.length === 1 ? bareName(names[0]!) : `${names.length} tables`}`,
    note: size === "" ? words : [size, ...(grave ? [blocks(grave)] : [])].join(" · "),
    tone: "warn",
  };
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
