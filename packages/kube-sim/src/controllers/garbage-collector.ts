import type { KubeObject, OwnerReference } from "../object.ts";
import type { Controller, Hands } from "./controller.ts";

/**
 * Removes what has no owner any more, and sees to the two finalizers of a propagation policy: `orphan` takes the reference out of dependents,
 * `foregroundDeletion` waits for those that block. Rules: "Garbage Collection" in the Kubernetes documentation.
 */
export const garbageCollector: Controller = {
  name: "generic-garbage-collector",
  watches: ["*"],
  concerns: ({ type, storage, object }) =>
    storage !== "events" &&
    (type === "DELETED" || object.metadata.ownerReferences !== undefined || object.metadata.deletionTimestamp !== undefined),
  reconcile(hands, namespace) {
    for (const resource of hands.cluster.registry.storages()) {
      if (resource.storage === "events" || resource.namespaced === (namespace === "")) continue;
      for (const object of hands.list(resource.storage, namespace)) {
        if ((object.metadata.ownerReferences ?? []).length > 0) collect(hands, resource.storage, object);
        if (object.metadata.deletionTimestamp !== undefined) finish(hands, resource.storage, object);
      }
    }
    // An owner without a namespace has dependents in any of them.
    if (namespace === "")
      for (const one of hands.list("namespaces")) if (hasClusterOwned(hands, one.metadata.name)) this.reconcile(hands, one.metadata.name);
  },
};

function hasClusterOwned(hands: Hands, namespace: string): boolean {
  return hands.cluster.registry
    .storages()
    .some(
      (resource) =>
        resource.namespaced &&
        resource.storage !== "events" &&
        hands
          .list(resource.storage, namespace)
          .some((object) => object.metadata.ownerReferences?.some((owner) => !isNamespaced(hands, owner))),
    );
}

const isNamespaced = (hands: Hands, owner: OwnerReference): boolean =>
  hands.cluster.registry.byKind(owner.apiVersion, owner.kind)?.namespaced ?? true;

function ownerOf(hands: Hands, object: KubeObject, owner: OwnerReference): KubeObject | undefined {
  const resource = hands.cluster.registry.byKind(owner.apiVersion, owner.kind);
  // A kind nobody serves may come back: what it owns stays.
  if (resource === undefined) return object;
  const found = hands.get(resource.storage, resource.namespaced ? object.metadata.namespace : undefined, owner.name);
  return found?.metadata.uid === owner.uid ? found : undefined;
}

const waitsForDependents = (owner: KubeObject): boolean =>
  owner.metadata.deletionTimestamp !== undefined && (owner.metadata.finalizers ?? []).includes("foregroundDeletion");

function collect(hands: Hands, storage: string, object: KubeObject): void {
  const owners = object.metadata.ownerReferences!.map((reference) => ({ reference, owner: ownerOf(hands, object, reference) }));
  const solid = owners.filter(({ owner }) => owner !== undefined && !waitsForDependents(owner));
  const waiting = owners.filter(({ owner }) => owner !== undefined && waitsForDependents(owner));
  if (solid.length === owners.length) return;
  if (solid.length > 0) {
    // Somebody else still owns it: only the references to those that are gone or going are dropped.
    hands.put(storage, { ...object, metadata: { ...object.metadata, ownerReferences: solid.map(({ reference }) => reference) } });
    return;
  }
  if (object.metadata.deletionTimestamp !== undefined) return;
  const blocks = hands.cluster.store
    .dependents(object.metadata.uid)
    .some((one) => one.object.metadata.ownerReferences!.some((owner) => owner.blockOwnerDeletion === true));
  hands.remove(storage, object, { propagationPolicy: waiting.length > 0 && blocks ? "Foreground" : "Background" });
}

function finish(hands: Hands, storage: string, object: KubeObject): void {
  const finalizers = object.metadata.finalizers ?? [];
  const dependents = hands.cluster.store.dependents(object.metadata.uid);
  if (finalizers.includes("orphan")) {
    for (const dependent of dependents) {
      const ownerReferences = dependent.object.metadata.ownerReferences!.filter((owner) => owner.uid !== object.metadata.uid);
      const { ownerReferences: _, ...metadata } = dependent.object.metadata;
      hands.put(dependent.storage, {
        ...dependent.object,
        metadata: ownerReferences.length > 0 ? { ...metadata, ownerReferences } : metadata,
      });
    }
    hands.dropFinalizer(storage, object, "orphan");
  } else if (finalizers.includes("foregroundDeletion")) {
    const blocking = dependents.some((one) =>
      one.object.metadata.ownerReferences!.some((owner) => owner.uid === object.metadata.uid && owner.blockOwnerDeletion === true),
    );
    if (!blocking) hands.dropFinalizer(storage, object, "foregroundDeletion");
  }
}
