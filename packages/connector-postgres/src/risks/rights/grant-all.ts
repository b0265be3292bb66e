import type { RiskRule } from "../risk-rule.ts";
import { changed } from "../suggested-text.ts";

export const grantAll: RiskRule = {
  code: "grant-all",
  severity: "warning",
  about: "GRANT ALL on tables includes TRUNCATE, REFERENCES and TRIGGER, with which code of one's own can be run by others.",
  find(input) {
    const { type, body } = input;
    if (type !== "GrantStmt" || !body.is_grant || body.privileges || body.objtype !== "OBJECT_TABLE") return undefined;
    return {
      message: "ALL includes TRUNCATE, REFERENCES and TRIGGER",
      suggestion: {
        text: changed(input, (copy) => {
          copy.privileges = ["select", "insert", "update", "delete"].map((priv_name) => ({ AccessPriv: { priv_name } }));
        }),
        why: "The four rights a program needs to read and write rows.",
      },
    };
  },
};
