import { startDemoCluster, startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { Posture } from "@interlock/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kubernetes } from "../src/index.ts";
import { readCommand } from "../src/kubectl/command.ts";

let sim: KubeSim;
beforeAll(async () => {
  sim = await startDemoCluster({ pace: { startMs: 0, stopMs: 0, runMs: 0 } });
});
afterAll(() => sim.stop());

async function postureOf(kubeconfig: string): Promise<Posture> {
  const target = kubernetes.open({ connectionName: "eks-prod", secret: { kubeconfig }, maskedColumns: () => [] });
  try {
    return Posture.parse(await (await target.posture!(AbortSignal.timeout(30_000))).check({}));
  } finally {
    await target.close();
  }
}

test("the demo's cluster is read whole, and nothing is written", async () => {
  const before = sim.writes();
  const { findings, checks, unread } = await postureOf(sim.kubeconfig());
  expect(sim.writes()).toBe(before);
  expect(unread).toEqual([]);
  expect(checks.filter(({ state }) => state === "unknown")).toEqual([]);
  expect(findings.find(({ check, object }) => check === "namespace-environment" && object === "v1 Namespace ops-utils")).toMatchObject({
    severity: "high",
    system: false,
    evidence: [{ object: "v1 Namespace ops-utils", path: "metadata.labels.env", value: "not set" }],
    fix: { lines: [], choices: ["kubectl label namespace ops-utils env=prod", "kubectl label namespace ops-utils env=staging"] },
  });
  // A Deployment and its pods are one finding, and what belongs to Kubernetes comes last.
  expect(findings.filter(({ check, object }) => check === "readiness-probe" && / payments\/checkout/.test(object))).toEqual([]);
  const first = findings.findIndex(({ system }) => system);
  expect(findings.slice(first).every(({ system }) => system)).toBe(true);
  expect(findings.filter(({ check }) => check === "cluster-admin").map(({ object, system }) => [object, system])).toEqual([
    ["Group system:masters", true],
  ]);
});

test("every line of every fix is one that a room takes", async () => {
  const { findings } = await postureOf(sim.kubeconfig());
  const lines = findings.flatMap(({ fix }) => [...fix.lines, ...fix.choices]);
  expect(lines.length).toBeGreaterThan(100);
  for (const line of lines) expect([line, readCommand(line).diagnostics]).toEqual([line, []]);
});

test("what names an owner that is not there is looked at itself, and what is made is not", async () => {
  const pod = (name: string, owner: object): object => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "web", ownerReferences: [{ controller: true, ...owner }] },
    spec: { containers: [{ name: "one", image: "x:1", securityContext: { privileged: true } }] },
  });
  const { metadata } = sim.objects("apps/replicasets").find((one) => one.metadata?.namespace === "web")!;
  // Those whose owner's kind the cluster knows are taken away by its garbage collector.
  sim.load([
    pod("foreign", { apiVersion: "batch.example/v1", kind: "Job", name: "v", uid: "1" }),
    pod("made", { apiVersion: "apps/v1", kind: "ReplicaSet", name: metadata!.name, uid: metadata!.uid }),
  ]);
  const { findings } = await postureOf(sim.kubeconfig());
  const privileged = findings.filter(({ check, object }) => check === "privileged" && object.startsWith("v1 Pod web/"));
  expect(privileged.map(({ object }) => object)).toEqual(["v1 Pod web/foreign"]);
});

test("values of Secrets are not asked for", async () => {
  sim.load([
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "leak", namespace: "web" }, data: { DB_PASSWORD: "pw-in-the-open" } },
  ]);
  const from = sim.requests.length;
  const { findings, ...rest } = await postureOf(sim.kubeconfig());
  const text = JSON.stringify({ findings, ...rest });
  expect(text).not.toContain("pw-checkout");
  // What is in the open is found, and not told.
  expect(findings.filter(({ check }) => check === "secret-in-config-map").map(({ object }) => object)).toEqual(["v1 ConfigMap web/leak"]);
  expect(text).not.toContain("pw-in-the-open");
  const asked = sim.requests.slice(from).filter(({ url }) => /\/secrets(\?|$)/.test(url));
  expect(asked.length).toBeGreaterThan(0);
  for (const { url } of asked) expect(url).toContain("includeObject=Metadata");
});

test("what may not be read is said, and nothing is concluded from it", async () => {
  const closed = await startKubeSim({ tls: true, nodes: 0 });
  try {
    closed.load(`
apiVersion: v1
kind: ServiceAccount
metadata: { name: looker, namespace: default }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: looker }
rules: [{ apiGroups: ["", apps], resources: [pods, services, deployments, namespaces], verbs: [list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: looker }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: looker }
subjects: [{ kind: User, apiGroup: rbac.authorization.k8s.io, name: looker }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: web, image: "web:1" }] } }
`);
    closed.settle();
    const { certificate, key } = closed.clientCertificate("looker", []);
    const config = JSON.parse(closed.kubeconfig()) as { users: { user: object }[] };
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    config.users[0]!.user = { "client-certificate-data": base64(certificate), "client-key-data": base64(key!) };
    const { unread, checks, findings } = await postureOf(JSON.stringify(config));
    expect(unread.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["/Secret", "policy/PodDisruptionBudget", "rbac.authorization.k8s.io/ClusterRole"]),
    );
    const state = new Map(checks.map((check) => [check.id, check]));
    expect(state.get("token-secret")).toMatchObject({
      state: "unknown",
      unknown: expect.stringMatching(/secrets could not be read: the connection may not list them$/),
    });
    expect(state.get("cluster-admin")).toMatchObject({ state: "unknown" });
    // There may be a budget for it.
    expect(state.get("no-disruption-budget")).toMatchObject({ state: "unknown", findings: 0 });
    expect(state.get("namespace-default-deny")).toMatchObject({ state: "unknown", findings: 0 });
    expect(findings.some(({ check, object }) => check === "run-as-non-root" && object === "apps/v1 Deployment default/web")).toBe(true);
  } finally {
    await closed.stop();
  }
});
