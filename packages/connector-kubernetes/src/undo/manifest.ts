import { cloneJson, isRecord, type Json, type KubeObject } from "@interlock/kube-model";
import { withObjectMetadata } from "../gate/foreseen.ts";

/** What stands in a manifest on the condition that nobody has it by then, as JSON pointers. */
export interface Manifest {
  object: KubeObject;
  /** Addresses and ports that the server gave: to be left out when it refuses them because another has them now. */
  ifFree: string[];
}

const BY_SERVER = [
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "selfLink",
  "managedFields",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generateName",
];

/** Annotations in which controllers keep what they did with the object that was. */
export const BY_CONTROLLERS = [
  "deployment.kubernetes.io/revision",
  "deprecated.daemonset.template.generation",
  "pv.kubernetes.io/bind-completed",
  "pv.kubernetes.io/bound-by-controller",
  "volume.kubernetes.io/selected-node",
  "volume.kubernetes.io/storage-provisioner",
  "volume.beta.kubernetes.io/storage-provisioner",
  "volume.kubernetes.io/storage-resizer",
  "batch.kubernetes.io/job-tracking",
  "autoscaling.alpha.kubernetes.io/conditions",
  "autoscaling.alpha.kubernetes.io/current-metrics",
  "endpoints.kubernetes.io/last-change-trigger-time",
  "control-plane.alpha.kubernetes.io/leader",
];
/** Put on by the server or its controllers for as long as they are needed. */
const FINALIZERS =
  /^(foregroundDeletion|orphan|kubernetes|kubernetes\.io\/pvc?-protection|service\.kubernetes\.io\/load-balancer-cleanup|batch\.kubernetes\.io\/job-tracking|customresourcecleanup\.apiextensions\.k8s\.io)$/;

export interface Keeping {
  /** Whether an object of that uid stays or comes back under the same uid: a tie to any other would have the object collected. */
  stays: (uid: string) => boolean;
  /** Whether the volume of that name stays. */
  volumeStays: (name: string) => boolean;
  /** Whether the claim of that uid is not touched: its volume has to know it again. */
  claimStays: (uid: string) => boolean;
}

/** An object as it has to be sent to come back: without what the server sets, and with ties only to what is still there. */
export function manifestOf(key: string, object: KubeObject, keeping: Keeping): Manifest {
  const { status: _status, ...rest } = cloneJson(object);
  const metadata: Json = rest.metadata ?? {};
  const finalizers: Json[] = Array.isArray(metadata.finalizers)
    ? metadata.finalizers.filter((one: Json) => !FINALIZERS.test(String(one)))
    : [];
  const owners: Json[] = Array.isArray(metadata.ownerReferences)
    ? metadata.ownerReferences.filter((one: Json) => keeping.stays(one.uid))
    : [];
  const annotations = isRecord(metadata.annotations)
    ? Object.fromEntries(Object.entries(metadata.annotations).filter(([name]) => !BY_CONTROLLERS.includes(name)))
    : {};
  const bare = withObjectMetadata(rest, {
    ...Object.fromEntries(BY_SERVER.map((field) => [field, undefined])),
    finalizers: finalizers.length === 0 ? undefined : finalizers,
    ownerReferences: owners.length === 0 ? undefined : owners,
    annotations: Object.keys(annotations).length === 0 ? undefined : annotations,
  });
  return { object: bare, ifFree: strip(key, bare, keeping) };
}

/** Takes out what the server sets in a type's own fields; answers what may stay only if it is free. */
function strip(key: string, object: KubeObject, keeping: Keeping): string[] {
  const spec: Json = isRecord(object["spec"]) ? object["spec"] : {};
  switch (key) {
    case "/namespaces":
      delete spec["finalizers"];
      return [];
    case "/services":
      return ofService(spec);
    case "/pods":
      ofPod(spec);
      return [];
    case "/persistentvolumeclaims":
      // Bound to a volume that is gone, the new claim would be Lost; without a name it gets a new and empty one.
      if (typeof spec["volumeName"] === "string" && !keeping.volumeStays(spec["volumeName"])) delete spec["volumeName"];
      return [];
    case "/persistentvolumes":
      // A claim that goes comes back under another uid.
      if (isRecord(spec["claimRef"]) && !keeping.claimStays(String(spec["claimRef"]["uid"])))
        for (const field of ["uid", "resourceVersion"]) delete spec["claimRef"][field];
      return [];
    case "/serviceaccounts":
      delete object["secrets"];
      return [];
    case "/secrets":
      ofToken(object);
      return [];
    case "batch/jobs":
      ofJob(spec);
      return [];
    default:
      return [];
  }
}

function ofService(spec: Json): string[] {
  const pointers: string[] = [];
  const given = typeof spec["clusterIP"] === "string" && spec["clusterIP"] !== "None" && spec["clusterIP"] !== "";
  if (given) pointers.push("/spec/clusterIP", "/spec/clusterIPs");
  for (const [index, port] of ((spec["ports"] ?? []) as Json[]).entries())
    if (port["nodePort"] !== undefined) pointers.push(`/spec/ports/${index}/nodePort`);
  if (spec["healthCheckNodePort"] !== undefined) pointers.push("/spec/healthCheckNodePort");
  return pointers;
}

/** Where it ran is the scheduler's to say anew; the token volume is put in for each pod. */
function ofPod(spec: Json): void {
  delete spec["nodeName"];
  const injected = (one: Json): boolean => String(one["name"]).startsWith("kube-api-access-");
  if (Array.isArray(spec["volumes"])) spec["volumes"] = spec["volumes"].filter((one: Json) => !injected(one));
  for (const container of [...(spec["containers"] ?? []), ...(spec["initContainers"] ?? [])] as Json[]) {
    if (Array.isArray(container["volumeMounts"]))
      container["volumeMounts"] = container["volumeMounts"].filter((one: Json) => !injected(one));
  }
}

/** A token is issued anew for whoever has the account's name; the old one is void with its account. */
function ofToken(secret: KubeObject): void {
  if (secret["type"] !== "kubernetes.io/service-account-token") return;
  delete secret["data"];
  const annotations: Json = secret.metadata?.annotations;
  if (isRecord(annotations)) delete annotations["kubernetes.io/service-account.uid"];
}

const JOB_LABELS = ["controller-uid", "batch.kubernetes.io/controller-uid", "job-name", "batch.kubernetes.io/job-name"];

/** The server makes a Job's selector from its uid, unless the Job brought its own. */
function ofJob(spec: Json): void {
  if (spec["manualSelector"] === true) return;
  delete spec["selector"];
  const labels: Json = spec["template"]?.["metadata"]?.["labels"];
  if (isRecord(labels)) for (const name of JOB_LABELS) delete labels[name];
}
