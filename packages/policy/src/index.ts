export { DEFAULT_POLICY } from "./default-policy.ts";
export { heldEffects, reviewGroups, type HeldEffect } from "./held.ts";
export { judge, judgeEach, type RuleFinding } from "./judge.ts";
export type { JudgeInput } from "./judge-input.ts";
export { parsePolicy, type ParsedPolicy, policyVersion } from "./parse.ts";
export { maskRules, type MaskRules, type Policy, type PolicyError, type Rule } from "./policy.ts";
export { DETECTORS, POLICY_SCHEMA } from "./schema.ts";
export { judgeTerminal, type TerminalInput, type TerminalRule, type TerminalTerms } from "./terminal-rules.ts";
