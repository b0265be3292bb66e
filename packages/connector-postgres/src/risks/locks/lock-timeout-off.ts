import { constant } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";

export const lockTimeoutOff: RiskRule = {
  code: "lock-timeout-off",
  severity: "warning",
  about: "SET lock_timeout = 0 or statement_timeout = 0 takes the limit away: a wait, or a run, may then last for ever.",
  find({ type, body }) {
    if (type !== "VariableSetStmt" || !["lock_timeout", "statement_timeout"].includes(body.name)) return undefined;
    if (body.kind === "VAR_SET_VALUE" && Number.parseInt(constant(body.args?.[0]) ?? "", 10) !== 0) return undefined;
    const waits = body.name === "lock_timeout";
    return {
      message: waits
        ? "Without lock_timeout a definition may wait for ever, and everybody waits behind it"
        : "Without statement_timeout a statement may run for ever, with all its locks",
      suggestion: {
        text: `SET ${body.is_local ? "LOCAL " : ""}${body.name} = '${waits ? "2s" : "5min"}'`,
        why: "A limit that is long enough for what should happen ends what should not.",
      },
    };
  },
};
