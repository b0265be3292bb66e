import type { Json } from "@interlock/kube-model";
import { claimsHeldBy, reasonsToStay } from "../gate/finalizers.ts";
import { keyOfType } from "./resource-types.ts";
import { CLAIMS, VOLUMES } from "./volumes.ts";
import { nameOf, type World, type WorldObject } from "./world.ts";

/** Why an object that is deleted would stay, Terminating; undefined when it goes. */
export function whyItStays(world: World, object: WorldObject, gone: ReadonlySet<WorldObject>): string | undefined {
  const reasons = reasonsToStay(
    { metadata: { finalizers: object.finalizers } },
    { users: () => usersOf(world, object, gone), claim: () => claimOf(world, object, gone) },
  );
  return reasons.length === 0 ? undefined : reasons.join("; ");
}

function usersOf(world: World, claim: WorldObject, gone: ReadonlySet<WorldObject>): string[] {
  if (keyOfType(claim.type) !== CLAIMS) return [];
  const pods = [...world.all("/pods", claim.namespace)];
  return pods.filter((pod) => !gone.has(pod) && claimsHeldBy(pod.body).includes(claim.name)).map(nameOf);
}

/** What is bound to a claim that goes too is let go of; a volume that only says whose it is to be is not held. */
function claimOf(world: World, volume: WorldObject, gone: ReadonlySet<WorldObject>): string | undefined {
  const reference: Json = volume.body?.["spec"]?.["claimRef"];
  if (keyOfType(volume.type) !== VOLUMES || reference === undefined || volume.body?.["status"]?.["phase"] !== "Bound") return undefined;
  const { namespace, name, uid }: Json = reference;
  const claim = world.find(CLAIMS, namespace, name);
  if (claim === undefined) return world.covers(CLAIMS, namespace) ? undefined : `${namespace}/${name}`;
  return gone.has(claim) || (uid !== undefined && uid !== claim.uid) ? undefined : `${namespace}/${name}`;
}

/** Objects that are deleted and stay, and why: those with a reason of their own, and whatever waits for one of them. */
export function staysOf(world: World, gone: ReadonlySet<WorldObject>, foreground: boolean): { object: WorldObject; why: string }[] {
  const own = new Map<WorldObject, string>();
  for (const object of gone) {
    const why = whyItStays(world, object, gone);
    if (why !== undefined) own.set(object, why);
  }
  if (own.size === 0) return [];
  const homes = homesIn(gone);
  const held = new Map<WorldObject, WorldObject[]>();
  const waiting = [...own.keys()];
  // Grows while it is walked.
  for (const object of waiting) {
    for (const holder of holdersOf(world, object, homes, foreground)) {
      if (!gone.has(holder) || holder === object) continue;
      const known = held.get(holder);
      if (known === undefined) held.set(holder, [object]);
      else known.push(object);
      if (known === undefined && !own.has(holder)) waiting.push(holder);
    }
  }
  return [...gone].flatMap((object) => {
    const inside = held.get(object);
    const why = [own.get(object), inside === undefined ? undefined : `until ${named(inside)} gone`].filter((one) => one !== undefined);
    return why.length === 0 ? [] : [{ object, why: why.join("; ") }];
  });
}

/** Objects that a reason names. */
const NAMED = 3;

function named(objects: readonly WorldObject[]): string {
  const names = objects.slice(0, NAMED).map(nameOf);
  const more = objects.length > NAMED ? [`${objects.length - NAMED} more`] : [];
  return `${[...names, ...more].join(", ")} ${objects.length === 1 ? "is" : "are"}`;
}

/** Namespaces and definitions, which go last of all that is in them. */
function homesIn(gone: ReadonlySet<WorldObject>): Map<string, WorldObject> {
  const homes = new Map<string, WorldObject>();
  for (const object of gone) {
    const key = keyOfType(object.type);
    if (key === "/namespaces") homes.set(`namespace ${object.name}`, object);
    // A definition is named after the resource it defines.
    if (key === "apiextensions.k8s.io/customresourcedefinitions") homes.set(`definition ${object.name}`, object);
  }
  return homes;
}

function* holdersOf(
  world: World,
  object: WorldObject,
  homes: ReadonlyMap<string, WorldObject>,
  foreground: boolean,
): Iterable<WorldObject> {
  const { group, resource } = object.type;
  for (const home of [`namespace ${object.namespace ?? ""}`, `definition ${resource}.${group}`]) {
    const found = homes.get(home);
    if (found !== undefined) yield found;
  }
  for (const { uid, blocks } of object.owners) {
    const owner = blocks ? world.byUid(uid) : undefined;
    if (owner !== undefined && (foreground || owner.finalizers.includes("foregroundDeletion"))) yield owner;
  }
}
