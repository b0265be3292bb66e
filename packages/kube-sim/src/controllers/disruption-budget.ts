import type { Fields, KubeObject } from "../object.ts";
import { selects } from "../store/label-selector.ts";
import { type Controller, type Hands, withCondition } from "./controller.ts";
import { isActive, readyOf, share } from "./pod-template.ts";

/** Counts for each PodDisruptionBudget how many pods may go. */
export const disruptionBudgets: Controller = {
  name: "disruption-controller",
  watches: ["policy/poddisruptionbudgets", "pods", "apps/replicasets", "apps/statefulsets"],
  reconcile(hands, namespace) {
    for (const budget of namespace === "" ? [] : hands.list("policy/poddisruptionbudgets", namespace)) count(hands, budget);
  },
};

/** How many pods their controllers want, which is more than there are while some are being replaced. */
function expectedOf(hands: Hands, pods: readonly KubeObject[]): number {
  let expected = 0;
  const seen = new Set<string>();
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences?.find((one) => one.controller === true);
    if (owner === undefined) expected++;
    else if (!seen.has(owner.uid)) {
      seen.add(owner.uid);
      const resource = hands.cluster.registry.byKind(owner.apiVersion, owner.kind);
      const found = resource === undefined ? undefined : hands.get(resource.storage, pod.metadata.namespace, owner.name);
      expected +=
        found?.["spec"]?.replicas ?? pods.filter((one) => one.metadata.ownerReferences?.some((ref) => ref.uid === owner.uid)).length;
    }
  }
  return expected;
}

function count(hands: Hands, budget: KubeObject): void {
  const spec: Fields = budget["spec"] ?? {};
  const pods = hands
    .list("pods", budget.metadata.namespace)
    .filter((pod) => isActive(pod) && selects(spec["selector"], pod.metadata.labels));
  const expected = expectedOf(hands, pods);
  const healthy = readyOf(pods).length;
  const desired =
    spec["maxUnavailable"] === undefined
      ? share(spec["minAvailable"] ?? 1, expected, Math.ceil)
      : Math.max(0, expected - share(spec["maxUnavailable"], expected, Math.ceil));
  const allowed = Math.max(0, expected === 0 ? 0 : healthy - desired);
  const conditions = withCondition(budget["status"]?.conditions, hands.cluster.now(), {
    type: "DisruptionAllowed",
    status: allowed > 0 ? "True" : "False",
    reason: allowed > 0 ? "SufficientPods" : "InsufficientPods",
    message: "",
    observedGeneration: budget.metadata.generation,
  });
  hands.setStatus("policy/poddisruptionbudgets", budget, {
    conditions,
    currentHealthy: healthy,
    desiredHealthy: desired,
    disruptionsAllowed: allowed,
    expectedPods: expected,
    observedGeneration: budget.metadata.generation,
  });
}
