import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["create index on orders (amount)", "create index CONCURRENTLY on orders (amount)"],
    [
      "create unique /* index */ index orders_ref on orders (reference, id)",
      "create unique /* index */ index CONCURRENTLY orders_ref on orders (reference, id)",
    ],
    [
      "create index on events (kind)",
      "create index on ONLY events (kind)\n/* Then, each as a command of its own:\n   CREATE INDEX CONCURRENTLY on each partition;\n   ALTER INDEX … ATTACH PARTITION each of them; */",
    ],
    ["create index on orders (amount); select 1"],
  ],
  quiet: [
    "create index concurrently on orders (amount)",
    "create index on small (note)",
    "create table fresh (id bigint primary key); create index on fresh (id)",
    "create index on only events (kind)",
  ],
};
