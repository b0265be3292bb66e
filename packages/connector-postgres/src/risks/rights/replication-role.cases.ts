import type { RiskCases } from "../risk-rule.ts";

export const cases: RiskCases = {
  warns: [["set session_replication_role = replica"], ["set local session_replication_role to 'replica'"]],
  quiet: ["set session_replication_role = origin", "reset session_replication_role"],
};
