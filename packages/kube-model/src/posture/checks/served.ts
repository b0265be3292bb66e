import type { Json } from "../../json.ts";
import { type Inventory, nameOf, namespaceOf, type Source } from "../inventory.ts";
import type { Workload } from "../workload.ts";

export const HPA = "autoscaling/HorizontalPodAutoscaler";

/** Every workload that keeps pods running, one by one. */
export const eachServed = (inventory: Inventory): Workload[] =>
  inventory.workloads.filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet");

export const autoscalerOf = ({ source: { object } }: Workload, inventory: Inventory): Source | undefined =>
  inventory.all(HPA).find(({ object: scaler }) => {
    const target: Json = scaler["spec"]?.scaleTargetRef;
    return namespaceOf(scaler) === namespaceOf(object) && target?.["kind"] === object.kind && target["name"] === nameOf(object);
  });

export const selectorOf = ({ source: { object } }: Workload): Json => object["spec"]?.selector;
