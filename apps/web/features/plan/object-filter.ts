import type { PlanObject } from "./plan-objects.ts";
import { shortName } from "./plan-words.ts";

/** Which objects of a plan to show; an empty part holds for all. */
export interface ObjectFilter {
  /** Part of a name or kind, in any case. */
  text: string;
  kind: string;
  namespace: string;
  via: string;
}

export const EVERYTHING: ObjectFilter = { text: "", kind: "", namespace: "", via: "" };

/** Where an object belongs to no namespace. */
export const CLUSTER = "(cluster)";

const namespaceOf = ({ namespace }: PlanObject) => namespace ?? CLUSTER;
const viaOf = ({ via, named }: PlanObject): readonly string[] => (named ? ["named"] : via);

export function filtered(objects: readonly PlanObject[], { text, kind, namespace, via }: ObjectFilter): PlanObject[] {
  const words = text.toLowerCase().split(/\s+/u).filter(Boolean);
  return objects.filter(
    (object) =>
      (kind === "" || object.kind === kind) &&
      (namespace === "" || namespaceOf(object) === namespace) &&
      (via === "" || viaOf(object).includes(via)) &&
      words.every((word) => shortName(object).toLowerCase().includes(word)),
  );
}

/** What can be chosen, each with how many there are, the most numerous first. */
export function choices(objects: readonly PlanObject[], of: "kind" | "namespace" | "via"): { value: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const object of objects) {
    const values = of === "kind" ? [object.kind] : of === "namespace" ? [namespaceOf(object)] : viaOf(object);
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].map(([value, count]) => ({ value, count })).toSorted((a, b) => b.count - a.count || a.value.localeCompare(b.value));
}
