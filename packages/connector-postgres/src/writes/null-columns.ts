import type { CatalogColumn, CatalogRelation } from "../catalog-model.ts";
import type { Node } from "../tree.ts";
import { listedColumns } from "./given-columns.ts";

/** Columns that hold NULL in every new row of an INSERT, by its words and the table's defaults alone: also where rows cannot be counted. */
export function nullColumns(target: CatalogRelation, body: Node): Set<string> {
  const listed = listedColumns(target, body);
  const select: Node | undefined = body.selectStmt?.SelectStmt;
  // A star may stand for any number of columns, and what stands behind it in any place.
  const starred = JSON.stringify(select?.targetList ?? []).includes("A_Star");
  const rows: Node[][] | undefined = !select
    ? []
    : select.valuesLists
      ? select.valuesLists.map((item: Node) => item.List?.items ?? [])
      : select.targetList && !starred && !select.larg
        ? [select.targetList.map((item: Node) => item.ResTarget?.val)]
        : undefined;
  return nullsOf(target, body.cols ? (body.cols as Node[]).map(assignedWhole) : listed, listed, rows);
}

/** As for an INSERT: those of a new row that a MERGE makes. */
export function nullColumnsOfBranch(target: CatalogRelation, clause: Node): Set<string> {
  const all = target.columns.map(({ name }) => name);
  const listed: (string | undefined)[] = clause.targetList ? (clause.targetList as Node[]).map(assignedWhole) : all;
  const named: string[] = clause.targetList ? clause.targetList.map((item: Node) => item.ResTarget?.name) : all;
  // DEFAULT VALUES has neither.
  return clause.values ? nullsOf(target, listed, named, [clause.values]) : nullsOf(target, [], [], []);
}

/** Columns that an UPDATE sets to NULL in every row. */
export function nullsAssigned(target: CatalogRelation, list: readonly Node[]): Set<string> {
  const values = list.map((item): Node | undefined => {
    const value: Node | undefined = item.ResTarget?.val;
    const several: Node | undefined = value?.MultiAssignRef;
    return several ? several.source?.RowExpr?.args?.[several.colno - 1] : value;
  });
  const names = list.map(assignedWhole);
  return new Set(target.columns.filter((column) => isNull(column, values[names.indexOf(column.name)])).map(({ name }) => name));
}

/** `listed`: the columns that values stand for, undefined for a part of one; without `rows` nothing is known of their values. */
function nullsOf(
  target: CatalogRelation,
  listed: readonly (string | undefined)[],
  named: readonly string[],
  rows: readonly Node[][] | undefined,
): Set<string> {
  const holds = (column: CatalogColumn): boolean => {
    if (!named.includes(column.name)) return isEmpty(column);
    const at = listed.indexOf(column.name);
    return at >= 0 && rows !== undefined && rows.every((items) => (at < items.length ? isNull(column, items[at]) : isEmpty(column)));
  };
  return new Set(target.columns.filter(holds).map(({ name }) => name));
}

const assignedWhole = (item: Node): string | undefined => (item.ResTarget?.indirection ? undefined : item.ResTarget?.name);

/** Types from this OID on are somebody's own (FirstNormalObjectId in transam.h): a domain may have a default for its columns. */
const OWN_TYPES = 16_384;

/** Left to itself it holds NULL. */
export const isEmpty = ({ expression, identity, typeOid }: CatalogColumn): boolean =>
  expression === undefined && !identity && typeOid < OWN_TYPES;

/** NULL, written out, or a default that is nothing else. What OVERRIDING USER VALUE says is of identities. */
function isNull(column: CatalogColumn, value: Node | undefined): boolean {
  if (value === undefined || column.identity) return false;
  if (value.SetToDefault) return isEmpty(column);
  return (value.TypeCast?.arg ?? value).A_Const?.isnull === true;
}
