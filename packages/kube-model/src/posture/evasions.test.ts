import { expect, test } from "vitest";
import type { KubeObject } from "../json.ts";
import { readManifests } from "../manifests/manifests.ts";
import { inventoryOfManifests } from "./inventory.ts";
import { postureOf } from "./posture.ts";

const RBAC = "rbac.authorization.k8s.io/v1";
const reported = (...objects: KubeObject[]) =>
  postureOf(inventoryOfManifests(readManifests(objects.map((one, at) => ({ name: `${at}.json`, text: JSON.stringify(one) }))).manifests))
    .findings;
const binding = (kind: string, metadata: KubeObject["metadata"], subject: string, role = "cluster-admin"): KubeObject => ({
  apiVersion: RBAC,
  kind,
  metadata,
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
  subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: subject }],
});
const BOOTSTRAP = { "kubernetes.io/bootstrapping": "rbac-defaults" };
const privileged = (namespace: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "one", namespace },
  spec: { containers: [{ name: "one", image: "x", securityContext: { privileged: true } }] },
});

const owned = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name: "none", uid: "1", controller: true }] },
});
/** A custom kind with a template for each of the contexts. */
const ray = (contexts: object[]): KubeObject => ({
  apiVersion: "ray.io/v1",
  kind: "RayCluster",
  metadata: { name: "ray", namespace: "shop" },
  spec: {
    groups: contexts.map((securityContext) => ({ template: { spec: { containers: [{ name: "ray", image: "x", securityContext }] } } })),
  },
});

/** What manifests may not pass by. */
test.each([
  [
    "a label of Kubernetes on a binding of one's own",
    [binding("ClusterRoleBinding", { name: "r", labels: BOOTSTRAP }, "system:unauthenticated")],
    "cluster-admin",
  ],
  [
    "a binding named like one of Kubernetes' own",
    [binding("ClusterRoleBinding", { name: "cluster-admin", labels: BOOTSTRAP }, "system:authenticated")],
    "cluster-admin",
  ],
  ["a binding without a namespace, as -n and kustomize have it", [binding("RoleBinding", { name: "r" }, "devs")], "cluster-admin"],
  ["a namespace of a provider", [privileged("aks-payments")], "privileged"],
  ["a namespace of Kubernetes", [privileged("kube-system")], "privileged"],
  ["somebody who is said to make it", [owned(privileged("shop"))], "privileged"],
  ["a second template of a custom kind", [ray([{}, { privileged: true }])], "privileged"],
  [
    "an annotation for seccomp that nothing reads any more",
    [
      {
        ...privileged("shop"),
        metadata: { name: "one", namespace: "shop", annotations: { "seccomp.security.alpha.kubernetes.io/pod": "runtime/default" } },
        spec: { containers: [{ name: "one", image: "x" }] },
      },
    ],
    "seccomp-profile",
  ],
] as const)("%s", (_what, objects, check) => {
  expect(reported(...objects).filter((finding) => finding.check === check)).toMatchObject([{ system: false }]);
});

test("a Role without a namespace does not stand for the ClusterRole of its name", () => {
  const rule = (verbs: string[]) => [{ apiGroups: ["*"], resources: ["*"], verbs }];
  const all: KubeObject = { apiVersion: RBAC, kind: "ClusterRole", metadata: { name: "ops" }, rules: rule(["*"]) };
  const one: KubeObject = { apiVersion: RBAC, kind: "Role", metadata: { name: "ops" }, rules: rule(["get"]) };
  for (const roles of [
    [all, one],
    [one, all],
  ])
    expect(reported(...roles, binding("ClusterRoleBinding", { name: "b" }, "devs", "ops")).map(({ check }) => check)).toContain(
      "cluster-admin",
    );
});

test("what an operator adds to a role of Kubernetes is a part of it", () => {
  const added: KubeObject = {
    apiVersion: RBAC,
    kind: "ClusterRole",
    metadata: { name: "more", labels: { "rbac.authorization.k8s.io/aggregate-to-view": "true" } },
    rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }],
  };
  const viewers = binding("ClusterRoleBinding", { name: "b" }, "devs", "view");
  expect(reported(viewers).map(({ check }) => check)).not.toContain("read-secrets");
  expect(reported(viewers, added).map(({ check }) => check)).toContain("read-secrets");
});

test("what a rule gives besides is not taken without saying so", () => {
  const role: KubeObject = {
    apiVersion: RBAC,
    kind: "ClusterRole",
    metadata: { name: "ops" },
    rules: [{ apiGroups: [""], resources: ["pods", "secrets"], verbs: ["get"] }],
  };
  const [finding] = reported(role, binding("ClusterRoleBinding", { name: "b" }, "devs", "ops")).filter(
    ({ check }) => check === "read-secrets",
  );
  expect(finding?.fix).toMatchObject({
    lines: [],
    choices: ["kubectl delete clusterrolebinding b"],
    decision: expect.stringContaining("other rights") as string,
  });
});

test("a policy that lets everybody in is no default-deny", () => {
  const policy = (ingress: unknown[]): KubeObject => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "all", namespace: "shop" },
    spec: { podSelector: {}, policyTypes: ["Ingress"], ingress },
  });
  const namespace: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels: { env: "prod" } } };
  const checks = (ingress: unknown[]) => reported(namespace, policy(ingress), privileged("shop")).map(({ check }) => check);
  expect(checks([{}])).toContain("namespace-default-deny");
  expect(checks([])).not.toContain("namespace-default-deny");
});

test("a budget that an autoscaler keeps room under does not block", () => {
  const labels = { app: "web" };
  const of = (kind: string, apiVersion: string, spec: object): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name: "web", namespace: "shop" },
    spec,
  });
  const template = { metadata: { labels }, spec: { containers: [{ name: "web", image: "x" }] } };
  const deployment = of("Deployment", "apps/v1", { selector: { matchLabels: labels }, template });
  const budget = of("PodDisruptionBudget", "policy/v1", { minAvailable: 2, selector: { matchLabels: labels } });
  const scaler = (minReplicas: number): KubeObject =>
    of("HorizontalPodAutoscaler", "autoscaling/v2", {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      minReplicas,
      maxReplicas: 9,
    });
  const blocks = (...objects: KubeObject[]) =>
    reported(deployment, budget, ...objects).some(({ check }) => check === "disruption-budget-blocks");
  expect([blocks(), blocks(scaler(2)), blocks(scaler(3))]).toEqual([true, true, false]);
});

test("one port that is none does not hide the StatefulSets beside it", () => {
  const set = (name: string, ports: unknown[]): KubeObject => ({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name, namespace: "shop" },
    spec: { serviceName: name, selector: {}, template: { spec: { containers: [{ name: "db", image: "x", ports }] } } },
  });
  const found = reported(set("a", [null]), set("b", [{ containerPort: 5432 }])).filter(({ check }) => check === "stateful-set-service");
  expect(found.map(({ object }) => object)).toEqual(["apps/v1 StatefulSet shop/a", "apps/v1 StatefulSet shop/b"]);
});

test.each([
  ["defaultRequest", { defaultRequest: { memory: "64Mi" } }, ["memory-limit"]],
  ["default, which is the request as well", { default: { memory: "64Mi" } }, []],
  ["max, which is the limit and the request", { max: { memory: "64Mi" } }, []],
  ["min, which is the request", { min: { memory: "64Mi" } }, ["memory-limit"]],
  ["of pods, not containers", { type: "Pod", max: { memory: "64Mi" } }, ["memory-limit", "memory-request"]],
])("a LimitRange gives containers what they do not say: %s", (_what, item, missing) => {
  const limits: KubeObject = {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "all", namespace: "shop" },
    spec: { limits: [{ type: "Container", ...item }] },
  };
  const found = (...objects: KubeObject[]) => reported(...objects).flatMap(({ check }) => (check.startsWith("memory-") ? [check] : []));
  expect(found(privileged("shop"), limits)).toEqual(missing);
  expect(found(privileged("blog"), limits)).toEqual(["memory-limit", "memory-request"]);
});
