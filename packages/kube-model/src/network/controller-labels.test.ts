import { expect, test } from "vitest";
import type { KubeObject } from "../json.ts";
import { Inventory } from "../posture/inventory.ts";
import { alikeOf, namedBy } from "./controller-labels.ts";
import { Selector } from "./compiled-selector.ts";

const workload = (kind: string, spec: object = {}): KubeObject => {
  const template = { metadata: { labels: { app: "db" } }, spec: { containers: [{ name: "db" }] } };
  const apiVersion = kind.endsWith("Job") ? "batch/v1" : "apps/v1";
  const own = kind === "CronJob" ? { jobTemplate: { spec: { template, ...spec } } } : { template, ...spec };
  return { apiVersion, kind, metadata: { name: "db", namespace: "a" }, spec: own };
};
const asking = (key: string, ...values: string[]): Selector => new Selector({ matchExpressions: [{ key, operator: "In", values }] });

test.each<[string, KubeObject, Record<string, string>, boolean, boolean]>([
  ["a pod's name", workload("StatefulSet"), { app: "db", "statefulset.kubernetes.io/pod-name": "db-0" }, true, true],
  ["a name too far", workload("StatefulSet"), { "statefulset.kubernetes.io/pod-name": "db-1" }, false, false],
  ["a pod's name in another app", workload("StatefulSet"), { app: "x", "statefulset.kubernetes.io/pod-name": "db-0" }, false, false],
  ["an index of many", workload("StatefulSet", { replicas: 5000 }), { "apps.kubernetes.io/pod-index": "4999" }, true, true],
  ["a Job's name", workload("Job"), { "batch.kubernetes.io/job-name": "db" }, true, true],
  ["another Job's name", workload("Job"), { "job-name": "x" }, false, false],
  ["a name that a CronJob gives its Job", workload("CronJob"), { "job-name": "db-29000000" }, true, false],
  ["a hash", workload("Deployment"), { "pod-template-hash": "abc" }, true, false],
  ["a hash of what has none", workload("StatefulSet"), { "pod-template-hash": "abc" }, false, false],
  ["an operator's kind", { ...workload("Deployment"), apiVersion: "example.com/v1" }, { "pod-template-hash": "abc" }, false, false],
])("posture of %s: there is such a pod, or may be one", (_, made, matchLabels, inManifests, inCluster) => {
  const sources = [{ object: made }];
  expect(new Inventory({ sources, from: "manifests" }).selectsAnyPod({ matchLabels }, "a")).toBe(inManifests);
  // In a cluster the pods themselves have the labels that it gave.
  expect(new Inventory({ sources, from: "cluster" }).selectsAnyPod({ matchLabels }, "a")).toBe(inCluster);
});

test.each([
  { replicas: "many", ordinals: null },
  { replicas: 1e300, ordinals: { start: 1e17 } },
  { replicas: -1, ordinals: { start: "x" } },
])("%j makes no more pods than are named, and one", (spec) => {
  const named = namedBy([asking("apps.kubernetes.io/pod-index", "100000000000000000", "-1", "", "NaN", "0x1", "Infinity")]);
  expect(alikeOf(workload("StatefulSet", spec), {}, named)).toHaveLength(1);
});

test("what a Job's template says of itself stays", () => {
  const labels = { "controller-uid": "mine", "job-name": "mine" };
  expect(alikeOf(workload("Job"), labels, namedBy([asking("controller-uid", "mine")]))).toEqual([
    { labels: { ...labels, "batch.kubernetes.io/job-name": "db" } },
  ]);
});
