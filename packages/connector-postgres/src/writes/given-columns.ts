import type { CatalogRelation } from "../catalog-model.ts";
import type { Node } from "../tree.ts";

/** Columns an INSERT gives values for itself; the others take their defaults. */
export function givenColumns(relation: CatalogRelation, body: Node): string[] {
  const select: Node | undefined = body.selectStmt?.SelectStmt;
  if (!select) return [];
  const lists: Node[][] = (select.valuesLists ?? []).map((item: Node) => item.List?.items ?? []);
  const width = lists[0]?.length ?? select.targetList?.length ?? 0;
  const starred = (select.targetList ?? []).some((item: Node) =>
    item.ResTarget?.val?.ColumnRef?.fields?.some((field: Node) => field.A_Star !== undefined),
  );
  const named: string[] | undefined = body.cols?.map((item: Node) => item.ResTarget?.name as string);
  // A star may stand for any number of columns: all, for most tables that are copied so.
  const columns = named ?? relation.columns.map((column) => column.name).slice(0, starred || select.larg ? undefined : width);
  // OVERRIDING USER VALUE leaves identities to their sequences.
  const ignored = (name: string): boolean =>
    body.override === "OVERRIDING_USER_VALUE" && relation.columns.some((column) => column.name === name && column.identity);
  return columns.filter((name, at) => !ignored(name) && !lists.some((list) => list[at]?.SetToDefault !== undefined));
}
