import type { ASTNode } from "@marcbachmann/cel-js";
import type { Impact, Rows, Statement } from "@interlock/protocol";
import { objectsOf, statementRows, totalRows } from "./facts.ts";
import { childrenOf } from "./syntax-tree.ts";

/** Which figures an expression depends on. Where the text leaves doubt, it depends. */
export interface FigureReads {
  impact: boolean;
  statement: boolean;
  objects: boolean;
  /** Depends on a list of things the statement does, so on the list being whole. */
  completeness: boolean;
  /** Depends on the object of a cluster without, or with, the write. */
  before: boolean;
  after: boolean;
}

const OF_IMPACT: ReadonlySet<string> = new Set(["effect", "complete"]);
const OF_STATEMENT: ReadonlySet<string> = new Set(["text", "title", "effect", "undo"]);
const LISTS_OF_STATEMENT: ReadonlySet<string> = new Set(["locks", "rewrites", "risks", "sideEffects", "breaks", "reversible"]);

export function figureReads(root: ASTNode): FigureReads {
  const reads: FigureReads = { impact: false, statement: false, objects: false, completeness: false, before: false, after: false };
  walk(root, []);
  return reads;

  function walk(node: ASTNode, fields: readonly string[]): void {
    if (node.op === ".") {
      const [base, field] = node.args;
      // `rows` of an element is a figure of some object; `rows` of impact and statement is seen at their names below.
      if (field === "rows" && fields[0] !== "kind" && !isNamed(base)) reads.objects = true;
      walk(base, [field, ...fields]);
      return;
    }
    if (node.op === "id") readName(node.args, fields);
    for (const child of childrenOf(node)) walk(child, []);
  }

  function readName(name: string, [field, next]: readonly string[]): void {
    if (name === "objects") reads.completeness = true;
    if (name === "before" || name === "after") reads[name] = true;
    if (name !== "impact" && name !== "statement") return;
    if (field === "rows" && next === "kind") return;
    if (field === "rows" && next !== undefined) reads[name] = true;
    else if (field !== undefined && (name === "impact" ? OF_IMPACT : OF_STATEMENT).has(field)) return;
    else if (field !== undefined && name === "statement" && LISTS_OF_STATEMENT.has(field)) reads.completeness = true;
    else reads.impact = reads.statement = reads.objects = reads.completeness = true;
  }
}

function isNamed(base: ASTNode): boolean {
  return base.op === "id" && (base.args === "impact" || base.args === "statement");
}

/**
 * Why what an expression depends on is not certain; undefined when it is. `bounded` says that an estimate counts as certain enough, which it
 * does for everything but an `allow`.
 */
export function doubt(reads: FigureReads, impact: Impact, statement: Statement, estimates: "exact" | "trusted"): string | undefined {
  const unseen = unseenObject(reads, impact, statement);
  if (unseen !== undefined) return unseen;
  if (reads.completeness && !impact.complete) return "the impact is not complete";
  const unsure = (rows: Rows) => (estimates === "exact" ? rows.kind !== "exact" : rows.kind === "capped" || rows.kind === "unknown");
  const total = totalRows(impact);
  if (reads.impact && unsure(total)) return `impact.rows is ${sayRows(total)}`;
  const own = statementRows(statement);
  if (reads.statement && unsure(own)) return `statement.rows is ${sayRows(own)}`;
  const object = reads.objects ? objectsOf(statement).find(({ rows }) => unsure(rows)) : undefined;
  if (object !== undefined) return `rows of ${object.name} is ${sayRows(object.rows)}`;
  // An incomplete impact may lack whole figures, so no sum over it is exact either.
  if (!impact.complete && (reads.impact || reads.statement || reads.objects)) return "the impact is not complete";
  return undefined;
}

/**
 * Why an object that an expression asks about is not known. A write by name to what nobody has looked for may change something that is there;
 * one whose outcome could not be shown may leave anything.
 */
function unseenObject(reads: FigureReads, impact: Impact, { request, before, after }: Statement): string | undefined {
  if (request === undefined || request.subresource === "eviction") return undefined;
  if (reads.before && before === undefined && request.method !== "POST" && !impact.complete) return "what is there now is not known";
  // A delete leaves nothing, and that is known.
  if (request.method === "DELETE") return undefined;
  return reads.after && after === undefined && request.subresource === undefined ? "what it would leave is not known" : undefined;
}

/** Whether what an expression depends on could be anything, because it was not, or not wholly, worked out. */
export function open(reads: FigureReads, impact: Impact, statement: Statement): boolean {
  if (unseenObject(reads, impact, statement) !== undefined) return true;
  return !impact.complete && (reads.completeness || reads.impact || reads.statement || reads.objects);
}

function sayRows({ value, kind }: Rows): string {
  switch (kind) {
    case "exact":
      return `exactly ${value}`;
    case "capped":
      return `at least ${value}, no more is known`;
    case "estimate":
      return `about ${Math.round(value)}, an estimate`;
    case "unknown":
      return "unknown";
  }
}
