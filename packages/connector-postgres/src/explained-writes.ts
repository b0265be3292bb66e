import { statementTrees } from "./statement-tree.ts";
import { tableReferences } from "./table-references.ts";
import { unwrap } from "./tree.ts";

/** Whether a text plans a write by EXPLAIN without running it: it only reads, and still needs the rights of the role that writes. */
export function plansWrite(text: string): boolean {
  return statementTrees(text).statements.some(({ tree }) => {
    const [type, body] = (tree && unwrap(tree)) ?? [];
    return type === "ExplainStmt" && tableReferences(body!.query).some(({ statement }) => statement !== undefined);
  });
}
