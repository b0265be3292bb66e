import { isRecord, type Json, type KubeObject, labelsOf, sameJson } from "@interlock/kube-model";
import { podsMadeBy } from "./owner-graph.ts";
import { keyOfType } from "./resource-types.ts";
import type { World, WorldObject } from "./world.ts";

export interface Restart {
  /** Pods that are replaced by new ones. */
  pods: WorldObject[];
  /** How, in words. */
  how: string;
}

/**
 * Which pods a change of a workload replaces: those of a Deployment, StatefulSet or DaemonSet whose template has changed. Others (ReplicaSet,
 * ReplicationController, Job, CronJob) make new pods only when they need some anyway, and those that exist stay.
 */
export function restartOf(world: World, workload: WorldObject, before: KubeObject, after: KubeObject): Restart | undefined {
  const was: Json = before["spec"] ?? {};
  const will: Json = after["spec"] ?? {};
  const resumed = was["paused"] === true && will["paused"] !== true && holdsBack(world, workload, was["template"]);
  if (sameJson(templateIn(was), templateIn(will)) && !resumed) return undefined;
  const pods = podsMadeBy(world, workload).filter((pod) => !pod.terminating);
  const strategy: Json = will["strategy"] ?? will["updateStrategy"] ?? {};
  const rolling: Json = strategy["rollingUpdate"] ?? {};
  switch (keyOfType(workload.type)) {
    case "apps/deployments": {
      if (will["paused"] === true) return { pods: [], how: "it is paused: pods are replaced when it is resumed" };
      if (strategy["type"] === "Recreate") return { pods, how: "all of them end before new ones start (strategy Recreate)" };
      const wanted = Number(will["replicas"] ?? 1);
      const surge = share(rolling["maxSurge"] ?? "25%", wanted, Math.ceil);
      const away = share(rolling["maxUnavailable"] ?? "25%", wanted, Math.floor);
      // Both at zero would never get on; the controller then lets one be away.
      const most = surge === 0 && away === 0 ? 1 : away;
      return { pods, how: `at most ${most} of ${wanted} away at a time, ${surge} more than wanted` };
    }
    case "apps/statefulsets": {
      if (strategy["type"] === "OnDelete") return { pods: [], how: "pods keep the old template until they are deleted (OnDelete)" };
      const from = Number(rolling["partition"] ?? 0);
      const replaced = pods.filter((pod) => ordinal(pod.name) >= from);
      return { pods: replaced, how: from > 0 ? `one after the other, from ordinal ${from} up (partition)` : "one after the other" };
    }
    case "apps/daemonsets": {
      if (strategy["type"] === "OnDelete") return { pods: [], how: "pods keep the old template until they are deleted (OnDelete)" };
      return { pods, how: `at most ${share(rolling["maxUnavailable"] ?? 1, pods.length, Math.ceil)} away at a time` };
    }
    default:
      return undefined;
  }
}

const templateIn = (spec: Json): Json => withoutTime(spec["template"]);

/** The server writes an absent creation time of a template as null. */
function withoutTime(template: Json): Json {
  if (!isRecord(template)) return template;
  const { creationTimestamp: _time, ...metadata } = (isRecord(template["metadata"]) ? template["metadata"] : {}) as Record<string, Json>;
  return { ...template, metadata };
}

/** Whether a paused Deployment's template is not that of a ReplicaSet it made. What is kept of templates must agree. */
function holdsBack(world: World, deployment: WorldObject, template: Json): boolean {
  const wanted = labelsOf(template);
  const sets = [...world.dependents(deployment.uid)].filter((one) => keyOfType(one.type) === "apps/replicasets");
  const current = sets.filter((set) => Number(set.body?.["spec"]?.["replicas"] ?? 0) > 0);
  return !current.some((set) => {
    const { "pod-template-hash": _hash, ...labels } = labelsOf(set.body?.["spec"]?.["template"]) as Record<string, string>;
    return sameJson(labels, wanted);
  });
}

export const ordinal = (pod: string): number => Number(/-([0-9]+)$/.exec(pod)?.[1] ?? -1);

/** An IntOrString: a number, or a percentage of `all`. */
export function share(value: Json, all: number, round: (value: number) => number): number {
  if (typeof value === "number") return value;
  const percent = /^([0-9]+)%$/.exec(String(value));
  return percent === null ? Number(value) || 0 : round((Number(percent[1]) * all) / 100);
}
