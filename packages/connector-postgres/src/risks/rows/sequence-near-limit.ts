import type { RiskRule } from "../risk-rule.ts";
import { subjectOf } from "../statement-subject.ts";
import { amount } from "../table-size.ts";

/** Share of a column's numbers that is used up before it is said. */
const USED = 0.8;

/** Largest number of a type. */
const LARGEST: Readonly<Record<string, number>> = { smallint: 32_767, integer: 2_147_483_647 };

export const sequenceNearLimit: RiskRule = {
  code: "sequence-near-limit",
  severity: "warning",
  about:
    "A column fed by a sequence, in a table of as many rows as four fifths of the numbers its type has: at their end every INSERT fails.",
  find(input) {
    if (input.type !== "InsertStmt") return undefined;
    const relation = subjectOf(input, input.body.relation);
    for (const { attnum } of input.catalog.sequences.filter(({ table }) => table === relation?.oid)) {
      const column = relation!.columns.find((item) => item.attnum === attnum);
      // Where its sequence stands is not read: that would lock it. There are at least as many numbers used as rows.
      const used = relation!.tuples / (LARGEST[column?.type ?? ""] ?? Infinity);
      if (column && used >= USED)
        return {
          message: `${column.name} is ${column.type}, and ${relation!.name} holds ${amount(relation!.tuples)}: ${Math.floor(used * 100)} % of its numbers are used up`,
          severity: used >= 0.95 ? "danger" : "warning",
        };
    }
    return undefined;
  },
};
