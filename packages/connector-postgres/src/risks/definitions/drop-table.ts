import { nameOf, type Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { subjectOf } from "../statement-subject.ts";
import { ident, rangeText } from "../suggested-text.ts";
import { amount, rowsOf } from "../table-size.ts";

export const dropTable: RiskRule = {
  code: "drop-table",
  severity: "danger",
  about: "DROP TABLE of a table that holds rows: they are gone for good. Renamed away it can be put back.",
  covers: ["missing-lock-timeout"],
  find(input) {
    const { type, body } = input;
    if (type !== "DropStmt" || body.removeType !== "OBJECT_TABLE") return undefined;
    const ranges: Node[] = body.objects.map((item: Node) => {
      const { schema, name } = nameOf(item.List?.items);
      return { relname: name, ...(schema ? { schemaname: schema } : {}) };
    });
    const holding = ranges.filter((range) => rowsOf(input.catalog, subjectOf(input, range) ?? EMPTY) > 0);
    const [first] = holding;
    if (!first) return undefined;
    const relation = subjectOf(input, first)!;
    const possible = ranges.length === 1 && body.behavior !== "DROP_CASCADE";
    return {
      message: `${amount(rowsOf(input.catalog, relation)).replace(/^a/, "A")} of ${relation.name} are gone for good`,
      suggestion: possible
        ? {
            text: `ALTER TABLE ${body.missing_ok ? "IF EXISTS " : ""}${rangeText(first)} RENAME TO ${ident(`${relation.name}_dropped`)}`,
            why: "Renamed away it can be put back; drop it once nobody missed it.",
          }
        : undefined,
    };
  },
};

const EMPTY = { oid: 0, tuples: 0, kind: "r" } as Parameters<typeof rowsOf>[1];
