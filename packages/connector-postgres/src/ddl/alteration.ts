import type { AnalysisContext } from "../analysis-context.ts";
import { family, qualified } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import { classifyQuery } from "../classify-expression.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { parseGrammar } from "../grammar.ts";
import type { Mode } from "../locks.ts";
import { names, type Node } from "../tree.ts";
import type { ColumnFacts, ConstraintFacts, RelationFacts } from "./relation-facts.ts";
import { addTo, holdingRows, lockAll, writeAnew } from "./subject.ts";

/** One sub-command of ALTER TABLE at work. */
export interface Alteration {
  context: AnalysisContext;
  relation: CatalogRelation;
  facts: RelationFacts;
  /** Facts of the relation and of everything that inherits from it. */
  all: ReadonlyMap<number, RelationFacts>;
  cmd: Node;
  /** ONLY was written. */
  only: boolean;
  /** Columns that the same statement adds. */
  coming: readonly string[];
  /** Columns that the same statement drops, which comes first. */
  going: readonly string[];
  /** Columns that the same statement declares NOT NULL, which comes before what makes them identities. */
  filled: readonly string[];
  /** Constraints that the same statement drops, which comes first. */
  released: readonly string[];
  /** The lock of the whole statement, which children get, too. */
  mode: Mode;
  draft: DraftStatement;
}

/** The relation and, unless ONLY was written, everything that inherits from it. */
export const reached = ({ context, relation, only }: Alteration): number[] =>
  only ? [relation.oid] : family(context.catalog, relation.oid);

export const lockReached = (at: Alteration): void => lockAll(at.context, reached(at), at.mode, at.draft);

export const children = ({ context, relation }: Alteration): number[] => [...(context.catalog.children.get(relation.oid) ?? [])];

export const rewrite = (at: Alteration, oids: readonly number[]): void => writeAnew(at.context, oids, at.draft);
export const scan = (at: Alteration, oids: readonly number[]): void => addTo(at.draft.scans, holdingRows(at.context, oids));

export const columnFacts = (facts: RelationFacts, name: string | undefined): ColumnFacts | undefined =>
  facts.columns.find((column) => column.name === name);

export const constraintFacts = (facts: RelationFacts, name: string): ConstraintFacts | undefined =>
  facts.constraints.find((constraint) => constraint.name === name);

/** A column that cannot hold NULL: it is declared so, or a valid check says it (ConstraintImpliedByRelConstraint in tablecmds.c). */
export function provenNotNull(facts: RelationFacts, name: string): boolean {
  const column = columnFacts(facts, name);
  if (!column) return false;
  // An entry of NOT NULL that is not validated leaves attnotnull set (18).
  const declared = facts.constraints.find((item) => item.type === "n" && item.columns[0] === column.attnum);
  if (column.notNull && declared?.validated !== false) return true;
  return facts.constraints.some(
    (item) => item.type === "c" && item.validated && item.enforced && item.expression !== undefined && saysNotNull(item.expression, name),
  );
}

/** The parts of an expression that AND joins. */
export function conjuncts(expression: string): Node[] {
  const parsed = parseGrammar(`select ${expression}`);
  const value = parsed.ok ? parsed.statements[0]?.stmt.SelectStmt?.targetList?.[0]?.ResTarget?.val : undefined;
  const split = (node: Node): Node[] => (node?.BoolExpr?.boolop === "AND_EXPR" ? node.BoolExpr.args.flatMap(split) : node ? [node] : []);
  return split(value);
}

const saysNotNull = (expression: string, column: string): boolean =>
  conjuncts(expression).some(
    (part) => part.NullTest?.nulltesttype === "IS_NOT_NULL" && names(part.NullTest.arg?.ColumnRef?.fields).at(-1) === column,
  );

/** Whether an expression gives every row a value of its own. A function nobody reviewed is taken as such. */
export function isVolatile(context: AnalysisContext, expression: Node | undefined): boolean {
  if (!expression) return false;
  const found = classifyQuery(expression);
  if (!found.volatile) return false;
  if (found.effect !== "read" || found.calls.length === 0) return true;
  return found.calls.some((ref) => {
    const known = context.catalog.functionsByName.get(ref.name) ?? [];
    return known.length === 0 || known.some((fn) => fn.volatility === "v");
  });
}

export const nameOfRelation = (context: AnalysisContext, oid: number): string => {
  const relation = context.catalog.relations.get(oid);
  return relation ? qualified(relation) : `relation ${oid}`;
};

/** Relations in which NULLs must be looked for. */
export const unproven = (at: Alteration, column: string): number[] => reached(at).filter((oid) => !provenNotNull(at.all.get(oid)!, column));

/** NOT ENFORCED makes no triggers. In a column's list it is an entry of its own. */
export const isEnforced = (constraint: Node, list: readonly Node[] = []): boolean =>
  constraint.is_enforced === true && list[list.indexOf(constraint) + 1]?.contype !== "CONSTR_ATTR_NOT_ENFORCED";

/** A constraint that is not compared with the rows there are: NOT VALID or NOT ENFORCED, which in a column's list is an entry of its own. */
export const notAsked = (constraint: Node, list: readonly Node[] = []): boolean =>
  constraint.skip_validation === true || list[list.indexOf(constraint) + 1]?.contype === "CONSTR_ATTR_NOT_ENFORCED";
