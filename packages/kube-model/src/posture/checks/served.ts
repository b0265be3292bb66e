import type { Json } from "../../json.ts";
import { type Inventory, nameOf, namespaceOf, type Source } from "../inventory.ts";
import type { Workload } from "../workload.ts";

export const HPA = "autoscaling/HorizontalPodAutoscaler";

/** Workloads that keep pods running, one by one. */
export const eachServed = (inventory: Inventory): Workload[] => inventory.workloads.filter(isServed);

export const servedIn = (namespace: string | undefined, inventory: Inventory): Workload[] =>
  inventory.workloadsIn(namespace).filter(isServed);

const isServed = ({ kind }: Workload): boolean => kind === "Deployment" || kind === "StatefulSet";

export const autoscalerOf = ({ source: { object } }: Workload, inventory: Inventory): Source | undefined =>
  inventory.in(HPA, namespaceOf(object)).find(({ object: scaler }) => {
    const target: Json = scaler["spec"]?.scaleTargetRef;
    return target?.["kind"] === object.kind && target?.["name"] === nameOf(object);
  });

export const selectorOf = ({ source: { object } }: Workload): Json => object["spec"]?.selector;
