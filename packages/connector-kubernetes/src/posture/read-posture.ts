import { setImmediate as turn } from "node:timers/promises";
import type { PostureReading, ReadKind } from "@interlock/connector";
import { CHECKS, Inventory, postureSteps, type KubeObject, type Unread } from "@interlock/kube-model";
import type { Posture } from "@interlock/protocol";
import type { Cluster } from "../cluster/cluster.ts";
import { openClusterView } from "../impact/cluster-view.ts";
import type { ResourceTypes } from "../impact/resource-types.ts";
import { kept } from "./kept.ts";
import { listKind } from "./list-kind.ts";
import { StrayObjects } from "./stray-objects.ts";

/** Lists under way at a time. */
const AT_A_TIME = 6;

/** `group/Kind` of everything that a check looks at or misses something of, and the accounts and volumes that some go by. */
const KINDS = [...new Set(CHECKS.flatMap(({ reads, against = [] }) => [...reads, ...against]).concat("/ServiceAccount"))];

/** What the checks look into, for policy; of Secrets only names and types are read. */
export const POSTURE_KINDS: readonly ReadKind[] = KINDS.filter((kind) => kind !== "/Secret").map((kind) => {
  const [group, name] = kind.split("/") as [string, string];
  return { apiVersion: group === "" ? "v1" : `${group}/v1`, kind: name };
});

/** Reads what the checks need of a cluster. It only lists. Rejects with TargetError where the cluster does not answer at all. */
export async function readPosture(cluster: Cluster, signal: AbortSignal): Promise<PostureReading> {
  const [started, at] = [performance.now(), new Date().toISOString()];
  const { objects, unread } = await readObjects(cluster, signal);
  const readMs = performance.now() - started;
  return {
    async check({ environmentLabel, checks }): Promise<Posture> {
      const begun = performance.now();
      const inventory = new Inventory({
        sources: objects.map((object) => ({ object })),
        from: "cluster",
        unread,
        ...(environmentLabel === undefined ? {} : { environmentLabel }),
      });
      const steps = postureSteps(inventory, checks === undefined ? {} : { checks });
      let step = steps.next();
      // Whoever else waits for this process gets a turn after each check.
      for (; step.done !== true; step = steps.next()) await turn();
      return { at, tookMs: readMs + performance.now() - begun, objects: objects.length, ...step.value };
    },
  };
}

/** Everything the checks need of a cluster, and what of it could not be read. */
export async function readObjects(cluster: Cluster, signal: AbortSignal): Promise<{ objects: KubeObject[]; unread: Unread[] }> {
  const view = openClusterView(cluster, { signal });
  const types = await view.types();
  const unread: Unread[] = [];
  // By name, so that a list that was begun anew has nothing twice.
  const objects = new Map<string, KubeObject>();
  const made = new StrayObjects();
  const waiting = KINDS.flatMap((kind) => {
    const type = typeOf(types, kind);
    if (type !== undefined) return [{ kind, type }];
    const failed = types.failed.find(({ group }) => group.split("/")[0] === kind.split("/")[0]);
    if (failed !== undefined) unread.push({ kind, why: `${kind} could not be read: ${failed.reason}` });
    // A kind that is not served is not there.
    return [];
  });
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { kind, type } = next;
      const why = await listKind(
        cluster,
        type,
        (object) => {
          const { namespace, name } = object.metadata ?? {};
          made.see(kind, object);
          const one = kept(object);
          if (one !== undefined) objects.set(`${kind} ${String(namespace ?? "")}/${String(name)}`, one);
        },
        signal,
      );
      if (why !== undefined) unread.push({ kind, why });
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  const read = async ({ kind, namespace, name }: { kind: string; namespace: string | undefined; name: string }) => {
    const type = typeOf(types, kind);
    return type === undefined ? undefined : view.read(type, namespace, name);
  };
  const { strays, why } = await made.read(read, new Set(unread.map(({ kind }) => kind)));
  for (const { kind, namespace, name, object } of strays) {
    const whole = kept(object);
    if (whole !== undefined) objects.set(`${kind} ${String(namespace ?? "")}/${name}`, whole);
  }
  if (why !== undefined) unread.push({ kind: "/Pod", why });
  return { objects: [...objects.values()], unread: unread.toSorted((left, right) => (left.kind < right.kind ? -1 : 1)) };
}

function typeOf(types: ResourceTypes, kind: string) {
  const slash = kind.indexOf("/");
  const group = kind.slice(0, slash);
  const type = types.ofKind(group === "" ? "v1" : `${group}/v1`, kind.slice(slash + 1));
  // The same objects are served by their newer group.
  return type?.group === "extensions" || type?.verbs.includes("list") === false ? undefined : type;
}
