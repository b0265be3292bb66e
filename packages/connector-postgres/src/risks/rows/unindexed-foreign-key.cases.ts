import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "delete from orders where id = 1",
      "CREATE INDEX CONCURRENTLY ON public.items (order_id)\n/* Then, as a command of its own:\n   delete from orders where id = 1; */",
    ],
    [
      "update orders set id = 200001 where id = 1",
      "CREATE INDEX CONCURRENTLY ON public.items (order_id)\n/* Then, as a command of its own:\n   update orders set id = 200001 where id = 1; */",
    ],
  ],
  quiet: ["delete from customers where id = 1000", "update orders set amount = 1 where id = 1", "delete from small where id = 1"],
};
