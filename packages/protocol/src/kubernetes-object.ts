import type { Effect } from "./impact.ts";

/** A Kubernetes object as an impact names it. */
export interface KubernetesObject {
  /** `v1`, `apps/v1` */
  apiVersion: string;
  kind: string;
  /** Absent of what belongs to the whole cluster. */
  namespace?: string;
  name: string;
}

const FORM = /^([a-z0-9.-]+(?:\/[a-z0-9]+)?) ([A-Za-z0-9]+) (?:([^\s/]+)\/)?(\S+)$/;

/** Reads `<group/version> <Kind> <namespace>/<name>`, e.g. `v1 Pod payments/web-1`. Undefined for anything else, such as a table's name. */
export function kubernetesObject(text: string): KubernetesObject | undefined {
  const [, apiVersion, kind, namespace, name] = FORM.exec(text) ?? [];
  if (apiVersion === undefined || kind === undefined || name === undefined) return undefined;
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}

/** What is done to an object, in the words of Kubernetes' own admission. */
export type ClusterOperation = "create" | "update" | "delete" | "connect";

/** What the request of a statement does to the object it names. What takes an object away is a delete however it is asked for, an eviction, too. */
export function clusterOperation(
  request: { method: string; subresource?: string | undefined },
  effect: Effect,
  existed: boolean,
): ClusterOperation {
  if (request.method === "DELETE" || effect === "delete") return "delete";
  if (request.method !== "POST") return existed ? "update" : "create";
  return request.subresource === undefined ? "create" : "connect";
}
