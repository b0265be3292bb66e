import { findRelation } from "../catalog.ts";
import type { CatalogColumn, CatalogRelation } from "../catalog-model.ts";
import { nameKey, names, nameOf, rangeName, unwrap, type Node } from "../tree.ts";
import type { RiskInput } from "./risk-rule.ts";
import { rowsOf, SMALL_ROWS } from "./table-size.ts";

/** The relation a name stands for. What the text itself made before is left out: nobody else can see it yet. */
export function subjectOf(input: RiskInput, range: Node | undefined): CatalogRelation | undefined {
  if (!range) return undefined;
  const key = nameKey(rangeName(range));
  const made = input.text.slice(0, input.draft.index).some(({ tree }) => {
    const [type, body] = unwrap(tree) ?? [];
    const target = type === "CreateStmt" ? body?.relation : type === "CreateTableAsStmt" ? body?.into?.rel : undefined;
    return target !== undefined && nameKey(rangeName(target)) === key;
  });
  return made ? undefined : findRelation(input.catalog, input.facts, rangeName(range));
}

/** As subjectOf, where it has rows enough to matter. */
export function busySubject(input: RiskInput, range: Node | undefined): CatalogRelation | undefined {
  const relation = subjectOf(input, range);
  return relation && rowsOf(input.catalog, relation) >= SMALL_ROWS ? relation : undefined;
}

/** The sub-commands of ALTER TABLE; none for other statements. */
export const commandsOf = ({ type, body }: RiskInput): Node[] =>
  type === "AlterTableStmt" && body.objtype === "OBJECT_TABLE" ? (body.cmds ?? []).map((item: Node) => item.AlterTableCmd) : [];

/** Columns a CREATE TABLE or an ALTER TABLE ADD COLUMN makes. */
export function newColumns(input: RiskInput): Node[] {
  if (input.type === "CreateStmt") return (input.body.tableElts ?? []).flatMap((item: Node) => item.ColumnDef ?? []);
  return commandsOf(input).flatMap((cmd) => (cmd.subtype === "AT_AddColumn" ? (cmd.def?.ColumnDef ?? []) : []));
}

/** Constraints written beside a column. */
export const constraintsOf = (column: Node): Node[] => (column.constraints ?? []).map((item: Node) => item.Constraint);

/** The last part of a type's name, e.g. `int4`. */
export const typeName = (column: Node): string => names(column.typeName?.names).at(-1) ?? "";

/** The one table a query, UPDATE or DELETE is about; undefined where there are several or none. */
export function soleRange({ type, body }: RiskInput): Node | undefined {
  if (type === "UpdateStmt" || type === "DeleteStmt") return body.fromClause || body.usingClause ? undefined : body.relation;
  if (type !== "SelectStmt" || body.fromClause?.length !== 1) return undefined;
  return body.fromClause[0].RangeVar;
}

/** The column a reference names in one relation; undefined for anything else. */
export function columnIn(relation: CatalogRelation | undefined, node: Node | undefined): CatalogColumn | undefined {
  const name = nameOf(node?.ColumnRef?.fields).name;
  return name === "" ? undefined : relation?.columns.find((column) => column.name === name);
}

/** The conditions AND joins. */
export const conditionsOf = (where: Node | undefined): Node[] =>
  where === undefined ? [] : where.BoolExpr?.boolop === "AND_EXPR" ? where.BoolExpr.args.flatMap(conditionsOf) : [where];

/** The operator of a comparison, e.g. `=`. */
export const operatorOf = (node: Node | undefined): string | undefined =>
  node?.A_Expr?.kind === "AEXPR_OP" ? node.A_Expr.name?.at(-1)?.String?.sval : undefined;

/** Whether the command holds this statement only, as those must that cannot run in a transaction. */
export const isAlone = (input: RiskInput): boolean => input.text.length === 1;
