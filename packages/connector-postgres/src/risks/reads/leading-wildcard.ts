import { constant } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { columnIn } from "../statement-subject.ts";
import { amount } from "../table-size.ts";
import { scannedWhole } from "./sequential-scan.ts";

export const leadingWildcard: RiskRule = {
  code: "leading-wildcard",
  severity: "warning",
  about: "LIKE with % in front cannot use an ordinary index; a trigram index (pg_trgm) can serve it.",
  covers: ["sequential-scan"],
  find(input) {
    const scan = scannedWhole(input);
    const like = scan?.conditions.find(
      ({ A_Expr: compare }) =>
        ["AEXPR_LIKE", "AEXPR_ILIKE"].includes(compare?.kind) &&
        /^[%_]/.test(constant(compare.rexpr) ?? "") &&
        columnIn(scan.relation, compare.lexpr),
    );
    if (!scan || !like) return undefined;
    return {
      message: `The pattern may begin with anything, so ${amount(scan.relation.tuples)} of ${scan.relation.name} are read; a gin index with gin_trgm_ops would serve it`,
    };
  },
};
