import type { Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { commandsOf } from "../statement-subject.ts";
import { changed } from "../suggested-text.ts";

export const deferrableConstraint: RiskRule = {
  code: "deferrable-constraint",
  severity: "info",
  about: "A DEFERRABLE unique or primary key cannot be referred to by foreign keys, nor serve ON CONFLICT.",
  find(input) {
    const at = commandsOf(input).findIndex(
      ({ subtype, def }) => subtype === "AT_AddConstraint" && def?.Constraint?.deferrable && /PRIMARY|UNIQUE/.test(def.Constraint.contype),
    );
    if (at < 0) return undefined;
    return {
      message: "Foreign keys cannot refer to a deferrable key, and ON CONFLICT cannot use it",
      suggestion: {
        text: changed(input, (body) => {
          const constraint: Node = body.cmds[at].AlterTableCmd.def.Constraint;
          delete constraint.deferrable;
          delete constraint.initdeferred;
        }),
        why: "Checked at once it can be referred to and serve ON CONFLICT.",
      },
    };
  },
};
