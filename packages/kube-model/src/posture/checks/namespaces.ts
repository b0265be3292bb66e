import type { Json } from "../../json.ts";
import { labelOf, labelsOf, selectorText } from "../../label-selector.ts";
import { evidenceOf, type Check, type Draft } from "../check.ts";
import { applyLine, decide, word } from "../fix.ts";
import { type Inventory, isSystemNamespace, nameOf, namespaceOf, type Source } from "../inventory.ts";
import { draft, objectCheck } from "../rules.ts";
import { isolatingPolicies, openestOf, type OpenRule, openRules } from "./open-rules.ts";

const NAMESPACE = ["/Namespace"];
const ENFORCE = "pod-security.kubernetes.io/enforce";

/** A finding about a namespace itself; those of Kubernetes are apart. */
const about = (source: Source, says: string, path: (string | number)[], fix: Draft["fix"], words?: string): Draft =>
  draft(source, says, [{ path, ...(words === undefined ? {} : { words }) }], fix, {
    namespace: nameOf(source.object),
    system: isSystemNamespace(nameOf(source.object)),
  });

const missing =
  (kind: string, says: string, fix: (name: string, inventory: Inventory) => Draft["fix"]) =>
  (source: Source, inventory: Inventory): Draft | undefined => {
    const name = nameOf(source.object);
    // Nobody puts workloads into these two.
    if (name === "kube-public" || name === "kube-node-lease" || inventory.all(kind).some(({ object }) => namespaceOf(object) === name))
      return undefined;
    return about(source, says, ["metadata", "name"], fix(name, inventory), `${name} holds no ${kind.slice(1)}`);
  };

/** How many pods run there, or would by what its workloads say. */
function podsIn(namespace: string, inventory: Inventory): number {
  if (inventory.from === "cluster") return inventory.all("/Pod").filter(({ object }) => namespaceOf(object) === namespace).length;
  return inventory.workloadsIn(namespace).reduce((sum, { replicas }) => sum + (replicas ?? 1), 0);
}

/** Which policies there are, for one that reads why none of them is enough. */
function policiesOf(namespace: string, inventory: Inventory): string {
  const all = inventory.all("networking.k8s.io/NetworkPolicy").filter(({ object }) => namespaceOf(object) === namespace);
  if (all.length === 0) return `${namespace} holds no NetworkPolicy`;
  const some = all
    .slice(0, 5)
    .map(({ object }) => `${nameOf(object)} selects ${selectorText(object["spec"]?.podSelector) || "every pod, for Egress"}`);
  return `${namespace} holds ${all.length}: ${some.join("; ")}`;
}

/** No policy is for all of its pods: one is to be added. */
function unisolated(source: Source, inventory: Inventory): Draft {
  const name = nameOf(source.object);
  const deny = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "default-deny-ingress", namespace: name },
    spec: { podSelector: {}, policyTypes: ["Ingress"] },
  };
  const fix = isSystemNamespace(name)
    ? decide("Which of its pods does everybody need (DNS does)? Let those be reached before the rest is closed.", [applyLine(deny)])
    : {
        lines: [applyLine(deny)],
        decision: "Who reaches its pods today? Give those a policy first: the plan shows what would be cut off.",
      };
  return about(source, "No NetworkPolicy isolates all of its pods.", ["metadata", "name"], fix, policiesOf(name, inventory));
}

/** A policy is for all of its pods and admits everybody: what another one denies does not count. */
function opened(source: Source, rules: readonly OpenRule[]): Draft {
  const on = openestOf(rules);
  return {
    ...about(
      source,
      `A NetworkPolicy of all its pods admits everybody on ${on ?? "the ports it names"}.`,
      ["metadata", "name"],
      decide(
        "Who is meant to reach them? Name those in the rule by namespaceSelector and podSelector, or take it out: what policies admit adds up, and no other one takes it back.",
      ),
    ),
    evidence: rules.map(({ policy, path }) => evidenceOf(policy, path)),
    ...(on === undefined ? { severity: "medium" } : {}),
  };
}

/** Values that other namespaces have for a label, the most frequent first. */
function valuesOf(label: string, inventory: Inventory): string[] {
  const counts = Map.groupBy(
    inventory.all("/Namespace").flatMap(({ object }) => labelOf(labelsOf(object), label) || []),
    (value) => value,
  );
  return [...counts].toSorted(([, left], [, right]) => right.length - left.length).map(([value]) => value);
}

/** What a namespace says of itself and keeps of what is in it. */
export const NAMESPACES: readonly Check[] = [
  objectCheck({
    id: "namespace-environment",
    title: "Namespaces without an environment label",
    severity: "high",
    area: "namespaces",
    why: "Network policies, quotas and rules select namespaces by their environment: one without the label falls out of all of them, and nothing says so.",
    kinds: NAMESPACE,
    find(source, inventory) {
      const label = inventory.environmentLabel;
      const name = nameOf(source.object);
      const own = labelOf(labelsOf(source.object), label);
      if (own !== undefined && own !== "") return undefined;
      const values = valuesOf(label, inventory).slice(0, 5);
      const used = values.length === 0 ? "" : ` In use here: ${values.join(", ")}.`;
      return about(
        source,
        own === undefined ? `It has no ${label} label.` : `Its ${label} label is empty.`,
        ["metadata", "labels", label],
        decide(
          `Which environment is it? The label opens and closes connections: the plan shows which.${used}`,
          (values.length === 0 ? ["prod", "staging", "dev"] : values).map(
            (value) => `kubectl label namespace ${word(name)} ${word(`${label}=${value}`)}${own === undefined ? "" : " --overwrite"}`,
          ),
          { metadata: { labels: { [label]: values[0] ?? "prod" } } },
        ),
      );
    },
  }),
  objectCheck({
    id: "namespace-default-deny",
    title: "Namespaces that everybody reaches",
    severity: "high",
    area: "network",
    why: "Where no policy selects every pod, or one that does admits everybody, pods are reached from the whole cluster: one that is taken over reaches all.",
    kinds: NAMESPACE,
    against: ["networking.k8s.io/NetworkPolicy"],
    find(source, inventory) {
      const name = nameOf(source.object);
      if (name === "kube-public" || name === "kube-node-lease") return undefined;
      const isolating = isolatingPolicies(name, inventory);
      const open = isolating.flatMap(openRules);
      if (isolating.length > 0 && open.length === 0) return undefined;
      const found = open.length > 0 ? opened(source, open) : unisolated(source, inventory);
      // An empty one is not worth waking anybody for.
      return inventory.podLabels(name).length === 0 ? { ...found, severity: "low" } : found;
    },
  }),
  objectCheck({
    id: "namespace-quota",
    title: "Namespaces without a quota",
    severity: "low",
    area: "namespaces",
    why: "One runaway loop of one team fills the cluster for all.",
    kinds: NAMESPACE,
    against: ["/ResourceQuota"],
    find: missing("/ResourceQuota", "It has no ResourceQuota.", (name, inventory) => {
      const pods = Math.max(10, podsIn(name, inventory) * 2);
      return decide("How much may it take? Twice the pods it has is a beginning; add requests.cpu and requests.memory.", [
        `kubectl create quota default -n ${word(name)} --hard=pods=${pods}`,
      ]);
    }),
  }),
  objectCheck({
    id: "namespace-limits",
    title: "Namespaces without default limits",
    severity: "low",
    area: "namespaces",
    why: "A LimitRange gives requests and limits to containers that say none; without it they may take the node.",
    kinds: NAMESPACE,
    against: ["/LimitRange"],
    find: missing("/LimitRange", "It has no LimitRange.", (name) =>
      decide("What does a usual container of it need?", [
        applyLine({
          apiVersion: "v1",
          kind: "LimitRange",
          metadata: { name: "defaults", namespace: name },
          spec: { limits: [{ type: "Container", defaultRequest: { cpu: "100m", memory: "128Mi" }, default: { memory: "256Mi" } }] },
        }),
      ]),
    ),
  }),
  objectCheck({
    id: "namespace-pod-security",
    title: "Namespaces without Pod Security",
    severity: "medium",
    area: "namespaces",
    why: "Without the label any pod is admitted there, privileged ones and those with the node's files too.",
    kinds: NAMESPACE,
    find(source) {
      const name = nameOf(source.object);
      if (ENFORCE in labelsOf(source.object)) return undefined;
      const set = (mode: string, level: string): string => word(`pod-security.kubernetes.io/${mode}=${level}`);
      return about(source, "No Pod Security level is enforced in it.", ["metadata", "labels", ENFORCE], {
        lines: [`kubectl label namespace ${word(name)} ${set("warn", "restricted")} ${set("audit", "restricted")}`],
        decision: "The lines only warn. Enforce once its pods pass; those that do not are not made again.",
        choices: [`kubectl label namespace ${word(name)} ${set("enforce", "baseline")}`],
        patch: { metadata: { labels: { [ENFORCE]: "baseline" } } },
      });
    },
  }),
  objectCheck({
    id: "namespace-privileged",
    title: "Namespaces that admit privileged pods",
    severity: "medium",
    area: "namespaces",
    why: "enforce: privileged is the same as no rule at all: whoever may make pods there may have its nodes.",
    kinds: NAMESPACE,
    find(source) {
      const name = nameOf(source.object);
      if (labelsOf(source.object)[ENFORCE] !== "privileged") return undefined;
      return about(
        source,
        "It admits privileged pods.",
        ["metadata", "labels", ENFORCE],
        decide(
          "Which of its pods need it? Move those to a namespace of their own.",
          [`kubectl label namespace ${word(name)} --overwrite ${word(`${ENFORCE}=baseline`)}`],
          {
            metadata: { labels: { [ENFORCE]: "baseline" } },
          },
        ),
      );
    },
  }),
  {
    id: "default-namespace",
    title: "Workloads in the namespace default",
    severity: "low",
    area: "namespaces",
    why: "Nobody owns default: no policy, quota or right is written for it, and what was meant for elsewhere lands there.",
    reads: ["/Pod", "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "batch/CronJob", "batch/Job"],
    *find(inventory) {
      for (const { source } of inventory.workloads) {
        if ((source.object.metadata as Json)?.namespace !== "default") continue;
        yield draft(
          source,
          "It runs in the namespace default.",
          [{ path: ["metadata", "namespace"] }],
          decide("Whose is it? Apply its manifest in their namespace, and delete it here when that one runs."),
        );
      }
    },
  },
];
