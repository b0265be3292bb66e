import { isReleased } from "../gate/finalizers.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { kept } from "./kept.ts";
import { keyOfType, type ResourceType, type ResourceTypes } from "./resource-types.ts";
import { worldObject, type World, type WorldObject } from "./world.ts";

/** What a write comes to for the object it names. */
export type Act = "create" | "change" | "delete" | "other";

/** A change that lets an object go which was being deleted is its delete. A subresource that takes the object away is a delete; those that hand something out change nothing that is kept. */
export function actOf(write: PlannedWrite): Act {
  const { subresource } = write.resource;
  if (subresource === "eviction") return "delete";
  if (subresource === "finalize" && write.after === undefined) return "delete";
  if (subresource === "token" || subresource === "binding" || write.resource.resource === "bindings") return "other";
  if (write.method === "DELETE") return subresource === undefined ? "delete" : "other";
  if (write.before === undefined) return write.after === undefined ? "other" : "create";
  if (write.after === undefined) return "other";
  return isReleased(write.before, write.after) ? "delete" : "change";
}

/** The type a write names. One that discovery does not have is taken from the write. */
export function typeOf(types: ResourceTypes, write: PlannedWrite): ResourceType {
  const { group, version, resource, kind, namespace } = write.resource;
  const known = types.find(keyOfType(write.resource));
  const named = { group, version, resource, kind: known?.kind ?? kind, namespaced: namespace !== undefined, verbs: known?.verbs ?? [] };
  return known?.version === version ? known : named;
}

/** The object a write names as it stands in the world, put there from the write where it is not. */
export function targetIn(world: World, write: PlannedWrite): WorldObject | undefined {
  const { namespace, name } = write.resource;
  if (name === undefined) return undefined;
  const known = world.find(keyOfType(write.resource), namespace, name);
  if (known?.body !== undefined || write.before === undefined) return known;
  const object = inWorld(world, write, write.before);
  world.put(object);
  return world.find(keyOfType(write.resource), namespace, name);
}

/** An object as a write shows it, as the world keeps it. */
export function inWorld(world: World, write: PlannedWrite, object: NonNullable<PlannedWrite["after"]>): WorldObject {
  const type = typeOf(world.types, write);
  const { namespace, name } = write.resource;
  const metadata = {
    ...(object.metadata as object),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
  const named = { ...object, metadata };
  return worldObject(type, named, kept(keyOfType(type), named));
}
