import type { Json } from "@interlock/kube-model";
import type { Loss } from "@interlock/protocol";
import { keyOfType } from "./resource-types.ts";
import { nameOf, type World, type WorldObject } from "./world.ts";

export const VOLUMES = "/persistentvolumes";
export const CLAIMS = "/persistentvolumeclaims";

export interface DataLoss {
  /** Said with the object whose data it is. */
  dataLoss?: string;
  /** What cannot come back, e.g. the data of claim `payments/data-0`. */
  lost?: Loss;
}

/** What becomes of the volume of a claim that goes. */
export interface Reclaimed extends DataLoss {
  volume: WorldObject;
  effect: "delete" | "modify";
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

/** What is lost with a claim of whose volume nothing is known, and with a volume that is itself deleted. */
export function lossWith(world: World, object: WorldObject): DataLoss {
  const key = keyOfType(object.type);
  if (key === CLAIMS && reclaimedBy(world, object) === "unknown") {
    return {
      dataLoss: "data loss is possible: the reclaim policy of its volume could not be read",
      lost: { object: nameOf(object), why: "its data is lost if its volume is deleted with it" },
    };
  }
  return key === VOLUMES ? lossOfVolume(object) : {};
}

function lossOfVolume(volume: WorldObject): DataLoss {
  const { persistentVolumeReclaimPolicy: policy, claimRef }: Json = volume.body?.["spec"] ?? {};
  if (volume.body === undefined || policy === "Delete" || policy === "Recycle") {
    const claim = isClaimed(volume) ? `${claimRef["namespace"]}/${claimRef["name"]}` : undefined;
    const why = volume.body === undefined ? "its reclaim policy could not be read" : `its reclaim policy is ${policy}`;
    const object = nameOf(volume);
    if (policy === "Delete" && claim !== undefined) {
      return {
        dataLoss: `data loss: the storage behind it is deleted when claim ${claim} has let go of it (reclaim policy Delete${sizeOf(volume, ", ")})`,
        lost: { object, why: `its data${sizeOf(volume, " (", ")")} is deleted when claim ${claim} has let go of it` },
      };
    }
    return { dataLoss: `data loss is possible: ${why}`, lost: { object, why: `its data may be deleted with it: ${why}` } };
  }
  return {};
}

/** Whether the storage behind a volume that is deleted goes as well: put back, it would be a name for nothing. */
export const losesStorage = (volume: WorldObject): boolean =>
  volume.body?.["spec"]?.["persistentVolumeReclaimPolicy"] === "Delete" && isClaimed(volume);

/** It was bound once. One that is only kept for a claim (a claimRef by hand) is never released, and so not reclaimed. */
const isClaimed = (volume: WorldObject): boolean =>
  volume.body?.["spec"]?.["claimRef"] !== undefined && volume.body["status"]?.["phase"] !== "Available";

function sizeOf(volume: WorldObject, before: string, after = ""): string {
  const size: Json = volume.body?.["spec"]?.["capacity"]?.["storage"];
  return typeof size === "string" ? `${before}${size}${after}` : "";
}

/** What a StatefulSet does with its claims when it is deleted or has fewer pods. */
export const claimsGo = (set: Json, when: "whenDeleted" | "whenScaled"): boolean =>
  set?.["spec"]?.["persistentVolumeClaimRetentionPolicy"]?.[when] === "Delete";

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
