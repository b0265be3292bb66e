import { itemsOf, type KubeObject } from "@interlock/kube-model";
import { identity, type PlanView } from "./foreseen.ts";
import { keyOf, type Overlay, type PlannedObject } from "./overlay.ts";
import type { ResourceTarget } from "./request-target.ts";
import { queryMatcher, type Match } from "./selectors.ts";
import { failure, type Answer } from "./status.ts";

/** Objects of a list that the plan has not touched. `metadata` of each item is enough to tell. */
export function untouched<T>(
  overlay: Overlay,
  target: ResourceTarget,
  items: readonly T[],
  metadata: (item: T) => KubeObject["metadata"],
): T[] {
  const { group, resource } = target;
  return items.filter((item) => {
    const { name, namespace } = metadata(item) as { name: string; namespace?: string };
    if (overlay.isEmptied(namespace)) return false;
    return overlay.find({ group, resource, name, ...(namespace === undefined ? {} : { namespace }) }) === undefined;
  });
}

/** Objects of a resource as the plan leaves them, those it touched only, in the order of their names. */
export function plannedMatches(overlay: Overlay, target: ResourceTarget, matches: Match): (PlannedObject & { object: KubeObject })[] {
  return overlay
    .of(target.group, target.resource, target.namespace)
    .filter((planned): planned is PlannedObject & { object: KubeObject } => planned.object !== undefined && matches(planned.object))
    .toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
}

export type PlannedList = { ok: true; list: KubeObject; items: KubeObject[] } | { ok: false; answer: Answer };

const PAGE = "500";

/** All that a selection holds as the plan leaves it. */
export async function listPlanned(view: PlanView, target: ResourceTarget, query: ReadonlyMap<string, string>): Promise<PlannedList> {
  const matches = queryMatcher(query);
  if (matches === undefined) return { ok: false, answer: failure(400, "the selector is not understood") };
  const items: KubeObject[] = [];
  const asked = new Map([["limit", PAGE]]);
  for (const key of ["labelSelector", "fieldSelector"]) {
    const value = query.get(key);
    if (value !== undefined) asked.set(key, value);
  }
  for (;;) {
    const answer = await view.upstream.read(target, asked);
    if (answer.status !== 200) return { ok: false, answer };
    const page = itemsOf(answer.body) ?? [];
    const kind = answer.body.kind?.replace(/List$/, "");
    for (const item of untouched(view.overlay, target, page, (one) => one.metadata)) {
      const { apiVersion } = answer.body;
      // Items of a list are told their kind by the list.
      const typed = { ...(apiVersion === undefined ? {} : { apiVersion }), ...(kind === undefined ? {} : { kind }), ...item };
      if (identity(item) !== undefined) items.push(typed);
    }
    const next: unknown = answer.body.metadata?.continue;
    if (typeof next !== "string" || next === "") {
      items.push(...plannedMatches(view.overlay, target, matches).map((planned) => planned.object));
      const { items: _page, ...list } = answer.body;
      return { ok: true, list, items };
    }
    asked.set("continue", next);
  }
}
