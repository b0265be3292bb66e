import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../json.ts";
import { podsOf } from "./workload.ts";

const SPEC = {
  hostNetwork: true,
  hostIPC: false,
  serviceAccountName: "web",
  volumes: [
    { name: "sock", hostPath: { path: "/run" } },
    { name: "tmp" },
    { name: "conf", configMap: { name: "web" } },
    { name: "model", image: { reference: "models/big:2" } },
  ],
  initContainers: [{ name: "setup", image: "busybox", securityContext: { runAsUser: 0 } }],
  containers: [
    {
      name: "web",
      image: "web:1",
      ports: [{ containerPort: 80, hostPort: 80 }],
      securityContext: { capabilities: { add: ["CAP_NET_ADMIN"] } },
    },
  ],
  ephemeralContainers: [{ name: "debug", image: "busybox", securityContext: { privileged: true } }],
};

const template = { metadata: { labels: { app: "web" } }, spec: SPEC };

test.each<[string, KubeObject, string]>([
  ["Pod", { apiVersion: "v1", kind: "Pod", ...template }, "spec"],
  ["PodTemplate", { apiVersion: "v1", kind: "PodTemplate", template }, "template.spec"],
  ["Deployment", { apiVersion: "apps/v1", kind: "Deployment", spec: { template } }, "spec.template.spec"],
  ["ReplicationController", { apiVersion: "v1", kind: "ReplicationController", spec: { template } }, "spec.template.spec"],
  ["Job", { apiVersion: "batch/v1", kind: "Job", spec: { template } }, "spec.template.spec"],
  [
    "CronJob",
    { apiVersion: "batch/v1beta1", kind: "CronJob", spec: { jobTemplate: { spec: { template } } } },
    "spec.jobTemplate.spec.template.spec",
  ],
  ["a custom kind", { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", spec: { template } }, "spec.template.spec"],
  ["two levels down", { apiVersion: "x.example/v1", kind: "Fleet", spec: { groups: [{ template }] } }, "spec.groups.0.template.spec"],
])("the pods of a %s are seen alike", (_, object, path) => {
  const [pod, ...more] = podsOf(object);
  expect(more).toEqual([]);
  expect(pod).toMatchObject({ metadata: { labels: { app: "web" } }, host: ["network"], serviceAccount: "web" });
  expect(pod!.path.join(".")).toBe(path);
  expect(pod!.containers.map(({ name, type, privileged, root }) => [name, type, privileged, root])).toEqual([
    ["web", "container", false, "unknown"],
    ["setup", "init", false, "yes"],
    ["debug", "ephemeral", true, "unknown"],
  ]);
  expect(pod!.containers[0]).toMatchObject({ capabilities: ["NET_ADMIN"], hostPorts: [80], escalates: true, readOnlyRoot: false });
  expect(pod!.containers[1]!.path.join(".")).toBe(`${path}.initContainers.0`);
  expect(pod!.volumes.map(({ type, hostPath, image }) => [type, hostPath, image.repository, image.tag])).toEqual([
    ["hostPath", "/run", "", ""],
    ["emptyDir", "", "", ""],
    ["configMap", "", "", ""],
    ["image", "", "models/big", "2"],
  ]);
});

test("a definition that only describes containers has no pods", () => {
  const versions = [{ schema: { properties: { containers: { default: [{ name: "web", image: "web" }] } } } }];
  expect(podsOf({ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", spec: { versions } })).toEqual([]);
  expect(podsOf({ apiVersion: "v1", kind: "ConfigMap", data: { containers: "- image: web" } })).toEqual([]);
});

describe("whether a container runs as root", () => {
  test.each([
    [{}, {}, "unknown"],
    [{ runAsUser: 0 }, {}, "yes"],
    [{}, { runAsUser: 0 }, "yes"],
    [{ runAsUser: 1000 }, { runAsUser: 0 }, "no"],
    [{ runAsUser: 0 }, { runAsNonRoot: true }, "yes"],
    [{}, { runAsNonRoot: true }, "no"],
    [{ runAsNonRoot: false }, { runAsNonRoot: true }, "unknown"],
    [{ runAsUser: null }, { runAsUser: 7 }, "no"],
    [{ runAsUser: "0" }, {}, "yes"],
    [{ runAsUser: "root" }, {}, "unknown"],
    [{ windowsOptions: { runAsUserName: "ContainerAdministrator" } }, {}, "yes"],
    [{ windowsOptions: { runAsUserName: "ContainerUser" } }, {}, "no"],
  ])("%j in a pod of %j: %s", (own, shared, root) => {
    const spec = { securityContext: shared, containers: [{ name: "web", image: "web", securityContext: own }] };
    expect(podsOf({ apiVersion: "v1", kind: "Pod", spec })[0]!.containers[0]!.root).toBe(root);
  });
});

test.each([[true], ["true"], [1], [{}]])("privileged is whatever is not false: %j", (privileged) => {
  const spec = { containers: { web: { image: "web", securityContext: { privileged } } } };
  expect(podsOf({ apiVersion: "v1", kind: "Pod", spec })[0]!.containers.map((one) => one.privileged)).toEqual([true]);
});

test("a Windows host process is privileged, and nothing but false is not", () => {
  const host = { securityContext: { windowsOptions: { hostProcess: true } }, containers: [{ name: "web", image: "web" }] };
  expect(podsOf({ apiVersion: "v1", kind: "Pod", spec: host })[0]!.containers[0]!.privileged).toBe(true);
  const plain = { containers: [{ name: "web", image: "web", securityContext: { privileged: false } }] };
  expect(podsOf({ apiVersion: "v1", kind: "Pod", spec: plain })[0]!.containers[0]!.privileged).toBe(false);
});

test("no object makes it fail", () => {
  const json = fc.jsonValue();
  const odd = fc.record({
    apiVersion: fc.oneof(fc.constantFrom("v1", "apps/v1", "batch/v1", "x/v1"), json),
    kind: fc.oneof(fc.constantFrom("Pod", "Deployment", "CronJob", "Rollout"), json),
    spec: fc.oneof(json, fc.record({ template: fc.oneof(json, fc.record({ spec: json })), containers: fc.array(json), volumes: json })),
  });
  fc.assert(fc.property(odd, (object) => Array.isArray(podsOf(object as KubeObject))));
  let deep: unknown = { containers: [{ image: "web" }] };
  for (let level = 0; level < 50_000; level++) deep = { deep };
  expect(podsOf({ apiVersion: "x/v1", kind: "Deep", deep } as KubeObject)).toHaveLength(1);
});
