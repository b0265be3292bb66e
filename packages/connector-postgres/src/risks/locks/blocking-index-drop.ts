import { nameOf } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { isAlone } from "../statement-subject.ts";
import { afterKeyword } from "../suggested-text.ts";
import { rowsOf, SMALL_ROWS } from "../table-size.ts";

export const blockingIndexDrop: RiskRule = {
  code: "blocking-index-drop",
  severity: "warning",
  about: "DROP INDEX without CONCURRENTLY shuts its table for reads and writes, and all who come wait behind it.",
  find(input) {
    const { type, body, draft, catalog } = input;
    if (type !== "DropStmt" || body.removeType !== "OBJECT_INDEX" || body.concurrent) return undefined;
    const wanted = body.objects.map((item: { List?: { items: [] } }) => nameOf(item.List?.items).name);
    const tables = catalog.indexes.filter(({ name }) => wanted.includes(name)).map(({ table }) => catalog.relations.get(table)!);
    const busy = tables.find((table) => table && rowsOf(catalog, table) >= SMALL_ROWS);
    if (!busy) return undefined;
    const possible = isAlone(input) && wanted.length === 1 && busy.kind === "r" && body.behavior !== "DROP_CASCADE";
    return {
      message: `The drop waits for everybody on ${busy.name}, and everybody after it waits for the drop`,
      suggestion: possible
        ? { text: afterKeyword(draft.text, ["index"], "CONCURRENTLY"), why: "CONCURRENTLY waits without holding up others." }
        : undefined,
    };
  },
};
