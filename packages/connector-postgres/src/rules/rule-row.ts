import type { CatalogColumn, CatalogRelation } from "../catalog-model.ts";
import { parseGrammar } from "../grammar.ts";
import { names, walk, type Node } from "../tree.ts";
import type { TargetRows } from "../writes/task.ts";
import { columnOf, valueOf } from "../writes/view-path.ts";

/** A write to a relation with rules: the original statement as far as it concerns them. */
export interface RuledWrite {
  relation: CatalogRelation;
  event: "insert" | "update" | "delete";
  /** The columns it writes are those of `relation`. */
  body: Node;
  rows: TargetRows;
  /** WITH list for its conditions. */
  with: Node | undefined;
}

/** What OLD and NEW stand for in one action, and where they come from. */
export interface RuleRow {
  /** To be put into the action's FROM. */
  from: Node[];
  /** Of the original statement, where it has no rows to stand in. */
  where: Node | undefined;
  with: Node | undefined;
  /** The tree with OLD and NEW replaced. */
  placed<T>(tree: T): T;
  /** Some of it could not be told: the tree is good for what it reaches, not for counting. */
  lost(): boolean;
}

/** Name of the original statement's rows in an action; none that a table is likely to have. */
const ROW = "rule row";
const NULL: Node = { A_Const: { isnull: true } };

/** OLD or NEW with its column; undefined for any other node. */
function ruleColumn(type: string, body: Node): { side: "old" | "new"; name: string } | undefined {
  if (type !== "ColumnRef") return undefined;
  const [side, name, ...rest] = names(body.fields);
  return (side === "old" || side === "new") && name !== undefined && rest.length === 0 ? { side, name } : undefined;
}

export function usesRow(trees: unknown): boolean {
  let found = false;
  walk(trees, (type, body) => {
    if (ruleColumn(type, body)) found = true;
  });
  return found;
}

/** Replaces every OLD and NEW. */
function replaced(tree: unknown, by: (side: "old" | "new", name: string) => Node): any {
  if (Array.isArray(tree)) return tree.map((item) => replaced(item, by));
  if (typeof tree !== "object" || tree === null) return tree;
  const reference = (tree as Node).ColumnRef && ruleColumn("ColumnRef", (tree as Node).ColumnRef);
  if (reference) return by(reference.side, reference.name);
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, replaced(value, by)]));
}

const cast = (arg: Node, { type }: CatalogColumn): Node => {
  const parsed = parseGrammar(`SELECT NULL::${type}`);
  const typeName: Node | undefined = parsed.ok
    ? parsed.statements[0]!.stmt.SelectStmt.targetList[0].ResTarget.val.TypeCast.typeName
    : undefined;
  return typeName ? { TypeCast: { arg, typeName } } : arg;
};

/** What an UPDATE assigns to a column, in the words of its own conditions; undefined where it takes more than an expression. */
function assignedValue({ body, rows }: RuledWrite, column: CatalogColumn): Node | undefined {
  const item: Node | undefined = (body.targetList ?? []).find((entry: Node) => entry.ResTarget.name === column.name)?.ResTarget;
  if (column.generated) return undefined;
  if (!item) return rows.column(column);
  if (item.indirection || item.val.MultiAssignRef) return undefined;
  if (item.val.SetToDefault) return column.expression === undefined ? NULL : cast(valueOf(column.expression), column);
  return cast(item.val, column);
}

/**
 * OLD and NEW for one action with its rule's condition (`parts`), as rewriteRuleAction in rewriteHandler.c joins them to it: where neither
 * they nor the statement's own conditions name a row, the action runs once, whatever rows there are.
 */
export function ruleRow(write: RuledWrite, parts: unknown): RuleRow {
  return write.event === "insert" ? insertedRow(write, parts) : foundRow(write, parts);
}

function foundRow(write: RuledWrite, parts: unknown): RuleRow {
  const { relation, body, rows } = write;
  const others: Node[] = [...(body.usingClause ?? []), ...(body.fromClause ?? [])];
  let lost = false;
  let named = false;
  walk(body.whereClause, (type) => {
    if (type === "ColumnRef" || type === "CurrentOfExpr") named = true;
  });
  const joined = usesRow(parts) || named;
  // Whose column a condition names is not resolved here.
  if (others.length > 0 && named && !usesRow(parts)) lost = true;
  const list = new Map<string, Node>();
  const by = (side: "old" | "new", name: string): Node => {
    const column = relation.columns.find((item) => item.name === name);
    if (!column) return gone();
    const value = side === "old" || write.event === "delete" ? rows.column(column) : assignedValue(write, column);
    if (!value) return gone();
    const key = `${side}$${column.attnum}`;
    list.set(key, { ResTarget: { name: key, val: value } });
    return columnOf(ROW, key);
  };
  const gone = (): Node => {
    lost = true;
    return NULL;
  };
  // Every column it needs is asked for before the list is complete.
  replaced(parts, by);
  const from = [...(joined ? [rows.range] : []), ...others];
  const subquery = {
    SelectStmt: {
      targetList: list.size > 0 ? [...list.values()] : [{ ResTarget: { name: "one", val: { A_Const: { ival: { ival: 1 } } } } }],
      fromClause: from,
      ...(body.whereClause ? { whereClause: body.whereClause } : {}),
      ...(write.with ? { withClause: write.with } : {}),
      limitOption: "LIMIT_OPTION_DEFAULT",
      op: "SETOP_NONE",
    },
  };
  return {
    from: from.length > 0 ? [{ RangeSubselect: { subquery, alias: { aliasname: ROW } } }] : [],
    where: from.length > 0 ? undefined : body.whereClause,
    with: from.length > 0 ? undefined : write.with,
    placed: (tree) => replaced(tree, by),
    lost: () => lost,
  };
}

/** The row of an INSERT: the very expressions of a single list, or the columns of a query. */
function insertedRow(write: RuledWrite, parts: unknown): RuleRow {
  const { relation, body } = write;
  let lost = false;
  const select: Node | undefined = body.selectStmt?.SelectStmt;
  const lists: Node[][] | undefined = select?.valuesLists?.map((item: Node) => item.List?.items ?? []);
  const columns: string[] = body.cols?.map((item: Node) => item.ResTarget.name as string) ?? relation.columns.map((column) => column.name);
  const single = !select || (lists?.length === 1 && !select.limitCount && !select.limitOffset);
  const width = lists?.[0]?.length ?? (body.cols || starred(select) ? columns.length : (select?.targetList?.length ?? 0));
  const by = (_side: "old" | "new", name: string): Node => {
    const column = relation.columns.find((item) => item.name === name);
    if (!column || column.generated) {
      lost = true;
      return NULL;
    }
    const at = select ? columns.indexOf(name) : -1;
    const given = at < 0 || at >= width ? undefined : single ? lists![0]![at] : columnOf(ROW, `c${at}`);
    if (!given || given.SetToDefault)
      return column.expression === undefined ? cast(NULL, column) : cast(valueOf(column.expression), column);
    return cast(given, column);
  };
  if (lists && !single && lists.some((items) => items.some((item) => item.SetToDefault))) lost = true;
  const from = single
    ? []
    : [
        {
          RangeSubselect: {
            subquery: { SelectStmt: withoutDefaults(write.with ? { ...select, withClause: write.with } : select!) },
            alias: { aliasname: ROW, colnames: Array.from({ length: width }, (_, at) => ({ String: { sval: `c${at}` } })) },
          },
        },
      ];
  replaced(parts, by);
  return { from, where: undefined, with: single ? write.with : undefined, placed: (tree) => replaced(tree, by), lost: () => lost };
}

const starred = (select: Node | undefined): boolean =>
  (select?.targetList ?? []).some((item: Node) => names(item.ResTarget?.val?.ColumnRef?.fields).includes("*"));

/** DEFAULT stands in the lists of an INSERT only. */
function withoutDefaults(select: Node): Node {
  if (!select.valuesLists) return select;
  const valuesLists = select.valuesLists.map((item: Node) => ({
    List: { items: item.List.items.map((value: Node) => (value.SetToDefault ? NULL : value)) },
  }));
  return { ...select, valuesLists };
}
