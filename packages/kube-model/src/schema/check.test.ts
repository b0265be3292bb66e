import fc from "fast-check";
import { expect, test } from "vitest";
import type { KubeObject } from "../json.ts";
import { checkObject, pathText } from "./check.ts";
import { BUILTIN_KINDS, builtinKind } from "./kinds.ts";

const problems = (object: KubeObject): string[] =>
  checkObject(object, builtinKind(object.apiVersion!, object.kind!)!).map(({ path, message }) => `${pathText(path)}: ${message}`);

const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web:1" }] } };
const deployment = (spec: object, metadata: object = { name: "web" }): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata,
  spec: { replicas: 2, selector: { matchLabels: { app: "web" } }, template, ...spec },
});
const pod = (spec: object, labels: object = {}): KubeObject => ({ apiVersion: "v1", kind: "Pod", metadata: { name: "web", labels }, spec });
const containers = [{ name: "web", image: "web:1" }];

test("what a server takes has no problem", () => {
  expect(problems(deployment({ strategy: null }))).toEqual([]);
  expect(problems(pod({ containers, restartPolicy: "Never" }, { "app.kubernetes.io/name": "web", empty: "" }))).toEqual([]);
  expect(
    problems({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "system:x" },
      rules: [{ verbs: ["get"] }],
    }),
  ).toEqual([]);
});

test.each<[KubeObject, string]>([
  [deployment({ replica: 2 }), "spec.replica: There is no field spec.replica; is replicas meant?"],
  [deployment({ replicas: "2" }), "spec.replicas: spec.replicas must be a whole number, and is text."],
  [deployment({ zzz: 2 }), "spec.zzz: There is no field spec.zzz."],
  [deployment({ selector: undefined }), "spec: spec.selector must be there."],
  [
    deployment({ selector: { matchLabels: { app: "other" } } }),
    "spec.selector: spec.selector does not select the pods of spec.template: their labels differ.",
  ],
  [
    deployment({}, { name: "Web_1" }),
    'metadata.name: metadata.name "Web_1" is no name: small letters, digits, hyphens and dots, 253 at most.',
  ],
  [
    pod({ containers }, { version: 1.2 }),
    "metadata.labels.version: metadata.labels.version must be text, and is a number. Put it between quotes.",
  ],
  [pod({ containers }, { "a b": "c" }), 'metadata.labels.a b: "a b" is no key of a label.'],
  [pod({ containers }, { tier: "a b" }), "metadata.labels.tier: The value of label tier is none: letters, digits, -, _ and ., 63 at most."],
  [pod({ containers: [...containers, ...containers] }), "spec.containers[1].name: spec.containers[1]: there is another container web."],
  [pod({ containers: {} }), "spec.containers: spec.containers must be a list, and is an object."],
  [pod({ containers: [{ name: "web" }] }), "spec.containers[0]: spec.containers[0].image must be there."],
  [
    pod({ containers: [{ ...containers[0], volumeMounts: [{ name: "data", mountPath: "/data" }] }] }),
    "spec.containers[0].volumeMounts[0]: spec.containers[0] mounts data, and there is no such volume.",
  ],
  [
    pod({ containers: [{ ...containers[0], resources: { limits: { memory: "2 GB" } } }] }),
    "spec.containers[0].resources.limits.memory: spec.containers[0].resources.limits.memory is no quantity, such as 500m or 2Gi.",
  ],
  [{ apiVersion: "v1", kind: "Secret", metadata: { name: "door" }, data: { user: "hunter2 !" } }, "data.user: data.user is no base64."],
  [
    { apiVersion: "batch/v1", kind: "Job", metadata: { name: "x" }, spec: { template: { spec: { containers } } } },
    "spec.template.spec: spec.template.spec.restartPolicy must be Never or OnFailure.",
  ],
  [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "a.b" } },
    'metadata.name: metadata.name "a.b" is no name: small letters, digits and hyphens, 63 at most.',
  ],
])("%j", (object, problem) => {
  expect(problems(object)).toContain(problem);
});

test("a value of a Secret is never repeated", () => {
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "door" },
    data: { a: "hunter2!", b: ["hunter2"] },
    stringData: { c: { d: "hunter2" } },
  };
  expect(problems(secret).length).toBeGreaterThan(2);
  expect(problems(secret).join()).not.toContain("hunter2");
});

test("no object of any built-in kind makes it fail", () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  const object = fc.record({
    metadata: json,
    spec: fc.oneof(json, fc.record({ template: json, selector: json, containers: fc.array(json), volumeClaimTemplates: json })),
  });
  fc.assert(
    fc.property(fc.constantFrom(...BUILTIN_KINDS), object, (kind, rest) => {
      const apiVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
      expect(checkObject({ apiVersion, kind: kind.kind, ...rest } as KubeObject, kind).every(({ message }) => message !== "")).toBe(true);
    }),
  );
});
