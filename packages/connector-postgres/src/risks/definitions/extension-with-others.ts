import type { RiskRule } from "../risk-rule.ts";
import { isAlone } from "../statement-subject.ts";

export const extensionWithOthers: RiskRule = {
  code: "extension-with-others",
  severity: "info",
  about: "CREATE EXTENSION among other statements: its script runs in the same transaction, and some cannot.",
  find: (input) =>
    ["CreateExtensionStmt", "AlterExtensionStmt"].includes(input.type) && !isAlone(input)
      ? { message: `The script of ${input.body.extname} runs in the same transaction as the rest, and some cannot: propose it by itself` }
      : undefined,
};
