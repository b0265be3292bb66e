import type { CatalogRelation } from "../catalog-model.ts";
import type { Node } from "../tree.ts";

/** Columns an INSERT gives values for itself in every row; the others take their defaults, at least in some. */
export function givenColumns(relation: CatalogRelation, body: Node): string[] {
  const lists = valuesOf(body);
  // OVERRIDING USER VALUE leaves identities to their sequences.
  const ignored = (name: string): boolean =>
    body.override === "OVERRIDING_USER_VALUE" && relation.columns.some((column) => column.name === name && column.identity);
  return listedColumns(relation, body).filter((name, at) => !ignored(name) && !lists.some((list) => list[at]?.SetToDefault !== undefined));
}

/** Whether some of the rows that an INSERT lists leave a column to its default, and others do not. */
export function isMixed(relation: CatalogRelation, body: Node, column: string): boolean {
  const at = listedColumns(relation, body).indexOf(column);
  const defaulted = at < 0 ? [] : valuesOf(body).map((list) => list[at]?.SetToDefault !== undefined);
  return defaulted.includes(true) && defaulted.includes(false);
}

const valuesOf = (body: Node): Node[][] => (body.selectStmt?.SelectStmt.valuesLists ?? []).map((item: Node) => item.List?.items ?? []);

/** Columns that the values of an INSERT stand for, DEFAULT among them. */
export function listedColumns(relation: CatalogRelation, body: Node): string[] {
  const select: Node | undefined = body.selectStmt?.SelectStmt;
  if (!select) return [];
  const lists = valuesOf(body);
  const width = lists[0]?.length ?? select.targetList?.length ?? 0;
  const starred = (select.targetList ?? []).some((item: Node) =>
    item.ResTarget?.val?.ColumnRef?.fields?.some((field: Node) => field.A_Star !== undefined),
  );
  const named: string[] | undefined = body.cols?.map((item: Node) => item.ResTarget?.name as string);
  // A star may stand for any number of columns: all, for most tables that are copied so.
  return named ?? relation.columns.map((column) => column.name).slice(0, starred || select.larg ? undefined : width);
}
