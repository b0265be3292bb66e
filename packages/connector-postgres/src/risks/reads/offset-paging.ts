import { constant } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { busySubject } from "../statement-subject.ts";
import { SMALL_ROWS } from "../table-size.ts";

export const offsetPaging: RiskRule = {
  code: "offset-paging",
  severity: "warning",
  about: "A large OFFSET reads and throws away that many rows; a page that begins behind the last key read does not.",
  find(input) {
    const { type, body } = input;
    const skipped = type === "SelectStmt" ? Number(constant(body.limitOffset) ?? 0) : 0;
    if (!(skipped >= SMALL_ROWS) || !(body.fromClause ?? []).some((item: { RangeVar?: object }) => busySubject(input, item.RangeVar)))
      return undefined;
    return {
      message: `${skipped.toLocaleString("en")} rows are read and thrown away; WHERE key > the last one seen, with ORDER BY key, begins there at once`,
    };
  },
};
