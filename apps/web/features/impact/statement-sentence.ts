import { sumRows, type Effect, type ObjectEffect, type Rows, type Statement } from "@interlock/protocol";
import { droppedTables, drops, namedObject } from "./definition-words.ts";
import { certainty, count, namesInShort, rowsInWords, share } from "./figures.ts";
import type { ImpactSentence } from "./impact-sentence.ts";
import { blocks, isGrave, worstFirst } from "./lock-words.ts";
import { gravestFirst, sideEffectName } from "./side-effect-words.ts";
import { sizeInWords } from "./table-size.ts";

/** What one statement comes to: the consequence in large, not the verb that was typed. */
export function statementSentence(statement: Statement): ImpactSentence {
  switch (statement.effect) {
    case "read":
      return reading(statement);
    case "session":
      return onItsSession(statement);
    case "append":
    case "modify":
    case "delete":
      return writing(statement);
    case "schema":
      return defining(statement);
    case "privilege":
      return onRights(statement);
    case "unknown":
      return { big: "What this does cannot be known", small: [statement.title] };
  }
}

/** What comes back is what a reader waits for; what is read on the way is in the details. */
function reading({ title, effects, plan }: Statement): ImpactSentence {
  const from = effects.length === 0 ? "reads no table" : `from ${namesInShort(effects.map(({ object }) => object))}`;
  const last = plan?.steps?.[0];
  if (last !== undefined) {
    const rows: Rows = { value: last.rows, kind: "estimate" };
    return { big: `${rowsInWords(rows)} ${Math.round(last.rows) === 1 ? "comes" : "come"} back`, small: [from, certainty(rows)] };
  }
  const [target] = effects.toSorted((a, b) => b.rows.value - a.rows.value);
  return target === undefined
    ? { big: title, small: [from] }
    : { big: `Reads ${rowsInWords(target.rows)} of ${target.object}`, small: [certainty(target.rows), ...others(effects.length - 1)] };
}

function onItsSession(statement: Statement): ImpactSentence {
  const [worst] = worstFirst(statement.locks);
  if (worst !== undefined && isGrave(worst)) return { big: `${capital(blocks(worst))} of ${worst.object}`, small: ["until it ends"] };
  return { big: statement.title, small: ["changes its own session only"] };
}

const WRITING: readonly Effect[] = ["delete", "modify", "append"];
const VERBS: Partial<Record<Effect, string>> = { delete: "deletes", modify: "changes", append: "adds" };

function writing(statement: Statement): ImpactSentence {
  const { effects, sideEffects, rewrites, title } = statement;
  if (rewrites.length > 0) return wholeTables("Writes all of", rewrites, "anew", statement);
  const written = effects.filter(({ effect }) => WRITING.includes(effect));
  // Rows that are hit, however few, say more than those of a branch that is not taken.
  const target = written.toSorted(
    (a, b) =>
      Number(isNone(a.rows)) - Number(isNone(b.rows)) ||
      WRITING.indexOf(a.effect) - WRITING.indexOf(b.effect) ||
      b.rows.value - a.rows.value,
  )[0];
  if (target === undefined) {
    const [gravest, ...more] = gravestFirst(sideEffects);
    if (gravest === undefined) return { big: title, small: [`${VERBS[statement.effect]} something`] };
    const [first, ...rest] = gravest.writes ?? [];
    if (first === undefined) return { big: capital(sideEffectName(gravest)), small: others(more.length) };
    return {
      big: `${rowsInWords(first.rows)} ${preposition(first.effect)} ${first.object}`,
      small: [`by ${sideEffectName(gravest)}`, certainty(first.rows), ...others(rest.length)],
    };
  }
  const small = shareOf(target.rows);
  const beside = written.filter((one) => one !== target && one.object === target.object && !isNone(one.rows));
  for (const { effect, rows } of beside) small.push(`${VERBS[effect]} ${rowsInWords(rows)} there, too`);
  small.push(certainty(target.rows));
  const elsewhere = new Set(written.filter(({ object }) => object !== target.object).map(({ object }) => object)).size;
  return { big: `${rowsInWords(target.rows)} ${preposition(target.effect)} ${target.object}`, small: [...small, ...others(elsewhere)] };
}

/** Of definitions the rows that go count most, then what everybody has to wait for. */
function defining(statement: Statement): ImpactSentence {
  const { title, rewrites, scans } = statement;
  const gone = droppedTables(statement);
  if (gone.length > 0) {
    const rows = sumRows(gone.map((one) => one.rows));
    const what = gone.length > 1 ? `${count(gone.length)} tables` : gone[0]!.object;
    return { big: `Drops ${what} with ${rowsInWords(rows)}`, small: [title, certainty(rows)] };
  }
  const named = namedObject(statement);
  if (drops(statement)) return { big: `Drops ${named ? `${named.kind} ${named.object}` : title.replace(/^DROP /u, "")}`, small: [] };
  if (/^ALTER\b/u.test(title)) {
    if (rewrites.length > 0) return wholeTables("Writes all of", rewrites, "anew", statement);
    if (scans.length > 0) return wholeTables("Reads all of", scans, "", statement);
  }
  const small = named && !title.endsWith(named.object) ? [`${named.kind} ${named.object}`] : [];
  if (scans.length > 0) small.push(`reads all of ${namesInShort(scans)}`);
  return { big: title, small: [...small, ...whoWaits(statement)] };
}

function onRights({ title, effects, sideEffects }: Statement): ImpactSentence {
  const outside = gravestFirst(sideEffects).find(({ kind }) => kind === "program" || kind === "file");
  const objects = effects.map(({ kind, object }) => (kind === "table" ? object : `${kind} ${object}`));
  if (outside !== undefined)
    return {
      big: outside.kind === "program" ? "Runs a program on the database server" : "Uses a file of the database server",
      small: [title, ...objects.slice(0, 1)],
    };
  return { big: title, small: objects.slice(0, 2) };
}

function wholeTables(begin: string, objects: readonly string[], end: string, statement: Statement): ImpactSentence {
  const big = [begin, objects.length === 1 ? objects[0] : namesInShort(objects), end].filter(Boolean).join(" ");
  const size = sizeInWords([statement], [...new Set(objects)]);
  return { big, small: [statement.title, ...(size === "" ? [] : [size]), ...whoWaits(statement)] };
}

/** Who has to wait while it runs; nothing where nobody notices. */
function whoWaits({ locks }: Statement): string[] {
  const [worst] = worstFirst(locks);
  return worst !== undefined && isGrave(worst) ? [`${blocks(worst)} meanwhile`] : [];
}

function shareOf({ fraction, kind, value }: Rows): string[] {
  if (fraction === undefined || kind === "unknown" || value === 0) return [];
  return [fraction >= 1 ? "the whole table" : `${share(fraction)} of the table`];
}

const isNone = ({ kind, value }: ObjectEffect["rows"]) => kind === "exact" && value === 0;
const preposition = (effect: Effect) => (effect === "append" ? "into" : "of");
const others = (n: number) => (n > 0 ? [`and ${n} more ${n === 1 ? "object" : "objects"}`] : []);
const capital = (words: string) => words.slice(0, 1).toUpperCase() + words.slice(1);
