import { cloneJson, isRecord, type Json, type KubeObject, sameJson } from "@interlock/kube-model";
import { manifestOf } from "./manifest.ts";

const AS_DECIDED = { stays: () => true, volumeStays: () => false, claimStays: () => false };

/** What people decided about an object, without what the server and controllers write into it. */
export function decided(key: string, object: KubeObject): KubeObject {
  const { apiVersion: _version, kind: _kind, ...rest } = manifestOf(key, object, AS_DECIDED).object;
  if (key === "/nodes") withoutConditions(rest);
  return rest;
}

/** Taints of a node that say how it is, such as `node.kubernetes.io/unschedulable`: its controller puts them on and takes them off. */
function withoutConditions(node: KubeObject): void {
  const taints: Json = node["spec"]?.["taints"];
  if (!Array.isArray(taints)) return;
  const own = taints.filter((taint) => !String(taint?.["key"]).startsWith("node.kubernetes.io/"));
  if (own.length === 0) delete node["spec"]["taints"];
  else node["spec"]["taints"] = own;
}

/**
 * Whether somebody has decided otherwise since. The number of replicas counts only where `replicas`: autoscalers change it all the time. Of a
 * node, into which many agents write, only what `patch` would change counts.
 */
export function isChanged(key: string, left: KubeObject, now: KubeObject, replicas: boolean, patch?: Json): boolean {
  const [then, today] = [decided(key, left), decided(key, now)];
  if (key === "/nodes" && patch !== undefined) return !agree(patch, then, today);
  if (!replicas) for (const one of [then, today]) withoutReplicas(one);
  return !sameJson(then, today);
}

/** Whether both are the same wherever a merge patch changes something. */
function agree(patch: Json, left: Json, right: Json): boolean {
  if (!isRecord(patch)) return sameJson(left, right);
  return Object.entries(patch).every(([key, part]) => agree(part, left?.[key], right?.[key]));
}

function withoutReplicas(object: KubeObject): void {
  if (isRecord(object["spec"])) delete object["spec"]["replicas"];
}

/** Whether an object that is there again is what was to be put back: addresses that the server gives may differ, and so do its owners' uids. */
export function isThereAgain(key: string, wanted: KubeObject, ifFree: readonly string[], now: KubeObject): boolean {
  const strip = (object: KubeObject): KubeObject => {
    const { apiVersion: _version, kind: _kind, ...rest } = without(manifestOf(key, object, AS_DECIDED).object, ifFree);
    const { ownerReferences: _owners, ...metadata } = (rest.metadata ?? {}) as Record<string, Json>;
    return { ...rest, metadata };
  };
  return sameJson(strip(wanted), strip(now));
}

/** The object without what these JSON pointers point at. */
export function without(object: KubeObject, pointers: readonly string[]): KubeObject {
  const copy = cloneJson(object);
  for (const pointer of pointers) {
    const parts = pointer.slice(1).split("/");
    const last = parts.pop()!;
    let parent: Json = copy;
    for (const part of parts) parent = parent?.[part];
    if (isRecord(parent)) delete parent[last];
  }
  return copy;
}

/** The JSON merge patch (RFC 7386) that makes `to` of `from`; undefined when they are the same. Lists are put whole. */
export function mergePatch(from: Json, to: Json): Json {
  if (sameJson(from, to)) return undefined;
  if (!isRecord(from) || !isRecord(to)) return to;
  const patch: Record<string, Json> = {};
  for (const key of Object.keys(from)) if (!(key in to)) patch[key] = null;
  for (const [key, value] of Object.entries(to)) {
    const change = key in from ? mergePatch(from[key], value) : value;
    if (change !== undefined) patch[key] = change;
  }
  return patch;
}
