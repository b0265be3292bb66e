import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { TargetError, type ObjectExplorer } from "@interlock/connector";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import type { ObjectsChange } from "@interlock/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openExplorer } from "../src/explorer/explorer.ts";
import { openCluster, type OpenedCluster } from "../src/index.ts";

/** Looking through a cluster whose user may read everything but secrets, and in namespace `back` config maps only. */
const RIGHTS = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { env: prod } }
---
apiVersion: v1
kind: Namespace
metadata: { name: back }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: looker }
rules:
  - { apiGroups: [""], resources: [namespaces, pods], verbs: [get, list, watch] }
  - { apiGroups: [apps], resources: [deployments], verbs: [get, list, watch] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: looker }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: looker }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: lena }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: maps, namespace: back }
rules: [{ apiGroups: [""], resources: [configmaps], verbs: [get, list, watch] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: maps, namespace: back }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: maps }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: lena }]
---
apiVersion: v1
kind: Secret
metadata: { name: key, namespace: shop }
stringData: { password: hunter2-and-more }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop, labels: { app: web } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:1" }] }
`;

let sim: KubeSim;
let admin: OpenedCluster;
let lena: OpenedCluster;
const signal = (): AbortSignal => AbortSignal.timeout(30_000);

beforeAll(async () => {
  sim = await startKubeSim({ tls: true });
  sim.load(RIGHTS);
  sim.settle();
  admin = await openCluster({ kubeconfig: sim.kubeconfig() });
  const config = JSON.parse(sim.kubeconfig()) as { users: { user: unknown }[] };
  const { certificate, key } = sim.clientCertificate("lena", []);
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  config.users[0]!.user = { "client-certificate-data": base64(certificate), "client-key-data": base64(key!) };
  lena = await openCluster({ kubeconfig: JSON.stringify(config) });
});
afterAll(async () => {
  await lena?.close();
  await admin?.close();
  await sim?.stop();
});

function explore(cluster: OpenedCluster) {
  const explorer = openExplorer(() => Promise.resolve(cluster), { gatherMs: 5, lingerMs: 20 });
  return Object.assign(explorer, { [Symbol.dispose]: () => explorer.close() });
}

function follow(explorer: ObjectExplorer, kind: string, namespace?: string) {
  const known = new Map<string, Record<string, string>>();
  const names = new Map<string, string>();
  let last: ObjectsChange | undefined;
  const following = explorer.follow(kind, namespace, (change) => {
    last = change;
    if (change.reset) known.clear();
    for (const { uid, name, labels } of change.put) {
      names.set(uid, name);
      known.set(name, labels);
    }
    for (const uid of change.gone) known.delete(names.get(uid) ?? "");
  });
  return { known, close: () => following.close(), last: () => last };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 30_000; !condition(); await pause(5)) if (Date.now() > end) throw new Error(`not ${what}`);
}

async function send(method: string, path: string, body?: unknown, type = "application/json"): Promise<number> {
  const response = await admin.request({
    method,
    path,
    headers: { "content-type": type },
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
  });
  await response.body.toArray();
  return response.status;
}

const pod = (name: string, labels: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, labels },
  spec: { containers: [{ name: "main", image: "busybox" }] },
});

test("every kind that can be followed is told once, and how many of each there are", async () => {
  using explorer = explore(admin);
  const { kinds, failed } = await explorer.kinds(signal());
  expect(failed).toEqual([]);
  expect(kinds.find(({ key }) => key === "apps/deployments")).toEqual({
    key: "apps/deployments",
    apiVersion: "apps/v1",
    kind: "Deployment",
    plural: "deployments",
    namespaced: true,
  });
  expect(new Set(kinds.map(({ key }) => key)).size).toBe(kinds.length);
  const counts = await explorer.counts("shop", signal());
  const count = (kind: string) => counts.find((one) => one.kind === kind)?.count;
  expect([count("/pods"), count("apps/deployments"), count("/secrets"), count("batch/jobs")]).toEqual([2, 1, 1, 0]);
  expect((await explorer.counts(undefined, signal())).find(({ kind }) => kind === "/nodes")?.count).toBe(3);
});

test("objects that are made, labelled and deleted are seen live, over one stream", async () => {
  using explorer = explore(admin);
  const from = sim.requests.length;
  const first = follow(explorer, "/pods", "shop");
  const second = follow(explorer, "/pods", "shop");
  const everywhere = follow(explorer, "/pods");
  await until(() => first.last()?.phase === "live" && second.last()?.phase === "live", "live");
  expect(first.known.size).toBe(2);
  expect(await send("POST", "/api/v1/namespaces/shop/pods", pod("probe", { app: "probe" }))).toBe(201);
  await until(() => first.known.has("probe") && second.known.has("probe"), "made");
  expect(
    await send("PATCH", "/api/v1/namespaces/shop/pods/probe", { metadata: { labels: { app: "other" } } }, "application/merge-patch+json"),
  ).toBe(200);
  await until(() => first.known.get("probe")?.["app"] === "other", "labelled");
  expect(await send("DELETE", "/api/v1/namespaces/shop/pods/probe?gracePeriodSeconds=0")).toBe(200);
  await until(() => !first.known.has("probe") && !everywhere.known.has("probe"), "deleted");
  const asked = sim.requests.slice(from).filter(({ url }) => url.startsWith("/api/v1/pods?"));
  expect(asked.map(({ url }) => url.includes("watch=true"))).toEqual([false, true]);
});

test("a stream ends when the last who looked has left", async () => {
  using explorer = explore(admin);
  const watching = () => sim.requests.filter(({ url }) => url.startsWith("/api/v1/configmaps?") && url.includes("watch=true")).length;
  const one = follow(explorer, "/configmaps");
  const two = follow(explorer, "/configmaps", "shop");
  await until(() => watching() === 1, "watched");
  one.close();
  await pause(60);
  const again = follow(explorer, "/configmaps");
  await until(() => again.last()?.phase === "live", "live again");
  expect(watching()).toBe(1);
  again.close();
  two.close();
  await pause(60);
  follow(explorer, "/configmaps");
  await until(() => watching() === 2, "watched anew");
});

test("what the user may not list says so for that kind alone, and is looked at in the namespace where they may", async () => {
  using explorer = explore(lena);
  const counts = await explorer.counts("shop", signal());
  expect(counts.find(({ kind }) => kind === "/pods")).toEqual({ kind: "/pods", count: 2 });
  expect(counts.find(({ kind }) => kind === "/secrets")).toMatchObject({
    count: 0,
    refused: expect.stringMatching(/secrets is forbidden.*lena/u),
  });
  const secrets = follow(explorer, "/secrets", "shop");
  await until(() => secrets.last()?.phase === "refused", "refused");
  expect(secrets.known.size).toBe(0);
  expect(secrets.last()?.why).toMatch(/forbidden/u);
  const maps = follow(explorer, "/configmaps", "back");
  await until(() => maps.last()?.phase === "live", "live in the one namespace");
  expect(
    await send("POST", "/api/v1/namespaces/back/configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "seen" } }),
  ).toBe(201);
  await until(() => maps.known.has("seen"), "seen");
  await expect(explorer.read({ kind: "/secrets", namespace: "shop", name: "key" }, signal())).rejects.toMatchObject({ code: "forbidden" });
});

test("I9: a Secret is read with its values masked, and no value of it is in what is told of it", async () => {
  using explorer = explore(admin);
  const { text, full } = await explorer.read({ kind: "/secrets", namespace: "shop", name: "key" }, signal());
  const encoded = Buffer.from("hunter2-and-more").toString("base64");
  for (const shown of [text, full]) {
    expect(shown).toMatch(/password: ••••[0-9a-f]{4}/u);
    expect(shown).not.toContain(encoded);
    expect(shown).not.toContain("hunter2");
  }
  expect(full).toContain("managedFields");
  expect(text).not.toContain("managedFields");
});

test("the schema of a kind is complete in itself and knows its fields", async () => {
  using explorer = explore(admin);
  const schema = await explorer.schema("apps/deployments", signal());
  const json = JSON.stringify(schema);
  const names = new Set(Object.keys((schema?.["definitions"] ?? {}) as object));
  const refs = [...json.matchAll(/"\$ref":"#\/definitions\/([^"]+)"/gu)].map(([, name]) => name!);
  expect(refs.length).toBeGreaterThan(20);
  expect(refs.filter((name) => !names.has(name))).toEqual([]);
  expect(schema).toMatchObject({
    title: "Deployment",
    properties: { apiVersion: { const: "apps/v1" }, kind: { const: "Deployment" } },
    additionalProperties: false,
  });
  expect(names).toContain("io.k8s.api.core.v1.Container");
});

test("a cluster that does not answer at first is shown once it does", async () => {
  let there = false;
  const explorer = openExplorer(
    () => (there ? Promise.resolve(admin) : Promise.reject(new TargetError("target_down", "The cluster does not answer."))),
    { gatherMs: 5, retryMs: { first: 5, most: 20 } },
  );
  try {
    const pods = follow(explorer, "/pods", "shop");
    await until(() => pods.last()?.phase === "behind", "said");
    expect(pods.last()?.why).toBe("The cluster does not answer.");
    there = true;
    await until(() => pods.last()?.phase === "live", "live");
    expect(pods.known.size).toBe(2);
  } finally {
    explorer.close();
  }
});

test("20,000 objects are told whole", async () => {
  const many = await startKubeSim({ controllers: false });
  const cluster = await openCluster({ kubeconfig: many.kubeconfig() });
  const explorer = openExplorer(() => Promise.resolve(cluster));
  try {
    many.load(
      Array.from({ length: 20_000 }, (_, index) => ({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: {
          name: `map-${index}`,
          namespace: "default",
          labels: { app: `app-${index % 50}` },
          annotations: { filler: randomBytes(200).toString("hex") },
        },
      })),
    );
    let told = 0;
    let phase = "";
    explorer.follow("/configmaps", "default", (change) => {
      told += change.put.length;
      ({ phase } = change);
    });
    await until(() => phase === "live", "live");
    expect(told).toBe(20_000);
  } finally {
    explorer.close();
    await cluster.close();
    await many.stop();
  }
});
