import type { Json } from "@interlock/kube-model";
import { whyUnanswered } from "../endpoints.ts";
import { nameOf, type World, type WorldObject } from "../world.ts";
import type { Finding, Rule } from "./rule.ts";

const GATEWAY = "gateway.networking.k8s.io";
const INGRESSES = "networking.k8s.io/ingresses";
const ROUTES = ["httproutes", "grpcroutes", "tlsroutes", "tcproutes", "udproutes"].map((resource) => `${GATEWAY}/${resource}`);
const GATEWAYS = `${GATEWAY}/gateways`;
const GRANTS = `${GATEWAY}/referencegrants`;
const CLASSES = ["networking.k8s.io/ingressclasses", `${GATEWAY}/gatewayclasses`];

/** Ways in from outside whose backend does not answer, and what such a way needs. */
export const routes: Rule = {
  name: "routes",
  gone: ["/services", "/pods", "/secrets", GATEWAYS, GRANTS, ...CLASSES],
  made: ["/services", "/pods", INGRESSES, ...ROUTES, GATEWAYS, GRANTS],
  reads: [INGRESSES, ...ROUTES, GATEWAYS, GRANTS, ...CLASSES, "/services", "/pods", "discovery.k8s.io/endpointslices"],
  per: "cluster",
  standing: true,
  find: (world) => [
    ...[...world.all(INGRESSES)].flatMap((ingress) => ofIngress(world, ingress)),
    ...ROUTES.flatMap((key) => [...world.all(key)].flatMap((route) => ofRoute(world, route))),
    ...[...world.all(GATEWAYS)].flatMap((gateway) => ofGateway(world, gateway)),
  ],
};

function finding(of: WorldObject, key: string, appears: string): Finding {
  return {
    key: `${nameOf(of)} ${key}`,
    object: nameOf(of),
    appears,
    ...(of.namespace === undefined ? {} : { scope: `namespace ${of.namespace}` }),
  };
}

function backend(world: World, of: WorldObject, namespace: string, reference: Json, at: string, answer: string): Finding[] {
  const name: Json = reference?.["name"];
  if (typeof name !== "string") return [];
  const port: Json = reference["port"]?.["number"] ?? reference["port"]?.["name"] ?? reference["port"];
  const why = whyUnanswered(world, namespace, name) ?? missingPort(world, namespace, name, port);
  return why === undefined ? [] : [finding(of, `${at} ${namespace}/${name}`, `${at} ${answer}: ${why}`)];
}

function missingPort(world: World, namespace: string, name: string, port: Json): string | undefined {
  const ports: Json = world.find("/services", namespace, name)?.body?.["spec"]?.["ports"];
  if (port === undefined || port === null || !Array.isArray(ports)) return undefined;
  const has = ports.some((one) => one["port"] === port || one["name"] === port);
  return has ? undefined : `Service ${namespace}/${name} has no port ${String(port)}`;
}

function ofIngress(world: World, ingress: WorldObject): Finding[] {
  const spec: Json = ingress.body?.["spec"] ?? {};
  const namespace = ingress.namespace!;
  const findings: Finding[] = [];
  const fallback = spec["defaultBackend"]?.["service"];
  findings.push(...backend(world, ingress, namespace, fallback, "its default backend", "answers 503"));
  for (const rule of (spec["rules"] ?? []) as Json[]) {
    for (const path of (rule["http"]?.["paths"] ?? []) as Json[]) {
      const at = `${rule["host"] ?? "*"}${path["path"] ?? "/"}`;
      findings.push(...backend(world, ingress, namespace, path["backend"]?.["service"], at, "answers 503"));
    }
  }
  for (const tls of (spec["tls"] ?? []) as Json[]) findings.push(...certificate(world, ingress, namespace, tls["secretName"]));
  const name: Json = spec["ingressClassName"];
  if (typeof name === "string" && world.lacks(CLASSES[0]!, undefined, name)) {
    findings.push(finding(ingress, `class ${name}`, `no controller serves it: IngressClass ${name} does not exist`));
  }
  return findings;
}

function certificate(world: World, of: WorldObject, namespace: string, name: Json): Finding[] {
  if (typeof name !== "string" || !world.lacks("/secrets", namespace, name)) return [];
  return [finding(of, `secret ${namespace}/${name}`, `it has no certificate: Secret ${namespace}/${name} does not exist`)];
}

function ofRoute(world: World, route: WorldObject): Finding[] {
  const spec: Json = route.body?.["spec"] ?? {};
  const web = route.type.kind === "HTTPRoute" || route.type.kind === "GRPCRoute";
  const hosts = Array.isArray(spec["hostnames"]) && spec["hostnames"].length > 0 ? spec["hostnames"].join(", ") : "every host";
  const findings: Finding[] = [];
  for (const rule of (spec["rules"] ?? []) as Json[]) {
    for (const reference of (rule["backendRefs"] ?? []) as Json[]) {
      if ((reference["group"] ?? "") !== "" || (reference["kind"] ?? "Service") !== "Service") continue;
      const namespace: string = reference["namespace"] ?? route.namespace;
      const at = `the route of ${hosts} to ${namespace}/${reference["name"]}${reference["port"] === undefined ? "" : `:${reference["port"]}`}`;
      // Gateways differ: one answers 503 for a backend that does not exist, another 500 as the Gateway API has it.
      const answer = web
        ? world.lacks("/services", namespace, reference["name"])
          ? "answers 503 (or 500)"
          : "answers 503"
        : "leads nowhere";
      const unanswered = backend(world, route, namespace, reference, at, answer);
      findings.push(...unanswered);
      if (unanswered.length === 0 && namespace !== route.namespace && !granted(world, route, namespace, reference["name"])) {
        findings.push(
          finding(route, `${at} ${namespace}/${reference["name"]}`, `${at} answers 500: no ReferenceGrant in ${namespace} permits it`),
        );
      }
    }
  }
  for (const parent of (spec["parentRefs"] ?? []) as Json[]) {
    if ((parent["kind"] ?? "Gateway") !== "Gateway") continue;
    const namespace: string = parent["namespace"] ?? route.namespace;
    if (!world.lacks(GATEWAYS, namespace, parent["name"])) continue;
    findings.push(
      finding(route, `gateway ${namespace}/${parent["name"]}`, `nothing reaches it: Gateway ${namespace}/${parent["name"]} does not exist`),
    );
  }
  return findings;
}

function granted(world: World, route: WorldObject, namespace: string, service: string): boolean {
  if (!world.covers(GRANTS, namespace)) return true;
  for (const grant of world.all(GRANTS, namespace)) {
    const spec: Json = grant.body?.["spec"] ?? {};
    const from = ((spec["from"] ?? []) as Json[]).some((one) => one["kind"] === route.type.kind && one["namespace"] === route.namespace);
    const to = ((spec["to"] ?? []) as Json[]).some((one) => one["kind"] === "Service" && [undefined, "", service].includes(one["name"]));
    if (from && to) return true;
  }
  return false;
}

function ofGateway(world: World, gateway: WorldObject): Finding[] {
  const spec: Json = gateway.body?.["spec"] ?? {};
  const findings: Finding[] = [];
  for (const listener of (spec["listeners"] ?? []) as Json[]) {
    for (const reference of (listener["tls"]?.["certificateRefs"] ?? []) as Json[]) {
      if ((reference["kind"] ?? "Secret") !== "Secret") continue;
      findings.push(...certificate(world, gateway, reference["namespace"] ?? gateway.namespace, reference["name"]));
    }
  }
  const name: Json = spec["gatewayClassName"];
  if (typeof name === "string" && world.lacks(CLASSES[1]!, undefined, name)) {
    findings.push(finding(gateway, `class ${name}`, `no controller serves it: GatewayClass ${name} does not exist`));
  }
  return findings;
}
