import { type Json, type KubeObject, sameJson } from "@interlock/kube-model";
import type { Cluster } from "../cluster/cluster.ts";
import { essence } from "../gate/foreseen.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { wholeJson } from "./settle.ts";

/**
 * Resource versions that a write names, as they are right before it is sent. Controllers report states all the time, and each report makes
 * another version: the one that was read while planning would be refused though nothing that was agreed to has changed. Returns why not, in
 * words, where something has.
 */
export async function versionsNow(
  cluster: Cluster,
  write: PlannedWrite,
  writes: readonly PlannedWrite[],
  applied: readonly { index: number; uid?: string }[],
): Promise<ReadonlyMap<string, string> | string> {
  const versions = new Map<string, string>();
  for (const { token, write: index, field } of write.bindings) {
    if (field !== "resourceVersion") continue;
    const own = index === write.index;
    const of = own ? write : writes.find((other) => other.index === index);
    const uid = own ? write.uid : applied.find((other) => other.index === index)?.uid;
    if (of === undefined || uid === undefined) return "The write before it did not say the identity of what it made, which this one names.";
    const object = await objectNow(cluster, of);
    if (object?.metadata?.uid !== uid) return "What it would change is not there any more.";
    if (own && write.before !== undefined && !sameJson(essence(write.before), essence(object))) {
      return "What it would change was changed a moment ago.";
    }
    versions.set(token, String(object.metadata.resourceVersion));
  }
  return versions;
}

/** Undefined where it cannot be read. */
async function objectNow(cluster: Cluster, { path, resource, method }: PlannedWrite): Promise<KubeObject | undefined> {
  const whole = resource.subresource === undefined ? path : path.slice(0, path.lastIndexOf("/"));
  const named = method === "POST" ? `${whole}/${resource.name ?? ""}` : whole;
  try {
    const response = await cluster.request({ method: "GET", path: named, headers: { accept: "application/json" } });
    const object: Json = await wholeJson(response.body);
    return response.status === 200 ? object : undefined;
  } catch {
    // Nothing has been sent: the write is then refused in words.
    return undefined;
  }
}
