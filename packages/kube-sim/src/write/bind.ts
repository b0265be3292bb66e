import { badRequest, conflict, notFound } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import type { Fields } from "../object.ts";
import type { Resource } from "../registry/resource.ts";

/** Puts a pod on a node, once. */
export function bind(cluster: Cluster, pods: Resource, namespace: string, name: string, binding: Fields, dryRun: boolean): void {
  const pod = cluster.store.get("pods", namespace, name);
  if (pod === undefined) throw notFound(pods, name);
  const node: string | undefined = binding["target"]?.name;
  if (node === undefined || node === "") throw badRequest("target.name: Required value");
  if (pod["spec"].nodeName !== undefined)
    throw conflict(pods, name, `pod ${name} is already assigned to node ${JSON.stringify(pod["spec"].nodeName)}`);
  if (dryRun) return;
  cluster.store.put("pods", { ...pod, spec: { ...pod["spec"], nodeName: node } });
}
