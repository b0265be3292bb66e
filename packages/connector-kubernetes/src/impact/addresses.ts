import type { Json } from "@interlock/kube-model";
import { keyOfType } from "./resource-types.ts";
import type { World, WorldObject } from "./world.ts";

/** Addresses outside the cluster that a Service has; an Ingress or Gateway, those that it does not share through a Service. */
export function ownAddresses(world: World, object: WorldObject): string[] {
  switch (keyOfType(object.type)) {
    case "/services":
      return balanced(object);
    case "networking.k8s.io/ingresses":
      return notShared(world, balanced(object));
    case "gateway.networking.k8s.io/gateways": {
      const given: Json[] = object.body?.["status"]?.["addresses"] ?? [];
      return notShared(world, texts(given.map((one) => one["value"])));
    }
    default:
      return [];
  }
}

function balanced(object: WorldObject): string[] {
  const given: Json[] = object.body?.["status"]?.["loadBalancer"]?.["ingress"] ?? [];
  return texts(given.map((one) => one["ip"] ?? one["hostname"]));
}

/** A controller that serves all Ingresses through one Service gives each of them that Service's address. */
function notShared(world: World, addresses: readonly string[]): string[] {
  if (addresses.length === 0) return [];
  const shared = new Set(
    [...world.all("/services")].flatMap((service) => [...balanced(service), ...texts(service.body?.["spec"]?.["clusterIPs"] ?? [])]),
  );
  return addresses.filter((address) => !shared.has(address));
}

const texts = (values: readonly Json[]): string[] => values.filter((one) => typeof one === "string");
