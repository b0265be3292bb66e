export { DEFAULT_POLICY } from "./default-policy.ts";
export { judge, type JudgeInput } from "./judge.ts";
export { parsePolicy, type ParsedPolicy, policyVersion } from "./parse.ts";
export { maskRules, type MaskRules, type Policy, type PolicyError } from "./policy.ts";
export { DETECTORS, POLICY_SCHEMA } from "./schema.ts";
