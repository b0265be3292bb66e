import { conflict, invalid, MODIFIED, notFound } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import { setDefaults } from "../defaults/defaults.ts";
import { clone, type KubeObject, type ManagedFieldsEntry, same } from "../object.ts";
import { trackUpdate } from "../patch/managed-fields.ts";
import { groupVersion, type Resource } from "../registry/resource.ts";
import { validate, validateUpdate } from "../validate/validate.ts";
import { admit } from "./admit.ts";
import type { WriteOptions } from "./options.ts";
import { countsGenerations, hasStatus, prepareChanged } from "./prepare.ts";
import { readBody, served } from "./read-body.ts";

/** What a change makes of the object in the version of the request. */
export interface Changed {
  body: unknown;
  /** Server-side apply keeps the entries itself. */
  managedFields?: ManagedFieldsEntry[];
}

/**
 * Changes an object: `change` gets it in the version of the request and returns the whole new one. Returns what is stored, or in a dry run
 * would be. An object that is being deleted and has no finalizer left is gone with this. Throws ApiError.
 */
export function update(
  cluster: Cluster,
  resource: Resource,
  namespace: string | undefined,
  name: string,
  change: (current: KubeObject) => Changed,
  options: WriteOptions,
): KubeObject {
  const before = cluster.store.get(resource.storage, namespace, name);
  if (before === undefined) throw notFound(resource, name);
  const { body, managedFields } = change(clone(served(resource, before)));
  const given = readBody(resource, body, options);
  checkPreconditions(resource, before, given.metadata.uid, given.metadata.resourceVersion);
  const sent = given.metadata.managedFields;
  const after = carryOver(resource, before, given as KubeObject, options.subresource);
  setDefaults(resource.storage, after);
  prepareChanged(cluster, resource, before, after);
  if (countsGenerations(resource) && options.subresource !== "status" && specChanged(resource, before, after)) {
    after.metadata.generation = (before.metadata.generation ?? 0) + 1;
  }
  const stored = resource.conversion === undefined ? resource : cluster.registry.stored(resource.storage)!;
  admit(cluster, resource, "UPDATE", after, options);
  const problems = options.subresource === "status" ? [] : [...validateUpdate(stored, before, after), ...validate(stored, after)];
  if (problems.length > 0) throw invalid(resource, name, problems);
  const by = {
    name: options.fieldManager,
    apiVersion: groupVersion(resource),
    time: cluster.now(),
    ...(options.subresource && { subresource: options.subresource }),
  };
  after.metadata.managedFields = managedFields ?? trackUpdate(before, after, resource.type, by, resetOf(sent));
  if (after.metadata.managedFields.length === 0) delete after.metadata.managedFields;
  if (same(before, after)) return before;
  if (options.dryRun) return { ...after, metadata: { ...after.metadata, resourceVersion: before.metadata.resourceVersion } };
  if (isGone(after)) {
    cluster.store.remove(resource.storage, after);
    return after;
  }
  return cluster.store.put(resource.storage, after);
}

/** Entries a client sent count where he changed them on purpose; one empty entry, as kubectl sends it, resets all. */
const resetOf = (sent: ManagedFieldsEntry[] | undefined): ManagedFieldsEntry[] | undefined =>
  sent?.length === 1 && Object.keys(sent[0]!).length === 0 ? [] : sent;

export function checkPreconditions(resource: Resource, before: KubeObject, uid: string | undefined, version: string | undefined): void {
  const { metadata } = before;
  if (uid !== undefined && uid !== "" && uid !== metadata.uid) {
    throw conflict(resource, metadata.name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`);
  }
  if (version !== undefined && version !== "" && version !== metadata.resourceVersion) throw conflict(resource, metadata.name, MODIFIED);
}

/** Where nothing holds an object that is being deleted. */
export const isGone = (object: KubeObject): boolean =>
  object.metadata.deletionTimestamp !== undefined &&
  (object.metadata.finalizers ?? []).length === 0 &&
  (object.metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
  !(object.kind === "Namespace" && object.apiVersion === "v1" && (object["spec"]?.finalizers ?? []).length > 0);

const SERVER_FIELDS = [
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generation",
  "namespace",
  "selfLink",
] as const;

/** The new object with everything a client cannot change through this way as it was. */
function carryOver(resource: Resource, before: KubeObject, given: KubeObject, subresource: string | undefined): KubeObject {
  if (subresource === "status") {
    const { status: _, ...rest } = before;
    const metadata = { ...before.metadata };
    return clone(given["status"] === undefined ? { ...rest, metadata } : { ...rest, metadata, status: given["status"] }) as KubeObject;
  }
  const metadata: KubeObject["metadata"] = { ...given.metadata };
  metadata.name ??= before.metadata.name;
  for (const field of SERVER_FIELDS) {
    if (before.metadata[field] === undefined) delete metadata[field];
    else metadata[field] = before.metadata[field] as never;
  }
  const after: KubeObject = { ...given, metadata };
  if (subresource === undefined && hasStatus(resource)) {
    if (before["status"] === undefined) delete after["status"];
    else after["status"] = before["status"];
  }
  if (resource.storage === "pods") {
    // Each has its own way in: what runs, and what is added to look at it.
    const { ephemeralContainers: _, ...own } = (subresource === "ephemeralcontainers" ? before : given)["spec"] ?? {};
    const added = (subresource === "ephemeralcontainers" ? given : before)["spec"]?.ephemeralContainers;
    after["spec"] = added === undefined ? own : { ...own, ephemeralContainers: added };
    if (subresource === "ephemeralcontainers") after["status"] = before["status"];
  }
  if (resource.storage === "namespaces" && subresource !== "finalize") after["spec"] = before["spec"];
  if (resource.storage === "certificates.k8s.io/certificatesigningrequests") {
    after["spec"] = before["spec"];
    if (subresource === "approval") after["status"] = { ...before["status"], conditions: given["status"]?.conditions };
  }
  return clone(after);
}

function specChanged(resource: Resource, before: KubeObject, after: KubeObject): boolean {
  const rest = (object: KubeObject): unknown => {
    const { metadata: _, status, ...fields } = object;
    return hasStatus(resource) ? fields : { ...fields, status };
  };
  return !same(rest(before), rest(after));
}
