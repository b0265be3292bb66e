import { builtin } from "../schema/builtin.ts";
import { eventConversion, horizontalPodAutoscalerV1 } from "./conversions.ts";
import { type Conversion, FULL_VERBS, type Resource, type Subresource } from "./resource.ts";
import lines from "./resources.data.ts";

/** Names of the groups in `src/schema/data`. */
const TYPE_GROUP: Readonly<Record<string, string>> = {
  v1: "core",
  "apps/v1": "apps",
  "batch/v1": "batch",
  "autoscaling/v1": "autoscaling1",
  "autoscaling/v2": "autoscaling2",
  "policy/v1": "policy",
  "networking.k8s.io/v1": "networking",
  "rbac.authorization.k8s.io/v1": "rbac",
  "storage.k8s.io/v1": "storage",
  "admissionregistration.k8s.io/v1": "admission",
  "authentication.k8s.io/v1": "authentication",
  "authorization.k8s.io/v1": "authorization",
  "certificates.k8s.io/v1": "certificates",
  "coordination.k8s.io/v1": "coordination",
  "discovery.k8s.io/v1": "discovery",
  "events.k8s.io/v1": "events",
  "scheduling.k8s.io/v1": "scheduling",
  "node.k8s.io/v1": "node",
  "apiextensions.k8s.io/v1": "apiextensions",
  "apiregistration.k8s.io/v1": "apiregistration",
};

const CONVERSIONS: Readonly<Record<string, Conversion>> = {
  "autoscaling/v1 HorizontalPodAutoscaler": horizontalPodAutoscalerV1,
  "events.k8s.io/v1 Event": eventConversion,
};

const READ_WRITE = ["get", "patch", "update"];

/** Kinds and verbs of subresources; `status` and the like are of the resource's own kind. */
const SUBRESOURCES: Readonly<Record<string, Omit<Subresource, "name">>> = {
  scale: { kind: "Scale", group: "autoscaling", version: "v1", verbs: READ_WRITE },
  eviction: { kind: "Eviction", group: "policy", version: "v1", verbs: ["create"] },
  binding: { kind: "Binding", verbs: ["create"] },
  token: { kind: "TokenRequest", group: "authentication.k8s.io", version: "v1", verbs: ["create"] },
  log: { kind: "Pod", verbs: ["get"] },
  exec: { kind: "PodExecOptions", verbs: ["create", "get"] },
  attach: { kind: "PodAttachOptions", verbs: ["create", "get"] },
  portforward: { kind: "PodPortForwardOptions", verbs: ["create", "get"] },
};

const PROXY_KIND: Readonly<Record<string, string>> = { Pod: "PodProxyOptions", Service: "ServiceProxyOptions", Node: "NodeProxyOptions" };

function readSubresource(name: string, kind: string): Subresource {
  if (name === "proxy") return { name, kind: PROXY_KIND[kind]!, verbs: ["create", "delete", "get", "patch", "update"] };
  if (name === "finalize") return { name, kind, verbs: ["update"] };
  return { name, ...(SUBRESOURCES[name] ?? { kind, verbs: READ_WRITE }) };
}

function readLine(line: string): Resource {
  const [gv, kind, plural, scope, ...rest] = line.split(" ") as [string, string, string, string, ...string[]];
  const words = new Map(rest.map((word) => word.split("=") as [string, string]));
  const many = (name: string): string[] => words.get(name)?.split(",") ?? [];
  const [group, version] = gv.includes("/") ? (gv.split("/") as [string, string]) : ["", gv];
  const resource: Resource = {
    group,
    version,
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: many("short"),
    categories: many("cat"),
    namespaced: scope === "ns",
    verbs: words.has("verbs") ? many("verbs") : FULL_VERBS,
    subresources: many("sub").map((name) => readSubresource(name, kind)),
    type: builtin(`${TYPE_GROUP[gv]!}.${kind}`),
    storage: words.get("store") ?? (group === "" ? plural : `${group}/${plural}`),
  };
  const conversion = CONVERSIONS[`${gv} ${kind}`];
  if (conversion !== undefined) resource.conversion = conversion;
  return resource;
}

/** In the order of discovery; of two versions of one resource the preferred one comes first. */
export const BUILTIN_RESOURCES: readonly Resource[] = lines
  .split("\n")
  .filter((line) => line !== "")
  .map(readLine);
