import type { Json } from "@interlock/kube-model";
import { isFinished } from "../impact/endpoints.ts";
import { keyOfType } from "../impact/resource-types.ts";
import { isOfItsMoment } from "../impact/snapshots.ts";
import { losesStorage, VOLUMES } from "../impact/volumes.ts";
import { type Owner, type WorldObject } from "../impact/world.ts";

/** Made by Kubernetes in every namespace. */
const SELF_MADE = new Set(["/configmaps kube-root-ca.crt"]);
/** Written anew all the time by whoever needs them. */
const FLEETING = new Set(["coordination.k8s.io/leases", "/events", "events.k8s.io/events"]);
/** What rollouts are taken back to; a workload writes new ones. */
const REVISIONS = "apps/controllerrevisions";
/** Whatever controls them makes them anew, or would run them twice. */
const MADE_BY_CONTROLLERS = new Set(["/pods", "apps/replicasets", "batch/jobs", "discovery.k8s.io/endpointslices"]);
/** Controllers of Kubernetes itself, by the kind of what they control. */
const CONTROLLERS = new Set([
  "apps/Deployment",
  "apps/ReplicaSet",
  "apps/StatefulSet",
  "apps/DaemonSet",
  "batch/Job",
  "batch/CronJob",
  "/ReplicationController",
  "/Service",
  "/Node",
  "/Endpoints",
]);
const SLICE_MAKERS = new Set(["endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"]);

const kindOf = ({ apiVersion, kind }: Owner): string =>
  `${apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : ""}/${kind}`;

/**
 * Why an object that a delete takes is not put back: it is made again without, or would be a name for nothing. Undefined for what an undo
 * puts back. `isSelecting`: whether there is a Service of that name that has a selector.
 */
export function whyLeft(object: WorldObject, isSelecting: (namespace: string, name: string) => boolean): string | undefined {
  const key = keyOfType(object.type);
  if (FLEETING.has(key)) return "whoever needs it writes it anew";
  if (SELF_MADE.has(`${key} ${object.name}`)) return "Kubernetes makes it anew in every namespace";
  if (key === REVISIONS) return "its workload cannot be rolled back to it any more";
  if (key === VOLUMES && losesStorage(object)) return "it would be a name for storage that is gone";
  if (isOfItsMoment(object)) return "made again, it would be a snapshot of another moment";
  if (key === "apiregistration.k8s.io/apiservices" && object.body !== undefined && (object.body["spec"]?.["service"] ?? null) === null)
    return "the API server makes it anew";
  // Endpoints that nobody selects were written by hand.
  if (key === "/endpoints" && isSelecting(object.namespace ?? "", object.name)) return "they are made anew for its Service";
  const controller = object.owners.find((owner) => owner.controller);
  if (controller !== undefined && (MADE_BY_CONTROLLERS.has(key) || CONTROLLERS.has(kindOf(controller))))
    return `making it anew is left to ${controller.kind} ${controller.name}`;
  if (
    key === "discovery.k8s.io/endpointslices" &&
    SLICE_MAKERS.has(object.body?.metadata?.labels?.["endpointslice.kubernetes.io/managed-by"])
  )
    return "it is made anew for its Service";
  // Put back, they would run again.
  if ((key === "/pods" && isFinished(object)) || hasEnded(object)) return "it has ended and is not run again";
  return undefined;
}

/** Whether an object is in every namespace, or is written for what is there, without having been put there by anybody. */
export function isMadeAnyway(object: WorldObject, isService: (name: string) => boolean): boolean {
  const key = keyOfType(object.type);
  if (FLEETING.has(key) || SELF_MADE.has(`${key} ${object.name}`)) return true;
  if (key === "/endpoints") return isService(object.name);
  // The account that every namespace has, and what is issued for accounts.
  return (key === "/serviceaccounts" && object.name === "default") || object.tokenOf !== undefined;
}

/** Whether a Job is through. Of one that is known by its name only it is not said. */
export function hasEnded(object: WorldObject): boolean {
  const conditions: Json = object.body?.["status"]?.["conditions"];
  if (keyOfType(object.type) !== "batch/jobs" || !Array.isArray(conditions)) return false;
  return conditions.some((one) => (one["type"] === "Complete" || one["type"] === "Failed") && one["status"] === "True");
}
