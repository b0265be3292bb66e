import { clone, controllerReference, type Fields, type KubeObject, type NewObject, same } from "../object.ts";
import { isReady } from "../table/pod-status.ts";
import type { Hands } from "./controller.ts";

/** A pod as a workload's template has it, owned by the workload. */
export function podFrom(owner: KubeObject, template: Fields, metadata: Fields, spec: Fields = {}): NewObject {
  const own: Fields = template["metadata"] ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...(metadata["name"] === undefined ? { generateName: `${owner.metadata.name}-` } : { name: metadata["name"] }),
      namespace: owner.metadata.namespace!,
      labels: { ...own["labels"], ...metadata["labels"] },
      ...(own["annotations"] === undefined ? {} : { annotations: { ...own["annotations"] } }),
      ...(own["finalizers"] === undefined ? {} : { finalizers: [...own["finalizers"]] }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: { ...clone(template["spec"]), ...spec },
  };
}

/** Pods that count: not going, and not at their end. */
export const isActive = (pod: KubeObject): boolean =>
  pod.metadata.deletionTimestamp === undefined && pod["status"]?.phase !== "Succeeded" && pod["status"]?.phase !== "Failed";

export const readyOf = (pods: readonly KubeObject[]): KubeObject[] => pods.filter((pod) => isActive(pod) && isReady(pod));

/** Takes pods without an owner that the selector picks, as workloads do. */
export function adopt(hands: Hands, owner: KubeObject, pods: readonly KubeObject[], picks: (pod: KubeObject) => boolean): void {
  if (owner.metadata.deletionTimestamp !== undefined) return;
  for (const pod of pods) {
    if ((pod.metadata.ownerReferences ?? []).some((one) => one.controller === true) || !isActive(pod) || !picks(pod)) continue;
    const ownerReferences = [...(pod.metadata.ownerReferences ?? []), controllerReference(owner)];
    hands.put("pods", { ...pod, metadata: { ...pod.metadata, ownerReferences } });
  }
}

/** Whether two templates are the same but for the hash the server labels them with. */
export function sameTemplate(a: Fields, b: Fields): boolean {
  const bare = (template: Fields): Fields => {
    const { "pod-template-hash": _, ...labels } = template["metadata"]?.labels ?? {};
    const { creationTimestamp: __, ...metadata } = template["metadata"] ?? {};
    return { ...template, metadata: { ...metadata, labels } };
  };
  return same(bare(a), bare(b));
}

/** Resolves `25%` of `total`, or a plain number. */
export function share(value: number | string | undefined, total: number, round: (value: number) => number): number {
  if (typeof value === "string" && value.endsWith("%")) return round((Number(value.slice(0, -1)) * total) / 100);
  return Number(value ?? 0) || 0;
}
