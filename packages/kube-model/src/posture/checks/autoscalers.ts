import type { Json } from "../../json.ts";
import type { Check } from "../check.ts";
import { decide, inNamespace, word } from "../fix.ts";
import { type Inventory, nameOf, namespaceOf, type Source } from "../inventory.ts";
import { draft, objectCheck } from "../rules.ts";
import { containersOf, type ContainerAt, type Workload } from "../workload.ts";
import { isSet, isSetOfContainer, LIMIT_RANGE } from "./resources.ts";
import { HPA } from "./served.ts";

/** A share of what is requested that an autoscaler goes by. */
interface Share {
  resource: string;
  path: (string | number)[];
  /** Of this one alone; else of all of the pod's. */
  container?: string;
}

function sharesOf({ object }: Source): Share[] {
  const { metrics, targetCPUUtilizationPercentage: cpu }: Record<string, Json> = object["spec"] ?? {};
  const shares = (Array.isArray(metrics) ? metrics : []).flatMap((metric: Json, index): Share[] => {
    const { type, resource, containerResource }: Record<string, Json> = metric ?? {};
    const about: Json = type === "Resource" ? resource : type === "ContainerResource" ? containerResource : undefined;
    if (about?.["target"]?.type !== "Utilization") return [];
    const container = type === "ContainerResource" ? { container: String(about["container"]) } : {};
    return [{ resource: String(about["name"]), path: ["spec", "metrics", index], ...container }];
  });
  return cpu === undefined ? shares : [{ resource: "cpu", path: ["spec", "targetCPUUtilizationPercentage"] }, ...shares];
}

/** Containers whose requests count: those that go on running, sidecars too (Kubernetes, calculateRequests of the autoscaler's controller). */
const countedOf = (workload: Workload, { container: name }: Share): ContainerAt[] =>
  containersOf(workload, "app").filter(({ name: own }) => name === undefined || own === name);

/** What the whole pod requests does not count where one container is named (as there). */
const requests = (at: ContainerAt, { resource, container }: Share, inventory: Inventory): boolean =>
  (container === undefined ? isSet : isSetOfContainer)(at, "requests", resource, inventory);

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
    against: ["apps/Deployment", "apps/StatefulSet", LIMIT_RANGE],
    find(source, inventory) {
      const target: Json = source.object["spec"]?.scaleTargetRef;
      const workload = inventory
        .workloadsIn(namespaceOf(source.object))
        .find((one) => one.kind === target?.["kind"] && nameOf(one.source.object) === target?.["name"]);
      if (workload === undefined) return undefined;
      for (const share of sharesOf(source)) {
        const { resource, path } = share;
        const lacking = countedOf(workload, share).find((at) => !requests(at, share, inventory));
        if (lacking === undefined) continue;
        return draft(
          source,
          `It goes by a share of ${resource}, and container ${lacking.name} of ${workload.kind} ${nameOf(workload.source.object)} requests none.`,
          [{ path }],
          decide(`How much ${resource} does ${lacking.name} need? Request that; the autoscaler counts from there.`),
        );
      }
      return undefined;
    },
  }),
];
