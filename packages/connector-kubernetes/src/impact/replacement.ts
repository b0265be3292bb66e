import { type Json, type KubeObject, labelsOf } from "@interlock/kube-model";
import { podSpec, pruned } from "./kept.ts";
import type { WorldObject } from "./world.ts";

/** What a pod will be once its workload's template is another: its labels, its ports and its network, as policies and Services see them. */
export function replacementOf(pod: WorldObject, before: KubeObject, after: KubeObject): WorldObject {
  const [was, will] = [before, after].map((workload) => workload["spec"]?.["template"] as Json);
  return relabelled(reconnected(pod, podSpec(was?.["spec"]), podSpec(will?.["spec"])), labelsOf(was), labelsOf(will));
}

/** What the template no longer says goes, what the controller added stays. */
function relabelled(pod: WorldObject, old: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): WorldObject {
  const kept = Object.fromEntries(Object.entries(labelsOf(pod.body)).filter(([key]) => !(key in old)));
  return { ...pod, body: { ...pod.body, metadata: { ...(pod.body?.metadata as object), labels: { ...kept, ...labels } } } };
}

/**
 * By the ports of the new template, those that injectors added staying, and in the network that it says. Addresses stay unless that is another:
 * then they are not known, or the node's.
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
