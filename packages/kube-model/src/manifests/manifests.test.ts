import { expect, test } from "vitest";
import { readManifests } from "./manifests.ts";

const TEXT = `# two documents and a list
apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Pod
    metadata: { name: web, namespace: shop }
    spec:
      containers:
        - name: web
          image: web:1
  - apiVersion: v1
    kind: Service
    metadata: { generateName: web- }
`;

test("objects come in their order, lists taken apart, and know where they are written", () => {
  const { manifests, problems } = readManifests([{ name: "shop.yaml", text: TEXT }]);
  expect(problems).toEqual([]);
  expect(manifests.map(({ object, place }) => [object.kind, place.line])).toEqual([
    ["Namespace", 2],
    ["Pod", 11],
    ["Service", 18],
  ]);
  expect(manifests[1]!.placeOf(["spec", "containers", 0, "image"])).toEqual({ file: "shop.yaml", line: 17, column: 11 });
  // Of what is not there, where it would be.
  expect(manifests[1]!.placeOf(["spec", "containers", 0, "securityContext", "privileged"]).line).toBe(16);
});

test("items of a typed list are of its kind, and JSON is YAML", () => {
  const text = JSON.stringify({ apiVersion: "v1", kind: "PodList", items: [{ metadata: { name: "a" } }] });
  expect(readManifests([{ name: "pods.json", text }]).manifests.map(({ object }) => object)).toEqual([
    { apiVersion: "v1", kind: "Pod", metadata: { name: "a" } },
  ]);
});

test.each([
  ["metadata: { name: a }", "There is no apiVersion.", 1],
  ["apiVersion: v1\nmetadata: { name: a }", "There is no kind.", 1],
  ["apiVersion: v1\nkind: Pod\nmetadata: {}", "This Pod has no name.", 1],
  ["- a", "This is no object: a manifest has apiVersion, kind and metadata.", 1],
  ["apiVersion: v1\nkind: Pod\nkind: Pod", "Map keys must be unique", 3],
  [
    "a: &a [1, 1]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c]",
    "Excessive alias count indicates a resource exhaustion attack",
    1,
  ],
])("what is no manifest is said with its place, and the rest is read: %j", (text, message, line) => {
  const { manifests, problems } = readManifests([
    { name: "a.yaml", text: `${text}\n---\napiVersion: v1\nkind: Pod\nmetadata: { name: b }\n` },
  ]);
  expect(problems).toEqual([{ place: { file: "a.yaml", line, column: 1 }, message: expect.stringContaining(message) as string }]);
  expect(manifests.map(({ object }) => object.metadata["name"])).toEqual(["b"]);
});

// What `kubectl annotate --local -o json` (1.32) makes of each.
test.each([
  ["12:30", "12:30"],
  ["22:22:22", "22:22:22"],
  ["190:20:30.15", "190:20:30.15"],
  ["2024-01-01", "2024-01-01"],
  ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"],
  ["0o644", 420],
  ["-0o7", -7],
  ["0644", 420],
  ["0b11", 3],
  ["0x1f", 31],
  ["1_000", 1000],
  ["1e3", 1000],
  ["yes", true],
  ["y", true],
  ["on", true],
  ['"yes"', "yes"],
])("a scalar is read as kubectl reads it: %s", (text, value) => {
  const { manifests } = readManifests([
    { name: "x.yaml", text: `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\ndata: { at: ${text} }\n` },
  ]);
  expect(manifests[0]!.object["data"]).toEqual({ at: value });
});
