import { isRecord, type Json } from "../../json.ts";
import { selects, selectorText, type Labels } from "../../label-selector.ts";
import type { Check } from "../check.ts";
import { applyLine, decide, inNamespace, kubectlKind, named, patched, podPatch, word } from "../fix.ts";
import { type Inventory, nameOf, namespaceOf, type Source } from "../inventory.ts";
import { draft, objectCheck } from "../rules.ts";
import { containersOf, type Workload } from "../workload.ts";

const PDB = "policy/PodDisruptionBudget";
const HPA = "autoscaling/HorizontalPodAutoscaler";

const autoscalerOf = ({ source: { object } }: Workload, inventory: Inventory): Source | undefined =>
  inventory.all(HPA).find(({ object: scaler }) => {
    const target: Json = scaler["spec"]?.scaleTargetRef;
    return namespaceOf(scaler) === namespaceOf(object) && target?.["kind"] === object.kind && target["name"] === nameOf(object);
  });

const budgetsOf = (labels: Labels, namespace: string | undefined, inventory: Inventory): Source[] =>
  inventory.all(PDB).filter(({ object }) => namespaceOf(object) === namespace && selects(object["spec"]?.selector, labels));

const isServed = ({ kind }: Workload): boolean => kind === "Deployment" || kind === "StatefulSet";

/** Every workload that keeps pods running, one by one. */
const each = (inventory: Inventory): Workload[] => inventory.workloads.filter(isServed);

const selectorOf = ({ source: { object } }: Workload): Json => object["spec"]?.selector;

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

/** What keeps a program there while nodes go and come. */
export const AVAILABILITY: readonly Check[] = [
  {
    id: "single-replica",
    title: "One pod alone",
    severity: "low",
    area: "availability",
    why: "Every drain of its node, every crash and every rollout of a Recreate or StatefulSet is an outage.",
    reads: ["apps/Deployment", "apps/StatefulSet"],
    against: [HPA],
    *find(inventory) {
      for (const workload of each(inventory)) {
        const { object } = workload.source;
        if (workload.replicas !== 1 || autoscalerOf(workload, inventory) !== undefined) continue;
        const line = `kubectl scale ${named(object)} --replicas=2`;
        const decision =
          workload.kind === "StatefulSet"
            ? "Can a second one work beside it? A database needs to be set up for it; else say to those who wait for it that it may be away."
            : "Can two of it work beside each other? Whoever holds a lock or a file alone cannot.";
        yield draft(
          workload.source,
          "It runs as one pod.",
          [{ path: ["spec", "replicas"] }],
          decide(decision, [line], { spec: { replicas: 2 } }),
        );
      }
    },
  },
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
      for (const workload of each(inventory)) {
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
      const workloads = each(inventory).filter(
        (workload) => namespaceOf(workload.source.object) === namespaceOf(object) && selects(selector, workload.labels),
      );
      const pods = workloads.reduce((sum, { replicas }) => sum + (replicas ?? 0), 0);
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
      for (const workload of each(inventory)) {
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
  {
    id: "no-spread",
    title: "Pods that may all be on one node",
    severity: "low",
    area: "availability",
    why: "Without topologySpreadConstraints or podAntiAffinity one node, or one zone, may hold every pod of it.",
    reads: ["apps/Deployment", "apps/StatefulSet"],
    *find(inventory) {
      for (const workload of each(inventory)) {
        const spread: Json = workload.spec["topologySpreadConstraints"];
        const apart: Json = workload.spec["affinity"]?.podAntiAffinity;
        if ((workload.replicas ?? 1) < 2 || (Array.isArray(spread) && spread.length > 0) || isRecord(apart)) continue;
        const constraint = {
          maxSkew: 1,
          topologyKey: "kubernetes.io/hostname",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: selectorOf(workload) ?? { matchLabels: workload.labels },
        };
        yield draft(
          workload.source,
          `Nothing spreads its ${workload.replicas} pods over nodes.`,
          [{ path: [...workload.podPath, "topologySpreadConstraints"] }],
          podPatch(workload, { topologySpreadConstraints: [constraint] }),
        );
      }
    },
  },
  objectCheck({
    id: "selector-mismatch",
    title: "Selectors that do not select their own pods",
    severity: "high",
    area: "availability",
    why: "The server refuses such an object, and with older versions it makes pods without end that it does not know.",
    kinds: ["apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "apps/ReplicaSet", "/ReplicationController"],
    find(source) {
      const { object } = source;
      const given: Json = object["spec"]?.selector;
      const labels: Json = object["spec"]?.template?.metadata?.labels ?? {};
      const selector = object.kind === "ReplicationController" ? { matchLabels: given ?? labels } : given;
      if (selector === undefined || selects(selector, labels)) return undefined;
      return draft(
        source,
        "Its selector does not select the pods of its template.",
        [{ path: ["spec", "selector"] }, { path: ["spec", "template", "metadata", "labels"] }],
        decide("Which labels are meant? A selector cannot be changed once it is there: mend the template, or make the object anew."),
      );
    },
  }),
  objectCheck({
    id: "autoscaler-dangling",
    title: "Autoscalers of nothing",
    severity: "high",
    area: "availability",
    why: "What it was to scale is not scaled, and nothing says so but a condition of the autoscaler.",
    kinds: [HPA],
    against: ["apps/Deployment", "apps/StatefulSet", "apps/ReplicaSet", "/ReplicationController"],
    find(source, inventory) {
      const target: Json = source.object["spec"]?.scaleTargetRef ?? {};
      const group = String(target["apiVersion"] ?? "").includes("/") ? String(target["apiVersion"]).split("/")[0]! : "";
      const kind = `${group}/${String(target["kind"])}`;
      const judged = ["apps/Deployment", "apps/StatefulSet", "apps/ReplicaSet", "/ReplicationController"].includes(kind);
      if (!judged || inventory.find(kind, namespaceOf(source.object), String(target["name"])) !== undefined) return undefined;
      return draft(
        source,
        `Its target, ${String(target["kind"])} ${String(target["name"])}, does not exist.`,
        [{ path: ["spec", "scaleTargetRef"] }],
        decide("What was it to scale? Name that, or delete it.", [
          `kubectl delete horizontalpodautoscaler ${word(nameOf(source.object))}${inNamespace(source.object)}`,
        ]),
      );
    },
  }),
  objectCheck({
    id: "autoscaler-without-requests",
    title: "Autoscalers that cannot count",
    severity: "high",
    area: "availability",
    why: "Utilization is a share of what is requested: where a container requests nothing the autoscaler does nothing, at any load.",
    kinds: [HPA],
    against: ["apps/Deployment", "apps/StatefulSet"],
    find(source, inventory) {
      const { scaleTargetRef: target, metrics, targetCPUUtilizationPercentage }: Record<string, Json> = source.object["spec"] ?? {};
      const wanted = [
        ...(targetCPUUtilizationPercentage === undefined ? [] : [{ name: "cpu", path: ["spec", "targetCPUUtilizationPercentage"] }]),
        ...(Array.isArray(metrics) ? metrics : []).flatMap((metric, index) =>
          metric?.["type"] === "Resource" && metric["resource"]?.target?.type === "Utilization"
            ? [{ name: String(metric["resource"].name), path: ["spec", "metrics", index] }]
            : [],
        ),
      ];
      const workload = inventory
        .workloadsIn(namespaceOf(source.object))
        .find((one) => one.kind === target?.["kind"] && nameOf(one.source.object) === target?.["name"]);
      if (workload === undefined) return undefined;
      for (const { name, path } of wanted) {
        const lacking = containersOf(workload, "app").filter(
          ({ container }) => container["resources"]?.requests?.[name] === undefined && container["resources"]?.limits?.[name] === undefined,
        );
        if (lacking.length === 0) continue;
        return draft(
          source,
          `It goes by a share of ${name}, and container ${lacking[0]!.name} of ${workload.kind} ${nameOf(workload.source.object)} requests none.`,
          [{ path }],
          decide(`How much ${name} does ${lacking[0]!.name} need? Request that; the autoscaler counts from there.`),
        );
      }
      return undefined;
    },
  }),
  objectCheck({
    id: "stateful-set-service",
    title: "StatefulSets without their Service",
    severity: "medium",
    area: "availability",
    why: "The names of its pods (web-0.web) are made by a headless Service: without one they do not find each other.",
    kinds: ["apps/StatefulSet"],
    against: ["/Service"],
    find(source, inventory) {
      const { object } = source;
      const name: Json = object["spec"]?.serviceName;
      const service = typeof name === "string" && name !== "" ? inventory.find("/Service", namespaceOf(object), name) : undefined;
      if (service?.object["spec"]?.clusterIP === "None") return undefined;
      const says =
        name === undefined || name === ""
          ? "It names no Service."
          : service === undefined
            ? `Its Service ${String(name)} does not exist.`
            : `Its Service ${String(name)} is not headless: the pods have no names of their own.`;
      const ports = object["spec"]?.template?.spec?.containers?.flatMap?.((container: Json) => container?.["ports"] ?? []) ?? [];
      const manifest = {
        apiVersion: "v1",
        kind: "Service",
        metadata: {
          name: String(name || nameOf(object)),
          ...(namespaceOf(object) === undefined ? {} : { namespace: namespaceOf(object) }),
        },
        spec: {
          clusterIP: "None",
          selector: object["spec"]?.selector?.matchLabels ?? object["spec"]?.template?.metadata?.labels,
          ...(ports.length > 0
            ? { ports: ports.map((port: Json) => ({ name: port.name ?? `p${String(port.containerPort)}`, port: port.containerPort })) }
            : {}),
        },
      };
      const mechanical = typeof name === "string" && name !== "" && service === undefined;
      return draft(
        source,
        says,
        [{ path: ["spec", "serviceName"] }],
        mechanical
          ? { lines: [applyLine(manifest)] }
          : decide(
              service === undefined
                ? "Its serviceName cannot be changed once it is there: make the StatefulSet anew with one, and its Service with it."
                : "A Service cannot become headless: who uses its address? Make one without an address beside it, and the StatefulSet anew with its name.",
            ),
      );
    },
  }),
  objectCheck({
    id: "cron-job-concurrency",
    title: "CronJobs whose runs may overlap",
    severity: "low",
    area: "availability",
    why: "A run that takes longer than its period meets the next one; what both write is anybody's guess, and slow days pile up pods.",
    kinds: ["batch/CronJob"],
    find(source) {
      const { object } = source;
      if ((object["spec"]?.concurrencyPolicy ?? "Allow") !== "Allow") return undefined;
      return draft(
        source,
        "Its runs may overlap.",
        [{ path: ["spec", "concurrencyPolicy"] }],
        patched(object, { spec: { concurrencyPolicy: "Forbid" } }),
      );
    },
  }),
  objectCheck({
    id: "cron-job-deadline",
    title: "CronJobs without a starting deadline",
    severity: "low",
    area: "availability",
    why: "After 100 missed starts such a CronJob is never started again, and one that was missed may start at any later time.",
    kinds: ["batch/CronJob"],
    find(source) {
      if (source.object["spec"]?.startingDeadlineSeconds !== undefined) return undefined;
      const patch = { spec: { startingDeadlineSeconds: 300 } };
      return draft(
        source,
        "It has no starting deadline.",
        [{ path: ["spec", "startingDeadlineSeconds"] }],
        patched(source.object, patch, "How late may it still start? Five minutes is a guess."),
      );
    },
  }),
  objectCheck({
    id: "job-kept",
    title: "Jobs that stay for ever",
    severity: "low",
    area: "availability",
    why: "Finished Jobs and their pods stay until somebody deletes them; thousands of them slow the API for all.",
    kinds: ["batch/Job"],
    find(source) {
      const { object } = source;
      const owned: Json = object.metadata?.ownerReferences;
      if (object["spec"]?.ttlSecondsAfterFinished !== undefined || (Array.isArray(owned) && owned.length > 0)) return undefined;
      return draft(
        source,
        "It stays after it has finished.",
        [{ path: ["spec", "ttlSecondsAfterFinished"] }],
        patched(object, { spec: { ttlSecondsAfterFinished: 86_400 } }),
      );
    },
  }),
  objectCheck({
    id: "volume-reclaim-delete",
    title: "Volumes whose data goes with their claim",
    severity: "medium",
    area: "availability",
    why: "Deleting the claim, or its namespace, deletes the disk: nothing but a backup brings it back.",
    kinds: ["/PersistentVolume"],
    find(source) {
      const { object } = source;
      const claim: Json = object["spec"]?.claimRef;
      // The default of the API for volumes that people write is Retain; provisioners set Delete.
      if (object["spec"]?.persistentVolumeReclaimPolicy !== "Delete" || !isRecord(claim)) return undefined;
      return draft(
        source,
        `The data of claim ${String(claim["namespace"])}/${String(claim["name"])} is deleted with it.`,
        [{ path: ["spec", "persistentVolumeReclaimPolicy"] }],
        patched(object, { spec: { persistentVolumeReclaimPolicy: "Retain" } }),
        { namespace: claim["namespace"] },
      );
    },
  }),
  objectCheck({
    id: "storage-class-delete",
    title: "Storage classes that delete data",
    severity: "low",
    area: "availability",
    why: "Every volume of this class is made to be deleted with its claim.",
    kinds: ["storage.k8s.io/StorageClass"],
    find(source) {
      const { object } = source;
      if ((object["reclaimPolicy"] ?? "Delete") !== "Delete") return undefined;
      return draft(
        source,
        "Its volumes are deleted with their claims.",
        [{ path: ["reclaimPolicy"] }],
        decide(
          `Which data may not be lost? reclaimPolicy of a ${kubectlKind(object)} cannot be changed: make one with Retain for those claims.`,
        ),
      );
    },
  }),
];
