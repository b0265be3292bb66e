import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["create trigger seen after insert on orders for each row execute function note_it()"]],
  quiet: [
    "create trigger seen after insert on orders for each statement execute function note_it()",
    "create trigger seen after insert on small for each row execute function note_it()",
  ],
};
