import type { RiskRule } from "../risk-rule.ts";

export const enumValueRenamed: RiskRule = {
  code: "enum-value-renamed",
  severity: "warning",
  about: "RENAME VALUE of an enum: running programs that name or expect the old value fail.",
  find: ({ type, body }) =>
    type === "AlterEnumStmt" && body.oldVal !== undefined
      ? { message: `Running programs that write '${body.oldVal}' fail, and those that read find '${body.newVal}'` }
      : undefined,
};
