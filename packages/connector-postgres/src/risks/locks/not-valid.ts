import { holds } from "../../versions.data.ts";
import type { Node } from "../../tree.ts";
import type { Finding, RiskInput } from "../risk-rule.ts";
import { busySubject, commandsOf } from "../statement-subject.ts";
import { andLater, changed, constraintName, ident, rangeText } from "../suggested-text.ts";
import { amount, rowsOf } from "../table-size.ts";

/** A constraint of one type that is compared with all rows at once: what to say, and the same with NOT VALID. */
export function comparedAtOnce(
  input: RiskInput,
  contype: "CONSTR_FOREIGN" | "CONSTR_CHECK",
  ending: string,
  columnsOf: (constraint: Node) => string[],
): Finding | undefined {
  const cmds = commandsOf(input);
  const at = cmds.findIndex(
    ({ subtype, def }) => subtype === "AT_AddConstraint" && def?.Constraint?.contype === contype && !def.Constraint.skip_validation,
  );
  const relation = at < 0 ? undefined : busySubject(input, input.body.relation);
  if (!relation || input.draft.scans.length === 0) return undefined;
  const constraint: Node = cmds[at]!.def.Constraint;
  const taken = new Set(input.catalog.foreignKeys.filter(({ child }) => child === relation.oid).map((key) => key.name));
  const usual = constraintName(relation.name, columnsOf(constraint), ending);
  let name: string = constraint.conname ?? usual;
  // As ChooseConstraintName in pg_constraint.c does.
  for (let next = 1; constraint.conname === undefined && taken.has(name); next++) name = usual + next;
  const foreign = contype === "CONSTR_FOREIGN";
  const possible = !foreign || relation.kind !== "p" || holds("partitionedKeysNotValid", input.catalog.version);
  return {
    message: `${amount(rowsOf(input.catalog, relation)).replace(/^a/, "A")} of ${relation.name} are compared while ${foreign ? "writes wait" : "nobody can read or write it"}`,
    suggestion: possible
      ? {
          text: andLater(
            changed(input, (body) => {
              const own = body.cmds[at].AlterTableCmd.def.Constraint;
              own.conname = name;
              own.skip_validation = true;
              delete own.initially_valid;
            }),
            `ALTER TABLE ${rangeText(input.body.relation)} VALIDATE CONSTRAINT ${ident(name)}`,
          ),
          why: "New rows are checked at once; the rows there are, afterwards, while writes go on.",
        }
      : undefined,
  };
}
