import type { ApiError } from "../api-error.ts";
import type { Fields, KubeObject } from "../object.ts";
import { qualifiedName } from "../registry/resource.ts";
import { type Controller, type Hands, withCondition } from "./controller.ts";

/** Empties namespaces that are being deleted and says in their conditions what is left, and why. */
export const namespaces: Controller = {
  name: "namespace-controller",
  watches: ["*"],
  concerns: ({ type, storage, object }) =>
    storage === "namespaces" || type === "DELETED" || object.metadata.deletionTimestamp !== undefined,
  reconcile(hands, changed) {
    const names = changed === "" ? hands.list("namespaces").map((one) => one.metadata.name) : [changed];
    for (const name of names) {
      const namespace = hands.get("namespaces", undefined, name);
      if (namespace?.metadata.deletionTimestamp !== undefined && (namespace["spec"].finalizers ?? []).length > 0) empty(hands, namespace);
    }
  },
};

function empty(hands: Hands, namespace: KubeObject): void {
  const { name } = namespace.metadata;
  const left: Left = { objects: new Map(), finalizers: new Map(), refusals: [] };
  for (const resource of hands.cluster.registry.storages()) {
    if (!resource.namespaced) continue;
    for (const object of hands.list(resource.storage, name)) {
      if (object.metadata.deletionTimestamp === undefined) {
        const refusal = hands.remove(resource.storage, object);
        if (refusal !== undefined) left.refusals.push(refusal);
      }
      const still = hands.get(resource.storage, name, object.metadata.name);
      if (still === undefined || resource.storage === "events") continue;
      left.objects.set(qualifiedName(resource), (left.objects.get(qualifiedName(resource)) ?? 0) + 1);
      for (const finalizer of still.metadata.finalizers ?? []) left.finalizers.set(finalizer, (left.finalizers.get(finalizer) ?? 0) + 1);
    }
  }
  const current = hands.get("namespaces", undefined, name);
  if (current === undefined) return;
  const written = hands.setStatus("namespaces", current, {
    ...current["status"],
    phase: "Terminating",
    conditions: conditionsOf(hands, current, left),
  });
  if (left.objects.size === 0 && left.refusals.length === 0) {
    hands.put("namespaces", {
      ...written,
      spec: { ...written["spec"], finalizers: written["spec"].finalizers.filter((one: string) => one !== "kubernetes") },
    });
  } else if (left.refusals.length > 0) hands.tryAgain(name);
}

interface Left {
  /** By resource, how many. */
  objects: Map<string, number>;
  finalizers: Map<string, number>;
  refusals: ApiError[];
}

const counted = (of: Map<string, number>, word: (name: string, count: number) => string): string =>
  [...of]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => word(name, count))
    .join(", ");

function conditionsOf(hands: Hands, namespace: KubeObject, left: Left): Fields[] {
  const refused = left.refusals.map((one) => one.message).join(", ");
  const list: Fields[] = [
    {
      type: "NamespaceDeletionDiscoveryFailure",
      status: "False",
      reason: "ResourcesDiscovered",
      message: "All resources successfully discovered",
    },
    {
      type: "NamespaceDeletionGroupVersionParsingFailure",
      status: "False",
      reason: "ParsedGroupVersions",
      message: "All legacy kube types successfully parsed",
    },
    refused === ""
      ? {
          type: "NamespaceDeletionContentFailure",
          status: "False",
          reason: "ContentDeleted",
          message: "All content successfully deleted, may be waiting on finalization",
        }
      : {
          type: "NamespaceDeletionContentFailure",
          status: "True",
          reason: "ContentDeletionFailed",
          message: `Failed to delete all resource types, ${left.refusals.length} remaining: ${refused}`,
        },
    left.objects.size === 0
      ? { type: "NamespaceContentRemaining", status: "False", reason: "ContentRemoved", message: "All content successfully removed" }
      : {
          type: "NamespaceContentRemaining",
          status: "True",
          reason: "SomeResourcesRemain",
          message: `Some resources are remaining: ${counted(left.objects, (name, count) => `${name} has ${count} resource instances`)}`,
        },
    left.finalizers.size === 0
      ? {
          type: "NamespaceFinalizersRemaining",
          status: "False",
          reason: "ContentHasNoFinalizers",
          message: "All content-preserving finalizers finished",
        }
      : {
          type: "NamespaceFinalizersRemaining",
          status: "True",
          reason: "SomeFinalizersRemain",
          message: `Some content in the namespace has finalizers remaining: ${counted(left.finalizers, (name, count) => `${name} in ${count} resource instances`)}`,
        },
  ];
  let conditions: Fields[] = namespace["status"]?.conditions ?? [];
  for (const one of list) conditions = withCondition(conditions, hands.cluster.now(), one);
  return conditions;
}
