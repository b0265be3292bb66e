import { qualified } from "../../catalog.ts";
import type { RiskRule } from "../risk-rule.ts";
import { ident } from "../suggested-text.ts";
import { amount } from "../table-size.ts";
import { indexFirst, scannedWhole, searched } from "./sequential-scan.ts";

export const unindexedPredicate: RiskRule = {
  code: "unindexed-predicate",
  severity: "warning",
  about: "A large table is read whole because no index begins with the columns its condition compares.",
  covers: ["sequential-scan"],
  find(input) {
    const scan = scannedWhole(input);
    const columns = scan ? searched(scan.relation, scan.conditions) : [];
    const first = columns[0];
    if (!scan || !first || input.catalog.indexes.some((index) => index.table === scan.relation.oid && index.columns[0] === first.attnum))
      return undefined;
    const list = columns.map(({ name }) => ident(name)).join(", ");
    return {
      message: `No index of ${qualified(scan.relation)} begins with ${first.name}: ${amount(scan.relation.tuples)} are read`,
      suggestion: { text: indexFirst(input, scan.relation, list), why: "With the index only the rows asked for are read." },
    };
  },
};
