import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "select * from orders where created_at::date = '2026-01-05'",
      "SELECT * FROM orders WHERE created_at >= '2026-01-05' AND created_at < '2026-01-06'",
    ],
    [
      "select * from orders where lower(reference) = 'r99'",
      "CREATE INDEX CONCURRENTLY ON public.orders (lower(reference))\n/* Then, as a command of its own:\n   select * from orders where lower(reference) = 'r99'; */",
    ],
    [
      "select * from orders where abs(amount) = 7",
      "CREATE INDEX CONCURRENTLY ON public.orders (abs(amount))\n/* Then, as a command of its own:\n   select * from orders where abs(amount) = 7; */",
    ],
  ],
  quiet: ["select * from orders where created_at >= '2026-01-05' limit 5", "select * from small where lower(note) = 'x'"],
};
