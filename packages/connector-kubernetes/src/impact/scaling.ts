import { type Json, type KubeObject, labelsOf, selects } from "@interlock/kube-model";
import { isFinished, isReady } from "./endpoints.ts";
import { podsMadeBy } from "./owner-graph.ts";
import { ordinal, share } from "./restarts.ts";
import { AUTOSCALERS } from "./rules/autoscalers.ts";
import { keyOfType } from "./resource-types.ts";
import { claimsGo, claimsOfSet } from "./volumes.ts";
import { nameOf, type World, type WorldObject } from "./world.ts";

export interface Scaling {
  /** Pods that end. */
  ends: WorldObject[];
  /** Which ones end is the controller's choice by their age and readiness when it happens; otherwise it is certain. */
  certain: boolean;
  /** Claims deleted with them. */
  claims: WorldObject[];
}

/** Which pods end when a workload is to have fewer; `after` is it as it will be. Undefined where it is not to. */
export function scaledDown(world: World, workload: WorldObject, to: number, after: KubeObject): Scaling | undefined {
  const pods = podsMadeBy(world, workload).filter((pod) => !pod.terminating && !isFinished(pod));
  const surplus = pods.length - to;
  if (surplus <= 0) return undefined;
  if (keyOfType(workload.type) === "apps/statefulsets") {
    const start = Number(after["spec"]?.["ordinals"]?.["start"] ?? 0);
    const ends = pods.filter((pod) => ordinal(pod.name) >= start + to);
    return { ends, certain: true, claims: claimsGo(after, "whenScaled") ? claimsOfSet(world, workload, start + to) : [] };
  }
  return { ends: pods.toSorted(endsFirst(pods)).slice(0, surplus), certain: to === 0, claims: [] };
}

/** The order in which the ReplicaSet controller lets pods go (ActivePodsWithRanks in pkg/controller/controller_utils.go), as far as it is kept here. */
function endsFirst(pods: readonly WorldObject[]): (left: WorldObject, right: WorldObject) => number {
  const onNode = new Map<string, number>();
  for (const pod of pods) onNode.set(nodeOf(pod), (onNode.get(nodeOf(pod)) ?? 0) + 1);
  const phases = ["Pending", "Unknown", "Running"];
  const keys: ((pod: WorldObject) => number)[] = [
    (pod) => Number(nodeOf(pod) !== ""),
    (pod) => phases.indexOf(String(pod.body?.["status"]?.["phase"] ?? "Unknown")),
    (pod) => Number(isReady(pod)),
    (pod) => Number(pod.body?.metadata?.annotations?.["controller.kubernetes.io/pod-deletion-cost"] ?? 0),
    (pod) => -(onNode.get(nodeOf(pod)) ?? 0),
    (pod) => -Date.parse(String(pod.body?.metadata?.creationTimestamp ?? 0)),
  ];
  return (left, right) => {
    for (const key of keys) {
      const difference = key(left) - key(right);
      if (difference !== 0 && !Number.isNaN(difference)) return difference;
    }
    return left.name < right.name ? -1 : 1;
  };
}

const nodeOf = (pod: WorldObject): string => String(pod.body?.["spec"]?.["nodeName"] ?? "");

/** What works against a new number of replicas, or is left without room by it. */
export function remarks(world: World, workload: WorldObject, to: number): string[] {
  const said: string[] = [];
  for (const scaler of world.all(AUTOSCALERS, workload.namespace)) {
    const spec: Json = scaler.body?.["spec"] ?? {};
    const target: Json = spec["scaleTargetRef"];
    const type = world.types.ofKind(target?.["apiVersion"] ?? "", target?.["kind"] ?? "");
    if (type === undefined || keyOfType(type) !== keyOfType(workload.type) || target["name"] !== workload.name) continue;
    const least = Number(spec["minReplicas"] ?? 1);
    const most = Number(spec["maxReplicas"]);
    const name = nameOf(scaler);
    if (to === 0 && least > 0) said.push(`${name} stops scaling it while it has 0 replicas`);
    else if (to < least) said.push(`${name} sets it back to at least ${least}`);
    else if (to > most) said.push(`${name} sets it back to at most ${most}`);
    else said.push(`${name} decides how many it has (${least} to ${most}) and may set another number soon`);
  }
  const labels = labelsOf(workload.body?.["spec"]?.["template"]);
  for (const budget of world.all("policy/poddisruptionbudgets", workload.namespace)) {
    const spec: Json = budget.body?.["spec"] ?? {};
    if (!selects(spec["selector"], labels)) continue;
    const need =
      spec["minAvailable"] === undefined
        ? Math.max(0, to - share(spec["maxUnavailable"] ?? 0, to, Math.ceil))
        : share(spec["minAvailable"], to, Math.ceil);
    if (to > 0 && to <= need) said.push(`${nameOf(budget)} then allows no disruption (needs ${need}): drains wait for its pods`);
    if (to < need) said.push(`${nameOf(budget)} does not stop it: budgets bind evictions only`);
  }
  return said;
}
