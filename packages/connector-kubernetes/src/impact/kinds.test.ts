import type { KubeObject } from "@interlock/kube-model";
import type { Statement } from "@interlock/protocol";
import { describe, expect, test } from "vitest";
import { capture } from "../undo/capture.ts";
import { namespace, object, ownedBy, pod, service, viewOf, write } from "./cluster-of.testing.ts";
import { impactOf } from "./impact.ts";

const a = namespace("a");

/** What is said of a delete, and what is kept for its undo. */
async function deleted(target: KubeObject, others: readonly KubeObject[] = []): Promise<Statement & { kept: string[]; grave: string[] }> {
  const writes = [write(0, "DELETE", target, undefined)];
  const view = viewOf([a, target, ...others].filter((one, at, all) => all.indexOf(one) === at));
  const { statements } = await impactOf(view, writes);
  const { kept } = await capture(view, writes);
  const grave = (statements[0]!.lost ?? []).filter(({ minor }) => minor !== true).map(({ why }) => why);
  return { ...statements[0]!, grave, kept: kept.objects.map((one) => `${one.type.kind} ${one.name}`) };
}

const ADMISSION = "admissionregistration.k8s.io/v1";
const API = (service?: object) =>
  object("apiregistration.k8s.io/v1", "APIService", "v1beta1.metrics.k8s.io", {
    spec: { group: "metrics.k8s.io", version: "v1beta1", ...(service === undefined ? {} : { service }) },
  });

describe("what ends with an object of the cluster's own rules and services", () => {
  test.each([
    ["warning", object("v1", "ResourceQuota", "a/q"), /as much as it likes/],
    ["warning", object("v1", "LimitRange", "a/l"), /no default requests and limits/],
    ["warning", object("policy/v1", "PodDisruptionBudget", "a/b", { spec: { selector: {} } }), /end all of its pods at a time/],
    [
      "warning",
      object(ADMISSION, "ValidatingWebhookConfiguration", "h", { webhooks: [{ name: "h.example.com" }] }),
      /refused by h.example.com/,
    ],
    [
      "warning",
      object(ADMISSION, "MutatingWebhookConfiguration", "h", { webhooks: [{ name: "h.example.com" }] }),
      /changed by h.example.com/,
    ],
    ["warning", object(ADMISSION, "ValidatingAdmissionPolicy", "p", { spec: {} }), /refused is let through/],
    ["warning", object(ADMISSION, "ValidatingAdmissionPolicyBinding", "p", { spec: { policyName: "x" } }), /refused because of it/],
    [
      "warning",
      object("storage.k8s.io/v1", "StorageClass", "fast", {}, { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } }),
      /claims that name no class/,
    ],
    ["warning", object("scheduling.k8s.io/v1", "PriorityClass", "normal", { globalDefault: true }), /have priority 0/],
    ["danger", object("storage.k8s.io/v1", "CSIDriver", "ebs.csi.aws.com"), /driver ebs.csi.aws.com/],
    [
      "danger",
      object("storage.k8s.io/v1", "VolumeAttachment", "csi-1", { spec: { nodeName: "n1", source: { persistentVolumeName: "pv" } } }),
      /pv is detached from node n1/,
    ],
    ["danger", API({ namespace: "a", name: "m" }), /metrics.k8s.io\/v1beta1 is not served any more.*Autoscalers/],
    ["info", API(), /makes it anew/],
    [
      "warning",
      object("networking.k8s.io/v1", "Ingress", "a/i", { spec: { rules: [{ host: "a.example.com" }, { host: "b.example.com" }] } }),
      /a.example.com, b.example.com are not routed/,
    ],
    ["info", object("coordination.k8s.io/v1", "Lease", "a/leader"), /may lose the lead/],
    ["danger", object("v1", "ConfigMap", "kube-system/aws-auth"), /locked out/],
  ])("%s of %#", async (severity, target, words) => {
    const { risks } = await deleted(target);
    expect(risks.filter(({ code }) => code === "ends")).toEqual([{ code: "ends", severity, message: expect.stringMatching(words) }]);
  });
  test("a class that is no default, or a ConfigMap of anybody, ends nothing", async () => {
    for (const target of [
      object("storage.k8s.io/v1", "StorageClass", "fast"),
      object("scheduling.k8s.io/v1", "PriorityClass", "high"),
      object("v1", "ConfigMap", "a/aws-auth"),
    ])
      expect((await deleted(target)).risks.filter(({ code }) => code === "ends")).toEqual([]);
  });
});

test("an API that the server serves itself is not put back, an aggregated one is", async () => {
  expect(await deleted(API())).toMatchObject({ reversible: "no", kept: [] });
  expect(await deleted(API({ namespace: "a", name: "m" }))).toMatchObject({
    reversible: "undo",
    kept: ["APIService v1beta1.metrics.k8s.io"],
  });
});

describe("snapshots", () => {
  const snapshot = object("snapshot.storage.k8s.io/v1", "VolumeSnapshot", "a/nightly");
  const content = (deletionPolicy: string, source: object = { volumeHandle: "vol-1" }) =>
    object("snapshot.storage.k8s.io/v1", "VolumeSnapshotContent", "snapcontent-1", {
      spec: { deletionPolicy, source, volumeSnapshotRef: { namespace: "a", name: "nightly", uid: snapshot.metadata.uid } },
    });
  test("with deletionPolicy Delete what it holds is lost, also with its namespace", async () => {
    for (const target of [snapshot, a]) {
      const told = await deleted(target, [snapshot, content("Delete")]);
      expect(told.cascades).toContainEqual(
        expect.objectContaining({
          object: expect.stringContaining("snapcontent-1"),
          effect: "delete",
          via: ["deletionPolicy"],
          dataLoss: expect.stringMatching(/^data loss/),
        }),
      );
      expect(told.grave.join()).toMatch(/what it holds is deleted; made again, it would be a snapshot of another moment/);
      expect(told.kept.filter((one) => one.startsWith("VolumeSnapshot"))).toEqual([]);
      expect(told.reversible).toBe(target === a ? "partial" : "no");
    }
  });
  test("with Retain it stays in its content, which has another name", async () => {
    const told = await deleted(snapshot, [content("Retain")]);
    expect(told.cascades).toEqual([]);
    expect(told.grave).toEqual([expect.stringMatching(/what it holds stays in .* snapcontent-1/)]);
  });
  test("content that is itself deleted", async () => {
    expect(await deleted(content("Delete"), [snapshot])).toMatchObject({
      effects: [{ dataLoss: expect.stringMatching(/^data loss/) }],
      reversible: "no",
    });
    const handle = content("Retain", { snapshotHandle: "snap-1" });
    expect(await deleted(handle, [snapshot])).toMatchObject({ reversible: "undo", kept: ["VolumeSnapshotContent snapcontent-1"] });
  });
});

describe("what does not come back as it was", () => {
  test("tokens of an account whose pods run on", async () => {
    const account = object("v1", "ServiceAccount", "a/robot");
    const runs = pod("a/p", {}, undefined, { serviceAccountName: "robot" });
    expect((await deleted(account, [runs, pod("a/q", {})])).grave).toEqual([
      expect.stringMatching(/^tokens of 1 pod that runs as it stay void/),
    ]);
    expect((await deleted(account, [])).grave).toEqual([]);
    expect((await deleted(a, [account, runs])).grave).toEqual([]);
  });
  test("a run that is under way", async () => {
    const job = object("batch/v1", "Job", "a/import", { spec: {} });
    expect((await deleted(job)).grave).toEqual(["it starts again from the beginning"]);
    const nightly = object("batch/v1", "CronJob", "a/nightly", { spec: {} });
    const run = object("batch/v1", "Job", "a/nightly-1", { spec: {} }, { ownerReferences: [ownedBy(nightly)] });
    expect((await deleted(nightly, [run])).lost).toEqual([
      { object: "batch/v1 CronJob a/nightly", why: expect.stringMatching(/^1 run of a CronJob is not started again/), minor: true },
    ]);
  });
  test("the pods of a node, and what its kubelet reports", async () => {
    const set = object("apps/v1", "ReplicaSet", "a/web-1");
    const told = await deleted(object("v1", "Node", "n1"), [
      set,
      pod("a/web-1-x", {}, set, { nodeName: "n1" }),
      pod("a/lone", {}, undefined, { nodeName: "n1" }),
    ]);
    expect(told).toMatchObject({ reversible: "undo", kept: ["Node n1", "Pod lone"] });
    expect(told.lost!.map(({ why, minor }) => [minor, why])).toEqual([
      [true, expect.stringMatching(/once its kubelet reports them/)],
      [true, expect.stringMatching(/^1 pod comes back under a new name/)],
    ]);
  });
  test("a certificate that was signed", async () => {
    expect((await deleted(object("certificates.k8s.io/v1", "CertificateSigningRequest", "c"))).grave).toEqual([
      "its approval and its certificate do not come back",
    ]);
  });
  test("the address of an Ingress that does not share it with a Service", async () => {
    const ingress = object("networking.k8s.io/v1", "Ingress", "a/i", {
      spec: {},
      status: { loadBalancer: { ingress: [{ ip: "203.0.113.9" }] } },
    });
    const alone = await deleted(ingress);
    expect(alone.grave).toEqual([expect.stringMatching(/^its load-balancer address 203.0.113.9 is given up/)]);
    expect(alone.breaks).toEqual([expect.objectContaining({ scope: "outside the cluster" })]);
    const front = service("b/nginx", { app: "nginx" }, { type: "LoadBalancer" }, { loadBalancer: { ingress: [{ ip: "203.0.113.9" }] } });
    expect(await deleted(ingress, [front])).toMatchObject({ grave: [], breaks: [], reversible: "undo" });
  });
});

describe("what lets an object go that is being deleted", () => {
  const claim = (finalizers: string[] | undefined, deletionTimestamp?: string) =>
    object(
      "v1",
      "PersistentVolumeClaim",
      "a/data",
      { spec: { volumeName: "pv" } },
      { finalizers, ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) },
    );
  const volume = object("v1", "PersistentVolume", "pv", {
    spec: { persistentVolumeReclaimPolicy: "Delete", claimRef: { namespace: "a", name: "data" } },
    status: { phase: "Bound" },
  });
  const held = ["kubernetes.io/pvc-protection"];
  const uses = pod("a/p", {}, undefined, { nodeName: "n1", volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }] });
  const patched = async (before: KubeObject, after: KubeObject) => {
    const writes = [write(0, "PATCH", before, after)];
    const { statements } = await impactOf(viewOf([a, before, volume, uses]), writes);
    return { ...statements[0]!, kept: (await capture(viewOf([a, before, volume, uses]), writes)).kept.objects.length };
  };
  const since = "2026-01-01T00:00:00Z";
  test("is its delete: the data behind a claim is lost although a pod uses it, and nothing is put back", async () => {
    const told = await patched(claim(held, since), claim(undefined, since));
    expect(told).toMatchObject({
      cascades: [{ object: "v1 PersistentVolume pv", effect: "delete", dataLoss: expect.stringMatching(/^data loss/) }],
      breaks: [{ object: "v1 Pod a/p" }],
      reversible: "no",
      reversibleReason: expect.stringMatching(/was being deleted before, and this lets it end.*its data is deleted/),
      kept: 0,
    });
    expect(told.risks.map(({ code }) => code)).toEqual(["released"]);
  });
  test("of what is not being deleted, or stays held, nothing goes", async () => {
    for (const [before, after] of [
      [claim(held), claim(undefined)],
      [claim([...held, "x"], since), claim(held, since)],
    ] as const)
      expect(await patched(before, after)).toMatchObject({ cascades: [], reversible: "undo", kept: 1 });
  });
});

describe("changes that cannot be changed back", () => {
  const changed = async (before: KubeObject, after: KubeObject) =>
    (await impactOf(viewOf([a, before]), [write(0, "PATCH", before, after)])).statements[0]!;
  const claim = (storage: string) => object("v1", "PersistentVolumeClaim", "a/data", { spec: { resources: { requests: { storage } } } });
  const front = (type: string) => service("a/f", { app: "f" }, { type }, { loadBalancer: { ingress: [{ ip: "203.0.113.7" }] } });
  test.each([
    ["a claim that grows", claim("1Gi"), claim("2Gi"), "no", /cannot be made smaller/],
    [
      "a ConfigMap made immutable",
      object("v1", "ConfigMap", "a/c"),
      object("v1", "ConfigMap", "a/c", { immutable: true }),
      "no",
      /immutable/,
    ],
    ["a Service that gives up its address", front("LoadBalancer"), front("ClusterIP"), "partial", /203.0.113.7 is given up/],
  ])("%s", async (_what, before, after, reversible, why) => {
    expect(await changed(before, after)).toMatchObject({ reversible, reversibleReason: expect.stringMatching(why) });
  });
  test("of a Job that is made, what it has done stays", async () => {
    const { statements } = await impactOf(viewOf([a]), [write(0, "POST", undefined, object("batch/v1", "Job", "a/import"))]);
    expect(statements[0]).toMatchObject({ reversible: "undo", lost: [{ why: "what it does until then stays", minor: true }] });
  });
});
