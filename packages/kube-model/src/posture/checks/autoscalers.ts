import type { Json } from "../../json.ts";
import type { Check } from "../check.ts";
import { decide, inNamespace, word } from "../fix.ts";
import { nameOf, namespaceOf } from "../inventory.ts";
import { draft, objectCheck } from "../rules.ts";
import { containersOf } from "../workload.ts";
import { HPA } from "./served.ts";

/** Autoscalers that do nothing. */
export const AUTOSCALERS: readonly Check[] = [
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
];
