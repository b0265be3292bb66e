import { describe, expect, test } from "vitest";
import type { KubeObject } from "../json.ts";
import { readManifests } from "../manifests/manifests.ts";
import { POSTURE_CASES } from "./cases.testing.ts";
import { CHECKS } from "./checks/all.ts";
import { Inventory, inventoryOfManifests } from "./inventory.ts";
import { postureOf, type Finding } from "./posture.ts";

const NEEDS_CLUSTER = new Set(["binding-dangling"]);

function found(check: string, objects: readonly KubeObject[]): Finding[] {
  if (NEEDS_CLUSTER.has(check)) {
    const inventory = new Inventory({ sources: objects.map((object) => ({ object })), from: "cluster" });
    return postureOf(inventory, { checks: [check] }).findings;
  }
  const { manifests, problems } = readManifests(
    objects.map((object, index) => ({ name: `${index}.json`, text: JSON.stringify(object, null, 1) })),
  );
  expect(problems).toEqual([]);
  return postureOf(inventoryOfManifests(manifests), { checks: [check] }).findings;
}

test("there are at least forty checks, and each has a failing and a passing manifest", () => {
  expect(CHECKS.length).toBeGreaterThanOrEqual(40);
  expect(Object.keys(POSTURE_CASES).toSorted()).toEqual(CHECKS.map(({ id }) => id).toSorted());
  expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
});

describe.each(CHECKS)("$id", ({ id, title, why }) => {
  const { fails, passes } = POSTURE_CASES[id]!;

  test("finds what it is for, with evidence and a fix", () => {
    const findings = found(id, fails);
    expect(findings).toHaveLength(1);
    const [{ evidence, fix, says, object, system }] = findings as [Finding];
    expect([title.length, why.length, says.length, object.length].every((length) => length > 3)).toBe(true);
    expect(system).toBe(id === "run-in-kube-system" && false);
    // Something is shown, and it is there: the object, the field, the value; of a manifest its file and line.
    expect(evidence.length).toBeGreaterThan(0);
    for (const one of evidence) {
      expect([one.object, one.path, one.value].every((part) => part !== "")).toBe(true);
      if (!NEEDS_CLUSTER.has(id)) expect(one.place?.file).toMatch(/^\d\.json$/);
    }
    // Either it can be planned, or somebody is told what to decide.
    expect(fix.lines.length > 0 || (fix.decision ?? "") !== "").toBe(true);
    for (const line of [...fix.lines, ...fix.choices]) expect(line).toMatch(/^kubectl [a-z]/);
  });

  test("leaves alone what is as it should be", () => {
    expect(found(id, passes)).toEqual([]);
  });
});

test("no value of a secret is in what is found", () => {
  const text = JSON.stringify(found("secret-in-environment", POSTURE_CASES["secret-in-environment"]!.fails));
  expect(text).not.toContain("hunter2");
});

test("of a cluster that tells nothing every check is unknown", () => {
  const kinds = [...new Set(CHECKS.flatMap(({ reads, against = [] }) => [...reads, ...against]))];
  const unread = kinds.map((kind) => ({ kind, why: `${kind} could not be read` }));
  const { findings, checks } = postureOf(new Inventory({ sources: [], from: "cluster", unread }));
  expect({ findings, known: checks.filter(({ state }) => state !== "unknown") }).toEqual({ findings: [], known: [] });
});

test("an autoscaler is not judged where the LimitRanges could not be read", () => {
  const sources = POSTURE_CASES["autoscaler-without-requests"]!.fails.map((object) => ({ object }));
  const unread = [{ kind: "/LimitRange", why: "limitranges could not be read" }];
  expect(postureOf(new Inventory({ sources, from: "cluster", unread }), { checks: ["autoscaler-without-requests"] })).toMatchObject({
    findings: [],
    checks: [{ state: "unknown", unknown: "limitranges could not be read" }],
  });
});

test("what is in the cluster alone is unknown of manifests, and roles that every cluster has are known", () => {
  const binding = (role: string): KubeObject => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: role },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "dev" }],
  });
  const [web] = POSTURE_CASES["privileged"]!.passes;
  const files = [web!, binding("edit"), binding("ours")].map((object, index) => ({ name: `${index}.json`, text: JSON.stringify(object) }));
  const { findings, checks } = postureOf(inventoryOfManifests(readManifests(files).manifests));
  const state = new Map(checks.map((check) => [check.id, check]));
  expect(state.get("namespace-environment")).toMatchObject({
    state: "unknown",
    unknown: expect.stringContaining("Namespace shop") as string,
  });
  expect(state.get("escalate")).toMatchObject({ state: "unknown", unknown: expect.stringContaining("ClusterRole ours") as string });
  expect(findings.filter(({ object }) => object === "Group dev").map(({ check }) => check)).toEqual(
    expect.arrayContaining(["read-secrets", "exec", "run-pods", "deploys-and-reads-secrets"]),
  );
});

test.each([
  ["DB_PASSWORD", "hunter2hunter2", true],
  ["dbPassword", "hunter2hunter2", true],
  ["githubToken", "abcdef123456", true],
  ["TOKEN", "abcdef123456", true],
  ["DATABASE_URL", "postgres://app:hunter2@db/app", true],
  ["DATABASE_URL", "postgres://db/app", false],
  ["AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", true],
  ["AWS_SECRET_NAME", "prod/db", false],
  ["SECRETS_BACKEND", "vault", false],
  ["TOKEN_TTL_SECONDS", "86400", false],
  ["DB_PASSWORD", "/run/secrets/db", false],
  ["DB_PASSWORD", "$(FROM_ELSEWHERE)", false],
  ["LOG_LEVEL", "debug", false],
])("a variable %s of %s", (name, value, secret) => {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "one", namespace: "shop" },
    spec: { containers: [{ name: "one", env: [{ name, value }] }] },
  };
  expect(found("secret-in-environment", [pod])).toHaveLength(secret ? 1 : 0);
});

test("a namespace whose environment label is empty belongs to none, and its fix says so", () => {
  const labelled = (env: string): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels: { env } } });
  expect(found("namespace-environment", [labelled("prod")])).toEqual([]);
  expect(found("namespace-environment", [labelled("")])).toMatchObject([
    {
      says: "Its env label is empty.",
      fix: { choices: expect.arrayContaining(["kubectl label namespace shop env=prod --overwrite"]) as string[] },
    },
  ]);
});
