import type { RiskRule } from "../risk-rule.ts";
import { commandsOf } from "../statement-subject.ts";
import { changed } from "../suggested-text.ts";

export const unloggedTable: RiskRule = {
  code: "unlogged-table",
  severity: "warning",
  about: "An UNLOGGED table is emptied by a crash and is not on replicas.",
  find(input) {
    const { type, body } = input;
    const message = `${body.relation?.relname} is emptied by a crash, and replicas do not have it`;
    if (commandsOf(input).some(({ subtype }) => subtype === "AT_SetUnLogged")) return { message };
    if (type !== "CreateStmt" || body.relation.relpersistence !== "u") return undefined;
    return {
      message,
      suggestion: { text: changed(input, (copy) => (copy.relation.relpersistence = "p")), why: "A logged table outlives a crash." },
    };
  },
};
