import type { ObjectCount, ObjectEntry, ObjectKind } from "@interlock/protocol";
import { expect, test } from "vitest";
import { CLUSTER, emptyKey, kindKey, mainLabel, namespaceKey, type TreeState, treeRows } from "./object-rows.ts";
import type { Scope } from "./object-store.ts";

const kind = (key: string, kindName: string, namespaced = true): ObjectKind => ({
  key,
  apiVersion: "v1",
  kind: kindName,
  plural: key.split("/")[1]!,
  namespaced,
});
const KINDS = [
  kind("/events", "Event"),
  kind("/secrets", "Secret"),
  kind("/pods", "Pod"),
  kind("apps/deployments", "Deployment"),
  kind("/nodes", "Node", false),
  kind("/namespaces", "Namespace", false),
];
const entry = (name: string, labels: Record<string, string> = {}): ObjectEntry => ({
  uid: `uid-${name}`,
  name,
  labels,
  at: "",
  version: "1",
});
const scope = (entries: ObjectEntry[], more: Partial<Scope> = {}): Scope => ({
  phase: "live",
  why: undefined,
  entries: new Map(entries.map((one) => [one.uid, one])),
  ...more,
});
const counts = (...all: ObjectCount[]) => ({ phase: "here" as const, value: new Map(all.map((one) => [one.kind, one])) });

function lines(state: Partial<TreeState> & { scopes?: Record<string, Scope> }): string[] {
  const scopes: Record<string, Scope> = { "/namespaces": scope([entry("payments", { env: "prod" }), entry("ops-utils")]), ...state.scopes };
  return treeRows({
    kinds: { phase: "here", value: { kinds: KINDS, failed: [] } },
    counts: () =>
      counts(
        { kind: "/pods", count: 2 },
        { kind: "apps/deployments", count: 1 },
        { kind: "/secrets", count: 0, refused: "forbidden" },
        { kind: "/nodes", count: 3 },
      ),
    scope: (key, namespace) => scopes[namespace === undefined ? key : `${namespace} ${key}`],
    open: new Set(),
    filter: "",
    ...state,
  }).map((row) => {
    const indent = "  ".repeat(row.depth - 1);
    if (row.type === "note") return `${indent}(${row.text})`;
    if (row.type === "kind") return `${indent}${row.kind.kind} ${row.count?.refused ?? row.count?.count ?? "?"}`;
    if (row.type === "empty") return `${indent}${row.kinds} empty`;
    return indent + (row.type === "cluster" ? "Cluster" : row.entry.name);
  });
}

const PAYMENTS = namespaceKey("payments");
const PODS = kindKey("/pods", "payments");

test("namespaces by name, what is in none last", () => {
  expect(lines({})).toEqual(["ops-utils", "payments", "Cluster"]);
});

test("an open namespace shows its kinds, what people look for first, what it has none of put together", () => {
  expect(lines({ open: new Set([PAYMENTS]) })).toEqual([
    "ops-utils",
    "payments",
    "  Deployment 1",
    "  Pod 2",
    "  Secret forbidden",
    "  1 empty",
    "Cluster",
  ]);
  expect(lines({ open: new Set([PAYMENTS, emptyKey("payments")]) })).toContain("  Event ?");
  expect(lines({ open: new Set([CLUSTER]) })).toEqual(["ops-utils", "payments", "Cluster", "  Node 3"]);
});

test("an open kind shows its objects and counts them itself", () => {
  const scopes = { "payments /pods": scope([entry("web-10"), entry("web-9"), entry("api-1")]) };
  const open = new Set([PAYMENTS, PODS]);
  expect(lines({ open, scopes }).slice(3, 7)).toEqual(["  Pod 3", "    api-1", "    web-9", "    web-10"]);
  expect(lines({ open, scopes: { "payments /pods": scope([]) } })).toContain("    (None.)");
});

test("every state is said where it is so", () => {
  const open = new Set([PAYMENTS, PODS]);
  const say = (phase: Scope["phase"], why?: string) =>
    lines({ open, scopes: { "payments /pods": scope([], { phase, why }) } }).filter((line) => line.startsWith("    ("));
  expect(say("loading")).toEqual(["    (Listing…)"]);
  expect(say("refused", "pods is forbidden")).toEqual(["    (pods is forbidden)"]);
  expect(say("behind", "The cluster does not answer.")).toEqual(["    (Not live: The cluster does not answer.)"]);
  expect(say("gone")).toHaveLength(1);
  expect(lines({ kinds: { phase: "failed", why: "The cluster does not answer." } })).toEqual(["(The cluster does not answer.)"]);
  expect(lines({ scopes: { "/namespaces": scope([], { phase: "loading" }) } })).toEqual(["(Asking the cluster…)"]);
  expect(lines({ scopes: { "/namespaces": scope([], { phase: "refused", why: "forbidden" }) } })[0]).toBe(
    "(Namespaces are not told: forbidden)",
  );
  const refused = { "/namespaces": scope([], { phase: "refused", why: "forbidden" }) };
  const home = { phase: "here" as const, value: { kinds: KINDS, failed: [], namespace: "payments" } };
  expect(lines({ kinds: home, scopes: refused, open: new Set([PAYMENTS]) }).slice(0, 3)).toEqual([
    "(Namespaces are not told: forbidden)",
    "payments",
    "  Deployment 1",
  ]);
  expect(lines({ open: new Set([PAYMENTS]), counts: () => counts() })).toContain("  (This namespace is empty.)");
});

test("the filter goes by names, labels and kinds of what is open", () => {
  const scopes = { "payments /pods": scope([entry("web-1", { tier: "front" }), entry("api-1")]) };
  const open = new Set([PAYMENTS, PODS]);
  expect(lines({ open, scopes, filter: "web" })).toEqual(["payments", "  Pod 2", "    web-1", "(Only what is open is searched.)"]);
  expect(lines({ open, scopes, filter: "tier=fr" })).toContain("    web-1");
  expect(lines({ open, scopes, filter: "deploy" })).toEqual(["payments", "  Deployment 1", "(Only what is open is searched.)"]);
  expect(lines({ filter: "nothing" })).toEqual(["(Nothing of that name in what is open.)"]);
});

test("20,000 objects are a tree", () => {
  const scopes = { "payments /pods": scope(Array.from({ length: 20_000 }, (_, index) => entry(`pod-${(index * 7919) % 20_000}`))) };
  expect(lines({ open: new Set([PAYMENTS, PODS]), scopes })).toHaveLength(20_007);
});

test("the label that tells most is the one shown", () => {
  expect(mainLabel({ "pod-template-hash": "1", app: "web", team: "x" })).toBe("app=web");
  expect(mainLabel({ app: "web", tier: "front" }, "web")).toBe("tier=front");
  expect(mainLabel({ "app.kubernetes.io/name": "api" })).toBe("name=api");
  expect(mainLabel({ "pod-template-hash": "1" })).toBeUndefined();
});
