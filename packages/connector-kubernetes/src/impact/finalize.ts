import { ONE, remark, type Analysis } from "./analysis.ts";
import { EVENTS } from "./closure.ts";
import { keyOfType } from "./resource-types.ts";
import { applyChange } from "./rules/breaks.ts";
import { nameOf, type World, type WorldObject } from "./world.ts";

/**
 * Works out that the finalizers of a Terminating namespace are taken off from outside (`…/namespaces/x/finalize`): the namespace goes at
 * once, and whatever its controller had not deleted by then is left behind, since nobody looks for it any more.
 */
export function analyseFinalize(world: World, namespace: WorldObject): Analysis {
  const left = [...world.everything(namespace.name)].filter((object) => !EVENTS.has(keyOfType(object.type)));
  const breaks = applyChange(world, { gone: [namespace], made: [] });
  const count = left.length === 1 ? "1 object is" : `${left.length} objects are`;
  return {
    closure: { taken: [], own: {}, stays: [], events: 0 },
    cascades: left.map((object) => ({ object: nameOf(object), effect: "modify", rows: ONE, via: ["namespace"], depth: 1 })),
    breaks,
    risks:
      left.length === 0
        ? []
        : [
            remark(
              "orphaned",
              "danger",
              `${count} left behind in etcd without a namespace: not deleted, volumes and addresses outside the cluster not released, and there again as soon as a namespace of that name is made.`,
            ),
          ],
    willFail: [],
    lost: [],
    reversible: "partial",
    reversibleReason: `${nameOf(namespace)} comes back as a new namespace; what waited for finalizers in the old one is not deleted with it any more.`,
  };
}
