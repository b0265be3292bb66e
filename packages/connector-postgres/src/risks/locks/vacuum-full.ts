import type { Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { busySubject } from "../statement-subject.ts";
import { rangeText } from "../suggested-text.ts";
import { amount, LARGE_ROWS, rowsOf } from "../table-size.ts";

export const vacuumFull: RiskRule = {
  code: "vacuum-full",
  severity: "danger",
  about: "VACUUM FULL and CLUSTER write the table anew while nobody can read or write it; VACUUM works beside everybody.",
  covers: ["table-rewrite", "missing-lock-timeout"],
  find(input) {
    const { type, body, catalog } = input;
    const full =
      type === "VacuumStmt" && (body.options ?? []).some((item: Node) => item.DefElem?.defname === "full" && !off(item.DefElem.arg));
    if (!full && type !== "ClusterStmt") return undefined;
    const ranges: Node[] =
      type === "ClusterStmt" ? [body.relation ?? []].flat() : (body.rels ?? []).map((item: Node) => item.VacuumRelation.relation);
    const rows = ranges.flatMap((range) => busySubject(input, range) ?? []).reduce((sum, relation) => sum + rowsOf(catalog, relation), 0);
    if (ranges.length > 0 && rows === 0) return undefined;
    return {
      message: `${ranges.length === 0 ? "Every table" : amount(rows).replace(/^a/, "A")} ${ranges.length === 0 ? "is" : "are"} written anew while nobody can read or write there`,
      severity: ranges.length > 0 && rows < LARGE_ROWS ? "warning" : "danger",
      suggestion: {
        text: `VACUUM (ANALYZE)${ranges.length > 0 ? ` ${ranges.map(rangeText).join(", ")}` : ""}`,
        why: "It frees the space for new rows beside everybody; it does not give it back to the system.",
      },
    };
  },
};

const off = (arg: Node | undefined): boolean =>
  arg?.Boolean?.boolval === false || ["off", "false"].includes(arg?.String?.sval) || (arg?.Integer !== undefined && !arg.Integer.ival);
