import { describe, expect, test } from "vitest";
import type { KubeObject } from "../json.ts";
import { covers, readRules, wantedText, type Attributes } from "./attributes.ts";
import { Rights } from "./rights.ts";
import { parseSubject, readSubject, subjectText, userOf } from "./subject.ts";

const RBAC = "rbac.authorization.k8s.io/v1";
const rule = (given: object) => readRules([given])[0]!;

describe("what a rule allows", () => {
  test.each<[string, object, Attributes, boolean]>([
    ["a verb by name", { apiGroups: [""], resources: ["pods"], verbs: ["get"] }, { verb: "get", resource: "pods" }, true],
    ["another verb", { apiGroups: [""], resources: ["pods"], verbs: ["get"] }, { verb: "list", resource: "pods" }, false],
    ["another group", { apiGroups: [""], resources: ["pods"], verbs: ["*"] }, { verb: "get", group: "apps", resource: "pods" }, false],
    [
      "a resource is not its subresource",
      { apiGroups: [""], resources: ["pods"], verbs: ["*"] },
      { verb: "get", resource: "pods", subresource: "log" },
      false,
    ],
    [
      "a subresource is not its resource",
      { apiGroups: [""], resources: ["pods/log"], verbs: ["*"] },
      { verb: "get", resource: "pods" },
      false,
    ],
    [
      "* is every subresource",
      { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
      { verb: "create", resource: "pods", subresource: "exec" },
      true,
    ],
    [
      "*/scale",
      { apiGroups: ["apps"], resources: ["*/scale"], verbs: ["patch"] },
      { verb: "patch", group: "apps", resource: "deployments", subresource: "scale" },
      true,
    ],
    [
      "*/scale is no other subresource",
      { apiGroups: ["apps"], resources: ["*/scale"], verbs: ["patch"] },
      { verb: "patch", group: "apps", resource: "deployments", subresource: "status" },
      false,
    ],
    [
      "pods/* is nothing",
      { apiGroups: [""], resources: ["pods/*"], verbs: ["*"] },
      { verb: "create", resource: "pods", subresource: "exec" },
      false,
    ],
    [
      "a name",
      { apiGroups: [""], resources: ["secrets"], verbs: ["get"], resourceNames: ["db"] },
      { verb: "get", resource: "secrets", name: "db" },
      true,
    ],
    [
      "another name",
      { apiGroups: [""], resources: ["secrets"], verbs: ["get"], resourceNames: ["db"] },
      { verb: "get", resource: "secrets", name: "tls" },
      false,
    ],
    [
      "names do not list",
      { apiGroups: [""], resources: ["secrets"], verbs: ["*"], resourceNames: ["db"] },
      { verb: "list", resource: "secrets" },
      false,
    ],
    [
      "names do not create",
      { apiGroups: [""], resources: ["secrets"], verbs: ["*"], resourceNames: ["db"] },
      { verb: "create", resource: "secrets" },
      false,
    ],
    ["a path", { nonResourceURLs: ["/metrics"], verbs: ["get"] }, { verb: "get", path: "/metrics" }, true],
    ["a path below", { nonResourceURLs: ["/logs/*"], verbs: ["get"] }, { verb: "get", path: "/logs/a/b" }, true],
    ["a path beside", { nonResourceURLs: ["/logs/*"], verbs: ["get"] }, { verb: "get", path: "/logs" }, false],
    ["resources are no paths", { apiGroups: ["*"], resources: ["*"], verbs: ["*"] }, { verb: "get", path: "/metrics" }, false],
    ["paths are no resources", { nonResourceURLs: ["*"], verbs: ["*"] }, { verb: "get", resource: "pods" }, false],
  ])("%s", (_, given, wanted, expected) => {
    expect(covers(rule(given), wanted)).toBe(expected);
  });
});

const clusterRole = (name: string, rest: object, labels = {}): KubeObject => ({
  apiVersion: RBAC,
  kind: "ClusterRole",
  metadata: { name, labels },
  ...rest,
});
const OBJECTS: KubeObject[] = [
  clusterRole("reader", { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] }, { "to-all": "yes" }),
  clusterRole("deleter", { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["delete"] }] }, { "to-all": "yes" }),
  // It selects itself as well, and one that is aggregated selects it.
  clusterRole(
    "all",
    { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { "to-all": "yes" } }] }, rules: null },
    { "to-all": "yes", "to-more": "yes" },
  ),
  clusterRole("more", { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { "to-more": "yes" } }] } }),
  {
    apiVersion: RBAC,
    kind: "ClusterRoleBinding",
    metadata: { name: "more" },
    roleRef: { kind: "ClusterRole", name: "more" },
    subjects: [{ kind: "Group", name: "oncall" }],
  },
  {
    apiVersion: RBAC,
    kind: "RoleBinding",
    metadata: { name: "read", namespace: "shop" },
    roleRef: { kind: "ClusterRole", name: "reader" },
    subjects: [
      { kind: "ServiceAccount", name: "web" },
      { kind: "User", name: "system:serviceaccount:data:sync" },
      { kind: "Group", name: "system:serviceaccounts:ops" },
    ],
  },
  {
    apiVersion: RBAC,
    kind: "RoleBinding",
    metadata: { name: "lost", namespace: "shop" },
    roleRef: { kind: "Role", name: "gone" },
    subjects: [{ kind: "User", name: "ann" }],
  },
];
const computed = new Rights(OBJECTS, { aggregated: "computed" });
const may = (subject: string, wanted: Attributes, rights = computed): boolean =>
  rights.decide(userOf(parseSubject(subject)!), wanted).allowed;

test("rights are of the cluster or of a namespace, and of groups that everybody of a sort is in", () => {
  const get = { verb: "get", resource: "pods", namespace: "shop" };
  expect(may("ServiceAccount shop/web", get)).toBe(true);
  expect(may("ServiceAccount shop/web", { ...get, namespace: "data" })).toBe(false);
  expect(may("ServiceAccount shop/web", { verb: "get", resource: "pods" })).toBe(false);
  expect(may("ServiceAccount data/sync", get)).toBe(true);
  expect(may("ServiceAccount ops/any", get)).toBe(true);
  expect(may("User ann", get)).toBe(false);
  expect(may("Group oncall", { ...get, namespace: "anywhere" })).toBe(true);
  expect(computed.decide({ name: "root", groups: ["system:masters"] }, { verb: "any", resource: "thing" })).toEqual({ allowed: true });
});

test("aggregated roles are what their selectors choose, or what a controller has written", () => {
  const remove = { verb: "delete", resource: "pods" };
  expect(may("Group oncall", remove)).toBe(true);
  expect(may("Group oncall", remove, new Rights(OBJECTS, { aggregated: "stored" }))).toBe(false);
});

test("who may is told with the binding and the rule that give it", () => {
  const holders = computed.whoMay({ verb: "get", resource: "pods", namespace: "shop" });
  expect(
    holders.map(({ subject, binding, role, ruleIndex }) => [subjectText(subject), binding.metadata.name, role.metadata.name, ruleIndex]),
  ).toEqual([
    ["Group oncall", "more", "reader", 0],
    ["ServiceAccount shop/web", "read", "reader", 0],
    ["ServiceAccount data/sync", "read", "reader", 0],
    ["Group system:serviceaccounts:ops", "read", "reader", 0],
  ]);
  expect([...computed.dangling()].map(({ metadata }) => metadata.name)).toEqual(["lost"]);
});

test("subjects and questions are read and told as people write them", () => {
  for (const text of ["User ann", "Group oncall", "ServiceAccount shop/web"]) expect(subjectText(parseSubject(text)!)).toBe(text);
  expect(parseSubject("ServiceAccount web")).toBeUndefined();
  expect(readSubject({ kind: "Robot", name: "x" }, undefined)).toBeUndefined();
  expect(wantedText({ verb: "create", resource: "pods", subresource: "exec", namespace: "shop" })).toBe("create pods/exec in shop");
});
