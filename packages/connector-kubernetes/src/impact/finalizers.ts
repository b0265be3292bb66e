import type { Json } from "@interlock/kube-model";
import { lastingFinalizers } from "../gate/finalizers.ts";
import { isFinished } from "./endpoints.ts";
import { CLAIMS, VOLUMES } from "./volumes.ts";
import { keyOfType } from "./resource-types.ts";
import { nameOf, type World, type WorldObject } from "./world.ts";

/** Finalizers of storage drivers, taken off when the volume is detached or deleted, which is what they are there for. */
const BY_DRIVERS = /^(external-provisioner\.volume\.kubernetes\.io\/finalizer|external-attacher\/|csi\.volume\.kubernetes\.io\/)/;

/** Why an object that is deleted would stay, Terminating; undefined when it goes. */
export function whyItStays(world: World, object: WorldObject, gone: ReadonlySet<WorldObject>): string | undefined {
  const lasting = lastingFinalizers({ metadata: { finalizers: object.finalizers } });
  const reasons = lasting.flatMap((finalizer) => {
    if (BY_DRIVERS.test(finalizer)) return [];
    if (finalizer === "kubernetes.io/pvc-protection") return usedBy(world, object, gone);
    if (finalizer === "kubernetes.io/pv-protection") return claimOf(world, object, gone);
    return [`finalizer ${finalizer}: until its controller, or somebody, takes it off`];
  });
  return reasons.length === 0 ? undefined : reasons.join("; ");
}

function usedBy(world: World, claim: WorldObject, gone: ReadonlySet<WorldObject>): string[] {
  if (keyOfType(claim.type) !== CLAIMS) return [];
  const users = [...world.all("/pods", claim.namespace)].filter((pod) => {
    const volumes: Json[] = pod.body?.["spec"]?.["volumes"] ?? [];
    return !gone.has(pod) && !isFinished(pod) && volumes.some((volume) => volume["persistentVolumeClaim"]?.["claimName"] === claim.name);
  });
  if (users.length === 0) return [];
  return [`finalizer kubernetes.io/pvc-protection: until ${users.map(nameOf).join(", ")} no longer uses it`];
}

function claimOf(world: World, volume: WorldObject, gone: ReadonlySet<WorldObject>): string[] {
  const reference: Json = volume.body?.["spec"]?.["claimRef"];
  if (keyOfType(volume.type) !== VOLUMES || reference === undefined) return [];
  const claim = world.find(CLAIMS, reference["namespace"], reference["name"]);
  if (claim === undefined || gone.has(claim) || (reference["uid"] !== undefined && reference["uid"] !== claim.uid)) return [];
  return [`finalizer kubernetes.io/pv-protection: until its claim ${claim.namespace!}/${claim.name} is deleted`];
}
