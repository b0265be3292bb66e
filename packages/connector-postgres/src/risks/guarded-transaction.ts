import type { RiskRule } from "./risk-rule.ts";

/** Transaction control in a text: understood and shown, never a way around the guard. */
export const guardedTransaction: RiskRule = ({ type, draft }) =>
  type === "TransactionStmt"
    ? {
        code: "guarded-transaction",
        severity: "info",
        message: `The guard owns the transaction: ${draft.title} does not decide when it ends`,
      }
    : undefined;
