import type { Json, KubeObject } from "@interlock/kube-model";
import { expect, test } from "vitest";
import { TypeSchema } from "../gate/type-schema.ts";
import { readCommand } from "../kubectl/command.ts";
import { editOf } from "./object-edit.ts";
import { objectText, readYaml } from "./object-text.ts";

/** As a server describes a Deployment, as far as these tests go. */
const DOCUMENT = {
  components: {
    schemas: {
      Deployment: {
        "x-kubernetes-group-version-kind": [{ group: "apps", version: "v1", kind: "Deployment" }],
        properties: {
          metadata: {
            properties: {
              labels: { additionalProperties: {} },
              annotations: { additionalProperties: {} },
              finalizers: { "x-kubernetes-list-type": "set" },
            },
          },
          spec: {
            properties: {
              replicas: {},
              paused: {},
              template: {
                properties: {
                  spec: {
                    properties: {
                      containers: {
                        "x-kubernetes-list-type": "map",
                        "x-kubernetes-list-map-keys": ["name"],
                        items: { properties: { name: {}, image: {}, args: { "x-kubernetes-list-type": "atomic" } } },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};
const schema = TypeSchema.find(DOCUMENT, "apps", "v1", "Deployment");

const object = (managedFields: Json[] = [], more: KubeObject = {}): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: {
    name: "web",
    namespace: "shop",
    uid: "u",
    resourceVersion: "7",
    generation: 2,
    labels: { app: "web", team: "a" },
    managedFields,
  },
  spec: {
    replicas: 2,
    template: {
      spec: {
        containers: [
          { name: "web", image: "web:1", args: ["-v"] },
          { name: "side", image: "side:1" },
        ],
      },
    },
  },
  status: { readyReplicas: 2 },
  ...more,
});

interface Edited {
  live?: KubeObject;
  opened?: KubeObject;
  force?: boolean;
  shown?: (text: string) => string;
}

/** Saves what `change` makes of the text of an object. */
function save(change: (text: string) => string, { live = object(), opened = live, force = false, shown = (text) => text }: Edited = {}) {
  const base = shown(objectText(opened).text);
  const edit = editOf({ live, base, text: change(base), force, schema, resource: "deployments.v1.apps", shown });
  const [line] = edit.command === undefined ? [] : readCommand(edit.command).lines;
  return {
    ...edit,
    argv: line?.argv.join(" "),
    applied: line?.stdin === undefined ? undefined : readYaml(line.stdin),
    patch: patchOf(line?.argv),
  };
}

const patchOf = (argv: string[] | undefined): Json => {
  const patch = argv?.find((word) => word.startsWith("--patch="));
  return patch === undefined ? undefined : JSON.parse(patch.slice("--patch=".length));
};

const entry = (manager: string, operation: string, fieldsV1: Json): Json => ({
  manager,
  operation,
  apiVersion: "apps/v1",
  time: "2026-01-01T00:00:00Z",
  fieldsType: "FieldsV1",
  fieldsV1,
});

test("what was not touched is not asked for", () => {
  const { argv, applied, fields, conflicts } = save((text) => text.replace("replicas: 2\n", "replicas: 5\n"));
  expect(argv).toBe("apply --server-side --field-manager=interlock --filename=-");
  expect(applied).toEqual({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop" },
    spec: { replicas: 5 },
  });
  expect(fields).toEqual(["spec.replicas"]);
  expect(conflicts).toEqual([]);
  expect(save((text) => text).command).toBeUndefined();
  expect(save((text) => `# a remark\n${text}`).command).toBeUndefined();
});

test("an item of a list is named by its key, others of the list stay", () => {
  const { applied, fields } = save((text) => text.replace("image: side:1", "image: side:2"));
  expect(applied.spec).toEqual({ template: { spec: { containers: [{ name: "side", image: "side:2" }] } } });
  expect(fields).toEqual(["spec.template.spec.containers[side].image"]);
  const added = save((text) => text.replace("- name: side", "- name: third\n          image: third:1\n        - name: side"));
  expect(added.applied.spec.template.spec.containers).toEqual([{ name: "third", image: "third:1" }]);
});

test("what this manager has set before is named again, or the server would take it back", () => {
  const mine = entry("interlock", "Apply", {
    "f:metadata": { "f:labels": { "f:team": {} } },
    "f:spec": { "f:template": { "f:spec": { "f:containers": { 'k:{"name":"side"}': { ".": {}, "f:image": {}, "f:name": {} } } } } },
  });
  const { applied } = save((text) => text.replace("replicas: 2\n", "replicas: 5\n"), { live: object([mine]) });
  expect(applied).toMatchObject({
    metadata: { labels: { team: "a" } },
    spec: { replicas: 5, template: { spec: { containers: [{ name: "side", image: "side:1" }] } } },
  });
  // What it has set alone it may take away.
  const taken = save((text) => text.replace("    team: a\n", ""), { live: object([mine]) });
  expect(taken.argv).toContain("apply --server-side");
  expect(taken.applied.metadata.labels).toBeUndefined();
});

test("items stay in the order they have, whatever order their managers are kept in", () => {
  const item = (name: string): Json => ({ [`k:{"name":"${name}"}`]: { ".": {}, "f:name": {}, "f:image": {} } });
  const mine = entry("interlock", "Apply", {
    "f:spec": { "f:template": { "f:spec": { "f:containers": { ...item("side"), ...item("web") } } } },
  });
  const { applied } = save((text) => text.replace("image: side:1", "image: side:2"), { live: object([mine]) });
  expect(applied.spec.template.spec.containers.map(({ name }: { name: string }) => name)).toEqual(["web", "side"]);
});

test("what kubectl has applied from the server is edited as kubectl, and nobody is in its way", () => {
  const live = object([entry("kubectl", "Apply", { "f:metadata": { "f:labels": { "f:app": {} } }, "f:spec": { "f:replicas": {} } })]);
  const { argv, applied, conflicts } = save((text) => text.replace("replicas: 2\n", "replicas: 5\n"), { live });
  expect(argv).toBe("apply --server-side --filename=-");
  expect(applied).toMatchObject({ metadata: { labels: { app: "web" } }, spec: { replicas: 5 } });
  expect(conflicts).toEqual([]);
});

test("what another manager owns is a conflict, until it is taken over", () => {
  const live = object([entry("helm", "Update", { "f:spec": { "f:replicas": {} } })]);
  const change = (text: string): string => text.replace("replicas: 2\n", "replicas: 5\n");
  expect(save(change, { live }).conflicts).toEqual([{ field: "spec.replicas", manager: "helm" }]);
  const forced = save(change, { live, force: true });
  expect(forced.conflicts).toHaveLength(1);
  expect(forced.argv).toContain("--force-conflicts");
});

test("an object of client-side apply is applied as its own configuration with the edit in it: kubectl hands all it owns to whoever applies", () => {
  const applied = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", labels: { app: "web" } },
    spec: { replicas: 2 },
  };
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(applied) };
  const owner = entry("kubectl-client-side-apply", "Update", {
    "f:metadata": {
      "f:annotations": { ".": {}, "f:kubectl.kubernetes.io/last-applied-configuration": {} },
      "f:labels": { ".": {}, "f:app": {} },
    },
    "f:spec": { "f:replicas": {} },
  });
  const live = object([owner]);
  live.metadata.annotations = annotations;
  const saved = save((text) => text.replace("  replicas: 2\n", "  replicas: 5\n"), { live });
  expect(saved.argv).toBe("apply --server-side --filename=-");
  expect(saved.applied).toEqual({ ...applied, spec: { replicas: 5 } });
  expect(saved.conflicts).toEqual([]);
});

test("what apply cannot take away is a patch that tests what it takes", () => {
  const saved = save((text) => text.replace("    team: a\n", "").replace("replicas: 2\n", "replicas: 5\n"));
  expect(saved.argv).toMatch(/^patch deployments\.v1\.apps web --namespace=shop --field-manager=interlock --type=json --patch=/u);
  expect(saved.note).toContain("metadata.labels.team");
  expect(saved.patch).toEqual([
    { op: "test", path: "/spec/replicas", value: 2 },
    { op: "replace", path: "/spec/replicas", value: 5 },
    { op: "test", path: "/metadata/labels/team", value: "a" },
    { op: "remove", path: "/metadata/labels/team" },
  ]);
  const item = save((text) => text.replace("        - name: side\n          image: side:1\n", ""));
  expect(item.patch).toEqual([
    { op: "test", path: "/spec/template/spec/containers/1", value: { name: "side", image: "side:1" } },
    { op: "remove", path: "/spec/template/spec/containers/1" },
  ]);
});

test("what others have changed since is told and stays; what both have changed is told apart", () => {
  const opened = object();
  const live = object([], { spec: { ...opened["spec"], replicas: 9, paused: true } });
  const one = save((text) => text.replace("image: web:1", "image: web:2"), { live, opened });
  expect(one.drift).toEqual([
    { field: "spec.replicas", was: "2", now: "9", both: false },
    { field: "spec.paused", was: "absent", now: "true", both: false },
  ]);
  expect(one.applied.spec).toEqual({ template: { spec: { containers: [{ name: "web", image: "web:2" }] } } });
  const both = save((text) => text.replace("replicas: 2\n", "replicas: 5\n"), { live, opened });
  expect(both.drift[0]).toMatchObject({ field: "spec.replicas", both: true });
  // A status that moves and versions that are counted up are nobody's decision.
  const moved = { ...object(), status: { readyReplicas: 1 } };
  moved.metadata = { ...moved.metadata, resourceVersion: "8", generation: 3 };
  expect(save((text) => text.replace("image: web:1", "image: web:2"), { live: moved, opened }).drift).toEqual([]);
});

test("what cannot be saved says why", () => {
  const problem = (change: (text: string) => string, more?: Edited) => save(change, more).problem;
  expect(problem((text) => text.replace("name: web\n", "name: other\n"))).toContain("which object this is");
  expect(problem((text) => text.replace("readyReplicas: 2", "readyReplicas: 3"))).toContain("written by the server");
  expect(problem((text) => text.replace('resourceVersion: "7"', 'resourceVersion: "8"'))).toContain("written by the server");
  expect(problem((text) => `${text}\n  bad`)).toContain("not YAML");
  expect(problem(() => "- a")).toContain("not one object");
});

test("I9: values of a Secret that were not edited are in no command, and a masked one cannot be moved", () => {
  const live: KubeObject = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "key", namespace: "shop" },
    data: { one: "••••ab12", two: "••••cd34" },
  };
  const text = objectText(live).text;
  const edit = (change: (text: string) => string) =>
    editOf({ live, base: text, text: change(text), force: false, schema: undefined, resource: "secrets", shown: (same) => same });
  const saved = edit((now) => now.replace("••••ab12", "bmV3"));
  expect(saved.command).toBe(
    `kubectl patch secrets key -n shop --field-manager=interlock --type=json -p '[{"op":"replace","path":"/data/one","value":"bmV3"}]'`,
  );
  expect(edit((now) => now.replace("••••ab12", "••••cd34")).problem).toContain("masked value");
});

test("values that are masked for people are not repeated by an apply", () => {
  const live = object([entry("interlock", "Apply", { "f:metadata": { "f:labels": { "f:team": {} } } })]);
  const saved = save((text) => text.replace("replicas: 2\n", "replicas: 5\n"), {
    live,
    shown: (text) => text.replaceAll("team: a", "team: ••••"),
  });
  expect(saved.argv).toContain("patch ");
  expect(saved.command).not.toContain("team");
});
