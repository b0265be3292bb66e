import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["reindex table orders", "reindex table CONCURRENTLY orders"],
    ["reindex (verbose) index orders_customer", "reindex (verbose) index CONCURRENTLY orders_customer"],
    ["reindex table orders; select 1"],
  ],
  quiet: ["reindex table concurrently orders", "reindex table small", "reindex index small_note"],
};
