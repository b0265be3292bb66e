import { parseGrammar } from "../src/grammar.ts";
import { deparse } from "../src/selection.ts";
import type { Node } from "../src/tree.ts";
import { runCase, missKind } from "./case.ts";
import type { Lane } from "./lane.ts";

export interface Reduced {
  parts: string[];
  text: string;
  detail: string;
}

/** What is wrong with the statement on the schema that was just built, in words; undefined: nothing. */
export type Check = (lane: Lane, text: string) => Promise<string | undefined>;

/** A miss of the same kind. */
export const misses =
  (kind: string): Check =>
  async (lane, text) =>
    (await runCase(lane, "", text, false)).compared.misses.find((miss) => missKind(miss) === kind)?.detail;

/** Most attempts for one failure; each builds a schema. */
const ATTEMPTS = 200;

/**
 * The least schema and statement that still miss in the same way: definitions are left out one by one, then parts of the trees of what is
 * left, as long as `check` finds fault.
 */
export async function reduce(lane: Lane, parts: readonly string[], text: string, check: Check): Promise<Reduced> {
  let best: Reduced = { parts: [...parts], text, detail: "" };
  let left = ATTEMPTS;
  const attempt = async (candidate: { parts: string[]; text: string }): Promise<boolean> => {
    if (left-- <= 0) return false;
    const detail = await missed(lane, candidate, check);
    if (detail !== undefined) best = { ...candidate, detail };
    return detail !== undefined;
  };
  if (!(await attempt(best))) return { ...best, detail: "it did not show again on its own: it depends on what ran before" };
  for (let size = Math.ceil(best.parts.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = best.parts.length - size; at > -size; at -= size)
      await attempt({ parts: best.parts.toSpliced(Math.max(0, at), size), text: best.text });
  for (let smaller = true; smaller && left > 0;) {
    smaller = false;
    for (const candidate of simpler(best.text)) if ((smaller = await attempt({ parts: best.parts, text: candidate }))) break;
  }
  for (let at = 0; at < best.parts.length && left > 0; at++)
    for (let smaller = true; smaller && left > 0;) {
      smaller = false;
      for (const candidate of simpler(best.parts[at]!))
        if ((smaller = await attempt({ parts: best.parts.with(at, candidate), text: best.text }))) break;
    }
  return best;
}

async function missed(lane: Lane, { parts, text }: { parts: string[]; text: string }, check: Check): Promise<string | undefined> {
  try {
    await lane.build(parts);
  } catch (error) {
    if ((error as { code?: string }).code === undefined) throw error;
    return undefined;
  }
  return check(lane, text);
}

/** Texts with one thing less. */
function* simpler(text: string): Generator<string> {
  const parsed = parseGrammar(text);
  if (!parsed.ok || parsed.statements.length !== 1) return;
  const tree = parsed.statements[0]!.stmt;
  for (const place of places(tree, [])) {
    const copy = structuredClone(tree);
    if (!takeOut(copy, place)) continue;
    const sql = deparse(copy);
    if (sql !== undefined && sql.length < text.length) yield sql;
  }
}

const WHOLE = new Set(["A_Const", "A_Expr", "TypeCast", "TypeName", "NullTest", "RangeVar", "A_ArrayExpr", "ColumnRef"]);

type Path = (string | number)[];

/** Every list element and optional field of a tree, outermost first. */
function places(node: unknown, path: Path): Path[] {
  if (typeof node !== "object" || node === null) return [];
  // Without their parts these are nothing the grammar knows.
  if (WHOLE.has(String(path.at(-1)))) return [];
  const here = Object.keys(node).map((key) => [...path, Array.isArray(node) ? Number(key) : key]);
  return [...here, ...here.flatMap((place) => places((node as Node)[place.at(-1)!], place))];
}

function takeOut(tree: Node, path: Path): boolean {
  const parent = path.slice(0, -1).reduce<unknown>((node, key) => (node as Node)[key], tree) as Node;
  const key = path.at(-1)!;
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (/^[A-Z]/.test(String(key)) || typeof parent[key] !== "object") return false;
  else delete parent[key];
  return true;
}
