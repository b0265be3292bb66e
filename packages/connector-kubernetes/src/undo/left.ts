import type { AppliedWrite } from "../apply/apply.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";
import type { ClusterView } from "../impact/cluster-view.ts";
import { keyOfType } from "../impact/resource-types.ts";
import type { Kept } from "./kept.ts";
import { readWhole } from "./read-whole.ts";

/**
 * What was kept, with how the run left what it changed and made. What it did not come to do, or is not known to have done, is left out of
 * neither: before it is put back everything is looked at again.
 */
export async function withLeft(
  view: ClusterView,
  kept: Kept,
  writes: readonly PlannedWrite[],
  applied: readonly AppliedWrite[],
): Promise<Kept> {
  const done = new Map<string, AppliedWrite>();
  for (const one of applied) {
    const write = one.state === "done" ? writes.find(({ index }) => index === one.index) : undefined;
    if (write !== undefined) done.set(placeOf(write), one);
  }
  const changed = kept.objects.filter((object) => object.after !== "gone" && done.has(placeOfKept(object)));
  const now = await readWhole(view, changed);
  const objects = kept.objects.map((object) => {
    const found = now.get(object);
    if (found === undefined) return object;
    // The server said which object it made; another of that name is not ours.
    const { uid } = done.get(placeOfKept(object))!;
    const made = object.after === "made" ? uid : (object.uid ?? uid);
    return made !== undefined && made !== found.metadata?.uid && uid !== found.metadata?.uid ? object : { ...object, left: found };
  });
  return { ...kept, objects };
}

const placeOf = ({ resource }: PlannedWrite): string => `${keyOfType(resource)} ${resource.namespace ?? ""}/${resource.name ?? ""}`;
const placeOfKept = ({ type, namespace, name }: Kept["objects"][number]): string => `${keyOfType(type)} ${namespace ?? ""}/${name}`;
