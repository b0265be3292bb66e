import { ApiError } from "../api-error.ts";
import type { Fields, KubeObject } from "../object.ts";
import { selects } from "../store/label-selector.ts";
import { isReady } from "../table/pod-status.ts";
import { type Controller, type Hands, withCondition } from "./controller.ts";
import { adopt, isActive, podFrom, readyOf } from "./pod-template.ts";

/** Keeps as many pods as a ReplicaSet, or a ReplicationController, wants. */
const keeper = (name: string, storage: string, selector: (object: KubeObject) => Fields): Controller => ({
  name,
  watches: [storage, "pods"],
  reconcile(hands, namespace) {
    if (namespace === "") return;
    for (const set of hands.list(storage, namespace)) reconcileOne(hands, storage, set, selector(set));
  },
});

export const replicaSets = keeper("replicaset-controller", "apps/replicasets", (set) => set["spec"].selector);
export const replicationControllers = keeper("replication-controller", "replicationcontrollers", (set) => ({
  matchLabels: set["spec"].selector,
}));

function reconcileOne(hands: Hands, storage: string, set: KubeObject, selector: Fields): void {
  adopt(hands, set, hands.list("pods", set.metadata.namespace), (pod) => selects(selector, pod.metadata.labels));
  const active = hands.owned("pods", set).filter(isActive);
  const wanted: number = set["spec"].replicas ?? 1;
  let refusal: ApiError | undefined;
  if (set.metadata.deletionTimestamp === undefined) {
    for (let count = active.length; count < wanted && refusal === undefined; count++) {
      const made = hands.create(podFrom(set, set["spec"].template, {}));
      if (made instanceof ApiError) refusal = made;
      else hands.record(set, "Normal", "SuccessfulCreate", `Created pod: ${made.metadata.name}`);
    }
    for (const pod of active.toSorted(leastWorthFirst).slice(0, Math.max(0, active.length - wanted))) {
      hands.remove("pods", pod);
      hands.record(set, "Normal", "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`);
    }
  }
  if (refusal !== undefined) hands.record(set, "Warning", "FailedCreate", `Error creating: ${refusal.message}`);
  writeStatus(hands, storage, set, refusal);
}

/** Those go first that are not ready, then those that cost least, then the youngest. */
function leastWorthFirst(a: KubeObject, b: KubeObject): number {
  const cost = (pod: KubeObject): number => Number(pod.metadata.annotations?.["controller.kubernetes.io/pod-deletion-cost"] ?? 0);
  return (
    Number(a["spec"].nodeName !== undefined) - Number(b["spec"].nodeName !== undefined) ||
    Number(isReady(a)) - Number(isReady(b)) ||
    cost(a) - cost(b) ||
    Date.parse(b.metadata.creationTimestamp) - Date.parse(a.metadata.creationTimestamp) ||
    (a.metadata.name < b.metadata.name ? -1 : 1)
  );
}

function writeStatus(hands: Hands, storage: string, set: KubeObject, refusal: ApiError | undefined): void {
  const current = hands.get(storage, set.metadata.namespace, set.metadata.name);
  if (current === undefined) return;
  const active = hands.owned("pods", current).filter(isActive);
  const ready = readyOf(active).length;
  const labels = Object.keys(current["spec"].template.metadata?.labels ?? {});
  const others: Fields[] = (current["status"]?.conditions ?? []).filter((one: Fields) => one["type"] !== "ReplicaFailure");
  const failed = (current["status"]?.conditions ?? []).filter((one: Fields) => one["type"] === "ReplicaFailure");
  const conditions =
    refusal === undefined
      ? others
      : withCondition([...others, ...failed], hands.cluster.now(), {
          type: "ReplicaFailure",
          status: "True",
          reason: "FailedCreate",
          message: refusal.message,
        });
  hands.setStatus(storage, current, {
    ...(conditions.length > 0 ? { conditions } : {}),
    replicas: active.length,
    fullyLabeledReplicas: labels.length === 0 ? 0 : active.length,
    ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
    observedGeneration: current.metadata.generation,
  });
}
