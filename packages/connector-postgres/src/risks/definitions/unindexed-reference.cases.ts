import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    ["create table fresh (id bigint primary key, order_id bigint references orders)"],
    ["create table fresh (id bigint primary key, a bigint, foreign key (a) references orders (id))"],
    ["alter table items add foreign key (order_id) references orders not valid"],
  ],
  quiet: [
    "create table fresh (id bigint primary key references orders)",
    "create table fresh (id bigint primary key, order_id bigint references orders); create index on fresh (order_id)",
    "alter table orders add foreign key (customer_id) references customers not valid",
  ],
};
