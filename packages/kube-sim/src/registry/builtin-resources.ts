import { BUILTIN_KINDS, type BuiltinKind } from "@interlock/kube-model/schema";
import { eventConversion, horizontalPodAutoscalerV1 } from "./conversions.ts";
import { type Conversion, FULL_VERBS, groupVersion, type Resource, type Subresource } from "./resource.ts";

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

function resourceOf({ group, version, kind, plural, namespaced, type, words }: BuiltinKind): Resource {
  const many = (name: string): string[] => words.get(name)?.split(",") ?? [];
  const resource: Resource = {
    group,
    version,
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: many("short"),
    categories: many("cat"),
    namespaced,
    verbs: words.has("verbs") ? many("verbs") : FULL_VERBS,
    subresources: many("sub").map((name) => readSubresource(name, kind)),
    type,
    storage: words.get("store") ?? (group === "" ? plural : `${group}/${plural}`),
  };
  const conversion = CONVERSIONS[`${groupVersion(resource)} ${kind}`];
  if (conversion !== undefined) resource.conversion = conversion;
  return resource;
}

/** In the order of discovery; of two versions of one resource the preferred one comes first. */
export const BUILTIN_RESOURCES: readonly Resource[] = BUILTIN_KINDS.map(resourceOf);
