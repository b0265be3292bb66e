import { isRecord, type Json, type KubeObject, labelsOf, sameJson } from "@interlock/kube-model";
import { podSpec, pruned } from "./kept.ts";
import { podsMadeBy } from "./owner-graph.ts";
import { keyOfType } from "./resource-types.ts";
import type { World, WorldObject } from "./world.ts";

export interface Restart {
  /** Pods that are replaced by new ones, with the ports and the network that these will have. */
  pods: WorldObject[];
  /** How, in words. */
  how: string;
  /** The labels that the new ones have. */
  labels: Readonly<Record<string, string>>;
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
  const labels = labelsOf(will["template"]);
  const [old, fresh] = [was, will].map((spec) => podSpec(spec["template"]?.["spec"]));
  const pods = podsMadeBy(world, workload)
    .filter((pod) => !pod.terminating)
    .map((pod) => reconnected(pod, old, fresh));
  const strategy: Json = will["strategy"] ?? will["updateStrategy"] ?? {};
  const rolling: Json = strategy["rollingUpdate"] ?? {};
  switch (keyOfType(workload.type)) {
    case "apps/deployments": {
      if (will["paused"] === true) return { pods: [], how: "it is paused: pods are replaced when it is resumed", labels };
      if (strategy["type"] === "Recreate") return { pods, how: "all of them end before new ones start (strategy Recreate)", labels };
      const wanted = Number(will["replicas"] ?? 1);
      const surge = share(rolling["maxSurge"] ?? "25%", wanted, Math.ceil);
      const away = share(rolling["maxUnavailable"] ?? "25%", wanted, Math.floor);
      // Both at zero would never get on; the controller then lets one be away.
      const most = surge === 0 && away === 0 ? 1 : away;
      return { pods, how: `at most ${most} of ${wanted} away at a time, ${surge} more than wanted`, labels };
    }
    case "apps/statefulsets": {
      if (strategy["type"] === "OnDelete") return { pods: [], how: "pods keep the old template until they are deleted (OnDelete)", labels };
      const from = Number(rolling["partition"] ?? 0);
      const replaced = pods.filter((pod) => ordinal(pod.name) >= from);
      return { pods: replaced, how: from > 0 ? `one after the other, from ordinal ${from} up (partition)` : "one after the other", labels };
    }
    case "apps/daemonsets": {
      if (strategy["type"] === "OnDelete") return { pods: [], how: "pods keep the old template until they are deleted (OnDelete)", labels };
      return { pods, how: `at most ${share(rolling["maxUnavailable"] ?? 1, pods.length, Math.ceil)} away at a time`, labels };
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

/** The pod as its replacement will be labelled: what the template no longer says goes, what the controller added stays. */
export function relabelled(pod: WorldObject, old: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): WorldObject {
  const kept = Object.fromEntries(Object.entries(labelsOf(pod.body)).filter(([key]) => !(key in old)));
  return { ...pod, body: { ...pod.body, metadata: { ...(pod.body?.metadata as object), labels: { ...kept, ...labels } } } };
}

/**
 * The pod as its replacement will be reached: by the ports of the new template, those that injectors added staying, and in the network that it
 * says. Addresses stay unless that is another: then they are not known, or the node's.
 */
function reconnected(pod: WorldObject, was: Json, will: Json): WorldObject {
  const own: Json = pod.body?.["spec"] ?? {};
  const [containers, initContainers] = CONTAINERS.map((field) => withPorts(listOf(own[field]), listOf(was[field]), listOf(will[field])));
  const spec = pruned({ ...own, hostNetwork: will["hostNetwork"], containers, initContainers });
  const { podIP: _first, podIPs: _all, ...status } = (pod.body?.["status"] ?? {}) as Record<string, Json>;
  const stays = own["hostNetwork"] === will["hostNetwork"];
  return { ...pod, body: { ...(pod.body as KubeObject), spec, ...(stays ? {} : { status }) } };
}

const CONTAINERS = ["containers", "initContainers"] as const;

/** A pod's containers with the ports that the new template gives them, without those that only the old one has. */
function withPorts(own: Json[], was: Json[], will: Json[]): Json[] {
  const named = (list: Json[], name: Json): Json => list.find((one) => one["name"] === name);
  const kept = own.filter(({ name }) => named(was, name) === undefined || named(will, name) !== undefined);
  const fresh = will.filter(({ name }) => named(kept, name) === undefined);
  return [...kept, ...fresh.map(({ name }) => ({ name }))].map((one: Json) => {
    const { ports, restartPolicy }: Json = named(will, one["name"]) ?? one;
    return pruned({ ...one, ports, restartPolicy });
  });
}

const listOf = (value: Json): Json[] => (Array.isArray(value) ? value : []);
