import { constant, unwrap, walk } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";

export const enumValueUsed: RiskRule = {
  code: "enum-value-used",
  severity: "danger",
  about: "A value added to an enum cannot be used before the transaction that adds it is committed: the later statement fails.",
  find({ type, body, draft, text }) {
    if (type !== "AlterEnumStmt" || body.oldVal !== undefined) return undefined;
    const used = text.slice(draft.index + 1).find(({ tree }) => {
      const [kind] = unwrap(tree) ?? [];
      let found = false;
      if (kind !== "AlterEnumStmt")
        walk(tree, (node, inner) => {
          if (node === "A_Const" && constant({ A_Const: inner }) === body.newVal) found = true;
        });
      return found;
    });
    return used
      ? {
          message: `'${body.newVal}' cannot be used before it is committed, and statement ${used.index + 1} uses it: propose the two apart`,
        }
      : undefined;
  },
};
