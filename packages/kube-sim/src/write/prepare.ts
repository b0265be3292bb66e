import { type FieldProblem, invalid, invalidValue } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import type { Fields, KubeObject } from "../object.ts";
import { same } from "../object.ts";
import type { Resource } from "../registry/resource.ts";
import { allocateAddress, allocateNodePort } from "./service-addresses.ts";

/** Kinds the server counts no generations of, by storage. */
const NO_GENERATION = new Set([
  "bindings",
  "componentstatuses",
  "configmaps",
  "endpoints",
  "events",
  "limitranges",
  "namespaces",
  "nodes",
  "persistentvolumeclaims",
  "persistentvolumes",
  "pods",
  "podtemplates",
  "resourcequotas",
  "secrets",
  "serviceaccounts",
  "services",
  "apps/controllerrevisions",
  "autoscaling/horizontalpodautoscalers",
  "certificates.k8s.io/certificatesigningrequests",
  "coordination.k8s.io/leases",
  "rbac.authorization.k8s.io/roles",
  "rbac.authorization.k8s.io/rolebindings",
  "rbac.authorization.k8s.io/clusterroles",
  "rbac.authorization.k8s.io/clusterrolebindings",
  "storage.k8s.io/storageclasses",
  "storage.k8s.io/csinodes",
  "storage.k8s.io/volumeattachments",
  "node.k8s.io/runtimeclasses",
]);

export const countsGenerations = (resource: Resource): boolean => !NO_GENERATION.has(resource.storage);

/** The status a new object has, whatever the client sent, by storage. */
const FIRST_STATUS: Readonly<Record<string, (object: KubeObject) => Fields>> = {
  pods: (pod) => ({ phase: "Pending", qosClass: qualityOfService(pod) }),
  services: () => ({ loadBalancer: {} }),
  namespaces: () => ({ phase: "Active" }),
  persistentvolumeclaims: () => ({ phase: "Pending" }),
  persistentvolumes: () => ({ phase: "Pending" }),
  "networking.k8s.io/ingresses": () => ({ loadBalancer: {} }),
  "autoscaling/horizontalpodautoscalers": () => ({ currentMetrics: null, desiredReplicas: 0 }),
  "apps/statefulsets": () => ({ replicas: 0, availableReplicas: 0 }),
  "apps/replicasets": () => ({ replicas: 0 }),
  "apps/daemonsets": () => ({ currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 }),
};

export const hasStatus = (resource: Resource): boolean => resource.subresources.some((one) => one.name === "status");

/** What the strategies of the kinds set in a new object before it is validated. Changes `object`. */
export function prepareNew(cluster: Cluster, resource: Resource, object: KubeObject, keepStatus: boolean): void {
  if (countsGenerations(resource)) object.metadata.generation = 1;
  if (!keepStatus && hasStatus(resource)) {
    const first = FIRST_STATUS[resource.storage];
    if (first !== undefined) object["status"] = first(object);
    else if (resource.custom !== undefined) delete object["status"];
    else if (resource.type.fields.has("status")) object["status"] = {};
  }
  // Only a new one: whoever finalizes a namespace takes it away.
  if (resource.storage === "namespaces") object["spec"] = { finalizers: ["kubernetes"] };
  if (resource.storage === "batch/jobs") selectOwnPods(object);
  if (resource.storage === "services") allocate(cluster, resource, object, undefined);
  if (resource.storage === "certificates.k8s.io/certificatesigningrequests")
    object["spec"].usages ??= ["digital signature", "key encipherment"];
}

/** The same for a change. */
export function prepareChanged(cluster: Cluster, resource: Resource, before: KubeObject, after: KubeObject): void {
  if (resource.storage === "services") {
    const spec = after["spec"];
    // An update that leaves the addresses out keeps them.
    for (const field of ["clusterIP", "clusterIPs"]) if (spec.type !== "ExternalName") spec[field] ??= before["spec"][field];
    if (spec.type === "ExternalName")
      for (const field of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"]) delete spec[field];
    allocate(cluster, resource, after, before);
  }
  if (resource.storage === "batch/jobs") after["spec"].selector ??= before["spec"].selector;
}

function allocate(cluster: Cluster, resource: Resource, service: KubeObject, before: KubeObject | undefined): void {
  const problems: FieldProblem[] = [];
  const spec = service["spec"];
  if (spec.type !== "ExternalName") {
    if (spec.clusterIP === undefined || spec.clusterIP === "") spec.clusterIP = allocateAddress(cluster);
    else if (spec.clusterIP !== "None" && spec.clusterIP !== before?.["spec"].clusterIP) {
      if (!/^10\.\d+\.\d+\.\d+$/.test(spec.clusterIP)) {
        problems.push(
          invalidValue(
            "spec.clusterIPs",
            [spec.clusterIP],
            `failed to allocate IP ${spec.clusterIP}: the provided IP is not in the valid range`,
          ),
        );
      } else if (cluster.store.list("services").some((one) => one["spec"].clusterIP === spec.clusterIP)) {
        problems.push(
          invalidValue("spec.clusterIPs", [spec.clusterIP], `failed to allocate IP ${spec.clusterIP}: provided IP is already allocated`),
        );
      }
    }
    spec.clusterIPs ??= [spec.clusterIP];
  }
  const exposed = spec.type === "NodePort" || (spec.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== false);
  for (const port of spec.ports ?? []) {
    const same = before?.["spec"].ports?.find((one: Fields) => one["port"] === port.port && one["protocol"] === port.protocol);
    if (exposed) port.nodePort ??= same?.nodePort ?? allocateNodePort(cluster, spec.ports);
    else delete port.nodePort;
  }
  if (problems.length > 0) throw invalid(resource, service.metadata.name, problems);
}

/** A Job selects its pods by its own uid, which only the server knows. */
function selectOwnPods(job: KubeObject): void {
  const spec = job["spec"];
  if (spec.manualSelector === true || spec.template === undefined) return;
  const { uid, name } = job.metadata;
  spec.selector = { matchLabels: { "batch.kubernetes.io/controller-uid": uid } };
  const metadata = (spec.template.metadata ??= {});
  metadata.labels = {
    ...metadata.labels,
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
}

/** Guaranteed, Burstable or BestEffort: by how requests and limits of CPU and memory are set. */
export function qualityOfService(pod: KubeObject): string {
  const containers: Fields[] = [...(pod["spec"]?.initContainers ?? []), ...(pod["spec"]?.containers ?? [])];
  const resources = containers.map((one) => one["resources"] ?? {});
  if (resources.every((one) => Object.keys(one.requests ?? {}).length + Object.keys(one.limits ?? {}).length === 0)) return "BestEffort";
  const guaranteed = resources.every(
    (one) => one.limits?.cpu !== undefined && one.limits?.memory !== undefined && same(one.limits, one.requests ?? one.limits),
  );
  return guaranteed ? "Guaranteed" : "Burstable";
}
