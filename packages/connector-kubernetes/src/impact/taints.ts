import type { Json, KubeObject } from "@interlock/kube-model";
import type { World, WorldObject } from "./world.ts";

interface Taint {
  key: string;
  value: string;
}

/** Pods that a node's new taints with the effect NoExecute put out: those that do not tolerate them for good. */
export function putOut(world: World, node: string, before: KubeObject, after: KubeObject): WorldObject[] {
  const had = new Set(noExecute(before).map(({ key, value }) => `${key}=${value}`));
  const fresh = noExecute(after).filter(({ key, value }) => !had.has(`${key}=${value}`));
  if (fresh.length === 0) return [];
  return [...world.all("/pods")].filter(
    (pod) => pod.body?.["spec"]?.["nodeName"] === node && !fresh.every((taint) => tolerates(pod.body?.["spec"]?.["tolerations"], taint)),
  );
}

function noExecute(node: KubeObject): Taint[] {
  const taints: Json[] = node["spec"]?.["taints"] ?? [];
  return taints
    .filter((one) => one["effect"] === "NoExecute")
    .map((one) => ({ key: String(one["key"]), value: String(one["value"] ?? "") }));
}

/** A toleration with `tolerationSeconds` ends, and the pod with it. An empty key with Exists tolerates everything. */
function tolerates(tolerations: Json, taint: Taint): boolean {
  const list: Json[] = Array.isArray(tolerations) ? tolerations : [];
  return list.some((one) => {
    if (one["effect"] !== undefined && one["effect"] !== "" && one["effect"] !== "NoExecute") return false;
    if (one["tolerationSeconds"] !== undefined) return false;
    if (one["operator"] === "Exists") return (one["key"] ?? "") === "" || one["key"] === taint.key;
    return one["key"] === taint.key && (one["value"] ?? "") === taint.value;
  });
}
