import type { Json, KubeObject } from "@interlock/kube-model";

/** How far something has come, in words, and whether that is the end of it. */
export interface Progress {
  words: string;
  over: boolean;
}

const going = (words: string): Progress => ({ words, over: false });
const over = (words: string): Progress => ({ words, over: true });
const number = (value: Json): number => (typeof value === "number" ? value : 0);

/** How far a workload's rollout is, by what `kubectl rollout status` goes by. `key`: `apps/deployments`, `apps/statefulsets` or `apps/daemonsets`. */
export function isRolledOut(key: string, now: KubeObject | undefined): Progress {
  if (now === undefined) return over("is not there any more");
  if (now.metadata?.deletionTimestamp !== undefined) return over("is being deleted");
  const status: Json = now["status"] ?? {};
  const spec: Json = now["spec"] ?? {};
  if (number(now.metadata?.generation) > number(status["observedGeneration"])) return going("waits for its controller");
  if (key === "apps/deployments") return deployment(spec, status);
  return key === "apps/statefulsets" ? statefulSet(spec, status) : daemonSet(spec, status);
}

function deployment(spec: Json, status: Json): Progress {
  const conditions: Json[] = Array.isArray(status["conditions"]) ? status["conditions"] : [];
  const wanted = spec["replicas"] ?? 1;
  const [updated, all, available] = [number(status["updatedReplicas"]), number(status["replicas"]), number(status["availableReplicas"])];
  if (spec["paused"] === true) return over("is paused: it rolls nothing out until it is resumed");
  if (conditions.some((one) => one["type"] === "Progressing" && one["reason"] === "ProgressDeadlineExceeded"))
    return over(`does not come further: ${available} of ${wanted} pods available, its progress deadline is over`);
  const refused = conditions.find((one) => one["type"] === "ReplicaFailure" && one["status"] === "True");
  const why = refused === undefined ? "" : `; pods are refused: ${String(refused["message"])}`;
  if (updated < wanted) return going(`${updated} of ${wanted} pods updated${why}`);
  if (all > updated) return going(`${all - updated} old ${all - updated === 1 ? "pod" : "pods"} to end`);
  if (available < updated) return going(`${available} of ${wanted} pods available${why}`);
  return over(`rolled out, ${available} of ${wanted} pods available`);
}

function statefulSet(spec: Json, status: Json): Progress {
  const wanted = spec["replicas"] ?? 1;
  const [ready, updated, all] = [number(status["readyReplicas"]), number(status["updatedReplicas"]), number(status["replicas"])];
  if (spec["updateStrategy"]?.["type"] === "OnDelete") return over("its pods are made anew when each is deleted");
  if (all > wanted) return going(`${all - wanted} ${all - wanted === 1 ? "pod" : "pods"} to end`);
  const staged = wanted - number(spec["updateStrategy"]?.["rollingUpdate"]?.["partition"]);
  const same = status["updateRevision"] === status["currentRevision"];
  if (!same && updated < staged) return going(`${updated} of ${Math.max(0, staged)} pods updated`);
  if (ready < wanted) return going(`${ready} of ${wanted} pods ready`);
  return over(`rolled out, ${ready} of ${wanted} pods ready`);
}

function daemonSet(spec: Json, status: Json): Progress {
  const wanted = number(status["desiredNumberScheduled"]);
  const [updated, available] = [number(status["updatedNumberScheduled"]), number(status["numberAvailable"])];
  if (spec["updateStrategy"]?.["type"] === "OnDelete") return over("its pods are made anew when each is deleted");
  if (updated < wanted) return going(`${updated} of ${wanted} pods updated`);
  if (available < wanted) return going(`${available} of ${wanted} pods available`);
  return over(`rolled out, ${available} of ${wanted} pods available`);
}
