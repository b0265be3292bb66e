import type { Controller } from "./controller.ts";

/** Removes pods of nodes that are not there. */
export const podCollector: Controller = {
  name: "pod-garbage-collector",
  watches: ["nodes"],
  clusterWide: true,
  reconcile(hands) {
    const nodes = new Set(hands.list("nodes").map((node) => node.metadata.name));
    for (const pod of hands.list("pods")) {
      if (pod["spec"].nodeName !== undefined && !nodes.has(pod["spec"].nodeName)) hands.remove("pods", pod, { gracePeriodSeconds: 0 });
    }
  },
};
