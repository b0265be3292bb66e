import { deletePropagation, type Propagation } from "../gate/propagation.ts";
import { keyOfType } from "./resource-types.ts";
import type { World, WorldObject } from "./world.ts";

/** What a delete does to what the object owns. */
export const propagationOf = (object: WorldObject, options: Parameters<typeof deletePropagation>[1]): Propagation =>
  deletePropagation({ ...object.type, finalizers: object.finalizers }, options);

/**
 * Whether an object is collected when its owners in `gone` are: only when none is left. An owner whose type was not looked at counts as
 * left, since the collector would find it.
 */
export function isOwnerless(world: World, object: WorldObject, gone: ReadonlySet<WorldObject>): boolean {
  return object.owners.every((owner) => {
    const known = world.byUid(owner.uid);
    if (known !== undefined) return gone.has(known);
    const type = world.types.ofKind(owner.apiVersion, owner.kind);
    return type === undefined || world.covers(keyOfType(type), type.namespaced ? object.namespace : undefined);
  });
}

/** The pods that an object made, itself or through what it made. */
export function podsMadeBy(world: World, object: WorldObject): WorldObject[] {
  const pods: WorldObject[] = [];
  for (const dependent of world.dependents(object.uid)) {
    if (!dependent.owners.some((owner) => owner.controller && owner.uid === object.uid)) continue;
    if (keyOfType(dependent.type) === "/pods") pods.push(dependent);
    else pods.push(...podsMadeBy(world, dependent));
  }
  return pods;
}

/** The controller that would replace it; undefined when there is none, or it is in `gone`. */
export function replacer(world: World, object: WorldObject, gone?: ReadonlySet<WorldObject>): WorldObject | undefined {
  const owner = object.owners.find((one) => one.controller);
  const known = owner === undefined ? undefined : world.byUid(owner.uid);
  return known === undefined || known.terminating || gone?.has(known) === true ? undefined : known;
}
