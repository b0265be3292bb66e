import { ApiError } from "../api-error.ts";
import { clone, controllerReference, type Fields, type KubeObject } from "../object.ts";
import { hashName } from "../random.ts";
import { selects } from "../store/label-selector.ts";
import { type Controller, type Hands, withCondition } from "./controller.ts";
import { sameTemplate, share } from "./pod-template.ts";

const REVISION = "deployment.kubernetes.io/revision";
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Rolls pods over from one ReplicaSet to the next. Rules: the Deployment concept page and its controller in Kubernetes 1.32. */
export const deployments: Controller = {
  name: "deployment-controller",
  watches: ["apps/deployments", "apps/replicasets", "pods"],
  reconcile(hands, namespace) {
    if (namespace === "") return;
    for (const deployment of hands.list("apps/deployments", namespace)) {
      if (deployment.metadata.deletionTimestamp === undefined) reconcileOne(hands, deployment);
    }
  },
};

const sets = (hands: Hands, deployment: KubeObject): KubeObject[] => hands.owned("apps/replicasets", deployment);
const revisionOf = (set: KubeObject): number => Number(set.metadata.annotations?.[REVISION] ?? 0);
const wantedOf = (set: KubeObject): number => set["spec"].replicas ?? 1;

function reconcileOne(hands: Hands, given: KubeObject): void {
  const { namespace, name } = given.metadata;
  adoptSets(hands, given);
  const paused = given["spec"].paused === true;
  let current = sets(hands, given).find((set) => sameTemplate(set["spec"].template, given["spec"].template));
  if (current === undefined && !paused) {
    const made = makeSet(hands, given);
    if (made instanceof ApiError) return;
    current = made;
  } else if (current !== undefined && !paused) current = renumber(hands, given, current);
  const deployment = paused ? given : numberDeployment(hands, given, current!);
  if (paused) scalePaused(hands, deployment);
  else if (deployment["spec"].strategy.type === "Recreate") recreate(hands, deployment, current!);
  else roll(hands, deployment, current!);
  if (!paused) forgetOld(hands, deployment, current!);
  const latest = hands.get("apps/deployments", namespace, name);
  if (latest !== undefined) writeStatus(hands, latest, current?.metadata.name);
}

function adoptSets(hands: Hands, deployment: KubeObject): void {
  for (const set of hands.list("apps/replicasets", deployment.metadata.namespace)) {
    if ((set.metadata.ownerReferences ?? []).some((one) => one.controller === true)) continue;
    if (!selects(deployment["spec"].selector, set.metadata.labels)) continue;
    hands.put("apps/replicasets", {
      ...set,
      metadata: { ...set.metadata, ownerReferences: [...(set.metadata.ownerReferences ?? []), controllerReference(deployment)] },
    });
  }
}

function annotationsFor(deployment: KubeObject, revision: number, before: Record<string, string> = {}): Record<string, string> {
  const { [LAST_APPLIED]: _, [REVISION]: __, ...own } = deployment.metadata.annotations ?? {};
  const { desired, max } = bounds(deployment);
  return {
    ...before,
    ...own,
    "deployment.kubernetes.io/desired-replicas": String(desired),
    "deployment.kubernetes.io/max-replicas": String(max),
    [REVISION]: String(revision),
  };
}

function bounds(deployment: KubeObject): { desired: number; max: number; least: number } {
  const desired = wantedOf(deployment);
  const rolling: Fields = deployment["spec"].strategy.rollingUpdate ?? {};
  const surge = share(rolling["maxSurge"], desired, Math.ceil);
  let unavailable = share(rolling["maxUnavailable"], desired, Math.floor);
  if (surge === 0 && unavailable === 0) unavailable = 1;
  return { desired, max: desired + surge, least: Math.max(0, desired - unavailable) };
}

function makeSet(hands: Hands, deployment: KubeObject): KubeObject | ApiError {
  const existing = sets(hands, deployment);
  const revision = Math.max(0, ...existing.map(revisionOf)) + 1;
  const hash = hashName(deployment["spec"].template);
  const template: Fields = clone(deployment["spec"].template);
  template["metadata"] = { ...template["metadata"], labels: { ...template["metadata"]?.labels, "pod-template-hash": hash } };
  const selector: Fields = clone(deployment["spec"].selector);
  selector["matchLabels"] = { ...selector["matchLabels"], "pod-template-hash": hash };
  const { desired, max } = bounds(deployment);
  const running = existing.reduce((sum, set) => sum + wantedOf(set), 0);
  const replicas =
    deployment["spec"].strategy.type === "Recreate" ? (running > 0 ? 0 : desired) : Math.max(0, Math.min(desired, max - running));
  const made = hands.create({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace!,
      labels: { ...template["metadata"].labels },
      annotations: annotationsFor(deployment, revision),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: { replicas, selector, template },
  });
  if (made instanceof ApiError)
    hands.record(deployment, "Warning", "ReplicaSetCreateError", `Failed to create new replica set: ${made.message}`);
  else if (replicas > 0)
    hands.record(deployment, "Normal", "ScalingReplicaSet", `Scaled up replica set ${made.metadata.name} from 0 to ${replicas}`);
  return made;
}

/** A template that was used before becomes the newest revision again. */
function renumber(hands: Hands, deployment: KubeObject, set: KubeObject): KubeObject {
  const others = sets(hands, deployment).filter((one) => one !== set);
  const newest = Math.max(0, ...others.map(revisionOf));
  const revision = revisionOf(set) > newest ? revisionOf(set) : newest + 1;
  const annotations = annotationsFor(deployment, revision, set.metadata.annotations);
  return hands.put("apps/replicasets", { ...set, metadata: { ...set.metadata, annotations } });
}

function numberDeployment(hands: Hands, deployment: KubeObject, set: KubeObject): KubeObject {
  const annotations = { ...deployment.metadata.annotations, [REVISION]: String(revisionOf(set)) };
  return hands.put("apps/deployments", { ...deployment, metadata: { ...deployment.metadata, annotations } });
}

function scale(hands: Hands, deployment: KubeObject, set: KubeObject, replicas: number): KubeObject {
  const before = wantedOf(set);
  if (before === replicas) return set;
  const next = hands.put("apps/replicasets", { ...set, spec: { ...set["spec"], replicas } });
  hands.record(
    deployment,
    "Normal",
    "ScalingReplicaSet",
    `Scaled ${replicas > before ? "up" : "down"} replica set ${set.metadata.name} from ${before} to ${replicas}`,
  );
  return next;
}

function recreate(hands: Hands, deployment: KubeObject, current: KubeObject): void {
  const old = sets(hands, deployment).filter((set) => set.metadata.uid !== current.metadata.uid);
  for (const set of old) scale(hands, deployment, set, 0);
  const pods = old.flatMap((set) => hands.owned("pods", set));
  if (pods.length === 0) scale(hands, deployment, current, wantedOf(deployment));
}

/** Up as far as the surge allows, then down as far as enough stay available; old pods that are not ready go first. */
function roll(hands: Hands, deployment: KubeObject, current: KubeObject): void {
  const { desired, max, least } = bounds(deployment);
  const others = (): KubeObject[] =>
    sets(hands, deployment).filter((set) => set.metadata.uid !== current.metadata.uid && wantedOf(set) > 0);
  const total = (): number => sets(hands, deployment).reduce((sum, set) => sum + wantedOf(set), 0);
  const wanted = wantedOf(current);
  if (wanted > desired) scale(hands, deployment, current, desired);
  else if (wanted < desired) {
    const room = others().length === 0 ? desired - wanted : Math.min(desired - wanted, Math.max(0, max - total()));
    if (room > 0) scale(hands, deployment, current, wanted + room);
  }
  const available = sets(hands, deployment).reduce((sum, set) => sum + (set["status"]?.availableReplicas ?? 0), 0);
  const latest = hands.get("apps/replicasets", current.metadata.namespace, current.metadata.name)!;
  const unready = Math.max(0, wantedOf(latest) - (latest["status"]?.availableReplicas ?? 0));
  let excess = total() - least - unready;
  const oldest = others().toSorted((a, b) => revisionOf(a) - revisionOf(b));
  for (const set of oldest) {
    const sick = Math.min(wantedOf(set) - (set["status"]?.availableReplicas ?? 0), excess);
    if (sick <= 0) continue;
    scale(hands, deployment, set, wantedOf(set) - sick);
    excess -= sick;
  }
  let spare = Math.min(excess, available - least);
  for (const { metadata } of oldest) {
    const set = hands.get("apps/replicasets", metadata.namespace, metadata.name)!;
    const fewer = Math.min(wantedOf(set), spare);
    if (fewer <= 0) continue;
    scale(hands, deployment, set, wantedOf(set) - fewer);
    spare -= fewer;
  }
}

/** A paused Deployment keeps its mix but follows its number: the newest set takes the difference. */
function scalePaused(hands: Hands, deployment: KubeObject): void {
  const all = sets(hands, deployment).toSorted((a, b) => revisionOf(b) - revisionOf(a));
  const difference = wantedOf(deployment) - all.reduce((sum, set) => sum + wantedOf(set), 0);
  if (difference !== 0 && all[0] !== undefined) scale(hands, deployment, all[0], Math.max(0, wantedOf(all[0]) + difference));
}

function forgetOld(hands: Hands, deployment: KubeObject, current: KubeObject): void {
  const old = sets(hands, deployment)
    .filter((set) => set.metadata.uid !== current.metadata.uid && wantedOf(set) === 0 && (set["status"]?.replicas ?? 0) === 0)
    .toSorted((a, b) => revisionOf(a) - revisionOf(b));
  for (const set of old.slice(0, Math.max(0, old.length - (deployment["spec"].revisionHistoryLimit ?? 10))))
    hands.remove("apps/replicasets", set);
}

function writeStatus(hands: Hands, deployment: KubeObject, current: string | undefined): void {
  const all = sets(hands, deployment);
  const sum = (field: string, of = all): number => of.reduce((total, set) => total + (set["status"]?.[field] ?? 0), 0);
  const newest = all.filter((set) => set.metadata.name === current);
  const replicas = sum("replicas");
  const available = sum("availableReplicas");
  const desired = wantedOf(deployment);
  const updated = sum("replicas", newest);
  const now = hands.cluster.now();
  const { least } = bounds(deployment);
  const done = updated === desired && replicas === desired && available >= desired;
  let conditions: Fields[] = deployment["status"]?.conditions ?? [];
  conditions = withCondition(
    conditions,
    now,
    available >= least
      ? { type: "Available", status: "True", reason: "MinimumReplicasAvailable", message: "Deployment has minimum availability." }
      : {
          type: "Available",
          status: "False",
          reason: "MinimumReplicasUnavailable",
          message: "Deployment does not have minimum availability.",
        },
  );
  const failure = newest[0]?.["status"]?.conditions?.find((one: Fields) => one["type"] === "ReplicaFailure");
  conditions = conditions.filter((one) => one["type"] !== "ReplicaFailure");
  if (failure !== undefined) conditions = [...conditions, { ...failure }];
  if (deployment["spec"].paused === true) {
    conditions = withCondition(conditions, now, {
      type: "Progressing",
      status: "Unknown",
      reason: "DeploymentPaused",
      message: "Deployment is paused",
    });
  } else {
    conditions = withCondition(
      conditions,
      now,
      done
        ? {
            type: "Progressing",
            status: "True",
            reason: "NewReplicaSetAvailable",
            message: `ReplicaSet "${current}" has successfully progressed.`,
          }
        : { type: "Progressing", status: "True", reason: "ReplicaSetUpdated", message: `ReplicaSet "${current}" is progressing.` },
    );
  }
  conditions = withUpdateTimes(deployment["status"]?.conditions, conditions, now);
  const unavailable = Math.max(0, Math.max(desired, replicas) - available);
  hands.setStatus("apps/deployments", deployment, {
    observedGeneration: deployment.metadata.generation,
    ...(replicas > 0 ? { replicas } : {}),
    ...(updated > 0 ? { updatedReplicas: updated } : {}),
    ...(sum("readyReplicas") > 0 ? { readyReplicas: sum("readyReplicas") } : {}),
    ...(available > 0 ? { availableReplicas: available } : {}),
    ...(unavailable > 0 ? { unavailableReplicas: unavailable } : {}),
    conditions,
  });
}

/** `lastUpdateTime` moves when anything of a condition does. */
function withUpdateTimes(before: readonly Fields[] | undefined, after: readonly Fields[], now: string): Fields[] {
  return after.map((one) => {
    const was = before?.find((other) => other["type"] === one["type"]);
    const unchanged =
      was !== undefined && was["status"] === one["status"] && was["reason"] === one["reason"] && was["message"] === one["message"];
    return { ...one, lastUpdateTime: unchanged ? was["lastUpdateTime"] : now };
  });
}
