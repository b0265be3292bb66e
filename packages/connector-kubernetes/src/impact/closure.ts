import { staysOf } from "./finalizers.ts";
import type { Propagation } from "../gate/propagation.ts";
import { isOwnerless } from "./owner-graph.ts";
import { keyOfType } from "./resource-types.ts";
import { contentsOf, lossOfSnapshot, SNAPSHOTS } from "./snapshots.ts";
import { CLAIMS, claimsGo, claimsOfSet, lossWith, reclaimedBy, type DataLoss } from "./volumes.ts";
import { nameOf, type World, type WorldObject } from "./world.ts";

/** One object that a delete takes along or changes. */
export interface Taken extends DataLoss {
  object: WorldObject;
  effect: "delete" | "modify";
  via: string[];
  depth: number;
}

export interface Closure {
  /** Nearest first; the target itself is not in it. */
  taken: Taken[];
  /** What is lost with the target itself. */
  own: DataLoss;
  /** Deleted objects, the target among them, that stay Terminating, and why. */
  stays: { object: WorldObject; why: string }[];
  /** Events go with their namespace and are made all the time; they are counted and not listed. */
  events: number;
}

/** Not worth a line of their own anywhere. */
export const EVENTS: ReadonlySet<string> = new Set(["/events", "events.k8s.io/events"]);

/** Everything a delete leads to, as the server and its controllers would have it. The world is not changed. */
export function closureOf(world: World, target: WorldObject, propagation: Propagation): Closure {
  const taken = new Map<WorldObject, Taken>();
  const gone = new Set<WorldObject>([target]);
  const queue: { object: WorldObject; depth: number }[] = [{ object: target, depth: 0 }];
  let events = 0;
  const take = (object: WorldObject, depth: number, via: string, effect: Taken["effect"] = "delete", more: DataLoss = {}): void => {
    if (object === target) return;
    const known = taken.get(object);
    if (known !== undefined && !known.via.includes(via)) known.via.push(via);
    const next = known ?? { object, effect, via: [via], depth };
    Object.assign(next, more);
    taken.set(object, next);
    if (effect === "delete" && !gone.has(object)) {
      next.effect = "delete";
      gone.add(object);
      queue.push({ object, depth });
    }
  };
  // Grows while it is walked.
  for (const { object, depth } of queue) {
    const below = depth + 1;
    const orphans = object === target && propagation === "Orphan";
    for (const { other, via } of alsoDeleted(world, object, orphans)) {
      if (EVENTS.has(keyOfType(other.type))) events++;
      else take(other, below, via, "delete", lossOfSnapshot(world, other));
    }
    if (keyOfType(object.type) === CLAIMS) {
      const reclaimed = reclaimedBy(world, object);
      if (reclaimed === "unknown") Object.assign(taken.get(object) ?? {}, lossWith(world, object));
      else if (reclaimed !== undefined) {
        const { volume, effect, ...loss } = reclaimed;
        take(volume, below, "reclaimPolicy", effect, loss);
      }
    }
    for (const dependent of world.dependents(object.uid)) {
      const collected = !orphans && isOwnerless(world, dependent, gone);
      take(dependent, below, "ownerReference", collected ? "delete" : "modify");
    }
  }
  const stays = staysOf(world, gone, propagation === "Foreground");
  for (const { object } of stays) taken.get(object)?.via.push("finalizer");
  return { taken: [...taken.values()], own: { ...lossWith(world, target), ...lossOfSnapshot(world, target) }, stays, events };
}

/** What the server or a controller deletes with an object although it is not owned by it. */
function* alsoDeleted(world: World, object: WorldObject, orphans: boolean): Iterable<{ other: WorldObject; via: string }> {
  switch (keyOfType(object.type)) {
    case "/namespaces":
      for (const other of world.everything(object.name)) yield { other, via: "namespace" };
      return;
    case "apiextensions.k8s.io/customresourcedefinitions": {
      const spec = object.body?.["spec"];
      for (const other of world.all(`${spec?.["group"]}/${spec?.["names"]?.["plural"]}`)) yield { other, via: "customResourceDefinition" };
      return;
    }
    case "apps/statefulsets":
      // The controller makes the set the owner of its claims; left without it, they stay.
      if (!orphans && claimsGo(object.body, "whenDeleted"))
        for (const claim of claimsOfSet(world, object)) yield { other: claim, via: "persistentVolumeClaimRetentionPolicy" };
      return;
    case SNAPSHOTS:
      for (const content of contentsOf(world, object)) yield { other: content, via: "deletionPolicy" };
      return;
    case "/nodes":
      // The pod collector deletes pods whose node does not exist.
      for (const pod of world.all("/pods")) if (pod.body?.["spec"]?.["nodeName"] === object.name) yield { other: pod, via: "node" };
      return;
    case "/services": {
      // Endpoints have their Service's name and no owner; EndpointSlices have one.
      const endpoints = world.find("/endpoints", object.namespace, object.name);
      if (endpoints !== undefined) yield { other: endpoints, via: "service" };
      return;
    }
    case "/serviceaccounts":
      for (const secret of world.all("/secrets", object.namespace)) {
        if (secret.tokenOf !== undefined && secret.tokenOf === object.uid) yield { other: secret, via: "serviceAccount" };
      }
      return;
    default:
  }
}

/** As it is told to people, one line each. */
export const staysText = (one: Closure["stays"][number]): string => `${nameOf(one.object)} stays Terminating: ${one.why}`;
