export * from "./json.ts";
export * from "./label-selector.ts";
export * from "./manifests/manifests.ts";
export { Network, type Namespace, type NetworkChange } from "./network/network.ts";
export { readPort, type End } from "./network/ends.ts";
export type { Pod } from "./network/pod.ts";
export { PROTOCOLS, portTexts, type PortSet, type Protocol } from "./network/port-set.ts";
export { difference, type ChangedConnections, type ChangedEnd } from "./network/difference.ts";
export { manifestDoubts } from "./network/manifest-doubts.ts";
export { OTHER_POLICIES, otherPoliciesAmong, type OtherPolicyType } from "./network/other-policies.ts";
export { matrixOf, type Matrix } from "./network/matrix.ts";
export type { Answer, ConnectionSummary, EndSummary, FoundEnd, Unanswerable } from "./network/answer.ts";
export { reachability, type Question } from "./network/reachability.ts";
export { pairCount, summarize } from "./network/summary.ts";
export type { ProposedChange, ProposedObject } from "./network/change.ts";
export type { PolicyExplanation, RuleExplanation, SideExplanation } from "./network/explanation.ts";
export { removalOf } from "./schema/removed-apis.data.ts";
export * from "./workload/image.ts";
export * from "./workload/pod-templates.ts";
export * from "./workload/workload.ts";
export * from "./rights/account-rights.ts";
export * from "./rights/attributes.ts";
export { findType, typesOfManifests, type ResourceType } from "./rights/resource-names.ts";
export { readQuestion, type RightQuestion, type WantedRight } from "./rights/wanted-right.ts";
export { meaningOf, whoMay, type RightChain, type RightHolder, type WhoMay } from "./rights/who-may.ts";
export * from "./rights/rights.ts";
export * from "./rights/subject.ts";
export { AREAS, SEVERITIES, type Area, type Evidence, type Severity } from "./posture/check.ts";
export { looksSecret } from "./posture/secret-words.ts";
export { isMade } from "./posture/workload.ts";
export { CHECKS } from "./posture/checks/all.ts";
export { Inventory, inventoryOfManifests, kindOf, type InventoryOptions, type Source, type Unread } from "./posture/inventory.ts";
export {
  postureOf,
  postureSteps,
  type CheckOutcome,
  type Finding,
  type PostureFix,
  type PostureOptions,
  type PostureReport,
} from "./posture/posture.ts";
export { UNSEEN_VERBS, type AuditLogProblem } from "./usage/audit-log.ts";
export { leastPrivilege, type BindingUse, type LeastPrivilege, type Proposal } from "./usage/smaller-role.ts";
export { Privileges, type PrivilegeDetail, type PrivilegeSummary } from "./usage/privileges.ts";
export type { RightRow, RightState, VerbUse } from "./usage/right-rows.ts";
export { ruleText } from "./usage/rule-text.ts";
export { AuditLogReader } from "./usage/audit-log-reader.ts";
export { Usage, type Use } from "./usage/usage.ts";
