import type { Json } from "@interlock/kube-model";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCluster } from "../src/index.ts";
import { readRoles } from "../src/posture/read-roles.ts";

let sim: KubeSim;
let config: Json;
beforeAll(async () => {
  sim = await startKubeSim({ nodes: 0 });
  sim.load(`
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { tier: web } }
---
apiVersion: v1
kind: Namespace
metadata: { name: ending }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: held, namespace: ending, finalizers: [example.com/held] }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: looks, namespace: shop }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: looks }
rules: [{ apiGroups: [rbac.authorization.k8s.io], resources: ["*"], verbs: [list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: looks }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: looks }
subjects: [{ kind: ServiceAccount, namespace: shop, name: looks }]
`);
  config = JSON.parse(sim.kubeconfig()) as Json;
  await send("DELETE", "/api/v1/namespaces/ending");
});
afterAll(() => sim.stop());

async function send(method: string, path: string, body?: object): Promise<Json> {
  const sent = body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(new URL(path, config.clusters[0].cluster.server as string), { method, ...sent });
  expect(response.ok).toBe(true);
  return response.json();
}

async function rolesBy(kubeconfig: string) {
  const cluster = await openCluster({ kubeconfig });
  try {
    const { objects, unread } = await readRoles(cluster, AbortSignal.timeout(30_000));
    return {
      unread,
      roles: objects.filter(({ kind }) => kind !== "Namespace"),
      namespaces: objects.filter(({ kind }) => kind === "Namespace"),
    };
  } finally {
    await cluster.close();
  }
}

test("roles come with the names of namespaces, but for those that are ending", async () => {
  const { namespaces, unread } = await rolesBy(sim.kubeconfig());
  expect(unread).toEqual([]);
  expect(namespaces).toContainEqual({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  expect(namespaces.map(({ metadata }) => metadata?.name as string)).toEqual(expect.arrayContaining(["default", "kube-system"]));
  expect(namespaces.map(({ metadata }) => metadata?.name as string)).not.toContain("ending");
});

test("where namespaces may not be listed it is not known which there are, and roles are told all the same", async () => {
  const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
  const { status } = await send("POST", "/api/v1/namespaces/shop/serviceaccounts/looks/token", request);
  const users = [{ ...config.users[0], user: { token: String(status.token) } }];
  const found = await rolesBy(JSON.stringify({ ...config, users }));
  expect(found).toMatchObject({ unread: [], namespaces: [] });
  expect(found.roles.map(({ metadata }) => metadata?.name as string)).toContain("looks");
});
