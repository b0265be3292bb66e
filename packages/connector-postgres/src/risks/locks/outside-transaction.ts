import { cannotRunInTransaction } from "../../execute/transaction-plan.ts";
import type { RiskRule } from "../risk-rule.ts";
import { isAlone } from "../statement-subject.ts";

export const outsideTransaction: RiskRule = {
  code: "outside-transaction",
  severity: "danger",
  about: "CONCURRENTLY, VACUUM and others cannot run in a transaction: beside other statements they are refused.",
  covers: ["missing-lock-timeout"],
  find(input) {
    if (isAlone(input) || !cannotRunInTransaction(input.type, input.body)) return undefined;
    return { message: `${input.draft.title} cannot run in a transaction: propose it as a command of its own` };
  },
};
