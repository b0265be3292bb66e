import { isRecord, type Json, type KubeObject } from "../json.ts";

export type FieldPath = readonly (string | number)[];

/** A pod as an object has it or will make it. */
export interface PodTemplate {
  /** Where its spec is in the object. */
  path: FieldPath;
  /** Of the pod itself, or of its template; undefined where there is none. */
  metadata: Json;
  spec: Record<string, Json>;
}

const TEMPLATE = ["spec", "template", "spec"];

/** Where built-in kinds keep the spec of their pods, by group and kind. */
const PLACES: Readonly<Record<string, FieldPath>> = {
  "/Pod": ["spec"],
  "/PodTemplate": ["template", "spec"],
  "/ReplicationController": TEMPLATE,
  "apps/Deployment": TEMPLATE,
  "apps/StatefulSet": TEMPLATE,
  "apps/DaemonSet": TEMPLATE,
  "apps/ReplicaSet": TEMPLATE,
  "extensions/Deployment": TEMPLATE,
  "extensions/DaemonSet": TEMPLATE,
  "extensions/ReplicaSet": TEMPLATE,
  "batch/Job": TEMPLATE,
  "batch/CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
};

/** Groups whose objects describe others without making them. */
const DESCRIBES = new Set(["apiextensions.k8s.io", "admissionregistration.k8s.io"]);

export const groupOf = ({ apiVersion }: KubeObject): string =>
  typeof apiVersion === "string" && apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";

/**
 * Every pod of an object: of a built-in workload where it keeps it, of any other kind (Argo's Rollout, Knative's Service …) wherever there is
 * something that is shaped like the spec of one. Never throws, whatever the object is like.
 */
export function podTemplatesOf(object: KubeObject): PodTemplate[] {
  if (!isRecord(object)) return [];
  const path = typeof object.kind === "string" ? PLACES[`${groupOf(object)}/${object.kind}`] : undefined;
  if (path !== undefined) {
    const spec = at(object, path);
    return isRecord(spec) ? [{ path, metadata: metadataOf(object, path), spec }] : [];
  }
  return DESCRIBES.has(groupOf(object)) ? [] : search(object);
}

/** One value on the way, and what it is in. */
interface Step {
  value: Json;
  key?: string | number;
  above?: Step;
}

/** Without recursion, and without a path for every value: how deep an object is nested is up to whoever wrote it. */
function search(object: KubeObject): PodTemplate[] {
  const found: PodTemplate[] = [];
  const open: Step[] = [{ value: object }];
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    const { value, above } = step;
    if (isRecord(value) && isPodSpec(value))
      found.push({ path: pathOf(step), metadata: isRecord(above?.value) ? above.value["metadata"] : undefined, spec: value });
    const entries: [string | number, Json][] = Array.isArray(value) ? [...value.entries()] : isRecord(value) ? Object.entries(value) : [];
    for (const [key, child] of entries.toReversed())
      if (typeof child === "object" && child !== null) open.push({ value: child, key, above: step });
  }
  return found;
}

function pathOf(step: Step): FieldPath {
  const path: (string | number)[] = [];
  for (let at: Step | undefined = step; at?.key !== undefined; at = at.above) path.push(at.key);
  return path.toReversed();
}

const CONTAINERS = ["containers", "initContainers", "ephemeralContainers"];

function isPodSpec(value: Record<string, Json>): boolean {
  return CONTAINERS.some((key) => Array.isArray(value[key]) && value[key].some((one: Json) => isRecord(one) && "image" in one));
}

function metadataOf(object: KubeObject, path: FieldPath): Json {
  const parent = at(object, path.slice(0, -1));
  return isRecord(parent) ? parent["metadata"] : undefined;
}

function at(value: Json, path: FieldPath): Json {
  return path.reduce<Json>(
    (inner, key) => (isRecord(inner) && typeof key === "string" && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  );
}
