import { TargetError } from "@interlock/connector";
import { isRecord, type Json } from "@interlock/kube-model";
import { answerTime } from "../cluster/answer-time.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";

/** How often is looked whether something is gone, in milliseconds. */
export const LOOK_MS = 500;
/** Between two tries of an eviction that a disruption budget holds up; as kubectl drain does. */
export const EVICTION_MS = 5000;

/** Resolves after the time, or at once when it is stopped. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}

const keyOf = ({ resource }: PlannedWrite): string =>
  [resource.group, resource.resource, resource.namespace ?? "", resource.name].join("/");
const deletes = (write: PlannedWrite): boolean =>
  (write.method === "DELETE" && write.resource.subresource === undefined) || write.resource.subresource === "eviction";

/**
 * The earlier delete that a write has to wait for: of the name it creates. kubectl waited for it to be over before it went on, and so does
 * this.
 */
export function deletedBefore(write: PlannedWrite, writes: readonly PlannedWrite[]): PlannedWrite | undefined {
  if (write.before !== undefined || write.resource.subresource !== undefined || write.method === "DELETE") return undefined;
  return writes
    .slice(0, writes.indexOf(write))
    .findLast((other) => deletes(other) && other.uid !== undefined && keyOf(other) === keyOf(write));
}

export interface Place {
  path: string;
  uid?: string;
}

/** The object of a delete. */
export const placeOf = ({ resource, path, uid }: PlannedWrite): Place => ({
  path: resource.subresource === undefined ? path : path.slice(0, path.lastIndexOf("/")),
  ...(uid === undefined ? {} : { uid }),
});

/** Looks until an object is gone or another has its name. True when it is, false when the time is over or it was stopped. */
export async function awaitGone(cluster: Cluster, { path, uid: awaited }: Place, until: number, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    // A server that does not answer right now says nothing about the object.
    const uid = await uidAt(cluster, path, signal).catch(() => awaited);
    if (uid !== awaited) return true;
    if (Date.now() >= until) return false;
    await pause(Math.min(LOOK_MS, Math.max(0, until - Date.now())), signal);
  }
  return false;
}

/** Uid of what a path names; undefined when there is nothing. Rejects when the cluster does not say. */
export async function uidAt(cluster: Cluster, path: string, signal?: AbortSignal): Promise<unknown> {
  const response = await cluster.request({ method: "GET", path, headers: { accept: "application/json" }, signal: answerTime(signal) });
  const uid = uidOf(await wholeJson(response.body));
  if (response.status === 404) return undefined;
  if (response.status !== 200) throw new TargetError("target_down", `The cluster answers ${response.status}.`);
  return uid;
}

const uidOf = (object: Json): unknown => (isRecord(object) && isRecord(object["metadata"]) ? object["metadata"]["uid"] : undefined);

/** Undefined when it is no JSON. */
export async function wholeJson(body: AsyncIterable<Buffer>): Promise<Json> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Whether a creation was refused only because what an earlier write made is not ready for it: a type that is not served yet, or a pod whose
 * new namespace has no service account yet.
 */
export function comesTooEarly(
  write: PlannedWrite,
  refused: { status?: number; message?: string },
  writes: readonly PlannedWrite[],
): boolean {
  const creates = write.method === "POST" || (write.method === "PATCH" && write.before === undefined);
  if (!creates || write.resource.subresource !== undefined) return false;
  const earlier = writes.slice(0, writes.indexOf(write));
  const { group, resource, namespace } = write.resource;
  if (refused.status === 404)
    return earlier.some((one) => keyOf(one) === `apiextensions.k8s.io/customresourcedefinitions//${resource}.${group}`);
  const made = earlier.some((one) => keyOf(one) === `/namespaces//${namespace}`);
  return made && refused.status === 403 && /service ?account .*not found/i.test(refused.message ?? "");
}

/** Whether a write takes away a pod that a controller made: it may be gone by itself, and another in its place. */
export function takesReplaceablePod(write: PlannedWrite): boolean {
  if (write.resource.group !== "" || write.resource.resource !== "pods" || !deletes(write)) return false;
  const owners: Json = write.before?.metadata?.ownerReferences;
  return Array.isArray(owners) && owners.some((owner) => owner?.controller === true);
}

/** Whether a delete names something whose owner or namespace an earlier write deletes: the cluster may have taken it along by then. */
export function takenAlong(write: PlannedWrite, writes: readonly PlannedWrite[]): boolean {
  if (!deletes(write)) return false;
  const earlier = writes.filter((other) => other.index < write.index && deletes(other));
  const { namespace } = write.resource;
  const emptied = earlier.some(
    ({ resource: { group, resource, name } }) => group === "" && resource === "namespaces" && name === namespace,
  );
  const owners: Json = write.before?.metadata?.ownerReferences;
  return emptied || (Array.isArray(owners) && owners.some((owner) => earlier.some(({ uid }) => uid !== undefined && uid === owner?.uid)));
}
