import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "alter table small rename to little",
      "CREATE VIEW little AS SELECT * FROM small\n/* Then, each as a command of its own:\n   DROP VIEW little;\n   alter table small rename to little; */",
    ],
    [
      "alter table public.orders rename to sales",
      "CREATE VIEW public.sales AS SELECT * FROM public.orders\n/* Then, each as a command of its own:\n   DROP VIEW public.sales;\n   alter table public.orders rename to sales; */",
    ],
  ],
  quiet: [
    "alter table small rename to small_dropped",
    "alter table small rename to little; create view small as select * from little",
    "alter index small_note rename to n",
  ],
};
