import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["create index concurrently orders_by_the_reference_that_the_partner_gave_us_when_it_was_ordered on orders (reference)"]],
  quiet: ["create index concurrently orders_by_reference on orders (reference)"],
};
