import type { RiskRule } from "../risk-rule.ts";
import { isType, otherType } from "./new-type.ts";

export const moneyColumn: RiskRule = {
  code: "money-column",
  severity: "info",
  about: "money takes its currency and digits from the session's lc_monetary: the same value reads differently elsewhere.",
  find: (input) =>
    otherType(
      input,
      isType("money"),
      ["pg_catalog", "numeric"],
      (column) => `${column} takes its currency from the session that reads it`,
      "numeric is exact; keep the currency in a column of its own.",
    ),
};
