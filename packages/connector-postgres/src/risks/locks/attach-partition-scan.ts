import { qualified } from "../../catalog.ts";
import { unwrap, type Node } from "../../tree.ts";
import type { RiskInput, RiskRule } from "../risk-rule.ts";
import { commandsOf, subjectOf } from "../statement-subject.ts";
import { andLater, constraintName, expressionText, ident, rangeText } from "../suggested-text.ts";
import { amount, rowsOf, SMALL_ROWS } from "../table-size.ts";

export const attachPartitionScan: RiskRule = {
  code: "attach-partition-scan",
  severity: "warning",
  about: "ATTACH PARTITION of a table without a validated check for the bounds reads it whole while nobody can use it.",
  covers: ["missing-lock-timeout"],
  find(input) {
    const cmd = commandsOf(input).find(({ subtype }) => subtype === "AT_AttachPartition");
    const child = subjectOf(input, cmd?.def.PartitionCmd.name);
    if (!cmd || !child || !input.draft.scans.includes(qualified(child)) || rowsOf(input.catalog, child) < SMALL_ROWS) return undefined;
    const check = boundCheck(input, cmd.def.PartitionCmd.bound);
    const table = `ALTER TABLE ${rangeText(cmd.def.PartitionCmd.name)}`;
    const name = ident(constraintName(child.name, [], "bound"));
    return {
      message: `${amount(rowsOf(input.catalog, child)).replace(/^a/, "A")} of ${child.name} are read for the bounds while nobody can use it`,
      suggestion: {
        text:
          check &&
          andLater(`${table} ADD CONSTRAINT ${name} CHECK (${check}) NOT VALID`, `${table} VALIDATE CONSTRAINT ${name}`, input.draft.text),
        why: "A validated check proves the bounds beforehand, so that attaching reads nothing.",
      },
    };
  },
};

/** The bounds of a list or range over one column, as a condition. */
function boundCheck(input: RiskInput, bound: Node): string | undefined {
  const parent = subjectOf(input, input.body.relation);
  const [key, ...others] = parent?.partitionKey ?? [];
  const found = parent?.columns.find(({ attnum }) => attnum === key);
  if (!found || others.length > 0 || !bound || bound.is_default) return undefined;
  const column = ident(found.name);
  const open = (node: Node): boolean => unwrap(node)?.[0] === "ColumnRef";
  if (bound.strategy === "l") {
    const values = (bound.listdatums ?? []).map(expressionText);
    const nulls = (bound.listdatums ?? []).some((item: Node) => item.A_Const?.isnull);
    return nulls || values.includes(undefined) ? undefined : `${column} IS NOT NULL AND ${column} IN (${values.join(", ")})`;
  }
  if (bound.strategy !== "r") return undefined;
  const [from, to]: Node[] = [bound.lowerdatums?.[0], bound.upperdatums?.[0]];
  if (!from || !to) return undefined;
  const sides = [
    `${column} IS NOT NULL`,
    ...(open(from) ? [] : [`${column} >= ${expressionText(from)}`]),
    ...(open(to) ? [] : [`${column} < ${expressionText(to)}`]),
  ];
  return sides.join(" AND ");
}
