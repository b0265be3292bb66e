import type { ReadKind } from "@interlock/connector";
import type { Json, KubeObject } from "@interlock/kube-model";
import type { Cluster } from "../cluster/cluster.ts";
import { openClusterView } from "../impact/cluster-view.ts";
import type { ResourceType } from "../impact/resource-types.ts";
import { listKind } from "./list-kind.ts";

/** Who may do what: nothing else is read. */
const RBAC = ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"];
const VERSION = "rbac.authorization.k8s.io/v1";
export const ROLE_KINDS: readonly ReadKind[] = RBAC.map((kind) => ({ apiVersion: VERSION, kind }));

/**
 * Roles and bindings of a cluster with the names of its namespaces, and in words what of roles and bindings could not be read. There is no
 * namespace among them where these may not be listed.
 */
export async function readRoles(cluster: Cluster, signal: AbortSignal): Promise<{ objects: KubeObject[]; unread: string[] }> {
  const types = await openClusterView(cluster, { signal }).types();
  const namespaces = readNamespaces(cluster, types.ofKind("v1", "Namespace"), signal);
  const read = await Promise.all(
    RBAC.map(async (kind) => {
      const objects: KubeObject[] = [];
      const type = types.ofKind(VERSION, kind);
      if (type === undefined) return { objects, why: `the cluster serves no ${kind}` };
      const why = await listKind(cluster, type, (object) => void objects.push(rightsOf(object)), signal);
      return { objects, why };
    }),
  );
  return { objects: [...read.flatMap(({ objects }) => objects), ...(await namespaces)], unread: read.flatMap(({ why }) => why ?? []) };
}

/** Without those that are ending: nothing can be made in them any more. All of them or none, so that what is not among them is not there. */
async function readNamespaces(cluster: Cluster, type: ResourceType | undefined, signal: AbortSignal): Promise<KubeObject[]> {
  if (type === undefined) return [];
  const found: KubeObject[] = [];
  const keep = ({ apiVersion, kind, metadata }: KubeObject): void => {
    if (metadata?.deletionTimestamp === undefined) found.push({ apiVersion, kind, metadata: { name: metadata?.name } } as KubeObject);
  };
  return (await listKind(cluster, type, keep, signal)) === undefined ? found : [];
}

/** What says who may do what, without what the server and tools keep beside it. */
function rightsOf(object: KubeObject): KubeObject {
  const { name, namespace, labels }: Record<string, Json> = object.metadata ?? {};
  const kept = ["rules", "aggregationRule", "roleRef", "subjects"].filter((field) => object[field] !== undefined);
  return {
    apiVersion: object.apiVersion!,
    kind: object.kind!,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...(labels === undefined ? {} : { labels }) },
    ...Object.fromEntries(kept.map((field) => [field, object[field]])),
  };
}
