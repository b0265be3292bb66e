import type { Node } from "../tree.ts";
import type { RiskRule } from "./risk-rule.ts";

/** SET NOT NULL reads the table whole under AccessExclusiveLock. */
export const notNullScan: RiskRule = ({ type, body }) => {
  if (type !== "AlterTableStmt") return undefined;
  const command = (body.cmds ?? []).find((item: Node) => item.AlterTableCmd?.subtype === "AT_SetNotNull")?.AlterTableCmd as
    | Node
    | undefined;
  if (!command) return undefined;
  return {
    code: "not-null-scan",
    severity: "warning",
    message: `Every row of ${body.relation.relname} is read for NULLs while nobody can read or write it; a validated CHECK (${command.name} IS NOT NULL) spares that`,
  };
};
