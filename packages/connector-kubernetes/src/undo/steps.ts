import { keyOfType } from "../impact/resource-types.ts";
import type { Kept, KeptObject } from "./kept.ts";
import { rankOf } from "./order.ts";

/** One step back. */
export interface Step {
  act: "create" | "change" | "delete";
  object: KeptObject;
}

/** What was kept in the order in which it is to be put back: what others need first, owners before what they own; what was made goes last. */
export function stepsOf({ objects }: Kept): Step[] {
  const byRank = (left: KeptObject, right: KeptObject): number => rankOf(keyOfType(left.type)) - rankOf(keyOfType(right.type));
  const back = objects.filter(({ after }) => after !== "made").toSorted(byRank);
  const made = objects
    .filter(({ after }) => after === "made")
    .toSorted(byRank)
    .toReversed();
  return [
    ...ownersFirst(back).map((object): Step => ({ act: object.after === "gone" ? "create" : "change", object })),
    ...made.map((object): Step => ({ act: "delete", object })),
  ];
}

function ownersFirst(objects: readonly KeptObject[]): KeptObject[] {
  const byUid = new Map(objects.flatMap((object) => (object.uid === undefined ? [] : [[object.uid, object] as const])));
  const placed = new Set<KeptObject>();
  const place = (object: KeptObject): void => {
    // Entered first, so that owners in a circle end.
    if (placed.has(object)) return;
    const waiting = ownersOf(object).flatMap((uid) => byUid.get(uid) ?? []);
    seen.add(object);
    for (const owner of waiting) if (!seen.has(owner)) place(owner);
    placed.add(object);
  };
  const seen = new Set<KeptObject>();
  for (const object of objects) place(object);
  return [...placed];
}

/** Uids of the owners that an object is to have. */
export function ownersOf({ wanted }: KeptObject): string[] {
  const references: unknown = wanted?.metadata?.ownerReferences;
  if (!Array.isArray(references)) return [];
  return references.flatMap((one: { uid?: unknown }) => (typeof one.uid === "string" ? [one.uid] : []));
}
