import { cloneJson, isRecord, sameJson, type Json, type KubeObject } from "../gate/json.ts";
import { manifestOf } from "./manifest.ts";

const AS_DECIDED = { stays: () => true, volumeStays: () => false };

/** What people decided about an object, without what the server and controllers write into it. */
export function decided(key: string, object: KubeObject): KubeObject {
  const { apiVersion: _version, kind: _kind, ...rest } = manifestOf(key, object, AS_DECIDED).object;
  return rest;
}

/** Whether somebody has decided otherwise since. The number of replicas counts only where `replicas`: autoscalers change it all the time. */
export function isChanged(key: string, left: KubeObject, now: KubeObject, replicas: boolean): boolean {
  const [then, today] = [decided(key, left), decided(key, now)];
  if (!replicas) for (const one of [then, today]) withoutReplicas(one);
  return !sameJson(then, today);
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
