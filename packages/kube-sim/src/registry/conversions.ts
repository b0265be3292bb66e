import { clone } from "../object.ts";
import type { Conversion } from "./resource.ts";

const METRICS = "autoscaling.alpha.kubernetes.io/metrics";
const CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions";

/** autoscaling/v1 knows the CPU utilization only: whatever else v2 holds travels in annotations, as the server does it. */
export const horizontalPodAutoscalerV1: Conversion = {
  fromStored(stored) {
    const object = clone(stored);
    object.apiVersion = "autoscaling/v1";
    const metrics: any[] = object.spec?.metrics ?? [];
    const cpu = metrics.find(
      (one) => one.type === "Resource" && one.resource?.name === "cpu" && one.resource.target?.averageUtilization !== undefined,
    );
    if (object.spec !== undefined) {
      delete object.spec.metrics;
      delete object.spec.behavior;
      if (cpu !== undefined) object.spec.targetCPUUtilizationPercentage = cpu.resource.target.averageUtilization;
    }
    const rest = metrics.filter((one) => one !== cpu);
    const annotations = { ...object.metadata.annotations };
    if (rest.length > 0) annotations[METRICS] = JSON.stringify(rest);
    if (object.status?.conditions !== undefined) annotations[CONDITIONS] = JSON.stringify(object.status.conditions);
    if (Object.keys(annotations).length > 0) object.metadata.annotations = annotations;
    if (object.status !== undefined) {
      const current = object.status.currentMetrics?.find((one: any) => one.type === "Resource" && one.resource?.name === "cpu");
      delete object.status.conditions;
      delete object.status.currentMetrics;
      if (current?.resource.current.averageUtilization !== undefined)
        object.status.currentCPUUtilizationPercentage = current.resource.current.averageUtilization;
    }
    return object;
  },
  toStored(given) {
    const object = clone(given);
    object.apiVersion = "autoscaling/v2";
    const metrics: any[] = [];
    const annotations = { ...object.metadata?.annotations };
    if (annotations[METRICS] !== undefined) metrics.push(...JSON.parse(annotations[METRICS]));
    const conditions = annotations[CONDITIONS];
    delete annotations[METRICS];
    delete annotations[CONDITIONS];
    if (object.metadata?.annotations !== undefined) object.metadata.annotations = annotations;
    const cpu = object.spec?.targetCPUUtilizationPercentage;
    if (cpu !== undefined) {
      delete object.spec.targetCPUUtilizationPercentage;
      metrics.unshift({ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: cpu } } });
    }
    if (metrics.length > 0) object.spec.metrics = metrics;
    if (object.status !== undefined) {
      const current = object.status.currentCPUUtilizationPercentage;
      delete object.status.currentCPUUtilizationPercentage;
      if (current !== undefined) {
        object.status.currentMetrics = [{ type: "Resource", resource: { name: "cpu", current: { averageUtilization: current } } }];
      }
      if (conditions !== undefined) object.status.conditions = JSON.parse(conditions);
    }
    return object;
  },
};

/** core/v1 names of an Event and those of events.k8s.io/v1. */
const EVENT_FIELDS: readonly [stored: string, served: string][] = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["reportingComponent", "reportingController"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
];

export const eventConversion: Conversion = {
  fromStored: (stored) => rename(stored, "events.k8s.io/v1", EVENT_FIELDS),
  toStored: (given) =>
    rename(
      given,
      "v1",
      EVENT_FIELDS.map(([stored, served]) => [served, stored]),
    ),
};

function rename(object: any, apiVersion: string, fields: readonly (readonly [string, string])[]): any {
  const copy = clone(object);
  copy.apiVersion = apiVersion;
  for (const [from, to] of fields) {
    if (copy[from] === undefined) continue;
    copy[to] = copy[from];
    delete copy[from];
  }
  return copy;
}
