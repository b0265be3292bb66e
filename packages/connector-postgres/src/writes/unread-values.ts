import type { AnalysisContext } from "../analysis-context.ts";
import { isAggregate, isNonVolatileBuiltin, isOneValue } from "../reviewed-functions.ts";
import { nameOf, walk, type Node } from "../tree.ts";

/** Clauses by which a value in the list decides which rows there are, or in which order they come. */
const DECIDING = ["distinctClause", "groupClause", "havingClause", "windowClause", "sortClause", "larg", "rarg", "valuesLists"];

/**
 * A query whose rows are only counted, without the values that nobody asks for (positions not in `read`): what is volatile in them, a
 * clock or a random number, then forbids nothing. The query itself where a value may decide about rows.
 */
export function withoutUnread(context: AnalysisContext, select: Node, read: ReadonlySet<number>): Node {
  if (!select.targetList || DECIDING.some((key) => select[key] !== undefined)) return select;
  const targetList = (select.targetList as Node[]).map((item, at) =>
    read.has(at) || !isSpare(context, item.ResTarget?.val)
      ? item
      : { ResTarget: { ...item.ResTarget, val: { A_Const: { isnull: true } } } },
  );
  return { ...select, targetList };
}

/** Volatile, and yet one value for each row: neither an aggregate, which makes one row of all, nor a set, which makes several of one. */
function isSpare({ catalog }: AnalysisContext, value: Node | undefined): boolean {
  let volatile = false;
  let plain = true;
  walk(value, (type, node) => {
    if (type === "SubLink" || type === "ColumnRef" || type === "A_Indirection") plain &&= type === "ColumnRef" && !isStar(node);
    if (type !== "FuncCall") return;
    const { schema, name } = nameOf(node.funcname);
    if ((schema !== undefined && schema !== "pg_catalog") || catalog.functionsByName.has(name)) plain = false;
    if (!isOneValue(name) || isAggregate(name) || node.over || node.agg_order || node.agg_filter) plain = false;
    if (!isNonVolatileBuiltin(name)) volatile = true;
  });
  return volatile && plain;
}

const isStar = (node: Node): boolean => (node.fields ?? []).some((field: Node) => field.A_Star !== undefined);
