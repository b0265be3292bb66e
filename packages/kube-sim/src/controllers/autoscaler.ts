import type { Fields, KubeObject } from "../object.ts";
import { type Controller, type Hands, withCondition } from "./controller.ts";

/** No metrics are measured here: what pods are said to use, in percent of what they request, unless an annotation says otherwise. */
const USUAL_UTILIZATION = 35;
const UTILIZATION = "kube-sim/cpu-utilization";

/** Keeps the targets of HorizontalPodAutoscalers between their bounds and fills in their status. */
export const autoscalers: Controller = {
  name: "horizontal-pod-autoscaler",
  watches: ["autoscaling/horizontalpodautoscalers", "apps/deployments", "apps/replicasets", "apps/statefulsets", "replicationcontrollers"],
  reconcile(hands, namespace) {
    for (const scaler of namespace === "" ? [] : hands.list("autoscaling/horizontalpodautoscalers", namespace)) reconcileOne(hands, scaler);
  },
};

function reconcileOne(hands: Hands, scaler: KubeObject): void {
  const now = hands.cluster.now();
  const { scaleTargetRef: reference, minReplicas = 1, maxReplicas } = scaler["spec"];
  const resource = hands.cluster.registry.byKind(reference.apiVersion ?? "v1", reference.kind);
  const scalable = resource?.subresources.some((one) => one.name === "scale") === true;
  const target = resource === undefined || !scalable ? undefined : hands.get(resource.storage, scaler.metadata.namespace, reference.name);
  let conditions: Fields[] = scaler["status"]?.conditions ?? [];
  if (target === undefined || resource === undefined) {
    const message = `the HPA controller was unable to get the target's current scale: ${resource === undefined ? `no matches for kind "${reference.kind}"` : `${resource.plural}${resource.group === "" ? "" : `.${resource.group}`} "${reference.name}" not found`}`;
    conditions = withCondition(conditions, now, { type: "AbleToScale", status: "False", reason: "FailedGetScale", message });
    hands.setStatus("autoscaling/horizontalpodautoscalers", scaler, {
      ...scaler["status"],
      currentMetrics: null,
      desiredReplicas: 0,
      conditions,
    });
    return;
  }
  const wanted: number = target["spec"].replicas ?? 1;
  const desired = wanted === 0 ? 0 : Math.min(maxReplicas, Math.max(minReplicas, wanted));
  const utilization = Number(scaler.metadata.annotations?.[UTILIZATION] ?? USUAL_UTILIZATION);
  conditions = withCondition(conditions, now, {
    type: "AbleToScale",
    status: "True",
    reason: "ReadyForNewScale",
    message: "recommended size matches current size",
  });
  conditions = withCondition(
    conditions,
    now,
    wanted === 0
      ? {
          type: "ScalingActive",
          status: "False",
          reason: "ScalingDisabled",
          message: "scaling is disabled since the replica count of the target is zero",
        }
      : {
          type: "ScalingActive",
          status: "True",
          reason: "ValidMetricFound",
          message: "the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)",
        },
  );
  conditions = withCondition(
    conditions,
    now,
    desired === wanted
      ? {
          type: "ScalingLimited",
          status: "False",
          reason: "DesiredWithinRange",
          message: "the desired count is within the acceptable range",
        }
      : {
          type: "ScalingLimited",
          status: "True",
          reason: desired > wanted ? "TooFewReplicas" : "TooManyReplicas",
          message: `the desired replica count is ${desired > wanted ? "less than the minimum" : "more than the maximum"} replica count`,
        },
  );
  if (desired !== wanted) {
    hands.put(resource.storage, { ...target, spec: { ...target["spec"], replicas: desired } });
    hands.record(
      scaler,
      "Normal",
      "SuccessfulRescale",
      `New size: ${desired}; reason: Current number of replicas ${desired > wanted ? "below Spec.MinReplicas" : "above Spec.MaxReplicas"}`,
    );
  }
  const metrics = (scaler["spec"].metrics ?? [])
    .filter((one: Fields) => one["type"] === "Resource")
    .map((one: Fields) => ({
      type: "Resource",
      resource: { name: one["resource"].name, current: { averageUtilization: utilization, averageValue: `${utilization}m` } },
    }));
  hands.setStatus("autoscaling/horizontalpodautoscalers", scaler, {
    currentReplicas: target["status"]?.replicas ?? 0,
    desiredReplicas: desired,
    currentMetrics: metrics.length > 0 ? metrics : null,
    conditions,
    ...(scaler["status"]?.lastScaleTime === undefined && desired === wanted
      ? {}
      : { lastScaleTime: desired === wanted ? scaler["status"].lastScaleTime : now }),
  });
}
