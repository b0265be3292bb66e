import { labelsOf } from "../label-selector.ts";
import type { ConnectionSummary, EndSummary } from "./answer.ts";
import { MADE_BY_CONTROLLERS } from "./controller-labels.ts";
import type { ChangedConnections, ChangedEnd } from "./difference.ts";
import type { Pod } from "./pod.ts";
import { portTexts } from "./port-set.ts";

/** Pods of an end that are named. */
const NAMES = 5;

/** How many pairs of ends have connections that open, or close. */
export const pairCount = (changed: readonly ChangedConnections[], which: "opened" | "closed"): number =>
  changed.reduce((sum, one) => sum + (one[which].length > 0 ? one.pairs : 0), 0);

/** Changed connections for reading, those with most pairs first, at most `most` of them. */
export function summarize(changed: readonly ChangedConnections[], which: "opened" | "closed", most: number): ConnectionSummary[] {
  return changed
    .filter((one) => one[which].length > 0)
    .toSorted((left, right) => right.pairs - left.pairs)
    .slice(0, most)
    .map((one) => ({ from: endSummary(one.from), to: endSummary(one.to), ports: portTexts(one[which]), pairs: one.pairs }));
}

function endSummary(end: ChangedEnd): EndSummary {
  if (end.kind === "outside") return { what: end.text, pods: 0, names: [] };
  const { pods } = end;
  const workloads = [...new Set(pods.map(({ workload, name }) => workload?.name ?? name))];
  const what = workloads.length <= 2 ? workloads.join(", ") : sharedLabels(pods) || `${pods.length} pods`;
  return { namespace: pods[0]!.namespace, what, pods: pods.length, names: pods.slice(0, NAMES).map(({ name }) => name) };
}

/** Labels that all of them have, but for those that controllers put there. */
function sharedLabels(pods: readonly Pod[]): string {
  return Object.entries(labelsOf({ metadata: { labels: pods[0]!.labels } }))
    .filter(([key, value]) => !MADE_BY_CONTROLLERS.has(key) && pods.every(({ labels }) => labels[key] === value))
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
