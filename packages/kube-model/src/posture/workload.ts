import { isRecord, type Json, type KubeObject } from "../json.ts";
import type { Labels } from "../label-selector.ts";
import { groupOf, podTemplatesOf, type PodTemplate } from "../workload/pod-templates.ts";
import type { Path } from "./check.ts";
import type { Source } from "./inventory.ts";

/** Something that runs pods. */
export interface Workload {
  source: Source;
  kind: string;
  /** Where the pod's spec is in the object. */
  podPath: Path;
  spec: Record<string, Json>;
  /** Labels that its pods have. */
  labels: Labels;
  /** Annotations of its pods, and where they are. */
  annotations: Record<string, string>;
  annotationsPath: Path;
  /** How many pods it wants; undefined where that is not said in the object (DaemonSets, bare pods, Jobs). */
  replicas?: number;
  /** Whether kubectl can change the template: that of a Job and the spec of a pod cannot be, and what custom kinds merge is not known. */
  changeable: boolean;
}

/** Kinds whose objects make others of these kinds: what they own is looked at in its owner. */
const OWNERS = new Set(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob"]);

export const WORKLOAD_KINDS: readonly string[] = [
  "/Pod",
  "/ReplicationController",
  "apps/Deployment",
  "apps/StatefulSet",
  "apps/DaemonSet",
  "apps/ReplicaSet",
  "batch/Job",
  "batch/CronJob",
];

/** Whether another workload of a known kind makes it. */
export function isMade({ metadata }: KubeObject): boolean {
  const owners: Json = metadata?.ownerReferences;
  return Array.isArray(owners) && owners.some((owner) => owner?.["controller"] === true && OWNERS.has(String(owner["kind"])));
}

/**
 * What an object runs, a workload for each of its templates; nothing for what runs nothing, and for what another workload of a cluster makes.
 * A manifest may say that somebody makes it, and is applied all the same.
 */
export function workloadsOf(source: Source, from: "cluster" | "manifests"): Workload[] {
  const { object } = source;
  if (from === "cluster" && isMade(object)) return [];
  // Replicas that were scaled away are kept for going back to.
  if (object.kind === "ReplicaSet" && object["spec"]?.["replicas"] === 0) return [];
  return podTemplatesOf(object).map((pod) => workloadOf(source, pod));
}

function workloadOf(source: Source, pod: PodTemplate): Workload {
  const { object } = source;
  const kind = String(object.kind);
  const scaled = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"].includes(kind);
  return {
    source,
    kind,
    podPath: pod.path,
    spec: pod.spec,
    labels: isRecord(pod.metadata?.["labels"]) ? (pod.metadata["labels"] as Labels) : {},
    annotations: isRecord(pod.metadata?.["annotations"]) ? pod.metadata["annotations"] : {},
    annotationsPath: [...pod.path.slice(0, -1), "metadata", "annotations"],
    ...(scaled ? { replicas: Number(object["spec"]?.["replicas"] ?? 1) } : {}),
    changeable: WORKLOAD_KINDS.includes(`${groupOf(object)}/${kind}`) && kind !== "Pod" && kind !== "Job",
  };
}

export interface ContainerAt {
  container: Record<string, Json>;
  name: string;
  path: Path;
  list: "containers" | "initContainers" | "ephemeralContainers";
  workload: Workload;
}

/**
 * Every container of a workload; `app` leaves out what ends before the others begin, and what is put in to look around. Sidecars, which begin
 * before the others and go on, are init containers that restart always.
 */
export function containersOf(workload: Workload, which: "all" | "app" = "all"): ContainerAt[] {
  const lists = ["initContainers", "containers", ...(which === "all" ? (["ephemeralContainers"] as const) : [])] as const;
  return lists.flatMap((list) => {
    const items: Json = workload.spec[list];
    if (!Array.isArray(items)) return [];
    return items.flatMap((container, index) =>
      isRecord(container) && (which === "all" || list === "containers" || container["restartPolicy"] === "Always")
        ? [{ container, name: String(container["name"] ?? index), path: [...workload.podPath, list, index], list, workload }]
        : [],
    );
  });
}

export const isWindows = ({ spec }: Workload): boolean => spec["os"]?.["name"] === "windows";

/** What holds for a container: its own field, else the pod's. `path` is where it is said, or where it would be. */
export function effective(at: ContainerAt, field: string): { value: Json; path: Path } {
  const own: Json = at.container["securityContext"]?.[field];
  const pods: Json = at.workload.spec["securityContext"]?.[field];
  if (own !== undefined || pods === undefined) return { value: own, path: [...at.path, "securityContext", field] };
  return { value: pods, path: [...at.workload.podPath, "securityContext", field] };
}
