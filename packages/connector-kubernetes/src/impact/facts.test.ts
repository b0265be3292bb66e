import { selectorText, selects } from "@interlock/kube-model";
import { describe, expect, test } from "vitest";
import { discover } from "./discovery.ts";
import { yamlDiff } from "./diff.ts";
import { object } from "./cluster-of.testing.ts";

describe("label selectors", () => {
  const labels = { app: "web", tier: "3" };
  test.each([
    [{}, true],
    [undefined, false],
    [{ matchLabels: { app: "web" } }, true],
    [{ matchLabels: { app: "api" } }, false],
    [{ matchExpressions: [{ key: "app", operator: "In", values: ["web", "api"] }] }, true],
    [{ matchExpressions: [{ key: "app", operator: "NotIn", values: ["web"] }] }, false],
    [{ matchExpressions: [{ key: "none", operator: "NotIn", values: ["web"] }] }, true],
    [{ matchExpressions: [{ key: "none", operator: "Exists" }] }, false],
    [{ matchExpressions: [{ key: "none", operator: "DoesNotExist" }] }, true],
    [{ matchExpressions: [{ key: "tier", operator: "Gt", values: ["2"] }] }, true],
    [{ matchExpressions: [{ key: "app", operator: "Like", values: ["web"] }] }, false],
  ])("%j", (selector, selected) => {
    expect(selects(selector, labels)).toBe(selected);
  });
  test("as people write them", () => {
    const text = selectorText({
      matchLabels: { a: "b" },
      matchExpressions: [
        { key: "c", operator: "In", values: ["x", "y"] },
        { key: "d", operator: "DoesNotExist" },
      ],
    });
    expect(text).toBe("a=b,c in (x,y),!d");
  });
});

describe("diff", () => {
  const deployment = (replicas: number, status = 0) =>
    object(
      "apps/v1",
      "Deployment",
      "a/web",
      { spec: { replicas, a: 1, b: 2, c: 3, d: 4, z: 5 }, status: { replicas: status } },
      { managedFields: [{ manager: String(replicas) }] },
    );
  test("lines around what changes; status and bookkeeping are left out", () => {
    const lines = yamlDiff(deployment(1), deployment(2, 2)).split("\n");
    expect(lines[0]).toMatch(/^@@ /);
    expect(lines.filter((line) => /^[-+]/.test(line))).toEqual(["-  replicas: 1", "+  replicas: 2"]);
    expect(lines.join("\n")).not.toMatch(/status|managedFields/);
  });
  test("nothing where nothing shown differs, and the status where it is what is written", () => {
    expect(yamlDiff(deployment(1), deployment(1, 7))).toBe("");
    expect(yamlDiff(deployment(1), deployment(1, 7), true)).toContain("+  replicas: 7");
  });
  test("all of it for what is made or goes; fingerprints of secrets stay", () => {
    const secret = object("v1", "Secret", "a/s", { data: { password: "aW50ZXJsb2Nr" } });
    expect(
      yamlDiff(undefined, secret)
        .split("\n")
        .filter((line) => line !== "")
        .slice(1)
        .every((line) => line.startsWith("+")),
    ).toBe(true);
    expect(yamlDiff(secret, undefined)).toContain("-  password: aW50ZXJsb2Nr");
  });
});

describe("discovery", () => {
  const answers = (documents: Record<string, unknown>) => (path: string) =>
    Promise.resolve(documents[path] === undefined ? { status: 503, body: undefined } : { status: 200, body: documents[path] });
  const version = (name: string, resource: string, freshness = "Current") => ({
    version: name,
    freshness,
    resources: [{ resource, responseKind: { kind: "K" }, scope: "Namespaced", verbs: ["list"], subresources: [{ subresource: "status" }] }],
  });
  test("aggregated, with a group whose server does not answer", async () => {
    const list = (...items: object[]) => ({ kind: "APIGroupDiscoveryList", items });
    const types = await discover(
      answers({
        "/api": list({ metadata: {}, versions: [version("v1", "pods")] }),
        "/apis": list({
          metadata: { name: "m" },
          versions: [version("v2", "things"), version("v1", "things"), version("v1beta1", "old", "Stale")],
        }),
      }),
    );
    expect(types.all.map((type) => `${type.group}/${type.version} ${type.resource}`)).toEqual(["/v1 pods", "m/v2 things", "m/v1beta1 old"]);
    expect(types.failed).toEqual([{ group: "m/v1beta1", reason: "its API server does not answer" }]);
  });
  test("one document for each group where it is not aggregated; one that fails is told", async () => {
    const types = await discover(
      answers({
        "/api": { kind: "APIVersions", versions: ["v1"] },
        "/api/v1": {
          resources: [
            { name: "pods", kind: "Pod", namespaced: true, verbs: ["list"] },
            { name: "pods/log", kind: "Pod" },
          ],
        },
        "/apis": {
          kind: "APIGroupList",
          groups: [
            { name: "apps", preferredVersion: { version: "v1" }, versions: [{ version: "v1beta1" }, { version: "v1" }] },
            { name: "m", versions: [{ version: "v1" }] },
          ],
        },
        "/apis/apps/v1": { resources: [{ name: "deployments", kind: "Deployment", namespaced: true, verbs: ["list"] }] },
        "/apis/apps/v1beta1": { resources: [{ name: "deployments", kind: "Deployment", namespaced: true, verbs: ["list"] }] },
      }),
    );
    expect(types.all.map((type) => `${type.group}/${type.version} ${type.resource}`)).toEqual(["/v1 pods", "apps/v1 deployments"]);
    expect(types.failed).toEqual([{ group: "m/v1", reason: "its discovery was answered with 503" }]);
  });
  test("a server that tells nothing at all is a fault", async () => {
    await expect(discover(answers({}))).rejects.toMatchObject({
      code: "target_down",
      message: expect.stringMatching(/does not tell what it serves/) as string,
    });
  });
});
