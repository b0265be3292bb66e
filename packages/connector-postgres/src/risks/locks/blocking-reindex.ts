import type { Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { isAlone, subjectOf } from "../statement-subject.ts";
import { afterKeyword } from "../suggested-text.ts";
import { rowsOf, SMALL_ROWS } from "../table-size.ts";

export const blockingReindex: RiskRule = {
  code: "blocking-reindex",
  severity: "warning",
  about: "REINDEX without CONCURRENTLY stops writes to the table, and reads that would use the index.",
  find(input) {
    const { type, body, draft, catalog } = input;
    if (type !== "ReindexStmt" || (body.params ?? []).some((item: Node) => item.DefElem?.defname === "concurrently")) return undefined;
    const index = catalog.indexes.find(({ name }) => name === body.relation?.relname);
    const table = body.kind === "REINDEX_OBJECT_INDEX" ? catalog.relations.get(index?.table ?? 0) : subjectOf(input, body.relation);
    if (body.relation && (!table || rowsOf(catalog, table) < SMALL_ROWS)) return undefined;
    if (body.kind === "REINDEX_OBJECT_SYSTEM") return undefined;
    return {
      message: `Nothing can be written to ${table?.name ?? "each table"} while its indexes are built anew`,
      suggestion: isAlone(input)
        ? {
            text: afterKeyword(draft.text, ["index", "table", "schema", "database"], "CONCURRENTLY"),
            why: "CONCURRENTLY builds them beside running reads and writes.",
          }
        : undefined,
    };
  },
};
