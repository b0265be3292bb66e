import type { Rows } from "@interlock/protocol";
import { COUNT_CAP, countRows, type AnalysisContext } from "../analysis-context.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { PlannedWrite } from "../explain.ts";
import { selectionOf } from "../selection.ts";
import type { TableReference } from "../table-references.ts";
import type { Node } from "../tree.ts";
import { counted, estimated, UNKNOWN } from "./figures.ts";

/** What stands around one of a statement's writes. */
export interface WriteScope {
  /** Its rows may be counted by its own conditions: nothing else in the statement writes where it reads. */
  countable: boolean;
  /** WITH list for its conditions, without what writes. */
  with?: Node;
  /** Rows it is known to insert from what another write of the statement returns. */
  handed?: Rows;
}

/** One write while it is worked out. */
export interface WriteTask {
  reference: TableReference;
  body: Node;
  /** What was named, and the table whose rows are written. */
  relation: CatalogRelation;
  target: CatalogRelation;
  planned: PlannedWrite | undefined;
  scope: WriteScope;
}

/** The planner's own word on the rows; what was counted is no longer certain once something else writes first. */
export function settled(context: AnalysisContext, { planned, target }: WriteTask, rows: Rows | undefined): Rows {
  const known = rows ?? (planned ? { value: Math.round(planned.rows), kind: "estimate" as const } : UNKNOWN);
  return context.after.writes || target.rowSecurity ? estimated(known) : known;
}

/** Rows of the target that the statement selects; those of a view have no places. */
export async function countSelected(context: AnalysisContext, relation: CatalogRelation, body: Node): Promise<Rows | undefined> {
  const placed = relation.kind !== "v";
  const first = relation.columns[0];
  const base = selectionOf(body, placed || !first ? [] : [{ name: first.name, attnum: first.attnum }], { placed, limit: COUNT_CAP + 1 });
  const row = base === undefined ? undefined : await countRows(context, `SELECT count(*) AS n FROM (${base}) q`);
  return row ? counted(Number(row.n)) : undefined;
}
