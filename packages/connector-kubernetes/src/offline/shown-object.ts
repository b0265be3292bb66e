import { isRecord, type Json, type KubeObject } from "@interlock/kube-model";
import type { JsonValue } from "@interlock/protocol";

const HIDDEN = "••••";
const APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const BY_THE_SERVER = ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"];

/** A manifest as it may be printed: without what a server writes, and of a Secret without its values. */
export function shownObject(object: KubeObject): Record<string, JsonValue> {
  const { status: _, ...rest } = object;
  const metadata: Record<string, Json> = isRecord(object.metadata) ? { ...object.metadata } : {};
  for (const key of BY_THE_SERVER) delete metadata[key];
  if (isRecord(metadata["annotations"]) && APPLIED in metadata["annotations"]) {
    const { [APPLIED]: __, ...annotations } = metadata["annotations"];
    metadata["annotations"] = annotations;
  }
  const shown: KubeObject = { ...rest, metadata };
  if (object.kind === "Secret" && object.apiVersion === "v1")
    for (const key of ["data", "stringData"]) if (key in shown) shown[key] = hidden(shown[key]);
  return JSON.parse(JSON.stringify(shown)) as Record<string, JsonValue>;
}

/** Whatever is there, also where it is not the map it should be. */
const hidden = (values: Json): Json => (isRecord(values) ? Object.fromEntries(Object.keys(values).map((key) => [key, HIDDEN])) : HIDDEN);
