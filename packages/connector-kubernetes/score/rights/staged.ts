import { setTimeout as pause } from "node:timers/promises";
import { Rights, type KubeObject } from "@interlock/kube-model";
import type { Cluster } from "../../src/index.ts";
import { createObject, isThere, removeObject, storedRoles } from "./access.ts";
import { NAMESPACES } from "./drawn.ts";

/** Longest wait until a server's controllers and caches have taken in what was written, in milliseconds. */
const SETTLE_MS = 20_000;
/** Longest wait until namespaces are gone, in milliseconds: the next seed makes them again. */
const GONE_MS = 60_000;

/** Writes roles and bindings with their namespaces, works on them, and leaves the server as it was. */
export async function withRoles<Result>(
  cluster: Cluster,
  roles: readonly KubeObject[],
  work: (rights: Rights) => Promise<Result>,
): Promise<Result> {
  const homes: KubeObject[] = NAMESPACES.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
  try {
    for (const object of [...homes, ...roles]) await createObject(cluster, object);
    return await work(await settled(cluster));
  } finally {
    for (const object of [...roles, ...homes].toReversed()) await removeObject(cluster, object);
    const until = Date.now() + GONE_MS;
    for (const home of homes) while (Date.now() < until && (await isThere(cluster, home))) await pause(200);
  }
}

/** The stored roles, once they stay the same and the server goes by them. */
async function settled(cluster: Cluster): Promise<Rights> {
  const until = Date.now() + SETTLE_MS;
  for (let before = ""; ;) {
    const stored = await storedRoles(cluster);
    const now = JSON.stringify(stored.map(({ metadata }) => [metadata?.name, metadata?.namespace, metadata?.resourceVersion]));
    const pending = stored.some((role) => role["aggregationRule"] !== undefined && !Array.isArray(role["rules"]));
    if ((now === before && !pending) || Date.now() > until) return new Rights(stored, { aggregated: "stored" });
    before = now;
    await pause(300);
  }
}
