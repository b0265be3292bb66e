import { expect, test } from "vitest";
import { builtin } from "@interlock/kube-model/schema";
import { strategicMerge } from "./strategic-merge.ts";

const type = builtin("core.Pod");
const pod = {
  metadata: { finalizers: ["a", "b"], labels: { app: "x", tier: "y" } },
  spec: {
    containers: [
      { name: "one", image: "one:1", env: [{ name: "A", value: "1" }] },
      { name: "two", image: "two:1" },
    ],
    volumes: [{ name: "v", emptyDir: {} }],
    tolerations: [{ key: "a" }],
  },
};

const CASES: readonly [title: string, patch: object, path: string, expected: unknown][] = [
  ["merges items by their key", { spec: { containers: [{ name: "two", image: "two:2" }] } }, "spec.containers.1.image", "two:2"],
  ["keeps the items it does not name", { spec: { containers: [{ name: "two", image: "two:2" }] } }, "spec.containers.0.image", "one:1"],
  ["adds an item", { spec: { containers: [{ name: "three", image: "three:1" }] } }, "spec.containers.2.name", "three"],
  ["deletes an item", { spec: { containers: [{ name: "one", $patch: "delete" }] } }, "spec.containers.0.name", "two"],
  ["replaces a list", { spec: { containers: [{ $patch: "replace" }, { name: "z" }] } }, "spec.containers", [{ name: "z" }]],
  ["replaces a map", { metadata: { labels: { $patch: "replace", z: "z" } } }, "metadata.labels", { z: "z" }],
  ["removes what is null", { metadata: { labels: { tier: null } } }, "metadata.labels", { app: "x" }],
  ["replaces a list without a strategy", { spec: { tolerations: [{ key: "b" }] } }, "spec.tolerations", [{ key: "b" }]],
  ["adds to a list of plain values once", { metadata: { finalizers: ["b", "c"] } }, "metadata.finalizers", ["a", "b", "c"]],
  ["takes plain values out", { metadata: { "$deleteFromPrimitiveList/finalizers": ["a"] } }, "metadata.finalizers", ["b"]],
  [
    "keeps only the keys that are retained",
    { spec: { volumes: [{ name: "v", $retainKeys: ["name", "hostPath"], hostPath: { path: "/x" } }] } },
    "spec.volumes.0",
    { name: "v", hostPath: { path: "/x" } },
  ],
  [
    "orders as told",
    { spec: { "$setElementOrder/containers": [{ name: "two" }, { name: "one" }], containers: [{ name: "one", image: "one:2" }] } },
    "spec.containers.0.name",
    "two",
  ],
];

test.each(CASES)("%s", (_title, patch, path, expected) => {
  const merged = strategicMerge(pod, patch, type);
  expect(path.split(".").reduce<any>((value, key) => value?.[key], merged)).toEqual(expected);
});

test("leaves the object it is given alone", () => {
  const before = JSON.stringify(pod);
  strategicMerge(pod, { spec: { containers: [{ name: "one", image: "x", env: [{ name: "A", $patch: "delete" }] }] } }, type);
  expect(JSON.stringify(pod)).toBe(before);
});

test("refuses an item without its key", () => {
  expect(() => strategicMerge(pod, { spec: { containers: [{ image: "x" }] } }, type)).toThrow("does not contain declared merge key: name");
});
