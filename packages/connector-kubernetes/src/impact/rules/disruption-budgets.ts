import { isFinished } from "../endpoints.ts";
import { objectName } from "../resource-types.ts";
import { nameOf, type World, type WorldObject } from "../world.ts";
import type { Finding, Rule } from "./rule.ts";

const BUDGETS = "policy/poddisruptionbudgets";

/** Whose pods a PodDisruptionBudget covers: by what made them, pods that nothing made by themselves. */
export const disruptionBudgets: Rule = {
  name: "disruption budgets",
  gone: [BUDGETS, "/pods"],
  made: [BUDGETS, "/pods"],
  reads: [BUDGETS, "/pods", "apps/replicasets"],
  per: "namespace",
  find(world, namespace) {
    const found = new Map<string, Finding>();
    for (const budget of world.all(BUDGETS, namespace)) {
      for (const pod of world.pods(budget.namespace!, budget.body?.["spec"]?.["selector"])) {
        const object = makerOf(world, pod);
        if (isFinished(pod) || found.has(object)) continue;
        found.set(object, {
          key: "covered",
          object,
          code: "no_disruption_budget",
          vanishes: "no PodDisruptionBudget covers its pods any longer: a drain or an upgrade may end all of them at once",
          // Where its pods go with the write, there is nothing left to cover.
          about: { key: "/pods", namespace: pod.namespace!, name: pod.name },
          scope: `namespace ${pod.namespace!}`,
        });
      }
    }
    return [...found.values()];
  },
};

/** What people know it by: the Deployment, not its ReplicaSet. An owner that was not looked at is known by its name. */
function makerOf(world: World, pod: WorldObject): string {
  let name = nameOf(pod);
  for (let made: WorldObject | undefined = pod; made !== undefined;) {
    const owner: WorldObject["owners"][number] | undefined = made.owners.find((one) => one.controller);
    const type = owner === undefined ? undefined : world.types.ofKind(owner.apiVersion, owner.kind);
    if (owner === undefined || type === undefined) break;
    name = objectName(type, type.namespaced ? made.namespace : undefined, owner.name);
    const next = world.byUid(owner.uid);
    made = next === made ? undefined : next;
  }
  return name;
}
