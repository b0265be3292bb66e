import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [
    [
      "update orders set status = 'paid' where id < 20000",
      "UPDATE orders SET status = 'paid' WHERE id < 20000 AND status IS DISTINCT FROM 'paid'",
    ],
    [
      "update orders set status = 'paid', amount = 3 where id < 20000",
      "UPDATE orders SET status = 'paid', amount = 3 WHERE id < 20000 AND (status IS DISTINCT FROM 'paid' OR amount IS DISTINCT FROM 3)",
    ],
  ],
  quiet: [
    "update orders set status = 'paid' where id < 20000 and status = 'new'",
    "update orders set amount = amount + 1 where id < 20000",
    "update orders set status = 'paid' where id < 100",
  ],
};
