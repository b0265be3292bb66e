import type { Json } from "@interlock/kube-model";
import type { Loss } from "@interlock/protocol";
import { nameOf, type World, type WorldObject } from "./world.ts";

export const VOLUMES = "/persistentvolumes";
export const CLAIMS = "/persistentvolumeclaims";

/** What becomes of the volume of a claim that goes. */
export interface Reclaimed {
  volume: WorldObject;
  effect: "delete" | "modify";
  dataLoss?: string;
  /** What cannot come back, e.g. the data of claim `payments/data-0`. */
  lost?: Loss;
}

/** The volume a claim is bound to; `unknown` when its name is known and it could not be read. */
export function reclaimedBy(world: World, claim: WorldObject): Reclaimed | "unknown" | undefined {
  const name: Json = claim.body?.["spec"]?.["volumeName"];
  if (typeof name !== "string" || name === "") return undefined;
  const volume = world.find(VOLUMES, undefined, name);
  if (volume === undefined) return world.covers(VOLUMES, undefined) ? undefined : "unknown";
  // A volume that says another claim is its own is not this claim's to give up.
  const reference: Json = volume.body?.["spec"]?.["claimRef"];
  if (reference?.["name"] !== claim.name || reference["namespace"] !== claim.namespace) return undefined;
  if (reference["uid"] !== undefined && claim.uid !== "" && reference["uid"] !== claim.uid) return undefined;
  const policy: Json = volume.body?.["spec"]?.["persistentVolumeReclaimPolicy"];
  // An empty policy is Retain: that is the default for volumes made by hand, and provisioners always set one.
  if (policy !== "Delete" && policy !== "Recycle") return { volume, effect: "modify" };
  const verb = policy === "Delete" ? "the volume and its data are deleted" : "the volume's data is scrubbed";
  return {
    volume,
    effect: policy === "Delete" ? "delete" : "modify",
    lost: {
      object: nameOf(claim),
      why: `its data${sizeOf(volume, " (", ")")} is ${policy === "Delete" ? "deleted with its volume" : "scrubbed from its volume"}`,
    },
    dataLoss: `data loss: ${verb} with claim ${claim.namespace!}/${claim.name} (reclaim policy ${policy}${sizeOf(volume, ", ")})`,
  };
}

function sizeOf(volume: WorldObject, before: string, after = ""): string {
  const size: Json = volume.body?.["spec"]?.["capacity"]?.["storage"];
  return typeof size === "string" ? `${before}${size}${after}` : "";
}

/** Claims that a StatefulSet's pods have, by their names: `<template>-<set>-<ordinal>`. With `from`, only those of that ordinal and above. */
export function claimsOfSet(world: World, set: WorldObject, from = 0): WorldObject[] {
  const templates: Json[] = set.body?.["spec"]?.["volumeClaimTemplates"] ?? [];
  const prefixes = templates.map((template) => `${template["metadata"]?.["name"]}-${set.name}-`);
  return [...world.all(CLAIMS, set.namespace)].filter((claim) =>
    prefixes.some((prefix) => {
      const ordinal = claim.name.startsWith(prefix) ? claim.name.slice(prefix.length) : "";
      return /^[0-9]+$/.test(ordinal) && Number(ordinal) >= from;
    }),
  );
}

/** Volumes that live and end with a pod. Memory is not counted: nobody expects to find it again. */
export function fleetingVolumes(pod: WorldObject): string[] {
  const volumes: Json[] = pod.body?.["spec"]?.["volumes"] ?? [];
  return volumes
    .filter((volume) => volume["emptyDir"] !== undefined && volume["emptyDir"]?.["medium"] !== "Memory")
    .map((volume) => String(volume["name"]));
}
