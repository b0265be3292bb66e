import { type ApiError, badRequest, internalError } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import type { Fields, KubeObject } from "../object.ts";
import { selects } from "../store/label-selector.ts";
import type { Operation } from "./admit.ts";

/** A write as webhooks are asked about it. */
export interface AdmissionQuestion {
  operation: Operation;
  group: string;
  version: string;
  /** `pods`, or `pods/eviction` of a subresource. */
  resource: string;
  apiVersion: string;
  namespaced: boolean;
  object: KubeObject;
}

const CONFIGURATIONS = [
  "admissionregistration.k8s.io/mutatingwebhookconfigurations",
  "admissionregistration.k8s.io/validatingwebhookconfigurations",
];

/**
 * Asks every webhook that wants to know. There are no processes behind the simulated pods: a webhook whose Service has ready endpoints agrees,
 * any other cannot be called, which its failure policy judges. Conditions in CEL count as met.
 */
export function callWebhooks(cluster: Cluster, question: AdmissionQuestion, dryRun: boolean): void {
  // Otherwise a broken configuration could keep itself from being removed.
  if (question.group === "admissionregistration.k8s.io") return;
  for (const storage of CONFIGURATIONS) {
    for (const configuration of cluster.store.list(storage)) {
      for (const hook of configuration["webhooks"] ?? []) {
        if (!concerns(cluster, hook, question)) continue;
        if (dryRun && hook.sideEffects !== "None" && hook.sideEffects !== "NoneOnDryRun") {
          throw badRequest(`admission webhook ${JSON.stringify(hook.name)} does not support dry run`);
        }
        const failure = unreachable(cluster, hook);
        if (failure !== undefined && hook.failurePolicy !== "Ignore") throw refusal(hook.name, failure);
      }
    }
  }
}

const refusal = (name: string, failure: string): ApiError =>
  internalError(`failed calling webhook ${JSON.stringify(name)}: failed to call webhook: ${failure}`);

function concerns(cluster: Cluster, hook: Fields, question: AdmissionQuestion): boolean {
  const { object } = question;
  const applies = (hook["rules"] ?? []).some(
    (rule: Fields) =>
      includes(rule["operations"], question.operation) &&
      includes(rule["apiGroups"], question.group) &&
      includes(rule["apiVersions"], question.version) &&
      coversResource(rule["resources"] ?? [], question.resource) &&
      (rule["scope"] === "*" || rule["scope"] === undefined || (rule["scope"] === "Namespaced") === question.namespaced),
  );
  if (!applies || !selects(hook["objectSelector"] ?? {}, object.metadata.labels)) return false;
  const selector = hook["namespaceSelector"] ?? {};
  const name = object.kind === "Namespace" ? object.metadata.name : object.metadata.namespace;
  if (name === undefined) return true;
  const labels = object.kind === "Namespace" ? object.metadata.labels : cluster.store.get("namespaces", undefined, name)?.metadata.labels;
  return selects(selector, labels);
}

const includes = (list: string[] | undefined, value: string): boolean => list !== undefined && (list.includes("*") || list.includes(value));

export function coversResource(list: readonly string[], resource: string): boolean {
  const [name, subresource] = resource.split("/") as [string, string | undefined];
  return list.some(
    (one) =>
      one === "*/*" ||
      one === resource ||
      (one === "*" && subresource === undefined) ||
      one === `${name}/*` ||
      (subresource !== undefined && one === `*/${subresource}`),
  );
}

/** Why the server could not call a webhook; `undefined` where it could. */
function unreachable(cluster: Cluster, hook: Fields): string | undefined {
  const timeout = `?timeout=${hook["timeoutSeconds"] ?? 10}s`;
  const { service, url } = hook["clientConfig"] as Fields;
  if (service === undefined) return `Post "${url}${timeout}": dial tcp: connect: connection refused`;
  const post = `Post "https://${service.name}.${service.namespace}.svc:${service.port ?? 443}${service.path ?? "/"}${timeout}"`;
  const found = cluster.store.get("services", service.namespace, service.name);
  if (found === undefined) return `${post}: service ${JSON.stringify(service.name)} not found`;
  if (!(found["spec"].ports ?? []).some((port: Fields) => port["port"] === (service.port ?? 443))) {
    return `${post}: no service port ${service.port ?? 443} found for service ${JSON.stringify(service.name)}`;
  }
  return hasReadyEndpoints(cluster, service.namespace, service.name)
    ? undefined
    : `${post}: no endpoints available for service ${JSON.stringify(service.name)}`;
}

export const hasReadyEndpoints = (cluster: Cluster, namespace: string, name: string): boolean =>
  (cluster.store.get("endpoints", namespace, name)?.["subsets"] ?? []).some((subset: Fields) => (subset["addresses"] ?? []).length > 0);
