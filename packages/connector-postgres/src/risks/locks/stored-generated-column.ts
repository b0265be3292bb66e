import { holds } from "../../versions.data.ts";
import type { RiskRule } from "../risk-rule.ts";
import { busySubject, commandsOf, constraintsOf } from "../statement-subject.ts";
import { changed } from "../suggested-text.ts";
import { amount, LARGE_ROWS, rowsOf } from "../table-size.ts";

export const storedGeneratedColumn: RiskRule = {
  code: "stored-generated-column",
  severity: "danger",
  about: "A new GENERATED … STORED column writes the whole table anew; a VIRTUAL one (18) writes nothing.",
  covers: ["table-rewrite", "missing-lock-timeout"],
  find(input) {
    const cmd = commandsOf(input).find((item) => item.subtype === "AT_AddColumn" && generated(item.def.ColumnDef)?.generated_kind === "s");
    const relation = cmd && busySubject(input, input.body.relation);
    if (!cmd || !relation) return undefined;
    const at = commandsOf(input).indexOf(cmd);
    const rows = rowsOf(input.catalog, relation);
    return {
      message: `${amount(rows).replace(/^a/, "A")} of ${relation.name} are written anew to store the column, while nobody can read or write it`,
      severity: rows >= LARGE_ROWS ? "danger" : "warning",
      suggestion: holds("virtualColumns", input.catalog.version)
        ? {
            text: changed(input, (body) => (generated(body.cmds[at].AlterTableCmd.def.ColumnDef)!.generated_kind = "v")),
            why: "It is worked out when it is read: nothing is written now.",
          }
        : undefined,
    };
  },
};

const generated = (column: Parameters<typeof constraintsOf>[0]) =>
  constraintsOf(column).find(({ contype }) => contype === "CONSTR_GENERATED");
