import { qualified } from "../../catalog.ts";
import type { RiskRule } from "../risk-rule.ts";
import { commandsOf, subjectOf } from "../statement-subject.ts";
import { amount, rowsNamed, SMALL_ROWS } from "../table-size.ts";

export const defaultPartitionScan: RiskRule = {
  code: "default-partition-scan",
  severity: "warning",
  about: "A new partition beside a default one: the default is read whole, for rows that belong to the new one, while nobody can use it.",
  covers: ["missing-lock-timeout"],
  find(input) {
    const attached = commandsOf(input).find(({ subtype }) => subtype === "AT_AttachPartition");
    if (!attached && !(input.type === "CreateStmt" && input.body.partbound)) return undefined;
    const child = attached && subjectOf(input, attached.def.PartitionCmd.name);
    const others = input.draft.scans.filter((name) => !child || name !== qualified(child));
    const rows = rowsNamed(input.catalog, others);
    if (rows < SMALL_ROWS) return undefined;
    return {
      message: `The default partition ${others.join(", ")} (${amount(rows)}) is read while nobody can use it; a validated check on it that shuts the new bounds out spares that`,
    };
  },
};
