import type { KubeObject } from "@interlock/kube-model";
import { describe, expect, test } from "vitest";
import { manifestOf, type Keeping } from "./manifest.ts";
import { rankOf } from "./order.ts";

const nothing = { stays: () => false, volumeStays: () => false, claimStays: () => false };
const all = { stays: () => true, volumeStays: () => true, claimStays: () => false };
const of = (key: string, object: KubeObject, keeping: Keeping = nothing) => manifestOf(key, object, keeping);

test("what the server sets is taken out, what people set stays", () => {
  const { object } = of("apps/deployments", {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "web",
      namespace: "a",
      uid: "u",
      resourceVersion: "7",
      generation: 3,
      creationTimestamp: "2026-01-01T00:00:00Z",
      managedFields: [{}],
      labels: { app: "web" },
      annotations: { "deployment.kubernetes.io/revision": "4", note: "x" },
      finalizers: ["foregroundDeletion", "example.com/mine"],
    },
    spec: { replicas: 2 },
    status: { replicas: 2 },
  });
  expect(object).toEqual({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "a", labels: { app: "web" }, annotations: { note: "x" }, finalizers: ["example.com/mine"] },
    spec: { replicas: 2 },
  });
});

test("a tie to an owner that comes back under another uid would have the object collected", () => {
  const owned = { metadata: { name: "x", ownerReferences: [{ uid: "gone" }, { uid: "here" }] } };
  const { object } = of("/configmaps", owned, { ...all, stays: (uid) => uid === "here" });
  expect(object.metadata.ownerReferences).toEqual([{ uid: "here" }]);
  expect(of("/configmaps", owned).object.metadata.ownerReferences).toBeUndefined();
});

describe("fields of types", () => {
  test("a Service keeps its addresses and ports if they are free", () => {
    const spec = { clusterIP: "10.0.0.7", clusterIPs: ["10.0.0.7"], ports: [{ port: 80, nodePort: 30_080 }] };
    expect(of("/services", { spec })).toEqual({
      object: { metadata: {}, spec },
      ifFree: ["/spec/clusterIP", "/spec/clusterIPs", "/spec/ports/0/nodePort"],
    });
    expect(of("/services", { spec: { clusterIP: "None", ports: [{ port: 80 }] } }).ifFree).toEqual([]);
  });
  test("a claim is bound to its volume only if that stays, and the volume forgets the claim's uid", () => {
    const claim = { spec: { volumeName: "pv", storageClassName: "fast" } };
    expect(of("/persistentvolumeclaims", claim).object["spec"]).toEqual({ storageClassName: "fast" });
    expect(of("/persistentvolumeclaims", claim, all).object["spec"]).toEqual(claim.spec);
    const volume = { spec: { claimRef: { name: "data", namespace: "a", uid: "u", resourceVersion: "1" } } };
    expect(of("/persistentvolumes", volume).object["spec"]).toEqual({ claimRef: { name: "data", namespace: "a" } });
  });
  test("a Job's selector is made anew unless it brought its own", () => {
    const labels = { "controller-uid": "u", "job-name": "once", app: "once" };
    const spec = (more: object) => ({ spec: { selector: { matchLabels: labels }, template: { metadata: { labels } }, ...more } });
    expect(of("batch/jobs", spec({})).object["spec"]).toEqual({ template: { metadata: { labels: { app: "once" } } } });
    expect(of("batch/jobs", spec({ manualSelector: true })).object["spec"]["selector"]).toEqual({ matchLabels: labels });
  });
  test("a pod comes back without its node and token", () => {
    const token = { name: "kube-api-access-x7f2q" };
    const spec = { nodeName: "n1", volumes: [token, { name: "v" }], containers: [{ volumeMounts: [token, { name: "v" }] }] };
    expect(of("/pods", { spec }).object["spec"]).toEqual({ volumes: [{ name: "v" }], containers: [{ volumeMounts: [{ name: "v" }] }] });
  });
  test("nothing of what was given is changed", () => {
    const given = { spec: { nodeName: "n1", containers: [] }, metadata: { uid: "u" } };
    of("/pods", given);
    expect(given).toEqual({ spec: { nodeName: "n1", containers: [] }, metadata: { uid: "u" } });
  });
});

test("what others need comes first, and webhooks last", () => {
  const order = [
    "/namespaces",
    "/serviceaccounts",
    "/configmaps",
    "/persistentvolumes",
    "/persistentvolumeclaims",
    "/services",
    "apps/deployments",
  ];
  expect(order.toSorted((left, right) => rankOf(left) - rankOf(right))).toEqual(order);
  expect(rankOf("example.com/widgets")).toBeGreaterThan(rankOf("apiextensions.k8s.io/customresourcedefinitions"));
  expect(rankOf("admissionregistration.k8s.io/validatingwebhookconfigurations")).toBeGreaterThan(rankOf("example.com/widgets"));
});
