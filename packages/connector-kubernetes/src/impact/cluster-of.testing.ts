import type { KubeObject } from "@interlock/kube-model";
import type { PlannedWrite } from "../gate/planned-write.ts";
import type { ClusterView } from "./cluster-view.ts";
import { kept } from "./kept.ts";
import { keyOfType, ResourceTypes, type ResourceType } from "./resource-types.ts";
import { World, worldObject } from "./world.ts";

const SERVED: Record<string, string> = {
  v1: "Namespace! Node! PersistentVolume! Pod Service Endpoints ConfigMap Secret ServiceAccount PersistentVolumeClaim ReplicationController Event ResourceQuota LimitRange",
  "apps/v1": "Deployment ReplicaSet StatefulSet DaemonSet ControllerRevision",
  "batch/v1": "Job CronJob",
  "autoscaling/v2": "HorizontalPodAutoscaler",
  "policy/v1": "PodDisruptionBudget",
  "networking.k8s.io/v1": "Ingress IngressClass! NetworkPolicy",
  "rbac.authorization.k8s.io/v1": "Role RoleBinding ClusterRole! ClusterRoleBinding!",
  "storage.k8s.io/v1": "StorageClass! CSIDriver! CSINode! VolumeAttachment!",
  "snapshot.storage.k8s.io/v1": "VolumeSnapshot VolumeSnapshotContent!",
  "coordination.k8s.io/v1": "Lease",
  "certificates.k8s.io/v1": "CertificateSigningRequest!",
  "scheduling.k8s.io/v1": "PriorityClass!",
  "node.k8s.io/v1": "RuntimeClass!",
  "discovery.k8s.io/v1": "EndpointSlice",
  "admissionregistration.k8s.io/v1":
    "ValidatingWebhookConfiguration! MutatingWebhookConfiguration! ValidatingAdmissionPolicy! ValidatingAdmissionPolicyBinding!",
  "apiregistration.k8s.io/v1": "APIService!",
  "apiextensions.k8s.io/v1": "CustomResourceDefinition!",
  "gateway.networking.k8s.io/v1": "Gateway GatewayClass! HTTPRoute ReferenceGrant",
  "crd.projectcalico.org/v1": "NetworkPolicy",
  "example.com/v1": "Widget",
};

const plural = (kind: string): string => {
  const lower = kind.toLowerCase();
  if (lower === "endpoints") return lower;
  return /(s|ss)$/.test(lower) ? `${lower}es` : lower.endsWith("y") && !lower.endsWith("ay") ? `${lower.slice(0, -1)}ies` : `${lower}s`;
};

/** The types of the clusters that tests make up; a `!` marks those in no namespace. */
export const TYPES = new ResourceTypes(
  Object.entries(SERVED).flatMap(([apiVersion, kinds]) =>
    kinds.split(" ").map((word): ResourceType => {
      const kind = word.replace("!", "");
      const slash = apiVersion.indexOf("/");
      const group = slash === -1 ? "" : apiVersion.slice(0, slash);
      const version = apiVersion.slice(slash + 1);
      return { group, version, resource: plural(kind), kind, namespaced: !word.endsWith("!"), verbs: ["list", "delete"] };
    }),
  ),
);

/** An object of a test. `name` is `namespace/name`, or `name` alone; its uid is its kind and name unless given. */
export function object(
  apiVersion: string,
  kind: string,
  name: string,
  rest: Record<string, unknown> = {},
  metadata: object = {},
): KubeObject {
  const [namespace, own] = name.includes("/") ? name.split("/", 2) : [undefined, name];
  const named = { name: own, ...(namespace === undefined ? {} : { namespace }), uid: `${kind}:${name}` };
  return { apiVersion, kind, metadata: { ...named, ...metadata }, ...rest };
}

export const ownedBy = (owner: KubeObject, controller = true): object => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  controller,
});

/** A ready pod. */
export function pod(name: string, labels: Record<string, string>, owner?: KubeObject, spec: object = {}): KubeObject {
  return object(
    "v1",
    "Pod",
    name,
    { spec: { containers: [], ...spec }, status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } },
    { labels, ...(owner === undefined ? {} : { ownerReferences: [ownedBy(owner)] }) },
  );
}

export const namespace = (name: string, labels: Record<string, string> = {}): KubeObject => object("v1", "Namespace", name, {}, { labels });
export const service = (name: string, selector: Record<string, string> | undefined, rest: object = {}, status?: object): KubeObject =>
  object("v1", "Service", name, { spec: { selector, ...rest }, ...(status === undefined ? {} : { status }) });

/** A world that knows everything of these objects. */
export function worldOf(objects: readonly KubeObject[]): World {
  const world = new World(TYPES);
  for (const type of TYPES.all) world.cover(keyOfType(type));
  for (const one of objects) {
    const type = typeFor(one);
    world.put(worldObject(type, one, kept(keyOfType(type), one)));
  }
  return world;
}

function typeFor(one: KubeObject): ResourceType {
  const type = TYPES.ofKind(one.apiVersion!, one.kind!);
  if (type === undefined) throw new Error(`no type for ${one.apiVersion} ${one.kind}`);
  return type;
}

/** A cluster of these objects, and what was asked of it. `failing`: types whose lists fail. */
export function viewOf(objects: readonly KubeObject[], failing: readonly string[] = []): ClusterView & { asked: string[] } {
  const asked: string[] = [];
  const list = (type: ResourceType, within: string | undefined, whole: boolean): ReturnType<ClusterView["names"]> => {
    asked.push(`${whole ? "bodies" : "names"} ${keyOfType(type)} ${within ?? "*"}`);
    if (failing.includes(keyOfType(type))) return Promise.resolve({ objects: [], failure: `${type.resource} could not be listed` });
    const found = objects.filter((one) => typeFor(one) === type && (within === undefined || one.metadata.namespace === within));
    return Promise.resolve({ objects: found.map((one) => worldObject(type, one, whole ? kept(keyOfType(type), one) : undefined)) });
  };
  return {
    asked,
    types: () => Promise.resolve(TYPES),
    names: (type, within) => list(type, within, false),
    bodies: (type, within) => list(type, within, true),
    async *wholes(type, within) {
      for (const one of objects) if (typeFor(one) === type && (within === undefined || one.metadata.namespace === within)) yield one;
    },
    read: (type, within, name) =>
      Promise.resolve(objects.find((one) => typeFor(one) === type && one.metadata.namespace === within && one.metadata.name === name)),
  };
}

/** A planned write as the gate would hand it over. */
export function write(
  index: number,
  method: string,
  before: KubeObject | undefined,
  after: KubeObject | undefined,
  more: { options?: object; subresource?: string; effect?: PlannedWrite["effect"] } = {},
): PlannedWrite {
  const of = (after ?? before)!;
  const { group, version, resource, kind } = typeFor(of);
  const { name, namespace: within } = of.metadata as { name: string; namespace?: string };
  const path = `/${group === "" ? "api" : `apis/${group}`}/${version}/${within === undefined ? "" : `namespaces/${within}/`}${resource}/${name}`;
  const effect =
    more.effect ?? (method === "DELETE" || more.subresource === "eviction" ? "delete" : method === "POST" ? "append" : "modify");
  return {
    index,
    method,
    path,
    query: "",
    resource: {
      group,
      version,
      resource,
      kind,
      name,
      ...(within === undefined ? {} : { namespace: within }),
      ...(more.subresource === undefined ? {} : { subresource: more.subresource }),
    },
    effect,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    shown: "server",
    warnings: [],
    stored: { sensitive: true, method, url: path, headers: {}, body: Buffer.from(JSON.stringify(more.options ?? {})) },
    bindings: [],
  };
}
