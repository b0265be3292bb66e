import { ApiError } from "../api-error.ts";
import { clone, controllerReference, type Fields, type KubeObject } from "../object.ts";
import { isReady } from "../table/pod-status.ts";
import type { Controller, Hands } from "./controller.ts";
import { isActive, podFrom } from "./pod-template.ts";
import { currentRevision, revisionLabel, revisionOf } from "./revisions.ts";

/** Keeps numbered pods, each with claims of its own, one after the other unless told to do so in parallel. */
export const statefulSets: Controller = {
  name: "statefulset-controller",
  watches: ["apps/statefulsets", "pods", "persistentvolumeclaims", "apps/controllerrevisions"],
  reconcile(hands, namespace) {
    for (const set of namespace === "" ? [] : hands.list("apps/statefulsets", namespace)) reconcileOne(hands, set);
  },
};

const ordinalOf = (pod: KubeObject): number => Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? -1);

function reconcileOne(hands: Hands, set: KubeObject): void {
  if (set.metadata.deletionTimestamp !== undefined) return;
  const revision = currentRevision(hands, set);
  if (revision === undefined) return;
  const inParallel = set["spec"].podManagementPolicy === "Parallel";
  const wanted: number = set["spec"].replicas ?? 1;
  const first: number = set["spec"].ordinals?.start ?? 0;
  const pods = hands.owned("pods", set).toSorted((a, b) => ordinalOf(a) - ordinalOf(b));
  let steady = true;
  for (let ordinal = first; ordinal < first + wanted; ordinal++) {
    const pod = pods.find((one) => ordinalOf(one) === ordinal);
    if (pod === undefined) {
      if (!makePod(hands, set, ordinal, revisionLabel(revision))) return;
      steady = false;
    } else if (!isActive(pod)) {
      if (pod.metadata.deletionTimestamp === undefined) hands.remove("pods", pod);
      steady = false;
    } else if (!isReady(pod)) steady = false;
    if (!steady && !inParallel) break;
  }
  const beyond = pods.filter((pod) => ordinalOf(pod) >= first + wanted || ordinalOf(pod) < first).toReversed();
  if (steady || inParallel) {
    for (const pod of beyond) {
      if (pod.metadata.deletionTimestamp === undefined) {
        hands.remove("pods", pod);
        hands.record(set, "Normal", "SuccessfulDelete", `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`);
      }
      if (!inParallel) break;
    }
  }
  if (steady && beyond.length === 0) rollOne(hands, set, pods, revisionLabel(revision));
  writeStatus(hands, set, revision);
}

/** The highest pod of an older revision is replaced; the next one when it is ready again. */
function rollOne(hands: Hands, set: KubeObject, pods: readonly KubeObject[], revision: string): void {
  const strategy: Fields = set["spec"].updateStrategy ?? {};
  if (strategy["type"] === "OnDelete") return;
  const partition: number = strategy["rollingUpdate"]?.partition ?? 0;
  const old = pods.filter((pod) => ordinalOf(pod) >= partition && revisionOf(pod) !== revision).at(-1);
  if (old === undefined) return;
  hands.remove("pods", old);
  hands.record(set, "Normal", "SuccessfulDelete", `delete Pod ${old.metadata.name} in StatefulSet ${set.metadata.name} successful`);
}

function makePod(hands: Hands, set: KubeObject, ordinal: number, revision: string): boolean {
  const name = `${set.metadata.name}-${ordinal}`;
  const volumes: Fields[] = [];
  for (const template of set["spec"].volumeClaimTemplates ?? []) {
    const claimName = `${template.metadata.name}-${name}`;
    volumes.push({ name: template.metadata.name, persistentVolumeClaim: { claimName } });
    if (hands.get("persistentvolumeclaims", set.metadata.namespace, claimName) !== undefined) continue;
    const whenDeleted = set["spec"].persistentVolumeClaimRetentionPolicy?.whenDeleted;
    const made = hands.create({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        name: claimName,
        namespace: set.metadata.namespace!,
        labels: { ...template.metadata.labels, ...set["spec"].selector.matchLabels },
        ...(whenDeleted === "Delete" ? { ownerReferences: [{ ...controllerReference(set), blockOwnerDeletion: true }] } : {}),
      },
      spec: clone(template.spec),
    });
    if (made instanceof ApiError) return false;
  }
  const template: Fields = set["spec"].template;
  const others = (template["spec"]?.volumes ?? []).filter((one: Fields) => !volumes.some((own) => own["name"] === one["name"]));
  const labels = {
    "controller-revision-hash": revision,
    "apps.kubernetes.io/pod-index": String(ordinal),
    "statefulset.kubernetes.io/pod-name": name,
  };
  const pod = podFrom(
    set,
    template,
    { name, labels },
    {
      hostname: name,
      ...(set["spec"].serviceName === undefined ? {} : { subdomain: set["spec"].serviceName }),
      ...(volumes.length + others.length > 0 ? { volumes: [...others, ...volumes] } : {}),
    },
  );
  const made = hands.create(pod);
  if (made instanceof ApiError)
    hands.record(set, "Warning", "FailedCreate", `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${made.message}`);
  else hands.record(set, "Normal", "SuccessfulCreate", `create Pod ${name} in StatefulSet ${set.metadata.name} successful`);
  return !(made instanceof ApiError);
}

function writeStatus(hands: Hands, set: KubeObject, revision: KubeObject): void {
  const pods = hands.owned("pods", set).filter(isActive);
  const ready = pods.filter(isReady).length;
  const updated = pods.filter((pod) => revisionOf(pod) === revisionLabel(revision)).length;
  const target = revisionLabel(revision);
  const done = updated === set["spec"].replicas && ready === updated && pods.length === updated;
  const current: string = done ? target : (set["status"]?.currentRevision ?? target);
  const before = pods.filter((pod) => revisionOf(pod) === current).length;
  hands.setStatus("apps/statefulsets", set, {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    availableReplicas: ready,
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    ...(before > 0 ? { currentReplicas: before } : {}),
    ...(updated > 0 ? { updatedReplicas: updated } : {}),
    currentRevision: current,
    updateRevision: target,
    collisionCount: 0,
  });
}
