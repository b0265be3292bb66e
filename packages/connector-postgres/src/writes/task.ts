import type { Rows } from "@interlock/protocol";
import { COUNT_CAP, countRows, type AnalysisContext } from "../analysis-context.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { PlannedWrite } from "../explain.ts";
import { policed } from "../row-security.ts";
import { selectionOf } from "../selection.ts";
import type { TableReference } from "../table-references.ts";
import type { Node } from "../tree.ts";
import type { ViewStep } from "./view-path.ts";
import { counted, estimated, UNKNOWN } from "./figures.ts";

/** What stands around one of a statement's writes. */
export interface WriteScope {
  /** Its rows may be counted by its own conditions: nothing else in the statement writes where it reads. */
  countable: boolean;
  /** It is the only write of its statement. */
  alone?: boolean;
  /** WITH list for its conditions, without what writes. */
  with?: Node;
  /** See describeRuled. */
  rewriting: readonly string[];
  /** Rows it is known to insert from what another write of the statement returns. */
  handed?: Rows;
}

/** The rows of a table as a statement's conditions see them: under its own name, or under that of a view through which it is written. */
export interface TargetRows {
  /** Stands in a FROM list; has the rows' places as `tableoid` and `ctid`. */
  range: Node;
  alias: string;
  column(column: { name: string; attnum: number }): Node;
}

/** One write while it is worked out. */
export interface WriteTask {
  reference: TableReference;
  /** Its table and the columns it writes are those of `target`; its conditions are left as they were written. */
  body: Node;
  /** The relation that was named, where that may hide masked columns. */
  named: CatalogRelation;
  target: CatalogRelation;
  rows: TargetRows;
  /** Views between the two. */
  path: readonly ViewStep[];
  planned: PlannedWrite | undefined;
  scope: WriteScope;
}

/** A relation by its full name, for what must know which relations a query reaches. */
export const rangeOf = ({ schema, name }: CatalogRelation): Node => ({
  RangeVar: { schemaname: schema, relname: name, inh: true, relpersistence: "p" },
});

/** The planner's own word on the rows; what was counted is no longer certain once something else writes first. */
export function settled(context: AnalysisContext, { planned, target, named }: WriteTask, rows: Rows | undefined): Rows {
  const known = rows ?? (planned ? { value: Math.round(planned.rows), kind: "estimate" as const } : UNKNOWN);
  return context.after.writes || policed(context, target, named) ? estimated(known) : known;
}

/** Rows of the target that the statement selects. */
export async function countSelected(context: AnalysisContext, { body, rows }: WriteTask): Promise<Rows | undefined> {
  const base = selectionOf(body, [], { limit: COUNT_CAP + 1, rows });
  const row = base === undefined ? undefined : await countRows(context, `SELECT count(*) AS n FROM (${base}) q`);
  return row ? counted(Number(row.n)) : undefined;
}
