import type { Effect, Impact, Lock, ObjectEffect, Statement } from "@interlock/protocol";
import { namedObject, takenAlong } from "./definition-words.ts";
import { bareName, count, duration, elapsed, figure, namesInShort } from "./figures.ts";
import { blocks, isGrave, modeName, worstFirst } from "./lock-words.ts";
import { gravestFirst, reachesOutside, sideEffectName, sideEffectNote } from "./side-effect-words.ts";
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

/** Writes that a foreign key may pass on. */
const PASSED_ON: ReadonlySet<Effect> = new Set(["append", "modify", "delete"]);

function cascades(statements: readonly Statement[]): Fact {
  // Those that reach nothing now are in the details.
  const all = statements.flatMap(({ cascades: found }) => found.filter(({ rows }) => rows.kind !== "exact" || rows.value > 0));
  const dropped = statements.flatMap(takenAlong);
  if (all.length === 0 && dropped.length > 0) {
    // A name with ` on ` is of a part of a table.
    const names = dropped.map(({ object }) => (object.includes(" on ") ? object.split(" on ")[0]! : bareName(object)));
    const more = names.length > 2 ? ` +${names.length - 2}` : "";
    return { name: "Cascades", value: `${names.slice(0, 2).join(" · ")}${more}`, note: "dropped, too", tone: "warn" };
  }
  if (all.length === 0) {
    const some = statements.some((statement) => statement.cascades.length > 0);
    const rows = statements.some(({ effects }) => effects.some(({ effect }) => PASSED_ON.has(effect)));
    const reads = statements.every(({ effect }) => effect === "read");
    const note = some ? "nothing hangs on these rows" : rows ? "no foreign key passes it on" : reads ? "it only reads" : "";
    return { name: "Cascades", value: "none", note, tone: "quiet" };
  }
  const byObject = all.toSorted((a, b) => b.rows.value - a.rows.value);
  const value = byObject
    .slice(0, 2)
    .map(({ object, rows }) => `${bareName(object)} ${figure(rows)}`)
    .join(" · ");
  const deepest = Math.max(...all.map(({ depth }) => depth));
  const acts = new Set(all.map(({ effect }) => (effect === "delete" ? "deleted" : "changed")));
  const levels = deepest > 1 ? `, ${deepest} levels deep` : "";
  const more = all.length > 2 ? `, ${all.length - 2} more` : "";
  return { name: "Cascades", value, note: `${[...acts].join(" or ")}, too${levels}${more}`, tone: "warn" };
}

function locks(statements: readonly Statement[]): Fact {
  const waits = statements.flatMap((statement) => statement.waits);
  const [wait] = waits;
  if (wait !== undefined) {
    const { blockedBy, object } = wait;
    const sessions = new Set(waits.map((one) => one.blockedBy.pid)).size;
    return {
      name: "Locks",
      value: `would wait now for ${sessions > 1 ? `${sessions} sessions` : blockedBy.user || "somebody"}`,
      note: [`on ${bareName(object)}`, blockedBy.age && `at it for ${elapsed(blockedBy.age)}`].filter(Boolean).join(" · "),
      tone: "warn",
    };
  }
  const held = heaviestLock(statements);
  if (held === undefined) return { name: "Locks", value: "none", note: "", tone: "quiet" };
  const { lock, words, grave } = held;
  return grave
    ? { name: "Locks", value: words, note: modeName(lock), tone: "warn" }
    : // Of locks nobody notices, PostgreSQL's own word is enough.
      { name: "Locks", value: words, note: blocks(lock), tone: "plain" };
}

/** The lock that keeps most away, in words: of a grave one what it does to others, `blocks writes of orders and 1 more`. */
export function heaviestLock(statements: readonly Statement[]): { lock: Lock; words: string; grave: boolean } | undefined {
  const all = statements.flatMap((statement) => statement.locks);
  const [lock] = worstFirst(all);
  if (lock === undefined) return undefined;
  const objects = [...new Set(all.filter(({ mode }) => mode === lock.mode).map(({ object }) => object))];
  // What it is about first: it is what people look for.
  const first = statements.flatMap(aboutFirst).find((object) => objects.includes(object)) ?? objects[0]!;
  const where = `${bareName(first)}${objects.length > 1 ? ` and ${objects.length - 1} more` : ""}`;
  const grave = isGrave(lock);
  return { lock, words: grave ? `${blocks(lock)} of ${where}` : `${modeName(lock)} on ${where}`, grave };
}

/** The objects of a statement's effects: what it names, tables before what belongs to them, what it writes before what it reads. */
function aboutFirst(statement: Statement): string[] {
  const named = namedObject(statement);
  const rank = (one: ObjectEffect) => (one === named ? 0 : 1) + (one.effect === "read" ? 4 : 0) + (one.kind === "table" ? 0 : 2);
  return statement.effects.toSorted((a, b) => rank(a) - rank(b)).map(({ object }) => object);
}

function plan(statements: readonly Statement[]): Fact {
  const rewrites = statements.flatMap((statement) => statement.rewrites);
  const scans = statements.flatMap((statement) => statement.scans);
  if (rewrites.length > 0) return wholeTables("rewrites", rewrites, "the whole table is written anew", statements);
  if (scans.length > 0) return wholeTables("reads all of", scans, "to check it or to build an index", statements);
  const planned = statements.filter((statement) => statement.plan !== undefined);
  const costliest = planned.toSorted((a, b) => b.plan!.cost - a.plan!.cost)[0]?.plan;
  if (costliest === undefined) {
    const defines = statements.every(
      ({ effect, title, effects }) =>
        effect === "schema" && /^(ALTER|CREATE)\b/u.test(title) && !effects.some((one) => one.effect === "read"),
    );
    return defines && statements.length > 0
      ? { name: "Plan", value: "no rewrite, no scan", note: "only definitions change", tone: "quiet" }
      : { name: "Plan", value: "not planned", note: "", tone: "quiet" };
  }
  const time = costliest.ms === undefined ? "" : ` · est. ${duration(costliest.ms)}`;
  const culprit = costliest.steps?.find((step) => step.culprit !== undefined)?.culprit;
  return {
    name: "Plan",
    value: costliest.node,
    note: culprit ?? `cost ${count(costliest.cost)}${time}`,
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
    value: `${verb} ${namesInShort(names)}`,
    note: size === "" ? words : [size, ...(grave ? [blocks(grave)] : [])].join(" · "),
    tone: "warn",
  };
}

function sideEffects(statements: readonly Statement[]): Fact {
  const all = gravestFirst(statements.flatMap((statement) => statement.sideEffects));
  const [first] = all;
  if (first === undefined) return { name: "Side effects", value: "none", note: "no trigger, no function", tone: "quiet" };
  // Of what a trigger's own insert draws from a sequence nobody needs to hear beside it.
  const more = all.filter((one) => one !== first && one.kind !== "sequence").length;
  const writes = first.writes !== undefined && first.writes.length > 0;
  return {
    name: "Side effects",
    value: `${sideEffectName(first)}${more > 0 ? ` +${more}` : ""}`,
    note: sideEffectNote(first),
    tone: reachesOutside(first) || writes ? "warn" : "plain",
  };
}
