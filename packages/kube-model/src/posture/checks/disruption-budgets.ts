import { isRecord, type Json } from "../../json.ts";
import { selects, selectorText, type Labels } from "../../label-selector.ts";
import type { Check } from "../check.ts";
import { applyLine, decide, inNamespace, named, patched, word } from "../fix.ts";
import { type Inventory, nameOf, namespaceOf, type Source } from "../inventory.ts";
import { draft, objectCheck } from "../rules.ts";
import type { Workload } from "../workload.ts";
import { autoscalerOf, eachServed, selectorOf, servedIn } from "./served.ts";

const PDB = "policy/PodDisruptionBudget";

const budgetsOf = (labels: Labels, namespace: string | undefined, inventory: Inventory): Source[] =>
  inventory.in(PDB, namespace).filter(({ object }) => selects(object["spec"]?.selector, labels));

/** `--selector` where it can be written so; kubectl splits values at commas. */
function budgetLine(workload: Workload): string {
  const { object } = workload.source;
  const selector = selectorOf(workload);
  const plain = isRecord(selector?.["matchLabels"]) && !Array.isArray(selector["matchExpressions"]);
  if (plain)
    return `kubectl create poddisruptionbudget ${word(nameOf(object))}${inNamespace(object)} --selector=${word(selectorText(selector))} --max-unavailable=1`;
  return applyLine({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: nameOf(object), ...(namespaceOf(object) === undefined ? {} : { namespace: namespaceOf(object) }) },
    spec: { maxUnavailable: 1, selector },
  });
}

/** Pods that a share or a number of `of` is; a share of what must be available is rounded up, as of what may be missing. */
function podsOf(value: Json, of: number): number | undefined {
  if (typeof value === "number") return value;
  const share = /^(\d+)%$/.exec(String(value));
  return share === null ? undefined : Math.ceil((Number(share[1]) * of) / 100);
}

/** What keeps drains and upgrades of nodes from ending all pods at once, or keeps them from going on at all. */
export const DISRUPTION_BUDGETS: readonly Check[] = [
  {
    id: "no-disruption-budget",
    title: "No disruption budget",
    severity: "medium",
    area: "availability",
    why: "Nothing stops a drain, an upgrade of nodes or the autoscaler from ending all its pods at once.",
    reads: ["apps/Deployment", "apps/StatefulSet"],
    against: [PDB],
    *find(inventory) {
      if (!inventory.knows(PDB)) return;
      for (const workload of eachServed(inventory)) {
        const { object } = workload.source;
        const most = Number(autoscalerOf(workload, inventory)?.object["spec"]?.minReplicas ?? workload.replicas ?? 1);
        if (most < 2 || budgetsOf(workload.labels, namespaceOf(object), inventory).length > 0) continue;
        yield draft(workload.source, `Nothing keeps any of its ${most} pods while nodes are drained.`, [{ path: ["spec", "replicas"] }], {
          lines: [budgetLine(workload)],
        });
      }
    },
  },
  objectCheck({
    id: "disruption-budget-blocks",
    title: "Disruption budgets that allow nothing",
    severity: "high",
    area: "availability",
    why: "A node with such a pod can never be drained: upgrades hang on it, until somebody in a hurry forces them.",
    kinds: [PDB],
    against: ["apps/Deployment", "apps/StatefulSet"],
    find(source, inventory) {
      const { object } = source;
      const { minAvailable, maxUnavailable, selector }: Record<string, Json> = object["spec"] ?? {};
      const workloads = servedIn(namespaceOf(object), inventory).filter((workload) => selects(selector, workload.labels));
      // As many as there are at least: an autoscaler sets them where there is one.
      const pods = workloads.reduce(
        (sum, workload) => sum + Number(autoscalerOf(workload, inventory)?.object["spec"]?.minReplicas ?? workload.replicas ?? 0),
        0,
      );
      const none = maxUnavailable === 0 || maxUnavailable === "0%";
      const all = minAvailable !== undefined && pods > 0 && (podsOf(minAvailable, pods) ?? 0) >= pods;
      if (!none && !all) return undefined;
      const said = none ? "maxUnavailable" : "minAvailable";
      const patch = { spec: { minAvailable: null, maxUnavailable: 1 } };
      return draft(
        source,
        none ? "It never lets a pod be evicted." : `It wants ${String(minAvailable)} of ${pods} pods: none may ever be evicted.`,
        [{ path: ["spec", said] }],
        pods === 1
          ? decide(
              "Two pods, or one that may be away: scale what it selects to two, or let it be evicted.",
              [
                ...workloads.map((workload) => `kubectl scale ${named(workload.source.object)} --replicas=2`),
                ...patched(object, patch).lines,
              ],
              patch,
            )
          : // A merge patch: budgets of older servers refuse a strategic one that empties a field.
            { lines: [`kubectl patch ${named(object)} --type=merge -p ${word(JSON.stringify(patch))}`], patch },
      );
    },
  }),
  objectCheck({
    id: "disruption-budget-idle",
    title: "Disruption budgets that select nothing",
    severity: "low",
    area: "availability",
    why: "What it was written for is not protected: its labels have changed, or it is gone.",
    kinds: [PDB],
    against: ["/Pod", "apps/Deployment", "apps/StatefulSet"],
    find(source, inventory) {
      const { object } = source;
      if (inventory.selectsAnyPod(object["spec"]?.selector, namespaceOf(object))) return undefined;
      return draft(
        source,
        "It selects no pod.",
        [{ path: ["spec", "selector"] }],
        decide("Which pods are meant? Write their labels into its selector, or delete it.", [`kubectl delete ${named(object)}`]),
      );
    },
  }),
  {
    id: "disruption-budgets-overlap",
    title: "Pods of several disruption budgets",
    severity: "high",
    area: "availability",
    why: "The eviction API refuses every pod that more than one budget selects: its node cannot be drained.",
    reads: ["apps/Deployment", "apps/StatefulSet"],
    against: [PDB],
    *find(inventory) {
      for (const workload of eachServed(inventory)) {
        const { object } = workload.source;
        const budgets = budgetsOf(workload.labels, namespaceOf(object), inventory);
        if (budgets.length < 2) continue;
        const names = budgets.map((budget) => nameOf(budget.object)).join(", ");
        const found = draft(
          workload.source,
          `Its pods belong to ${budgets.length} disruption budgets: ${names}.`,
          [{ path: [...workload.podPath.slice(0, -1), "metadata", "labels"] }],
          decide(
            "Which one holds? Delete the others.",
            budgets.map((budget) => `kubectl delete ${named(budget.object)}`),
          ),
        );
        yield {
          ...found,
          evidence: [
            ...found.evidence,
            ...budgets.flatMap((budget) => draft(budget, "", [{ path: ["spec", "selector"] }], found.fix).evidence),
          ],
        };
      }
    },
  },
];
