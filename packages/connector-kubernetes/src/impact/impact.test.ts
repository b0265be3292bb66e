import { Statement } from "@interlock/protocol";
import { expect, test } from "vitest";
import { namespace, object, ownedBy, pod, service, viewOf, write } from "./cluster-of.testing.ts";
import { impactOf } from "./impact.ts";

const payments = namespace("payments", { env: "prod" });
const web = object("apps/v1", "Deployment", "payments/web", {
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [] } },
  },
});
const set = object("apps/v1", "ReplicaSet", "payments/web-1", { spec: { replicas: 2 } }, { ownerReferences: [ownedBy(web)] });
const pods = ["a", "b"].map((name) => pod(`payments/web-1-${name}`, { app: "web" }, set));
const claim = object(
  "v1",
  "PersistentVolumeClaim",
  "payments/data",
  { spec: { volumeName: "pv-1" } },
  { finalizers: ["kubernetes.io/pvc-protection"] },
);
const volume = (policy: string) =>
  object("v1", "PersistentVolume", "pv-1", {
    spec: {
      persistentVolumeReclaimPolicy: policy,
      capacity: { storage: "10Gi" },
      claimRef: { namespace: "payments", name: "data", uid: claim.metadata.uid },
    },
  });
const hook = object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "limits", {
  webhooks: [
    {
      name: "limits.payments.svc",
      failurePolicy: "Fail",
      clientConfig: { service: { namespace: "payments", name: "web" } },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
    },
  ],
});
const front = service("payments/web", { app: "web" }, { type: "LoadBalancer" }, { loadBalancer: { ingress: [{ ip: "203.0.113.7" }] } });
const cluster = [payments, namespace("other"), web, set, ...pods, claim, volume("Delete"), hook, front];

test("deleting a namespace tells every object, the data that is lost and what breaks elsewhere", async () => {
  const { statements, complete } = await impactOf(viewOf(cluster), [write(0, "DELETE", payments, undefined)]);
  const [statement] = statements;
  expect(complete).toBe(true);
  expect(Statement.parse(statement)).toEqual(statement);
  expect(statement!.effects).toEqual([
    { effect: "delete", object: "v1 Namespace payments", kind: "Namespace", rows: { value: 1, kind: "exact" } },
  ]);
  const taken = Object.fromEntries(statement!.cascades.map((one) => [one.object, one]));
  expect(Object.keys(taken).toSorted()).toEqual([
    "apps/v1 Deployment payments/web",
    "apps/v1 ReplicaSet payments/web-1",
    "v1 PersistentVolume pv-1",
    "v1 PersistentVolumeClaim payments/data",
    "v1 Pod payments/web-1-a",
    "v1 Pod payments/web-1-b",
    "v1 Service payments/web",
  ]);
  expect(taken["v1 Pod payments/web-1-a"]).toMatchObject({ effect: "delete", via: ["namespace", "ownerReference"], depth: 1 });
  expect(taken["v1 PersistentVolume pv-1"]).toMatchObject({ effect: "delete", via: ["reclaimPolicy"], depth: 2 });
  expect(taken["v1 PersistentVolume pv-1"]!.dataLoss).toMatch(/^data loss: .*payments\/data .*10Gi/);
  expect(statement!.breaks).toEqual([
    {
      object: "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration limits",
      why: "Every Pod create in the cluster is refused: webhook limits.payments.svc has failurePolicy Fail and Service payments/web does not exist",
      scope: "cluster",
    },
    expect.objectContaining({ object: "v1 Service payments/web", why: expect.stringContaining("203.0.113.7") }),
  ]);
  expect(statement!.reversible).toBe("partial");
  expect(statement!.reversibleReason).toBe(
    "Cannot come back: v1 PersistentVolumeClaim payments/data: its data (10Gi) is deleted with its volume; v1 Service payments/web: its load-balancer address 203.0.113.7 is given up, and may not be had again.",
  );
});

test("an earlier write of the plan changes what a later one does", async () => {
  const retained = volume("Retain");
  const { statements } = await impactOf(viewOf(cluster), [
    write(0, "PATCH", volume("Delete"), retained),
    write(1, "DELETE", claim, undefined),
  ]);
  expect(statements[0]!.diff).toContain("-  persistentVolumeReclaimPolicy: Delete\n+  persistentVolumeReclaimPolicy: Retain\n");
  expect(statements[1]!.cascades).toEqual([expect.objectContaining({ object: "v1 PersistentVolume pv-1", effect: "modify" })]);
  expect(statements[1]!.cascades[0]!.dataLoss).toBeUndefined();
  expect(statements[1]!.risks.map((risk) => risk.code)).toContain("volume_stays");
  const alone = await impactOf(viewOf(cluster), [write(0, "DELETE", claim, undefined)]);
  expect(alone.statements[0]!.cascades[0]!.dataLoss).toMatch(/^data loss/);
});

test("a list that fails is told and leaves the impact incomplete", async () => {
  const view = viewOf(cluster, ["networking.k8s.io/ingresses"]);
  const impact = await impactOf(view, [write(0, "DELETE", payments, undefined)]);
  expect(impact).toMatchObject({ complete: false, warnings: ["ingresses could not be listed"] });
});

test("secrets and config maps are never read whole", async () => {
  const view = viewOf(cluster);
  await impactOf(view, [write(0, "DELETE", payments, undefined)]);
  expect(view.asked.filter((one) => /^bodies \/(secrets|configmaps)/.test(one))).toEqual([]);
  expect(view.asked.filter((one) => /^names \/(secrets|configmaps)/.test(one))).toHaveLength(2);
});

test("a change of the template restarts pods, a change of a label does not", async () => {
  const template = {
    metadata: { labels: { app: "web" }, annotations: { "kubectl.kubernetes.io/restartedAt": "now" } },
    spec: { containers: [] },
  };
  const restarted = { ...web, spec: { ...web["spec"], template } };
  const labelled = { ...web, metadata: { ...web.metadata, labels: { a: "b" } } };
  const impact = await impactOf(viewOf(cluster), [
    write(0, "PATCH", web, restarted),
    write(1, "PATCH", restarted, { ...labelled, spec: restarted.spec }),
  ]);
  expect(impact.statements[0]!.cascades.map((one) => [one.object, one.via])).toEqual([
    ["v1 Pod payments/web-1-a", ["template"]],
    ["v1 Pod payments/web-1-b", ["template"]],
  ]);
  expect(impact.statements[1]!.cascades).toEqual([]);
});

test("a template with other labels leaves its Service and webhook without endpoints", async () => {
  const template = { metadata: { labels: { app: "other" } }, spec: { containers: [] } };
  const { statements } = await impactOf(viewOf(cluster), [write(0, "PATCH", web, { ...web, spec: { ...web["spec"], template } })]);
  const why = statements[0]!.breaks!.map((one) => one.why).join("\n");
  expect(why).toMatch(/selects no pod/);
  expect(why).toMatch(/Every Pod create in the cluster is refused/);
});

test("scaling to nothing ends every pod and what they answered", async () => {
  const none = { ...web, spec: { ...web["spec"], replicas: 0 } };
  const { statements } = await impactOf(viewOf(cluster), [write(0, "PATCH", web, none, { subresource: "scale" })]);
  expect(statements[0]!.cascades).toHaveLength(2);
  expect(statements[0]!.breaks!.some((one) => one.object === "v1 Service payments/web")).toBe(true);
  const one = { ...web, spec: { ...web["spec"], replicas: 1 } };
  const less = await impactOf(viewOf(cluster), [write(0, "PATCH", web, one, { subresource: "scale" })]);
  expect(less.statements[0]!.cascades).toEqual([expect.objectContaining({ rows: { value: 1, kind: "estimate" } })]);
  expect(less.statements[0]!.breaks).toEqual([]);
});

test("a token that is issued cannot be taken back, a creation can", async () => {
  const account = object("v1", "ServiceAccount", "payments/web");
  const issued = write(0, "POST", account, undefined, { subresource: "token", effect: "privilege" });
  const { statements } = await impactOf(viewOf(cluster), [issued, write(1, "POST", undefined, account)]);
  expect(statements.map((one) => one.reversible)).toEqual(["no", "undo"]);
  expect(statements[0]!.request).toEqual({ method: "POST", path: "/api/v1/namespaces/payments/serviceaccounts/web", subresource: "token" });
});

test("a write to what an earlier one takes along may come too late", async () => {
  const { statements } = await impactOf(viewOf(cluster), [
    write(0, "DELETE", web, undefined),
    write(1, "DELETE", set, undefined),
    write(2, "DELETE", claim, undefined),
  ]);
  expect(statements.map((one) => one.risks.some((risk) => risk.code === "taken_before"))).toEqual([false, true, false]);
});
