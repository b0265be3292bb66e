import type { Rows } from "@interlock/protocol";
import type { AnalysisContext } from "../analysis-context.ts";
import { isOneValue } from "../reviewed-functions.ts";
import type { WriteEvent } from "../triggers.ts";
import { nameOf, walk, type Node } from "../tree.ts";

/** VALUES lists say themselves how many rows they are. */
export function insertedRows({ catalog }: AnalysisContext, event: WriteEvent, body: Node): Rows | undefined {
  if (event !== "insert") return undefined;
  if (body.selectStmt === undefined) return { value: 1, kind: "exact" };
  const select = body.selectStmt.SelectStmt;
  if (!select?.valuesLists || select.limitCount || select.limitOffset) return undefined;
  // A set-returning function in a list would make more rows than the list has.
  let many = false;
  walk(select.valuesLists, (type, node) => {
    if (type === "SubLink") many = true;
    if (type !== "FuncCall") return;
    const { schema, name } = nameOf(node.funcname);
    if ((schema !== undefined && schema !== "pg_catalog") || !isOneValue(name) || catalog.functionsByName.has(name)) many = true;
  });
  return { value: select.valuesLists.length, kind: many ? "estimate" : "exact" };
}
