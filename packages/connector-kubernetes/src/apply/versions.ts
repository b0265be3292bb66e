import { type Json, type KubeObject, sameJson } from "@interlock/kube-model";
import { answerTime } from "../cluster/answer-time.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { essence } from "../gate/foreseen.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { decided } from "../undo/compare.ts";
import { wholeJson } from "./settle.ts";

/**
 * Resource versions that a write names, as they are right before it is sent. Controllers report states all the time, and each report makes
 * another version: the one that was read while planning, or that the write before has left, would be refused though nothing that was agreed
 * to has changed. Returns why not, in words, where something has.
 *
 * @param left what earlier writes of the plan have left of the objects whose versions later ones name, by the index of the write
 */
export async function versionsNow(
  cluster: Cluster,
  write: PlannedWrite,
  writes: readonly PlannedWrite[],
  applied: readonly { index: number; uid?: string }[],
  left: ReadonlyMap<number, KubeObject>,
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
      return CHANGED;
    }
    const known = left.get(index);
    if (!own && known !== undefined && !sameJson(decided(keyOf(of), known), decided(keyOf(of), object))) return CHANGED;
    versions.set(token, String(object.metadata.resourceVersion));
  }
  return versions;
}

const CHANGED = "What it would change was changed a moment ago.";
const keyOf = ({ resource: { group, resource } }: PlannedWrite): string => `${group}/${resource}`;

/** Whether the version that a write leaves goes into a later one. */
export const isNamedLater = (write: PlannedWrite, writes: readonly PlannedWrite[]): boolean =>
  writes.some(
    ({ index, bindings }) => index > write.index && bindings.some((one) => one.write === write.index && one.field === "resourceVersion"),
  );

/** The object that a write is about, as it is now. Undefined where it cannot be read. */
export async function objectNow(cluster: Cluster, { path, resource, method }: PlannedWrite): Promise<KubeObject | undefined> {
  const whole = resource.subresource === undefined ? path : path.slice(0, path.lastIndexOf("/"));
  const named = method === "POST" ? `${whole}/${resource.name ?? ""}` : whole;
  try {
    const response = await cluster.request({ method: "GET", path: named, headers: { accept: "application/json" }, signal: answerTime() });
    const object: Json = await wholeJson(response.body);
    return response.status === 200 ? object : undefined;
  } catch {
    // Nothing has been sent: the write is then refused in words.
    return undefined;
  }
}
