import { type Json, ofMap } from "@interlock/kube-model";
import type { World, WorldObject } from "./world.ts";

export const isReady = (pod: WorldObject): boolean =>
  !pod.terminating &&
  ((pod.body?.["status"]?.["conditions"] as Json[] | undefined) ?? []).some((one) => one.type === "Ready" && one.status === "True");

/** Whether it will never run again. */
export const isFinished = (pod: WorldObject): boolean => /^(Succeeded|Failed)$/.test(String(pod.body?.["status"]?.["phase"]));

export interface Endpoints {
  /** Pods it selects that are not finished; of a Service without a selector, endpoints that somebody entered. */
  selected: number;
  ready: number;
}

/** Where a Service's traffic goes. Undefined for one that is only another name (ExternalName), and where its pods are not known. */
export function endpointsOf(world: World, service: WorldObject): Endpoints | undefined {
  const spec: Json = service.body?.["spec"] ?? {};
  if (spec["type"] === "ExternalName") return undefined;
  const selector = ofMap(spec["selector"]);
  if (selector === undefined)
    return world.covers("discovery.k8s.io/endpointslices", service.namespace) ? entered(world, service) : undefined;
  if (!world.covers("/pods", service.namespace)) return undefined;
  const pods = world.pods(service.namespace ?? "", selector).filter((pod) => !isFinished(pod));
  const ready = spec["publishNotReadyAddresses"] === true ? pods.length : pods.filter(isReady).length;
  return { selected: pods.length, ready };
}

function entered(world: World, service: WorldObject): Endpoints {
  let selected = 0;
  let ready = 0;
  for (const slice of world.all("discovery.k8s.io/endpointslices", service.namespace)) {
    if (slice.body?.metadata?.labels?.["kubernetes.io/service-name"] !== service.name) continue;
    for (const endpoint of (slice.body["endpoints"] as Json[] | undefined) ?? []) {
      selected++;
      if (endpoint?.["conditions"]?.["ready"] !== false) ready++;
    }
  }
  return { selected, ready };
}

/** Why nothing answers behind a Service that something else names; undefined when something does. */
export function whyUnanswered(world: World, namespace: string, name: string): string | undefined {
  const service = world.find("/services", namespace, name);
  if (service === undefined) return world.lacks("/services", namespace, name) ? `Service ${namespace}/${name} does not exist` : undefined;
  const endpoints = endpointsOf(world, service);
  return endpoints === undefined || endpoints.ready > 0 ? undefined : `Service ${namespace}/${name} has no ready endpoints`;
}
