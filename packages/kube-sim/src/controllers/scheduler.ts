import type { Fields, KubeObject } from "../object.ts";
import { type Controller, type Hands, withCondition } from "./controller.ts";

/** Gives each pod a node: the one with the fewest pods of those it fits on. */
export const scheduler: Controller = {
  name: "kube-scheduler",
  watches: ["pods", "nodes", "persistentvolumeclaims"],
  reconcile(hands, namespace) {
    // A node that came or was uncordoned may suit pods anywhere.
    const pods = hands.list("pods", namespace === "" ? undefined : namespace);
    const waiting = pods.filter((pod) => pod["spec"].nodeName === undefined && pod.metadata.deletionTimestamp === undefined);
    if (waiting.length === 0) return;
    const load = new Map<string, number>();
    for (const pod of hands.list("pods"))
      if (pod["spec"].nodeName !== undefined) load.set(pod["spec"].nodeName, (load.get(pod["spec"].nodeName) ?? 0) + 1);
    for (const pod of waiting) place(hands, pod, load);
  },
};

function place(hands: Hands, pod: KubeObject, load: Map<string, number>): void {
  const now = hands.cluster.now();
  const nodes = hands.list("nodes");
  const missing = unboundClaim(hands, pod);
  const fitting = nodes
    .filter((node) => fits(pod, node))
    .toSorted(
      (a, b) => (load.get(a.metadata.name) ?? 0) - (load.get(b.metadata.name) ?? 0) || (a.metadata.name < b.metadata.name ? -1 : 1),
    );
  const node = fitting[0];
  if (node === undefined || missing !== undefined) {
    const why =
      missing ??
      `${nodes.length === 0 ? "no nodes available to schedule pods" : `0/${nodes.length} nodes are available: ${reasons(pod, nodes)}.`}`;
    const conditions = withCondition(pod["status"]?.conditions, now, {
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message: why,
    });
    const before = pod["status"]?.conditions?.find((one: Fields) => one["type"] === "PodScheduled");
    hands.setStatus("pods", pod, { ...pod["status"], conditions });
    if (before?.message !== why) hands.record(pod, "Warning", "FailedScheduling", why, "default-scheduler");
    return;
  }
  const name = node.metadata.name;
  load.set(name, (load.get(name) ?? 0) + 1);
  const conditions = withCondition(
    (pod["status"]?.conditions ?? []).map((one: Fields) =>
      one["type"] === "PodScheduled" ? { type: one["type"], status: one["status"] } : one,
    ),
    now,
    { type: "PodScheduled", status: "True", lastProbeTime: null },
  );
  hands.put("pods", { ...pod, spec: { ...pod["spec"], nodeName: name }, status: { ...pod["status"], conditions } });
  hands.record(
    pod,
    "Normal",
    "Scheduled",
    `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${name}`,
    "default-scheduler",
  );
}

function unboundClaim(hands: Hands, pod: KubeObject): string | undefined {
  for (const volume of pod["spec"].volumes ?? []) {
    const name: string | undefined = volume.persistentVolumeClaim?.claimName;
    if (name === undefined) continue;
    const claim = hands.get("persistentvolumeclaims", pod.metadata.namespace, name);
    if (claim === undefined) return `persistentvolumeclaim ${JSON.stringify(name)} not found`;
    if (claim["status"]?.phase === "Bound") continue;
    const storageClass = hands.get("storage.k8s.io/storageclasses", undefined, claim["spec"].storageClassName ?? "");
    if (storageClass === undefined) return "pod has unbound immediate PersistentVolumeClaims";
  }
  return undefined;
}

export function fits(pod: KubeObject, node: KubeObject): boolean {
  return whyNot(pod, node) === undefined;
}

function whyNot(pod: KubeObject, node: KubeObject): string | undefined {
  const selector: Record<string, string> = pod["spec"].nodeSelector ?? {};
  if (!Object.entries(selector).every(([key, value]) => node.metadata.labels?.[key] === value))
    return "node(s) didn't match Pod's node affinity/selector";
  if (!(node["status"]?.conditions ?? []).some((one: Fields) => one["type"] === "Ready" && one["status"] === "True"))
    return "node(s) were not ready";
  const taints: Fields[] = [...(node["spec"].taints ?? [])];
  if (node["spec"].unschedulable === true) taints.push({ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" });
  const untolerated = taints.find(
    (taint) => taint["effect"] !== "PreferNoSchedule" && !(pod["spec"].tolerations ?? []).some((one: Fields) => tolerates(one, taint)),
  );
  if (untolerated === undefined) return undefined;
  return untolerated["key"] === "node.kubernetes.io/unschedulable"
    ? "node(s) were unschedulable"
    : `node(s) had untolerated taint {${untolerated["key"]}: ${untolerated["value"] ?? ""}}`;
}

export function tolerates(toleration: Fields, taint: Fields): boolean {
  if (toleration["effect"] && toleration["effect"] !== taint["effect"]) return false;
  if (toleration["key"] && toleration["key"] !== taint["key"]) return false;
  return toleration["operator"] === "Exists" || (toleration["value"] ?? "") === (taint["value"] ?? "");
}

function reasons(pod: KubeObject, nodes: readonly KubeObject[]): string {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const why = whyNot(pod, node);
    if (why !== undefined) counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  return [...counts].map(([why, count]) => `${count} ${why}`).join(", ");
}
