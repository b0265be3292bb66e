import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "alter table orders add column token uuid default gen_random_uuid()",
      "ALTER TABLE orders ADD COLUMN token uuid, ALTER COLUMN token SET DEFAULT gen_random_uuid()\n/* Then, as a command of its own:\n   fill the rows there are in batches; */",
    ],
    [
      "alter table orders add token uuid not null default gen_random_uuid()",
      "ALTER TABLE orders ADD COLUMN token uuid, ALTER COLUMN token SET DEFAULT gen_random_uuid()\n/* Then, each as a command of its own:\n   fill the rows there are in batches;\n   ALTER TABLE orders ALTER COLUMN token SET NOT NULL; */",
    ],
  ],
  quiet: [
    "alter table orders add column seen timestamptz default now()",
    "alter table orders add column n int default 1",
    "alter table small add column token uuid default gen_random_uuid()",
  ],
};
