import { ApiError } from "../api-error.ts";
import type { Fields, KubeObject } from "../object.ts";
import { isReady } from "../table/pod-status.ts";
import type { Controller, Hands } from "./controller.ts";
import { isActive, podFrom, share } from "./pod-template.ts";
import { currentRevision, revisionLabel, revisionOf } from "./revisions.ts";
import { fits } from "./scheduler.ts";

/** Keeps one pod on every node it fits on. */
export const daemonSets: Controller = {
  name: "daemonset-controller",
  watches: ["apps/daemonsets", "pods", "nodes", "apps/controllerrevisions"],
  reconcile(hands, namespace) {
    for (const set of hands.list("apps/daemonsets", namespace === "" ? undefined : namespace)) reconcileOne(hands, set);
  },
};

/** Every node keeps its daemons, cordoned or not. */
const TOLERATIONS = [
  "node.kubernetes.io/not-ready",
  "node.kubernetes.io/unreachable",
  "node.kubernetes.io/disk-pressure",
  "node.kubernetes.io/memory-pressure",
  "node.kubernetes.io/unschedulable",
].map((key) => ({ key, operator: "Exists", effect: key.endsWith("reachable") || key.endsWith("ready") ? "NoExecute" : "NoSchedule" }));

const nodeOf = (pod: KubeObject): string | undefined => pod["spec"].nodeName;

function reconcileOne(hands: Hands, set: KubeObject): void {
  if (set.metadata.deletionTimestamp !== undefined) return;
  const revision = currentRevision(hands, set);
  if (revision === undefined) return;
  const template: Fields = set["spec"].template;
  const tolerations = [...(template["spec"]?.tolerations ?? []), ...TOLERATIONS];
  const probe = { spec: { ...template["spec"], tolerations } } as unknown as KubeObject;
  const nodes = hands.list("nodes").filter((node) => fits(probe, node));
  const pods = hands.owned("pods", set);
  for (const node of nodes) {
    if (pods.some((pod) => nodeOf(pod) === node.metadata.name)) continue;
    const labels = { "controller-revision-hash": revisionLabel(revision) };
    const made = hands.create(podFrom(set, template, { labels }, { tolerations, nodeName: node.metadata.name }));
    if (made instanceof ApiError) hands.record(set, "Warning", "FailedCreate", `Error creating: ${made.message}`);
    else hands.record(set, "Normal", "SuccessfulCreate", `Created pod: ${made.metadata.name}`);
  }
  for (const pod of pods) if (!nodes.some((node) => node.metadata.name === nodeOf(pod)) && isActive(pod)) hands.remove("pods", pod);
  roll(hands, set, revisionLabel(revision), nodes.length);
  writeStatus(hands, set, revisionLabel(revision), nodes);
}

function roll(hands: Hands, set: KubeObject, revision: string, wanted: number): void {
  if (set["spec"].updateStrategy?.type === "OnDelete") return;
  const pods = hands.owned("pods", set);
  const most = Math.max(1, share(set["spec"].updateStrategy?.rollingUpdate?.maxUnavailable, wanted, Math.ceil));
  let room = most - (wanted - pods.filter((pod) => isActive(pod) && isReady(pod)).length);
  for (const pod of pods) {
    if (room <= 0) return;
    if (revisionOf(pod) === revision || !isActive(pod)) continue;
    hands.remove("pods", pod);
    room--;
  }
}

function writeStatus(hands: Hands, set: KubeObject, revision: string, nodes: readonly KubeObject[]): void {
  const pods = hands.owned("pods", set).filter(isActive);
  const ready = pods.filter(isReady).length;
  const updated = pods.filter((pod) => revisionOf(pod) === revision).length;
  hands.setStatus("apps/daemonsets", set, {
    currentNumberScheduled: pods.length,
    desiredNumberScheduled: nodes.length,
    numberMisscheduled: 0,
    numberReady: ready,
    ...(ready > 0 ? { numberAvailable: ready } : {}),
    ...(nodes.length - ready > 0 ? { numberUnavailable: nodes.length - ready } : {}),
    ...(updated > 0 ? { updatedNumberScheduled: updated } : {}),
    observedGeneration: set.metadata.generation,
  });
}
