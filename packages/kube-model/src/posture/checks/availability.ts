import { isRecord, type Json } from "../../json.ts";
import { selects } from "../../label-selector.ts";
import type { Check } from "../check.ts";
import { applyLine, decide, named, podPatch } from "../fix.ts";
import { nameOf, namespaceOf } from "../inventory.ts";
import { draft, objectCheck } from "../rules.ts";
import { AUTOSCALERS } from "./autoscalers.ts";
import { DISRUPTION_BUDGETS } from "./disruption-budgets.ts";
import { JOBS } from "./jobs.ts";
import { HPA, autoscalerOf, eachServed, selectorOf } from "./served.ts";
import { VOLUMES } from "./volumes.ts";

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
      for (const workload of eachServed(inventory)) {
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
  ...DISRUPTION_BUDGETS,
  {
    id: "no-spread",
    title: "Pods that may all be on one node",
    severity: "low",
    area: "availability",
    why: "Without topologySpreadConstraints or podAntiAffinity one node, or one zone, may hold every pod of it.",
    reads: ["apps/Deployment", "apps/StatefulSet"],
    *find(inventory) {
      for (const workload of eachServed(inventory)) {
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
  ...AUTOSCALERS,
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
      const ports =
        object["spec"]?.template?.spec?.containers?.flatMap?.((container: Json) => container?.["ports"] ?? []).filter(isRecord) ?? [];
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
  ...JOBS,
  ...VOLUMES,
];
