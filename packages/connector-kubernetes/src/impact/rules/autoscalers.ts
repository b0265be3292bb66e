import { nameOf } from "../world.ts";
import type { Finding, Rule } from "./rule.ts";
import { WORKLOADS } from "./rule.ts";
import { keyOfType } from "../resource-types.ts";

export const AUTOSCALERS = "autoscaling/horizontalpodautoscalers";

/** HorizontalPodAutoscalers without what they scale. */
export const autoscalers: Rule = {
  name: "autoscalers",
  gone: [...WORKLOADS],
  made: [AUTOSCALERS],
  reads: [AUTOSCALERS, ...WORKLOADS],
  per: "namespace",
  find: (world, namespace) => {
    const findings: Finding[] = [];
    for (const scaler of world.all(AUTOSCALERS, namespace)) {
      const target = scaler.body?.["spec"]?.["scaleTargetRef"];
      const type = target === undefined ? undefined : world.types.ofKind(target.apiVersion ?? "v1", target.kind);
      if (type === undefined || !world.lacks(keyOfType(type), namespace, target.name)) continue;
      findings.push({
        key: `${nameOf(scaler)} target`,
        object: nameOf(scaler),
        appears: `it has nothing to scale: ${target.kind} ${target.name} does not exist`,
        scope: `namespace ${namespace!}`,
      });
    }
    return findings;
  },
};
