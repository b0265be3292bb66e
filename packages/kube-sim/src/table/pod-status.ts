import type { Fields, KubeObject } from "../object.ts";

/** The word `kubectl get pods` shows for a pod's state: the most telling reason there is. */
export function podStatus(pod: KubeObject): string {
  const status: Fields = pod["status"] ?? {};
  let reason: string = status["reason"] ?? status["phase"] ?? "Unknown";
  const starting = (status["initContainerStatuses"] ?? []).findIndex(
    (one: Fields) => one["state"]?.terminated?.exitCode !== 0 && !one["ready"],
  );
  const initial: Fields[] = pod["spec"].initContainers ?? [];
  if (initial.length > 0 && starting >= 0) {
    const state = status["initContainerStatuses"][starting].state ?? {};
    const waiting = state.waiting?.reason;
    reason = waiting !== undefined && waiting !== "PodInitializing" ? `Init:${waiting}` : `Init:${starting}/${initial.length}`;
  } else {
    for (const container of (status["containerStatuses"] ?? []).toReversed()) {
      const { waiting, terminated } = container.state ?? {};
      if (waiting?.reason !== undefined) reason = waiting.reason;
      else if (terminated !== undefined) reason = terminated.reason ?? `ExitCode:${terminated.exitCode}`;
    }
    if (
      reason === "Completed" &&
      (status["containerStatuses"] ?? []).some((one: Fields) => one["ready"] && one["state"]?.running !== undefined)
    )
      reason = "Running";
  }
  if (pod.metadata.deletionTimestamp !== undefined) return status["reason"] === "NodeLost" ? "Unknown" : "Terminating";
  return reason;
}

export const readyContainers = (pod: KubeObject): string =>
  `${(pod["status"]?.containerStatuses ?? []).filter((one: Fields) => one["ready"]).length}/${pod["spec"].containers.length}`;

export const restarts = (pod: KubeObject): number =>
  (pod["status"]?.containerStatuses ?? []).reduce((sum: number, one: Fields) => sum + (one["restartCount"] ?? 0), 0);

export const isReady = (pod: KubeObject): boolean =>
  (pod["status"]?.conditions ?? []).some((one: Fields) => one["type"] === "Ready" && one["status"] === "True");
