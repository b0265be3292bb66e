import type { Risk } from "@interlock/protocol";
import { parseGrammar } from "../grammar.ts";
import type { Finding, RiskInput } from "./risk-rule.ts";
import { RULES } from "./rules.ts";

const WORST_FIRST: readonly Risk["severity"][] = ["danger", "warning", "info"];

/** What is risky about one statement, the worst first. What another rule says as well, and better, is left out. */
export function findRisks(input: RiskInput): Risk[] {
  const found = RULES.flatMap((rule) => {
    const findings = rule.find(input);
    const list: readonly Finding[] = findings === undefined ? [] : "message" in findings ? [findings] : findings;
    return list.map((finding) => ({ rule, risk: riskOf(rule.code, finding, rule.severity, input.draft.text) }));
  });
  const covered = new Set(found.flatMap(({ rule }) => rule.covers ?? []));
  return found
    .filter(({ rule }) => !covered.has(rule.code))
    .map(({ risk }) => risk)
    .sort((a, b) => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity));
}

function riskOf(code: string, { message, severity, suggestion }: Finding, usual: Risk["severity"], original: string): Risk {
  const risk: Risk = { code, severity: severity ?? usual, message };
  const text = suggestion?.text;
  // A name that ends a comment, say, would make another text of it: what does not parse is not offered.
  if (suggestion && text !== undefined && text !== original && parseGrammar(text).ok) risk.suggestion = { text, why: suggestion.why };
  return risk;
}
