import { badRequest, notFound, tooManyRequests } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import type { Fields } from "../object.ts";
import type { Resource } from "../registry/resource.ts";
import { selects } from "../store/label-selector.ts";
import type { WriteOptions } from "./options.ts";
import { readDryRun, remove } from "./remove.ts";

/** Deletes a pod if its disruption budget has room; 429 with the cause DisruptionBudget otherwise. */
export function evict(cluster: Cluster, pods: Resource, namespace: string, name: string, eviction: Fields, options: WriteOptions): void {
  const pod = cluster.store.get("pods", namespace, name);
  if (pod === undefined) throw notFound(pods, name);
  if (eviction["metadata"]?.name !== undefined && eviction["metadata"].name !== name) {
    throw badRequest(`name in URL does not match name in Eviction object`);
  }
  const how = eviction["deleteOptions"] ?? {};
  const dryRun = options.dryRun || readDryRun(how.dryRun ?? []);
  const budgets = cluster.store
    .list("policy/poddisruptionbudgets", namespace)
    .filter((one) => selects(one["spec"]?.selector, pod.metadata.labels));
  const settled = ["Succeeded", "Failed", "Pending"].includes(pod["status"]?.phase) || pod.metadata.deletionTimestamp !== undefined;
  if (budgets.length > 1) {
    throw tooManyRequests("This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.", []);
  }
  const budget = budgets[0];
  if (!settled && budget !== undefined) {
    const allowed: number = budget["status"]?.disruptionsAllowed ?? 0;
    if (allowed <= 0) {
      const { desiredHealthy = 0, currentHealthy = 0 } = budget["status"] ?? {};
      throw tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", [
        {
          reason: "DisruptionBudget",
          message: `The disruption budget ${budget.metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
        },
      ]);
    }
    if (!dryRun) {
      const disruptedPods = { ...budget["status"].disruptedPods, [name]: cluster.now() };
      cluster.store.put("policy/poddisruptionbudgets", {
        ...budget,
        status: { ...budget["status"], disruptionsAllowed: allowed - 1, disruptedPods },
      });
    }
  }
  remove(cluster, pods, namespace, name, how, { ...options, dryRun, subresource: "eviction" });
}
