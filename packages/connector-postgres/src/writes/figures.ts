import type { Rows } from "@interlock/protocol";
import { COUNT_CAP } from "../analysis-context.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { WriteEvent } from "../triggers.ts";
import type { Node } from "../tree.ts";

export const UNKNOWN: Rows = { value: 0, kind: "unknown" };

export const NONE: Rows = { value: 0, kind: "exact" };

export const counted = (value: number): Rows => (value > COUNT_CAP ? { value: COUNT_CAP, kind: "capped" } : { value, kind: "exact" });

/** No longer claimed to be what will be: nothing stays nothing only where it was not asked what else may happen. */
export const estimated = (rows: Rows): Rows => (rows.kind === "exact" || rows.kind === "capped" ? { ...rows, kind: "estimate" } : rows);

export function withFraction(rows: Rows, relation: CatalogRelation, event: WriteEvent): Rows {
  const total = Math.max(relation.tuples, 0);
  if (event === "insert" || rows.kind === "unknown" || total === 0) return rows;
  return { ...rows, fraction: Math.min(1, rows.value / Math.max(total, rows.value)) };
}

export function assignedColumns(body: Node, event: WriteEvent): string[] {
  const list: Node[] =
    event === "insert"
      ? [...(body.cols ?? []), ...(body.onConflictClause?.targetList ?? [])]
      : event === "update"
        ? (body.targetList ?? [])
        : [];
  return [...new Set(list.map((item) => item.ResTarget?.name as string).filter(Boolean))];
}
