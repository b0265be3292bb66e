import { parseJson } from "@interlock/kube-model";
import { describe, expect, it } from "vitest";
import { jsonPatch, mergePatch, PatchError } from "./json-patch.ts";
import { serverSideApply } from "./server-side-apply.ts";
import { strategicMerge } from "./strategic-merge.ts";
import { TypeSchema } from "./type-schema.ts";

const container = { type: "object", properties: { name: { type: "string" }, image: { type: "string" } } };
const document = {
  components: {
    schemas: {
      "io.example.Container": container,
      "io.example.Thing": {
        "x-kubernetes-group-version-kind": [{ group: "apps", version: "v1", kind: "Thing" }],
        properties: {
          metadata: { properties: { labels: { additionalProperties: { type: "string" } } } },
          spec: {
            properties: {
              containers: {
                type: "array",
                items: { allOf: [{ $ref: "#/components/schemas/io.example.Container" }] },
                "x-kubernetes-patch-merge-key": "name",
                "x-kubernetes-patch-strategy": "merge",
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"],
              },
              args: { type: "array", items: { type: "string" } },
              keys: { type: "array", "x-kubernetes-patch-strategy": "merge", "x-kubernetes-list-type": "set" },
              strategy: { type: "object", "x-kubernetes-patch-strategy": "retainKeys" },
            },
          },
        },
      },
    },
  },
};
const schema = TypeSchema.find(document, "apps", "v1", "Thing")!;

describe("JSON", () => {
  it("keeps numbers that a double cannot hold, digit by digit", () => {
    expect(JSON.stringify(parseJson('{"a":9007199254740993,"b":1.0,"c":2}'))).toBe('{"a":9007199254740993,"b":1.0,"c":2}');
  });
});

describe("mergePatch and jsonPatch", () => {
  it("merges maps, deletes by null, replaces lists", () => {
    expect(mergePatch({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: null }, d: [2] })).toEqual({ a: { c: 2 }, d: [2] });
  });

  it("does the operations of RFC 6902 in order", () => {
    const patch = [
      { op: "test", path: "/a/0", value: 1 },
      { op: "add", path: "/a/-", value: 3 },
      { op: "remove", path: "/a/0" },
      { op: "copy", from: "/a/0", path: "/b~1c" },
      { op: "move", from: "/d", path: "/e" },
    ];
    expect(jsonPatch({ a: [1, 2], d: 4 }, patch)).toEqual({ a: [2, 3], "b/c": 2, e: 4 });
  });

  it.each([
    [[{ op: "test", path: "/a", value: 2 }]],
    [[{ op: "remove", path: "/z" }]],
    [[{ op: "replace", path: "/z", value: 1 }]],
    [[{ op: "add", path: "/l/9", value: 1 }]],
    [[{ op: "spell", path: "/a" }]],
  ])("refuses what does not fit: %j", (patch) => {
    expect(() => jsonPatch({ a: 1, l: [] }, patch)).toThrow(PatchError);
  });
});

describe("strategicMerge", () => {
  const live = {
    spec: {
      containers: [
        { name: "a", image: "1" },
        { name: "b", image: "1" },
      ],
      args: ["x"],
      keys: ["k"],
    },
  };
  const merge = (spec: unknown) => strategicMerge(live, { spec }, schema)["spec"];

  it("merges lists by their key and replaces those without", () => {
    expect(merge({ containers: [{ name: "b", image: "2" }, { name: "c" }], args: ["y"] })).toEqual({
      containers: [{ name: "a", image: "1" }, { name: "b", image: "2" }, { name: "c" }],
      args: ["y"],
      keys: ["k"],
    });
  });

  it("follows its directives", () => {
    expect(merge({ containers: [{ name: "a", $patch: "delete" }] }).containers).toEqual([{ name: "b", image: "1" }]);
    expect(merge({ containers: [{ $patch: "replace" }, { name: "z" }] }).containers).toEqual([{ name: "z" }]);
    expect(merge({ "$setElementOrder/containers": [{ name: "b" }, { name: "a" }] }).containers.map((item: any) => item.name)).toEqual([
      "b",
      "a",
    ]);
    expect(merge({ "$deleteFromPrimitiveList/keys": ["k"], keys: ["l"] }).keys).toEqual(["l"]);
  });
});

describe("serverSideApply", () => {
  const options = { manager: "kubectl", force: false, apiVersion: "apps/v1", now: "2026-01-01T00:00:00Z" };
  const apply = (live: any, spec: unknown, more = {}) =>
    serverSideApply(live, { metadata: { name: "t" }, spec }, schema, { ...options, ...more });

  it("adds what is new, drops what its manager no longer wants and leaves others' fields", () => {
    const first = apply({ metadata: { name: "t" }, spec: { args: ["x"] } }, { containers: [{ name: "a", image: "1" }, { name: "b" }] });
    expect(first).toMatchObject({ ok: true, object: { spec: { args: ["x"], containers: [{ name: "a", image: "1" }, { name: "b" }] } } });
    if (!first.ok) return;
    expect(first.object.metadata.managedFields[0].fieldsV1).toEqual({
      "f:spec": {
        "f:containers": { 'k:{"name":"a"}': { ".": {}, "f:name": {}, "f:image": {} }, 'k:{"name":"b"}': { ".": {}, "f:name": {} } },
      },
    });
    const second = apply(first.object, { containers: [{ name: "a" }] });
    expect(second.ok && second.object["spec"]).toEqual({ args: ["x"], containers: [{ name: "a" }] });
  });

  it("names conflicts with other managers, and takes the fields over by force", () => {
    const managedFields = [{ manager: "other", operation: "Update", fieldsV1: { "f:spec": { "f:args": {} } } }];
    const live = { metadata: { name: "t", managedFields }, spec: { args: ["x"] } };
    expect(apply(live, { args: ["y"] })).toEqual({ ok: false, conflicts: [{ manager: "other", field: ".spec.args" }] });
    expect(apply(live, { args: ["x"] }).ok).toBe(true);
    const forced = apply(live, { args: ["y"] }, { force: true });
    expect(forced.ok && forced.object.metadata.managedFields).toHaveLength(1);
  });
});
