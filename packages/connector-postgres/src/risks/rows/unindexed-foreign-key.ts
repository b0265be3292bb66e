import { qualified } from "../../catalog.ts";
import type { Catalog, ForeignKey } from "../../catalog-model.ts";
import type { Finding, RiskInput, RiskRule } from "../risk-rule.ts";
import { subjectOf } from "../statement-subject.ts";
import { andLater, ident } from "../suggested-text.ts";
import { rowsOf, SMALL_ROWS } from "../table-size.ts";

export const unindexedForeignKey: RiskRule = {
  code: "unindexed-foreign-key",
  severity: "warning",
  about: "Deleting from, or changing keys of, a table whose children have no index on the foreign key reads them whole for every row.",
  find(input) {
    const keys = reached(input).filter((key) => !hasIndex(input.catalog, key));
    return keys.flatMap((key): Finding[] => {
      const child = input.catalog.relations.get(key.child);
      if (!child || rowsOf(input.catalog, child) < SMALL_ROWS) return [];
      const columns = key.childColumns.map((attnum) => child.columns.find((column) => column.attnum === attnum)?.name ?? "");
      const table = `${ident(child.schema)}.${ident(child.name)}`;
      return [
        {
          message: `${qualified(child)} has no index on ${columns.join(", ")} (${key.name}), so it is read whole for every row`,
          suggestion: {
            text:
              input.text.length > 1 || child.kind === "p"
                ? undefined
                : andLater(`CREATE INDEX CONCURRENTLY ON ${table} (${columns.map(ident).join(", ")})`, input.draft.text),
            why: "Each row then finds its children by index.",
          },
        },
      ];
    });
  },
};

/** Keys through which deleted rows, or changed keys, are looked for in other tables; followed where they delete there. */
function reached(input: RiskInput): ForeignKey[] {
  const { type, body, catalog } = input;
  if (type !== "DeleteStmt" && type !== "UpdateStmt") return [];
  const target = subjectOf(input, body.relation);
  if (!target) return [];
  if (type === "UpdateStmt") {
    const set = new Set((body.targetList ?? []).map((item: { ResTarget: { name: string } }) => item.ResTarget.name));
    const attnums = target.columns.filter(({ name }) => set.has(name)).map(({ attnum }) => attnum);
    return catalog.foreignKeys.filter((key) => key.parent === target.oid && key.parentColumns.some((attnum) => attnums.includes(attnum)));
  }
  const found: ForeignKey[] = [];
  const tables = [target.oid];
  for (const table of tables)
    for (const key of catalog.foreignKeys.filter(({ parent }) => parent === table)) {
      found.push(key);
      if (key.onDelete === "c" && !tables.includes(key.child)) tables.push(key.child);
    }
  return found;
}

/** Whether the referring rows of a key can be found by index: one that begins with its columns, in any order. */
export const hasIndex = (catalog: Catalog, key: Pick<ForeignKey, "child" | "childColumns">): boolean =>
  catalog.indexes.some(
    (index) =>
      index.table === key.child &&
      index.valid &&
      !index.partial &&
      key.childColumns.every((attnum) => index.columns.slice(0, key.childColumns.length).includes(attnum)),
  );
