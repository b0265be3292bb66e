import type { Json, KubeObject } from "@interlock/kube-model";
import type { PlanView } from "./foreseen.ts";
import { listPlanned } from "./planned-list.ts";
import type { ResourceTarget } from "./request-target.ts";

/**
 * Finalizers that controllers of Kubernetes itself take off soon after a delete, whatever else is there; an object with any other stays
 * Terminating until somebody decides.
 */
const SOON_DONE = new Set([
  "foregroundDeletion",
  "orphan",
  "batch.kubernetes.io/job-tracking",
  "service.kubernetes.io/load-balancer-cleanup",
  "customresourcecleanup.apiextensions.k8s.io",
]);
const CLAIM_IN_USE = "kubernetes.io/pvc-protection";
const VOLUME_IN_USE = "kubernetes.io/pv-protection";

export function lastingFinalizers(object: KubeObject | undefined): string[] {
  const finalizers: unknown = object?.metadata?.finalizers;
  return Array.isArray(finalizers) ? finalizers.filter((item): item is string => typeof item === "string" && !SOON_DONE.has(item)) : [];
}

/** Whether an object that is deleted now would still be there, terminating: a claim or volume as long as it is used, others for good. */
export async function staysTerminating(view: PlanView, object: KubeObject): Promise<boolean> {
  for (const finalizer of lastingFinalizers(object)) {
    if (finalizer === CLAIM_IN_USE) {
      if (await isMounted(view, object)) return true;
    } else if (finalizer === VOLUME_IN_USE) {
      if (object["status"]?.["phase"] === "Bound") return true;
    } else return true;
  }
  return false;
}

const PODS: ResourceTarget = { kind: "resource", group: "", version: "v1", resource: "pods" };

/** As the protection controller sees it: a pod that has not ended names the claim. When pods cannot be listed it is taken to be so. */
async function isMounted(view: PlanView, claim: KubeObject): Promise<boolean> {
  const namespace: unknown = claim.metadata?.namespace;
  if (typeof namespace !== "string") return true;
  const pods = await listPlanned(view, { ...PODS, namespace }, new Map());
  if (!pods.ok) return true;
  return pods.items.some((pod) => {
    const phase: unknown = pod["status"]?.["phase"];
    const volumes: Json = pod["spec"]?.["volumes"];
    if (phase === "Succeeded" || phase === "Failed" || !Array.isArray(volumes)) return false;
    return volumes.some((volume) => volume?.["persistentVolumeClaim"]?.["claimName"] === claim.metadata?.name);
  });
}
