import { TargetError } from "@interlock/connector";
import type { Json, KubeObject } from "@interlock/kube-model";
import type { Loss } from "@interlock/protocol";
import type { PlannedWrite } from "../gate/planned-write.ts";
import type { Analysis } from "../impact/analysis.ts";
import type { ClusterView } from "../impact/cluster-view.ts";
import { connectionsOf, type ConnectionChange } from "../impact/connections.ts";
import { analyse } from "../impact/impact.ts";
import { kept as slim } from "../impact/kept.ts";
import { load } from "../impact/load.ts";
import { keyOfType, objectName, type ResourceType } from "../impact/resource-types.ts";
import { actOf, targetIn, typeOf } from "../impact/target.ts";
import { VOLUMES } from "../impact/volumes.ts";
import type { World, WorldObject } from "../impact/world.ts";
import { whyLeft } from "./comes-back.ts";
import type { Kept, KeptObject } from "./kept.ts";
import { manifestOf, type Keeping } from "./manifest.ts";
import { readWhole } from "./read-whole.ts";

export interface Captured {
  kept: Kept;
  /** What each write leads to, worked out on the cluster as it is now. */
  analyses: Analysis[];
  /** As `impactOf` tells them. */
  connections: ConnectionChange[];
  /** What could not be told, in words. */
  missing: string[];
}

/**
 * Reads everything that planned writes take, change or make, as it is right before they are sent: afterwards it is gone. What controllers of
 * Kubernetes make again from what is put back is left to them. Reads only; rejects as `impactOf` does, and with `undo_lost` when there are
 * more than `maxObjects`.
 */
export async function capture(view: ClusterView, writes: readonly PlannedWrite[], maxObjects = Infinity): Promise<Captured> {
  const { world, missing } = await load(view, writes);
  const unserved = world.types.failed.map(({ group }) => group);
  const selecting = selectingServices(world);
  const touched = new Touches();
  const lost = new Map<string, Loss>();
  const analyses: Analysis[] = [];
  for (const write of writes) {
    const target = targetIn(world, write);
    const { namespace, name } = write.resource;
    const analysis = analyse(world, write, unserved);
    analyses.push(analysis);
    const act = actOf(write);
    for (const loss of analysis.lost ?? []) lost.set(`${loss.object} ${loss.why}`, loss);
    if (name !== undefined && (act === "create" || act === "change") && analysis.reversible !== "no") {
      const was = write.before === undefined ? undefined : target;
      touched.touch(typeOf(world.types, write), namespace, name, write.before === undefined ? "made" : "changed", was);
    }
    if (analysis.closure === undefined || target === undefined) continue;
    const { taken } = analysis.closure;
    for (const object of [target, ...taken.filter((one) => one.effect === "delete").map((one) => one.object)])
      touched.touch(object.type, object.namespace, object.name, "gone", object);
    // Released volumes have to forget the claim that was. Objects that only lose an owner are found again by their controller's selector.
    for (const { object, effect, via } of taken) {
      if (effect === "modify" && via.includes("reclaimPolicy"))
        touched.touch(object.type, object.namespace, object.name, "changed", object);
    }
  }
  const changed = connectionsOf(world);
  const last = analyses.at(-1);
  if (last !== undefined) last.breaks = [...last.breaks, ...changed.rest()];
  const objects = await keep(view, touched.all, selecting, lost, maxObjects);
  return { kept: { form: 1, objects, lost: [...lost.values()] }, analyses, connections: changed.each(), missing };
}

interface Touched {
  type: ResourceType;
  namespace?: string;
  name: string;
  after: KeptObject["after"];
  /** As it was before the first write to it; absent for what the plan makes. */
  was?: WorldObject;
  /** As it was when it was deleted, which earlier writes may have changed; absent for what stays. */
  gone?: WorldObject;
}

/** What becomes of each object over all writes. */
class Touches {
  readonly #known = new Map<string, Touched>();

  get all(): Touched[] {
    return [...this.#known.values()];
  }

  touch(type: ResourceType, namespace: string | undefined, name: string, after: Touched["after"], now?: WorldObject): void {
    const key = `${keyOfType(type)} ${namespace ?? ""}/${name}`;
    const known = this.#known.get(key);
    const gone = after === "gone" && now !== undefined ? { gone: now } : {};
    if (known === undefined) {
      const place = namespace === undefined ? {} : { namespace };
      this.#known.set(key, { type, ...place, name, after, ...(now === undefined ? {} : { was: now }), ...gone });
    } else if (known.was === undefined && after === "gone") this.#known.delete(key);
    else {
      // Deleted and made anew, it is there under another uid: what is wanted of it is what it was.
      known.after = after === "made" && known.was !== undefined ? "changed" : known.was === undefined ? "made" : after;
      if (known.after === "gone") Object.assign(known, gone);
      else delete known.gone;
    }
  }
}

async function keep(
  view: ClusterView,
  touched: readonly Touched[],
  selecting: ReadonlySet<string>,
  lost: Map<string, Loss>,
  maxObjects: number,
): Promise<KeptObject[]> {
  const gone = touched.filter((one) => one.after === "gone");
  const goneUids = new Set(gone.map((one) => one.was?.uid ?? ""));
  const isSelecting = (namespace: string, name: string): boolean => selecting.has(`${namespace}/${name}`);
  const back = new Set(
    touched.filter((one) => one.after !== "made" && (one.gone === undefined || whyLeft(one.gone, isSelecting) === undefined)),
  );
  const goneVolumes = new Set(gone.filter((one) => keyOfType(one.type) === VOLUMES && !back.has(one)).map((one) => one.name));
  const made = touched.filter((one) => one.after === "made").map(({ type, namespace, name }) => bare(type, namespace, name, "made"));
  if (back.size + made.length > maxObjects)
    throw new TargetError("undo_lost", `What would be needed to put it back are ${back.size} objects, more than are kept. Do it in parts.`);
  const whole = await readWhole(view, [...back]);
  const backUids = new Set([...back].map((one) => one.was?.uid ?? ""));
  const keepingFor = (key: string): Keeping => ({
    // Of an owner that comes back the new uid is put in when it has one. A claim comes before the StatefulSet whose it is, which finds it by
    // its name: otherwise the set would make an empty one first.
    stays: (uid) => !goneUids.has(uid) || (backUids.has(uid) && key !== "/persistentvolumeclaims"),
    volumeStays: (name) => !goneVolumes.has(name),
    claimStays: (uid) => !goneUids.has(uid),
  });
  const kept = [...back].flatMap((one): KeptObject[] => {
    const object = whole.get(one);
    // It went by itself since the lists were read.
    if (object === undefined) return [];
    const key = keyOfType(one.type);
    // Only what is whole tells whether it has ended.
    const why =
      one.gone === undefined || one.gone.body !== undefined ? undefined : whyLeft({ ...one.gone, body: slim(key, object) }, isSelecting);
    if (why !== undefined) {
      const title = objectName(one.type, one.namespace, one.name);
      lost.set(title, { object: title, why, minor: true });
      return [];
    }
    if (one.after === "gone" && isPlainAccount(key, object)) return [];
    const keeping = keepingFor(key);
    const uid: unknown = object.metadata?.uid;
    // A volume that a claim lets go of is changed in its status only; it is to forget the uid of its claim, which comes back under another.
    const released = one.after === "changed" && isReleased(key, one, gone);
    const manifest = one.after === "gone" || released ? manifestOf(key, object, keeping) : undefined;
    const wanted = released ? { ...object, spec: manifest!.object["spec"] } : (manifest?.object ?? object);
    const ifFree = one.after === "gone" ? manifest!.ifFree : [];
    return [
      {
        ...bare(one.type, one.namespace, one.name, one.after),
        ...(typeof uid === "string" ? { uid } : {}),
        wanted,
        ...(ifFree.length === 0 ? {} : { ifFree }),
        ...(one.was?.owners.some((owner) => backUids.has(owner.uid)) === true ? { mayBeMade: true as const } : {}),
        ...(released ? { left: object } : {}),
      },
    ];
  });
  return [...kept, ...made];
}

const bare = (type: ResourceType, namespace: string | undefined, name: string, after: KeptObject["after"]): KeptObject => ({
  type,
  ...(namespace === undefined ? {} : { namespace }),
  name,
  after,
});

function isReleased(key: string, { was }: Touched, gone: readonly Touched[]): boolean {
  if (key !== VOLUMES) return false;
  const claim: Json = was?.body?.["spec"]?.["claimRef"];
  return gone.some(
    (one) => keyOfType(one.type) === "/persistentvolumeclaims" && one.name === claim?.["name"] && one.namespace === claim["namespace"],
  );
}

function selectingServices(world: World): ReadonlySet<string> {
  const selecting = new Set<string>();
  for (const service of world.all("/services")) {
    if (Object.keys((service.body?.["spec"]?.["selector"] as object | undefined) ?? {}).length > 0)
      selecting.add(`${service.namespace ?? ""}/${service.name}`);
  }
  return selecting;
}

/** The account that every namespace has, as it is made with the namespace. */
function isPlainAccount(key: string, { metadata, secrets: _tokens, apiVersion: _version, kind: _kind, ...rest }: KubeObject): boolean {
  const { labels, annotations, finalizers, ownerReferences }: Json = metadata ?? {};
  const own = [labels, annotations, finalizers, ownerReferences].some((part) => part !== undefined);
  return key === "/serviceaccounts" && metadata?.name === "default" && !own && Object.keys(rest).length === 0;
}
