import type { Node } from "../tree.ts";
import type { RiskRule } from "./risk-rule.ts";

/** A foreign key or check added without NOT VALID: the table is read whole under a lock that stops writes. */
export const unvalidatedConstraint: RiskRule = ({ type, body, draft }) => {
  if (type !== "AlterTableStmt") return undefined;
  const constraint = (body.cmds ?? [])
    .map((item: Node) => (item.AlterTableCmd?.subtype === "AT_AddConstraint" ? item.AlterTableCmd.def?.Constraint : undefined))
    .find((item: Node | undefined) => (item?.contype === "CONSTR_FOREIGN" || item?.contype === "CONSTR_CHECK") && !item.skip_validation) as
    | Node
    | undefined;
  if (!constraint) return undefined;
  const what = constraint.contype === "CONSTR_FOREIGN" ? "foreign key" : "check";
  const single = body.cmds.length === 1;
  return {
    code: constraint.contype === "CONSTR_FOREIGN" ? "foreign-key-without-not-valid" : "check-without-not-valid",
    severity: "warning",
    message: `Every row of ${body.relation.relname} is compared with the ${what} while writes wait`,
    ...(single
      ? {
          suggestion: { text: `${draft.text} NOT VALID`, why: "Validate it afterwards with VALIDATE CONSTRAINT, which lets writes go on." },
        }
      : {}),
  };
};
