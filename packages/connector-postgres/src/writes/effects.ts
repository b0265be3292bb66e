import type { Effect, Rows } from "@interlock/protocol";
import { ancestry, family, qualified } from "../catalog.ts";
import type { Catalog, CatalogRelation } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { kindWord } from "../relation-kind.ts";
import { isNone, type WriteEvent } from "../triggers.ts";
import { estimated, withFraction } from "./figures.ts";

export const effectOf = (event: WriteEvent): Effect => (event === "delete" ? "delete" : event === "update" ? "modify" : "append");

export function pushEffect(
  draft: DraftStatement,
  target: CatalogRelation,
  event: WriteEvent,
  columns: readonly string[],
  rows: Rows,
): void {
  if (rows.kind === "unknown") draft.incomplete = true;
  draft.effects.push({
    effect: effectOf(event),
    object: qualified(target),
    kind: kindWord(target.kind),
    ...(columns.length > 0 ? { columns: [...columns] } : {}),
    rows: withFraction(rows, target, event),
  });
}

/** Nothing that follows from the statement is certain any more, but what does not happen at all. */
export function blurAll(draft: DraftStatement): void {
  for (const figure of [...draft.cascades, ...draft.sideEffects.flatMap((item) => item.writes ?? [])])
    if (!isNone(figure.rows)) figure.rows = estimated(figure.rows);
}

/**
 * Triggers that change or delete rows of tables that keys reach as well: of each row one or the other is first, so that no more is certain
 * than what does not happen at all.
 */
export function blurDisturbed(catalog: Catalog, draft: DraftStatement): void {
  const disturbed = new Set(
    draft.sideEffects
      .flatMap((item) => item.writes ?? [])
      .filter(({ effect, rows }) => effect !== "append" && !isNone(rows))
      .flatMap(({ object }) => kin(catalog, object)),
  );
  if (draft.cascades.some(({ object }) => kin(catalog, object).some((oid) => disturbed.has(oid)))) blurAll(draft);
}

/** A relation with what it is a part of and its own parts. */
function kin(catalog: Catalog, object: string): number[] {
  const relation = catalog.byName.get(object);
  return relation ? [...ancestry(catalog, relation.oid), ...family(catalog, relation.oid)] : [];
}

/** Rows of a part that are written under the name of the whole are counted by the server for the part, if that is named as well. */
export function blurOverlaps(catalog: Catalog, drafts: readonly DraftStatement[]): void {
  const figures = drafts.flatMap((draft) => [
    ...draft.effects.filter((item) => item.effect !== "read"),
    ...draft.cascades,
    ...draft.sideEffects.flatMap((item) => item.writes ?? []),
  ]);
  const named = new Set(figures.map((item) => catalog.byName.get(item.object)?.oid).filter((oid) => oid !== undefined));
  const overlaps = (object: string): boolean => {
    const oid = catalog.byName.get(object)?.oid;
    return oid !== undefined && [...named].some((other) => other !== oid && ancestry(catalog, other).includes(oid));
  };
  for (const figure of figures) {
    const relation = catalog.byName.get(figure.object);
    if (!relation || figure.rows.kind !== "exact" || isNone(figure.rows)) continue;
    const above = ancestry(catalog, relation.oid)
      .slice(1)
      .filter((oid) => named.has(oid));
    const shared = above.some((oid) =>
      figures.some((item) => item.effect === figure.effect && item.object === qualified(catalog.relations.get(oid)!)),
    );
    if (overlaps(figure.object) || shared) figure.rows = estimated(figure.rows);
  }
  // Rows that are counted under both names fire their triggers once.
  for (const draft of drafts) if (draft.cascades.some((item) => overlaps(item.object))) blurAll(draft);
}
