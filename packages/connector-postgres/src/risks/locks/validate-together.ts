import { unwrap, type Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { busySubject, commandsOf } from "../statement-subject.ts";

export const validateTogether: RiskRule = {
  code: "validate-together",
  severity: "warning",
  about: "VALIDATE CONSTRAINT in the transaction that adds it NOT VALID keeps the strong lock of the addition while it reads.",
  find(input) {
    const validated = commandsOf(input).find(({ subtype }) => subtype === "AT_ValidateConstraint");
    if (!validated || !busySubject(input, input.body.relation)) return undefined;
    const added = input.text.slice(0, input.draft.index + 1).some(({ tree }) => {
      const [type, body] = unwrap(tree) ?? [];
      const cmds: Node[] = type === "AlterTableStmt" ? (body?.cmds ?? []) : [];
      return cmds.some(({ AlterTableCmd: cmd }) => cmd.subtype === "AT_AddConstraint" && cmd.def?.Constraint?.conname === validated.name);
    });
    return added
      ? { message: `${validated.name} is validated under the lock that added it: propose VALIDATE CONSTRAINT as a command of its own` }
      : undefined;
  },
};
