import type { RiskRule } from "../risk-rule.ts";
import { isType, otherType } from "./new-type.ts";

export const timestampWithoutZone: RiskRule = {
  code: "timestamp-without-zone",
  severity: "info",
  about: "timestamp without time zone says a wall clock's time, not a moment: what it means depends on who reads it.",
  find: (input) =>
    otherType(
      input,
      isType("timestamp"),
      ["timestamptz"],
      (column) => `${column} says a wall clock's time, not a moment`,
      "timestamptz stores the moment, in the same eight bytes.",
    ),
};
