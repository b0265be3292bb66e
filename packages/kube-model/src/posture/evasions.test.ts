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

const sidecar: KubeObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "one", namespace: "shop" },
  spec: {
    containers: [{ name: "one", image: "x", resources: { limits: { memory: "1Gi" } } }],
    initContainers: [
      { name: "proxy", image: "x", restartPolicy: "Always" },
      { name: "migrate", image: "x" },
    ],
  },
};

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
  ["a sidecar, and not what ends before the others begin", [sidecar], "memory-limit"],
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

const policy = (spec: object, name = "all", namespace = "shop"): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace },
  spec: { podSelector: {}, policyTypes: ["Ingress"], ...spec },
});
const DENY = policy({}, "deny");
const block = (cidr: string, ...except: string[]): object => ({ ipBlock: { cidr, ...(except.length > 0 && { except }) } });
const from = (...peers: object[]): KubeObject => policy({ ingress: [{ from: peers }] });
const onPorts = (...ports: object[]): KubeObject => policy({ ingress: [{ ports }] });

/** What a namespace with these policies is said to be: whether everybody reaches its pods, and how bad that is. */
test.each<[what: string, policies: KubeObject[], severity?: string]>([
  ["a rule for everybody", [policy({ ingress: [{}] })], "high"],
  ["a rule for every namespace", [from({ namespaceSelector: {} })], "high"],
  ["a rule for every pod of every namespace", [from({ namespaceSelector: { matchLabels: {} }, podSelector: {} })], "high"],
  ["a rule for every address", [from(block("0.0.0.0/0"))], "high"],
  ["a rule for every address, written in another way", [from(block("10.1.2.3/0"))], "high"],
  ["a rule for every address of IPv6", [from(block("::/0"))], "high"],
  ["rules for every address in two halves", [from(block("128.0.0.0/1"), block("0.0.0.0/1"))], "high"],
  ["every address of IPv6 in pieces that overlap", [from(block("8000::/1"), block("::/1"), block("::1/128"))], "high"],
  [
    "every namespace by the label that each has",
    [from({ namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "Exists" }] } })],
    "high",
  ],
  ["everybody beside somebody", [from({ podSelector: {} }, block("0.0.0.0/0"))], "high"],
  ["a second rule for everybody", [policy({ ingress: [{ from: [{ podSelector: {} }] }, {}] })], "high"],
  ["a rule for everybody beside a real deny", [DENY, policy({ ingress: [{}] })], "high"],
  ["the same, the other way round", [policy({ ingress: [{}] }, "a"), DENY], "high"],
  ["a rule for everybody on one port", [DENY, onPorts({ port: 8080 })], "medium"],
  [
    "a rule for every namespace on one port",
    [policy({ ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 80 }] }] })],
    "medium",
  ],
  ["ports that name none", [onPorts({ protocol: "TCP" })], "high"],
  ["egress alone", [policy({ policyTypes: ["Egress"] })], "high"],
  ["a policy of another namespace", [policy({}, "deny", "blog")], "high"],
  ["nothing that comes in", [DENY]],
  ["nothing that comes in, which is what no policyTypes mean", [policy({ policyTypes: [] })]],
  ["half of all addresses", [from(block("128.0.0.0/1"))]],
  ["all but a sixteenth of them", [from(block("128.0.0.0/1"), block("0.0.0.0/2"), block("64.0.0.0/3"), block("96.0.0.0/4"))]],
  ["halves of two families", [from(block("128.0.0.0/1"), block("::/1"))]],
  ["two halves with an exception", [from(block("128.0.0.0/1"), block("0.0.0.0/1", "10.0.0.0/8"))]],
  ["the namespace's own pods", [from({ podSelector: {} })]],
  ["some pods of every namespace", [from({ namespaceSelector: {}, podSelector: { matchLabels: { app: "gateway" } } })]],
  ["every pod of some namespaces", [from({ namespaceSelector: { matchLabels: { env: "prod" } }, podSelector: {} })]],
  ["addresses but for some", [from(block("0.0.0.0/0", "10.0.0.0/8"))]],
  ["some addresses", [from(block("10.0.0.0/8"))]],
  ["a peer that names nobody, which no server takes", [from({})]],
  [
    "a rule for everybody of a policy for some pods",
    [DENY, policy({ podSelector: { matchLabels: { app: "web" } }, ingress: [{}] }, "web")],
  ],
  ["a rule for everybody where ingress does not count", [DENY, policy({ policyTypes: ["Egress"], ingress: [{}] }, "out")]],
  ["a rule for everybody of another namespace", [DENY, policy({ ingress: [{}] }, "all", "blog")]],
])("a namespace that lets in %s", (_what, policies, severity) => {
  const namespace: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels: { env: "prod" } } };
  const found = reported(namespace, privileged("shop"), ...policies).filter(({ check }) => check === "namespace-default-deny");
  expect(found.map((finding) => finding.severity)).toEqual(severity === undefined ? [] : [severity]);
});

test("a policy that would close a namespace is not proposed where another one opens it", () => {
  const namespace: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels: { env: "prod" } } };
  const open = policy({ ingress: [{ from: [{ podSelector: {} }] }, { from: [{ namespaceSelector: {} }] }] }, "open");
  expect(reported(namespace, DENY, open, privileged("shop")).filter(({ check }) => check === "namespace-default-deny")).toMatchObject([
    {
      object: "v1 Namespace shop",
      says: "A NetworkPolicy of all its pods admits everybody on every port.",
      evidence: [
        {
          object: "networking.k8s.io/v1 NetworkPolicy shop/open",
          path: "spec.ingress[1]",
          value: '{"from":[{"namespaceSelector":{}}]}',
          place: { file: "2.json" },
        },
      ],
      fix: { lines: [], choices: [], decision: expect.stringContaining("adds up") as string },
    },
  ]);
});

test.each<[what: string, on: string | undefined, rule: object]>([
  ["nobody in particular", "every port", {}],
  ["every namespace", "every port", { from: [{ namespaceSelector: {} }] }],
  ["every address", "every port", { from: [block("0.0.0.0/0")] }],
  ["every address of IPv6", "every port", { from: [block("::/0")] }],
  ["every port of a protocol", "every TCP port", { from: [{ namespaceSelector: {} }], ports: [{}] }],
  ["every port by its number", "every TCP port", { ports: [{ port: 1, endPort: 65_535 }] }],
  ["every port of another protocol", undefined, { ports: [{ protocol: "SCTP" }] }],
  // A public front end.
  ["everybody on one port", undefined, { from: [block("0.0.0.0/0")], ports: [{ port: 443 }] }],
  ["its own namespace", undefined, { from: [{ podSelector: {} }] }],
  ["addresses but for some", undefined, { from: [block("0.0.0.0/0", "10.0.0.0/8")] }],
])("a rule from %s lets everybody in: %s", (_what, on, rule) => {
  const one = policy({ podSelector: { matchLabels: { app: "web" } }, ingress: [rule] });
  expect(reported(one).find(({ check }) => check === "network-policy-open")?.says).toBe(
    on === undefined ? undefined : `One of its rules admits everybody on ${on}.`,
  );
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

const RESOURCE = { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } };
const ofContainer = (container: string, target: object = { type: "Utilization", averageUtilization: 70 }) => ({
  type: "ContainerResource",
  containerResource: { name: "cpu", container, target },
});
const limitRange = (item: object, namespace = "shop"): KubeObject => ({
  apiVersion: "v1",
  kind: "LimitRange",
  metadata: { name: "all", namespace },
  spec: { limits: [{ type: "Container", ...item }] },
});
const GIVEN = limitRange({ defaultRequest: { cpu: "100m" } });
const CPU = { requests: { cpu: "1" } };

/** An autoscaler counts by what the containers of its pods request: Kubernetes, `calculateRequests` of the pod autoscaler. */
test.each<[what: string, counts: boolean, metric: object, spec: object, ...others: KubeObject[]]>([
  ["a container that requests nothing", false, RESOURCE, { containers: [{ name: "web" }] }],
  ["a limit, which is the request", true, RESOURCE, { containers: [{ name: "web", resources: { limits: { cpu: "1" } } }] }],
  ["what a LimitRange gives", true, RESOURCE, { containers: [{ name: "web" }] }, GIVEN],
  ["what a LimitRange gives of memory", false, RESOURCE, { containers: [{ name: "web" }] }, limitRange({ default: { memory: "1Gi" } })],
  ["a LimitRange of another namespace", false, RESOURCE, { containers: [{ name: "web" }] }, limitRange({ default: { cpu: "1" } }, "blog")],
  ["resources of the whole pod", true, RESOURCE, { resources: CPU, containers: [{ name: "web" }] }],
  ["one container of two", false, RESOURCE, { containers: [{ name: "web", resources: CPU }, { name: "log" }] }],
  [
    "a sidecar",
    false,
    RESOURCE,
    { containers: [{ name: "web", resources: CPU }], initContainers: [{ name: "mesh", restartPolicy: "Always" }] },
  ],
  ["what ends before", true, RESOURCE, { containers: [{ name: "web", resources: CPU }], initContainers: [{ name: "first" }] }],
  ["the container it names", false, ofContainer("web"), { containers: [{ name: "web" }, { name: "log", resources: CPU }] }],
  ["another than it names", true, ofContainer("web"), { containers: [{ name: "web", resources: CPU }, { name: "log" }] }],
  ["the sidecar it names", false, ofContainer("mesh"), { containers: [], initContainers: [{ name: "mesh", restartPolicy: "Always" }] }],
  ["a LimitRange, for the one it names", true, ofContainer("web"), { containers: [{ name: "web" }] }, GIVEN],
  ["the whole pod, where it names one", false, ofContainer("web"), { resources: CPU, containers: [{ name: "web" }] }],
  // It is put in when the pod is made.
  ["one that is not in the template", true, ofContainer("istio-proxy"), { containers: [{ name: "web" }] }],
  ["an amount, not a share", true, ofContainer("web", { type: "AverageValue", averageValue: "1" }), { containers: [{ name: "web" }] }],
])("an autoscaler by %s can count: %s", (_what, counts, metric, spec, ...others) => {
  const of = (apiVersion: string, kind: string, inner: object): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name: "web", namespace: "shop" },
    spec: inner,
  });
  const deployment = of("apps/v1", "Deployment", { selector: {}, template: { spec } });
  const scaler = of("autoscaling/v2", "HorizontalPodAutoscaler", {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
    metrics: [metric],
  });
  const found = reported(deployment, scaler, ...others).filter(({ check }) => check === "autoscaler-without-requests");
  expect(found.map(({ evidence }) => evidence.map(({ path }) => path))).toEqual(counts ? [] : [["spec.metrics[0]"]]);
});
