import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "alter table orders add unique (reference, id)",
      "CREATE UNIQUE INDEX CONCURRENTLY orders_reference_id_key ON orders (reference, id)\n/* Then, as a command of its own:\n   ALTER TABLE orders ADD CONSTRAINT orders_reference_id_key UNIQUE USING INDEX orders_reference_id_key; */",
    ],
    [
      "alter table orders add constraint one_ref unique (reference, id) deferrable",
      "CREATE UNIQUE INDEX CONCURRENTLY one_ref ON orders (reference, id)\n/* Then, as a command of its own:\n   ALTER TABLE orders ADD CONSTRAINT one_ref UNIQUE USING INDEX one_ref DEFERRABLE; */",
    ],
    [
      "alter table items add primary key (id)",
      "CREATE UNIQUE INDEX CONCURRENTLY items_pkey ON items (id)\n/* Then, as a command of its own:\n   ALTER TABLE items ADD CONSTRAINT items_pkey PRIMARY KEY USING INDEX items_pkey; */",
    ],
  ],
  quiet: ["alter table orders add constraint u unique using index orders_free", "alter table small add unique (note, id)"],
};
