import { ApiError } from "../api-error.ts";
import type { KubeObject } from "../object.ts";
import { quantity } from "../validate/pod.ts";
import type { Controller, Hands } from "./controller.ts";

const CLAIM_PROTECTION = "kubernetes.io/pvc-protection";
const VOLUME_PROTECTION = "kubernetes.io/pv-protection";
const ABSENT_CLASS = "";

/** Binds claims to volumes, provisions volumes for classes that can, protects what is in use, and reclaims what is released. */
export const volumes: Controller = {
  name: "persistentvolume-binder",
  watches: ["persistentvolumeclaims", "persistentvolumes", "pods", "storage.k8s.io/storageclasses"],
  clusterWide: true,
  reconcile(hands) {
    for (const claim of hands.list("persistentvolumeclaims")) {
      if (claim.metadata.deletionTimestamp !== undefined) release(hands, claim);
      else if (claim["status"]?.phase !== "Bound") bind(hands, claim);
      else if (volumeOf(hands, claim) === undefined)
        hands.setStatus("persistentvolumeclaims", claim, { ...claim["status"], phase: "Lost" });
      else resize(hands, claim);
    }
    for (const volume of hands.list("persistentvolumes")) settleVolume(hands, volume);
  },
};

const volumeOf = (hands: Hands, claim: KubeObject): KubeObject | undefined =>
  hands.get("persistentvolumes", undefined, claim["spec"].volumeName ?? ABSENT_CLASS);

function users(hands: Hands, claim: KubeObject): KubeObject[] {
  return hands
    .list("pods", claim.metadata.namespace)
    .filter(
      (pod) =>
        (pod["spec"].volumes ?? []).some((volume: any) => volume.persistentVolumeClaim?.claimName === claim.metadata.name) &&
        pod["status"]?.phase !== "Succeeded" &&
        pod["status"]?.phase !== "Failed",
    );
}

function bind(hands: Hands, claim: KubeObject): void {
  const wanted = quantity(claim["spec"].resources?.requests?.storage ?? "0");
  const className: string = claim["spec"].storageClassName ?? ABSENT_CLASS;
  const free = hands
    .list("persistentvolumes")
    .filter((volume) => fits(volume, claim, wanted, className))
    .toSorted((a, b) => quantity(a["spec"].capacity?.storage ?? "0") - quantity(b["spec"].capacity?.storage ?? "0"));
  const found = free.find((volume) => volume["spec"].claimRef !== undefined) ?? free[0];
  const volume = found ?? provision(hands, claim, className);
  if (volume === undefined) return;
  const claimRef = {
    kind: "PersistentVolumeClaim",
    namespace: claim.metadata.namespace,
    name: claim.metadata.name,
    uid: claim.metadata.uid,
    apiVersion: "v1",
    resourceVersion: claim.metadata.resourceVersion,
  };
  const claimed = hands.put("persistentvolumes", { ...volume, spec: { ...volume["spec"], claimRef: { ...claimRef } } });
  hands.setStatus("persistentvolumes", claimed, { ...claimed["status"], phase: "Bound" });
  const annotations = {
    ...claim.metadata.annotations,
    "pv.kubernetes.io/bind-completed": "yes",
    ...(found === undefined ? {} : { "pv.kubernetes.io/bound-by-controller": "yes" }),
  };
  const bound = hands.put("persistentvolumeclaims", {
    ...claim,
    metadata: { ...claim.metadata, annotations },
    spec: { ...claim["spec"], volumeName: volume.metadata.name },
  });
  hands.setStatus("persistentvolumeclaims", bound, {
    phase: "Bound",
    accessModes: volume["spec"].accessModes,
    capacity: volume["spec"].capacity,
  });
}

function fits(volume: KubeObject, claim: KubeObject, wanted: number, className: string): boolean {
  const { claimRef, capacity, accessModes, storageClassName } = volume["spec"];
  const { namespace, name, uid } = claim.metadata;
  if (claimRef !== undefined)
    return claimRef.namespace === namespace && claimRef.name === name && (claimRef.uid === undefined || claimRef.uid === uid);
  if (volume.metadata.deletionTimestamp !== undefined || volume["status"]?.phase === "Released") return false;
  if (claim["spec"].volumeName !== undefined) return claim["spec"].volumeName === volume.metadata.name;
  return (
    (storageClassName ?? ABSENT_CLASS) === className &&
    quantity(capacity?.storage ?? "0") >= wanted &&
    (claim["spec"].accessModes ?? []).every((mode: string) => (accessModes ?? []).includes(mode))
  );
}

function provision(hands: Hands, claim: KubeObject, className: string): KubeObject | undefined {
  const storageClass = hands.get("storage.k8s.io/storageclasses", undefined, className);
  if (
    storageClass === undefined ||
    claim["spec"].volumeName !== undefined ||
    storageClass["provisioner"] === "kubernetes.io/no-provisioner"
  )
    return undefined;
  if (storageClass["volumeBindingMode"] === "WaitForFirstConsumer" && users(hands, claim).length === 0) {
    hands.record(claim, "Normal", "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
    return undefined;
  }
  const name = `pvc-${claim.metadata.uid}`;
  const made = hands.create({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name, annotations: { "pv.kubernetes.io/provisioned-by": storageClass["provisioner"] } },
    spec: {
      capacity: { storage: claim["spec"].resources.requests.storage },
      accessModes: claim["spec"].accessModes,
      persistentVolumeReclaimPolicy: storageClass["reclaimPolicy"],
      storageClassName: className,
      volumeMode: claim["spec"].volumeMode,
      csi: {
        driver: storageClass["provisioner"],
        volumeHandle: `vol-${claim.metadata.uid.replaceAll("-", "").slice(0, 17)}`,
        fsType: "ext4",
      },
    },
  });
  if (made instanceof ApiError) {
    hands.record(claim, "Warning", "ProvisioningFailed", made.message);
    return undefined;
  }
  hands.record(claim, "Normal", "ProvisioningSucceeded", `Successfully provisioned volume ${name}`, storageClass["provisioner"]);
  return made;
}

/** A claim that grew makes its volume grow, where the class allows it. */
function resize(hands: Hands, claim: KubeObject): void {
  const wanted = claim["spec"].resources?.requests?.storage;
  const volume = volumeOf(hands, claim)!;
  const allowed =
    hands.get("storage.k8s.io/storageclasses", undefined, claim["spec"].storageClassName ?? ABSENT_CLASS)?.["allowVolumeExpansion"] ===
    true;
  if (!allowed || quantity(wanted) <= quantity(volume["spec"].capacity?.storage ?? "0")) return;
  hands.put("persistentvolumes", { ...volume, spec: { ...volume["spec"], capacity: { ...volume["spec"].capacity, storage: wanted } } });
  hands.setStatus("persistentvolumeclaims", claim, { ...claim["status"], capacity: { ...claim["status"].capacity, storage: wanted } });
}

/** Pods that have a node keep their claims from going until they are deleted, those that have ended included. */
function holders(hands: Hands, claim: KubeObject): KubeObject[] {
  return hands
    .list("pods", claim.metadata.namespace)
    .filter(
      (pod) =>
        (pod["spec"].nodeName ?? "") !== "" &&
        (pod["spec"].volumes ?? []).some((volume: any) => volume.persistentVolumeClaim?.claimName === claim.metadata.name),
    );
}

function release(hands: Hands, claim: KubeObject): void {
  if ((claim.metadata.finalizers ?? []).includes(CLAIM_PROTECTION) && holders(hands, claim).length === 0)
    hands.dropFinalizer("persistentvolumeclaims", claim, CLAIM_PROTECTION);
}

function settleVolume(hands: Hands, volume: KubeObject): void {
  const reference = volume["spec"].claimRef;
  const claim = reference === undefined ? undefined : hands.get("persistentvolumeclaims", reference.namespace, reference.name);
  const bound = claim !== undefined && (reference.uid === undefined || claim.metadata.uid === reference.uid);
  if (volume.metadata.deletionTimestamp !== undefined) {
    if (!bound) hands.dropFinalizer("persistentvolumes", volume, VOLUME_PROTECTION);
    return;
  }
  if (reference === undefined) {
    hands.setStatus("persistentvolumes", volume, { ...volume["status"], phase: "Available" });
  } else if (!bound && reference.uid !== undefined) {
    const released = hands.setStatus("persistentvolumes", volume, { ...volume["status"], phase: "Released" });
    // What the class said when it was made: the data go with it, or stay for somebody to look after.
    if (volume["spec"].persistentVolumeReclaimPolicy === "Delete") hands.remove("persistentvolumes", released);
  }
}
