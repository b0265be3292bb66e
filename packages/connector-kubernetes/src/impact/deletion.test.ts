import type { KubeObject } from "@interlock/kube-model";
import type { Statement } from "@interlock/protocol";
import { expect, test } from "vitest";
import { consequencesOf, moreThan } from "../apply/consequences.ts";
import { capture } from "../undo/capture.ts";
import { namespace, object, ownedBy, pod, viewOf, write } from "./cluster-of.testing.ts";
import { impactOf } from "./impact.ts";

const a = namespace("a");
const claim = object(
  "v1",
  "PersistentVolumeClaim",
  "a/data",
  { spec: { volumeName: "pv" } },
  { finalizers: ["kubernetes.io/pvc-protection"] },
);
const volume = (policy: string, reference: object | null = { namespace: "a", name: "data", uid: claim.metadata.uid }) =>
  object(
    "v1",
    "PersistentVolume",
    "pv",
    {
      spec: {
        persistentVolumeReclaimPolicy: policy,
        capacity: { storage: "5Gi" },
        ...(reference === null ? {} : { claimRef: reference }),
      },
      status: { phase: reference === null ? "Available" : "Bound" },
    },
    { finalizers: ["kubernetes.io/pv-protection"] },
  );

/** What is said of a delete, and what is kept for its undo. */
async function deleted(
  target: KubeObject,
  others: readonly KubeObject[],
  failing: readonly string[] = [],
): Promise<Statement & { kept: string[] }> {
  const writes = [write(0, "DELETE", target, undefined)];
  const view = viewOf([a, target, ...others], failing);
  const { statements } = await impactOf(view, writes);
  const { kept } = await capture(view, writes);
  return { ...statements[0]!, kept: kept.objects.map((one) => `${one.type.kind} ${one.name}`) };
}

test("a volume that is itself deleted: its data is lost with policy Delete, with Retain it is put back", async () => {
  const lost = await deleted(volume("Delete"), [claim]);
  expect(lost).toMatchObject({
    effects: [{ dataLoss: "data loss: the storage behind it is deleted when claim a/data has let go of it (reclaim policy Delete, 5Gi)" }],
    reversible: "no",
    reversibleReason: expect.stringContaining("its data (5Gi) is deleted when claim a/data has let go of it"),
    lost: [{ object: "v1 PersistentVolume pv" }],
    kept: [],
  });
  expect(lost.risks.map((one) => `${one.severity} ${one.message}`)).toEqual([
    "warning v1 PersistentVolume pv stays Terminating: finalizer kubernetes.io/pv-protection: until its claim a/data is deleted.",
    expect.stringMatching(/^danger Data loss: the storage behind it/),
  ]);
  const retained = await deleted(volume("Retain"), [claim]);
  expect(retained).toMatchObject({
    reversible: "partial",
    reversibleReason: expect.stringContaining("cannot be called back"),
    kept: ["PersistentVolume pv"],
  });
  expect(retained.effects[0]).not.toHaveProperty("dataLoss");
  const free = await deleted(volume("Retain", null), []);
  expect(free).toMatchObject({ reversible: "undo", kept: ["PersistentVolume pv"] });
  const reserved = { ...volume("Delete"), status: { phase: "Available" } };
  expect(await deleted(reserved, [claim])).toMatchObject({ reversible: "partial", kept: ["PersistentVolume pv"] });
  // Nobody says whether a driver deletes what it did not provision.
  expect(await deleted(volume("Delete", null), [])).toMatchObject({
    effects: [{ dataLoss: "data loss is possible: its reclaim policy is Delete" }],
    reversible: "partial",
    kept: ["PersistentVolume pv"],
  });
});

test("data that is lost with what is named is agreed to like any other", async () => {
  const writes = [write(0, "DELETE", volume("Delete"), undefined)];
  const view = viewOf([a, claim, volume("Delete")]);
  const planned = consequencesOf((await impactOf(view, writes)).statements, []);
  const now = consequencesOf((await capture(view, writes)).analyses, []);
  expect(Object.keys(now.losses)).toEqual(["v1 PersistentVolume pv"]);
  expect(moreThan(planned, now)).toEqual([]);
  expect(moreThan(consequencesOf([], []), now)).toHaveLength(1);
});

test("a volume that an earlier write of the plan retains is put back, and again as it was", async () => {
  const [before, retained] = [volume("Delete"), volume("Retain")];
  const view = viewOf([a, claim, before]);
  const { kept } = await capture(view, [
    write(0, "PATCH", before, retained),
    write(1, "DELETE", claim, undefined),
    write(2, "DELETE", retained, undefined),
  ]);
  expect(kept.objects.map((one) => [one.name, one.after, one.wanted?.["spec"]])).toEqual([
    ["pv", "gone", expect.objectContaining({ persistentVolumeReclaimPolicy: "Delete", claimRef: { namespace: "a", name: "data" } })],
    ["data", "gone", { volumeName: "pv" }],
  ]);
  expect(kept.lost).toEqual([]);
});

test("a volume keeps knowing a claim that stays", async () => {
  const { kept } = await capture(viewOf([a, claim, volume("Retain")]), [write(0, "DELETE", volume("Retain"), undefined)]);
  expect(kept.objects[0]!.wanted!["spec"].claimRef.uid).toBe(claim.metadata.uid);
});

test("a claim whose volume cannot be read may lose its data, and says so of itself", async () => {
  const told = await deleted(claim, [], ["/persistentvolumes"]);
  const dataLoss = "data loss is possible: the reclaim policy of its volume could not be read";
  expect(told).toMatchObject({ effects: [{ dataLoss }], reversible: "partial", lost: [{ object: "v1 PersistentVolumeClaim a/data" }] });
  expect(told.risks).toContainEqual(expect.objectContaining({ code: "data_loss", severity: "danger" }));
});

const set = object("apps/v1", "ReplicaSet", "a/web-1");
test.each([
  ["a pod with a controller", pod("a/web-1-x", {}, set), /left to ReplicaSet web-1/],
  ["a pod that has ended", { ...pod("a/done", {}), status: { phase: "Succeeded" } }, /has ended/],
  ["an Event", object("v1", "Event", "a/e"), /writes it anew/],
  ["the root certificate", object("v1", "ConfigMap", "a/kube-root-ca.crt"), /makes it anew in every namespace/],
  ["a revision", object("apps/v1", "ControllerRevision", "a/db-1"), /cannot be rolled back to it/],
  [
    "a Job that is through",
    object("batch/v1", "Job", "a/once", { status: { conditions: [{ type: "Complete", status: "True" }] } }),
    /has ended/,
  ],
  [
    "an EndpointSlice of a Service",
    object(
      "discovery.k8s.io/v1",
      "EndpointSlice",
      "a/s",
      {},
      { labels: { "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" } },
    ),
    /made anew for its Service/,
  ],
])("of %s nothing is kept, and no undo is promised", async (_what, target, why) => {
  const told = await deleted(target, [set]);
  expect(told).toMatchObject({ reversible: "no", reversibleReason: expect.stringMatching(why), kept: [] });
});

const stuck = object("v1", "ConfigMap", "a/held", {}, { finalizers: ["example.com/hold"] });
test("what stays Terminating cannot be called back", async () => {
  for (const told of [await deleted(stuck, []), await deleted(a, [stuck])])
    expect(told).toMatchObject({
      reversible: "partial",
      reversibleReason: expect.stringContaining("cannot be called back from Terminating"),
    });
  expect((await deleted(a, [stuck])).risks.map((one) => one.message)).toContain(
    "v1 Namespace a stays Terminating: until v1 ConfigMap a/held is gone.",
  );
});

test("the finalizers of a namespace taken off by hand delete nothing that is in it", async () => {
  const ending = { ...a, metadata: { ...a.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
  const { statements } = await impactOf(viewOf([ending, claim, volume("Delete"), object("v1", "Event", "a/e")]), [
    write(0, "PUT", ending, undefined, { subresource: "finalize", effect: "delete" }),
  ]);
  expect(statements[0]).toMatchObject({
    cascades: [{ object: "v1 PersistentVolumeClaim a/data", effect: "modify", via: ["namespace"] }],
    reversible: "partial",
  });
  expect(statements[0]!.cascades.some((one) => one.dataLoss !== undefined)).toBe(false);
  expect(statements[0]!.risks.map((one) => `${one.severity} ${one.message}`).join()).toMatch(/^danger 1 object is left behind in etcd/);
});

test("a status and a rollout history do not come back", async () => {
  const web = object("apps/v1", "Deployment", "a/web");
  const sets = ["1", "2"].map((name) => object("apps/v1", "ReplicaSet", `a/web-${name}`, {}, { ownerReferences: [ownedBy(web)] }));
  const lost = (await deleted(a, [web, ...sets, object("example.com/v1", "Widget", "a/w"), object("example.com/v1", "Widget", "a/v")]))
    .lost!;
  expect(lost).toEqual([
    { object: "v1 Namespace a", why: "2 custom resources come back without their status: their controllers write it anew", minor: true },
    {
      object: "v1 Namespace a",
      why: "1 workload comes back without its rollout history: kubectl rollout undo finds no earlier revision",
      minor: true,
    },
  ]);
  expect((await deleted(web, sets.slice(1))).lost).toBeUndefined();
});

const RBAC = "rbac.authorization.k8s.io/v1";
const reader = object(
  RBAC,
  "ClusterRole",
  "reader",
  { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] },
  { labels: { to: "all" } },
);
const everyone = object(RBAC, "ClusterRole", "everyone", {
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: "all" } }] },
  rules: [],
});
const bind = (name: string, role: string, ...users: string[]) =>
  object(RBAC, "ClusterRoleBinding", name, {
    roleRef: { kind: "ClusterRole", name: role },
    subjects: users.map((user) => ({ kind: "User", name: user })),
  });
test.each([
  [
    "a binding",
    bind("x", "reader", "alice", "bob"),
    [reader, bind("y", "reader", "bob")],
    ["User alice loses get pods in the whole cluster"],
  ],
  ["a role", reader, [bind("x", "reader", "alice")], ["User alice loses get pods in the whole cluster"]],
  [
    "a role that another one is made of",
    reader,
    [everyone, bind("x", "everyone", "eve")],
    ["User eve loses get pods in the whole cluster"],
  ],
  [
    "the owner of a binding",
    object("storage.k8s.io/v1", "StorageClass", "owner"),
    [
      reader,
      {
        ...bind("x", "reader", "alice"),
        metadata: { name: "x", uid: "x", ownerReferences: [ownedBy(object("storage.k8s.io/v1", "StorageClass", "owner"))] },
      },
    ],
    ["User alice loses get pods in the whole cluster"],
  ],
])("with %s those lose rights who have them from nowhere else", async (_what, target, others, losses) => {
  const { breaks } = await deleted(target, others);
  expect(breaks!.map(({ why }) => why).filter((why) => why.includes("loses"))).toEqual(losses);
});

test("rights in a namespace that goes are no loss of their own", async () => {
  const role = object(RBAC, "Role", "a/r", { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] });
  const binding = object(RBAC, "RoleBinding", "a/b", { roleRef: { kind: "Role", name: "r" }, subjects: [{ kind: "User", name: "alice" }] });
  expect((await deleted(a, [role, binding])).breaks).toEqual([]);
});
