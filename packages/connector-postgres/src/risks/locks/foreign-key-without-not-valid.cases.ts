import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "alter table items add foreign key (order_id) references orders",
      "ALTER TABLE items ADD CONSTRAINT items_order_id_fkey1 FOREIGN KEY (order_id) REFERENCES orders NOT VALID\n/* Then, as a command of its own:\n   ALTER TABLE items VALIDATE CONSTRAINT items_order_id_fkey1; */",
    ],
    [
      "alter table items add constraint items_order foreign key (order_id) references orders (id) on delete cascade",
      "ALTER TABLE items ADD CONSTRAINT items_order FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE NOT VALID\n/* Then, as a command of its own:\n   ALTER TABLE items VALIDATE CONSTRAINT items_order; */",
    ],
  ],
  quiet: [
    "alter table items add foreign key (order_id) references orders not valid",
    "alter table small add foreign key (id) references customers",
    "create table fresh (id bigint references orders)",
  ],
};
