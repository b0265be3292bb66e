import { badRequest, conflict, notFound } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import type { KubeObject } from "../object.ts";
import type { Resource } from "../registry/resource.ts";
import { admit, admitNamespaceDeletion } from "./admit.ts";
import type { DeleteOptions, WriteOptions } from "./options.ts";
import { isGone } from "./update.ts";

export interface Removed {
  object: KubeObject;
  /** False while a grace period or a finalizer holds it. */
  gone: boolean;
}

/** Kinds whose dependents stay unless the client says otherwise, as their first API versions had it. */
const ORPHANING = new Set(["batch/jobs", "replicationcontrollers"]);

const JOB_WARNING =
  "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning";

/** Deletes, or marks as being deleted what cannot go at once. Throws ApiError. */
export function remove(
  cluster: Cluster,
  resource: Resource,
  namespace: string | undefined,
  name: string,
  how: DeleteOptions,
  options: WriteOptions,
): Removed {
  const before = cluster.store.get(resource.storage, namespace, name);
  if (before === undefined) throw notFound(resource, name);
  const { metadata } = before;
  const { uid, resourceVersion } = how.preconditions ?? {};
  if (uid !== undefined && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`;
    throw conflict(resource, name, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`;
    throw conflict(resource, name, why);
  }
  if (resource.storage === "namespaces") admitNamespaceDeletion(name);
  admit(cluster, resource, "DELETE", before, options);
  if (resource.storage === "batch/jobs" && how.propagationPolicy === undefined) options.warnings.push(JOB_WARNING);
  const after = marked(cluster, resource, before, how);
  if (isGone(after)) {
    if (!options.dryRun) cluster.store.remove(resource.storage, after);
    return { object: after, gone: true };
  }
  if (options.dryRun || (after === before && metadata.deletionTimestamp !== undefined)) return { object: after, gone: false };
  return { object: cluster.store.put(resource.storage, after), gone: false };
}

function marked(cluster: Cluster, resource: Resource, before: KubeObject, how: DeleteOptions): KubeObject {
  const grace = graceOf(resource, before, how);
  const finalizers = finalizersOf(resource, before, how);
  const { metadata } = before;
  const already = metadata.deletionTimestamp !== undefined;
  if (already && (metadata.deletionGracePeriodSeconds ?? 0) <= grace && finalizers.length === (metadata.finalizers ?? []).length)
    return before;
  const { finalizers: _, ...rest } = metadata;
  const after: KubeObject = {
    ...before,
    metadata: {
      ...rest,
      ...(finalizers.length > 0 ? { finalizers } : {}),
      deletionTimestamp: already && grace > 0 ? metadata.deletionTimestamp! : later(cluster, grace),
      deletionGracePeriodSeconds: grace,
    },
  };
  if (!already && metadata.generation !== undefined) after.metadata.generation = metadata.generation + 1;
  if (resource.storage === "namespaces") after["status"] = { ...before["status"], phase: "Terminating" };
  return after;
}

const later = (cluster: Cluster, seconds: number): string =>
  new Date(cluster.clock().getTime() + seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");

/** Only pods are given time, and only those that run somewhere. */
function graceOf(resource: Resource, object: KubeObject, how: DeleteOptions): number {
  if (resource.storage !== "pods") return 0;
  const phase = object["status"]?.phase;
  if (object["spec"].nodeName === undefined || phase === "Succeeded" || phase === "Failed") return 0;
  return how.gracePeriodSeconds ?? object["spec"].terminationGracePeriodSeconds ?? 30;
}

/** `orphan` and `foregroundDeletion` are how the server hands a propagation policy to the garbage collector. */
function finalizersOf(resource: Resource, object: KubeObject, how: DeleteOptions): string[] {
  const given = object.metadata.finalizers ?? [];
  const policy = how.propagationPolicy;
  if (policy === undefined)
    return ORPHANING.has(resource.storage) && !given.includes("foregroundDeletion") ? withOne(given, "orphan") : [...given];
  const rest = given.filter((name) => name !== "orphan" && name !== "foregroundDeletion");
  if (policy === "Orphan") return [...rest, "orphan"];
  return policy === "Foreground" ? [...rest, "foregroundDeletion"] : rest;
}

const withOne = (list: readonly string[], name: string): string[] => (list.includes(name) ? [...list] : [...list, name]);

const POLICIES = ["Background", "Foreground", "Orphan"] as const;

/** Reads DeleteOptions from a body and a query; throws 400 or 422 for what does not fit together. */
export function readDeleteOptions(body: Record<string, any>, query: URLSearchParams): { how: DeleteOptions; dryRun: boolean } {
  const text = (name: string): string | undefined => query.get(name) ?? undefined;
  const grace = body["gracePeriodSeconds"] ?? (text("gracePeriodSeconds") === undefined ? undefined : Number(text("gracePeriodSeconds")));
  if (grace !== undefined && (!Number.isInteger(grace) || grace < 0))
    throw badRequest("gracePeriodSeconds must be greater than or equal to 0");
  const orphan = body["orphanDependents"] ?? text("orphanDependents");
  const named = body["propagationPolicy"] ?? text("propagationPolicy");
  if (orphan !== undefined && named !== undefined) throw badRequest("orphanDependents and deletionPropagation cannot be both set");
  const policy = named ?? (orphan === undefined ? undefined : String(orphan) === "true" ? "Orphan" : "Background");
  if (policy !== undefined && !POLICIES.includes(policy)) {
    throw badRequest(
      `DeleteOptions is invalid: propagationPolicy: Invalid value: "${policy}": must be one of "Foreground", "Background", "Orphan", or unset`,
    );
  }
  const how: DeleteOptions = {};
  if (grace !== undefined) how.gracePeriodSeconds = grace;
  if (policy !== undefined) how.propagationPolicy = policy;
  if (body["preconditions"] != null) how.preconditions = body["preconditions"];
  const dryRun = [...(body["dryRun"] ?? []), ...query.getAll("dryRun")];
  return { how, dryRun: readDryRun(dryRun) };
}

/** `All` is the only value there is. */
export function readDryRun(values: readonly string[]): boolean {
  const wrong = values.find((value) => value !== "All" && value !== "");
  if (wrong !== undefined) throw badRequest(`Invalid value: "${wrong}": dryRun: supported values: "All"`);
  return values.includes("All");
}
