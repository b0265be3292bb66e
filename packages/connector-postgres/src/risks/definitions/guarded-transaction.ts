import type { RiskRule } from "../risk-rule.ts";

export const guardedTransaction: RiskRule = {
  code: "guarded-transaction",
  severity: "info",
  about: "Transaction control in a text is understood and shown, and never ends the guard's own transaction.",
  find: ({ type, draft }) =>
    type === "TransactionStmt" ? { message: `The guard owns the transaction: ${draft.title} does not decide when it ends` } : undefined,
};
