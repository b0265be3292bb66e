import type { Json, KubeObject } from "@interlock/kube-model";

/**
 * Finalizers that controllers of Kubernetes itself, and those of storage drivers, take off soon after a delete, whatever else is there; an
 * object with any other stays Terminating until somebody decides.
 */
const SOON_DONE = new Set([
  "foregroundDeletion",
  "orphan",
  "batch.kubernetes.io/job-tracking",
  "service.kubernetes.io/load-balancer-cleanup",
  "customresourcecleanup.apiextensions.k8s.io",
  "kubernetes.io/pv-controller",
  "external-provisioner.volume.kubernetes.io/finalizer",
]);
const BY_DRIVERS = /^(external-attacher\/|csi\.volume\.kubernetes\.io\/|snapshot\.storage\.kubernetes\.io\/)/;
const CLAIM_IN_USE = "kubernetes.io/pvc-protection";
const VOLUME_IN_USE = "kubernetes.io/pv-protection";

export function lastingFinalizers(object: KubeObject | undefined): string[] {
  const finalizers: unknown = object?.metadata?.finalizers;
  if (!Array.isArray(finalizers)) return [];
  return finalizers.filter((item): item is string => typeof item === "string" && !SOON_DONE.has(item) && !BY_DRIVERS.test(item));
}

/** Whether a change lets an object go that was being deleted: it takes off the last finalizers that kept it. */
export function isReleased(before: KubeObject | undefined, after: KubeObject | undefined): boolean {
  if (before?.metadata?.deletionTimestamp === undefined || after?.metadata?.deletionTimestamp === undefined) return false;
  if (lastingFinalizers(before).length === 0 || lastingFinalizers(after).length > 0) return false;
  // A namespace has finalizers of another kind as well, and a pod that is given time ends when its kubelet says so.
  const inside: unknown = after["spec"]?.["finalizers"];
  return (!Array.isArray(inside) || inside.length === 0) && !(Number(after.metadata["deletionGracePeriodSeconds"] ?? 0) > 0);
}

/** What is asked about a claim or volume that is deleted: it stays as long as it is used. */
export interface Uses {
  /** Names of the pods that use a claim and do not go themselves. */
  users: () => readonly string[];
  /** The claim a volume is bound to, unless that goes as well. */
  claim: () => string | undefined;
}

/** Why an object that is deleted would still be there, Terminating; empty when it goes. */
export function reasonsToStay(object: KubeObject | undefined, uses: Uses): string[] {
  return lastingFinalizers(object).flatMap((finalizer) => {
    if (finalizer === CLAIM_IN_USE) {
      const users = uses.users();
      return users.length === 0 ? [] : [`finalizer ${finalizer}: until ${users.join(", ")} no longer uses it`];
    }
    if (finalizer === VOLUME_IN_USE) {
      const claim = uses.claim();
      return claim === undefined ? [] : [`finalizer ${finalizer}: until its claim ${claim} is deleted`];
    }
    return [`finalizer ${finalizer}: until its controller, or somebody, takes it off`];
  });
}

/**
 * Names of the claims that a pod keeps from going, as the protection controller has it (pkg/controller/volume/pvcprotection): those it names
 * once it has a node, also after it has run to its end.
 */
export function claimsHeldBy(pod: KubeObject | undefined): string[] {
  const { nodeName, volumes }: Json = pod?.["spec"] ?? {};
  if (typeof nodeName !== "string" || nodeName === "" || !Array.isArray(volumes)) return [];
  return volumes.flatMap((volume) => {
    const name: Json = volume?.["persistentVolumeClaim"]?.["claimName"];
    if (typeof name === "string") return [name];
    return volume?.["ephemeral"] === undefined ? [] : [`${String(pod?.metadata?.name)}-${String(volume["name"])}`];
  });
}
