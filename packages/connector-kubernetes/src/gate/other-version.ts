import { cloneJson, isRecord, type Json, type KubeObject } from "@interlock/kube-model";
import { notShown, type PlanView } from "./foreseen.ts";
import type { PlannedObject } from "./overlay.ts";
import type { Answer } from "./status.ts";

type Planned = PlannedObject & { object: KubeObject };
export type InVersion = { ok: true; planned: Planned } | { ok: false; answer: Answer };

/**
 * A planned object in another version of its API. The server converts only what it stores, so this is done here where versions differ in
 * their name alone, and for the one built-in kind where they do not; anything else is said to be impossible.
 */
export async function inVersion(view: PlanView, planned: Planned, version: string): Promise<InVersion> {
  if (planned.version === version) return { ok: true, planned };
  const { group, resource } = planned;
  const apiVersion = `${group}/${version}`;
  const object =
    group === "autoscaling" && resource === "horizontalpodautoscalers"
      ? autoscalerIn(planned.object, planned.version, version)
      : (await view.facts.differsByName(group, resource))
        ? cloneJson(planned.object)
        : undefined;
  if (object !== undefined) return { ok: true, planned: { ...planned, version, object: { ...object, apiVersion } } };
  const message = `the plan has changed this ${resource} in version ${planned.version}, and cannot show it in ${version}; use one version`;
  return { ok: false, answer: notShown(view, message) };
}

/** autoscaling/v1 has one target for the processor; v2 has a list of metrics, of which it is one form. */
function autoscalerIn(object: KubeObject, from: string, to: string): KubeObject | undefined {
  const next = cloneJson(object) as KubeObject;
  const spec: Json = next["spec"] ?? {};
  if (from === "v1" && to === "v2") {
    const { targetCPUUtilizationPercentage: target, ...rest } = spec;
    next["spec"] = target === undefined ? rest : { ...rest, metrics: [processor({ type: "Utilization", averageUtilization: target })] };
    const { currentCPUUtilizationPercentage: current, ...status } = (next["status"] ?? {}) as Record<string, Json>;
    next["status"] = { ...status, currentMetrics: current === undefined ? null : [processorNow(current)] };
    return next;
  }
  if (from === "v2" && to === "v1") {
    const { metrics, behavior, ...rest } = spec;
    const only: Json = Array.isArray(metrics) && metrics.length === 1 ? metrics[0] : undefined;
    const target: Json = only?.["resource"]?.["target"]?.["averageUtilization"];
    const plain = metrics === undefined || (only?.["resource"]?.["name"] === "cpu" && target !== undefined);
    if (behavior !== undefined || !plain) return undefined;
    next["spec"] = target === undefined ? rest : { ...rest, targetCPUUtilizationPercentage: target };
    if (isRecord(next["status"])) {
      const { currentMetrics: _current, conditions: _conditions, ...status } = next["status"];
      next["status"] = status;
    }
    return next;
  }
  return undefined;
}

const processor = (target: object): object => ({ type: "Resource", resource: { name: "cpu", target } });
const processorNow = (current: Json): object => ({ type: "Resource", resource: { name: "cpu", current: { averageUtilization: current } } });
