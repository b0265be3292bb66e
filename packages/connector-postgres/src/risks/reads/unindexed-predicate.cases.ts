import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "select * from orders where amount = 7",
      "CREATE INDEX CONCURRENTLY ON public.orders (amount)\n/* Then, as a command of its own:\n   select * from orders where amount = 7; */",
    ],
    [
      "update orders set amount = 3 where amount = 7 and status = 'failed'",
      "CREATE INDEX CONCURRENTLY ON public.orders (amount, status)\n/* Then, as a command of its own:\n   update orders set amount = 3 where amount = 7 and status = 'failed'; */",
    ],
    [
      "delete from orders where amount = 7",
      "CREATE INDEX CONCURRENTLY ON public.orders (amount)\n/* Then, as a command of its own:\n   delete from orders where amount = 7; */",
    ],
  ],
  quiet: ["select * from orders where id = 7", "select * from small where note = 'x'", "select * from orders where amount >= 0 limit 5"],
};
