import type { Rows } from "@interlock/protocol";
import type { AnalysisContext } from "../analysis-context.ts";
import { describeDeleteCascades, describeUpdateCascades } from "../cascades.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import { deleteClosure } from "../closure.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { addForecast, forecastTriggers, isNone, type WriteEvent } from "../triggers.ts";
import { lockParents } from "./key-locks.ts";
import { describeSequences } from "./sequences.ts";

/** A write that nobody typed: by a trigger, a function's body or a rule. */
export interface FollowedWrite {
  target: CatalogRelation;
  event: Exclude<WriteEvent, "truncate">;
  rows: Rows;
  /** Assigned by an UPDATE, given by an INSERT. */
  columns: readonly string[];
  /** Of them or the others, those that hold NULL in every row. */
  nulls: ReadonlySet<string>;
  /** How often its statement runs. */
  statements: Rows;
  depth: number;
  /** Columns of keys that a row holds which is changed several times. */
  again?: readonly string[] | undefined;
  /** Partitions that its rows are in, by OID, where that is known. */
  places?: readonly number[] | undefined;
}

/** Triggers, keys and sequences of such a write, without its own row figure; what keys take along is estimated. */
export function followWrite(context: AnalysisContext, write: FollowedWrite, draft: DraftStatement): void {
  const { target, event, rows, columns, nulls, statements, depth, places, again } = write;
  const assigned = event === "update" ? columns : undefined;
  addForecast(draft, forecastTriggers(context, target.oid, event, rows, assigned, { depth, statements }));
  if (isNone(rows)) return;
  if (event === "delete")
    describeDeleteCascades(context, target, deleteClosure(context.catalog, target.oid), undefined, rows, draft, { depth, places });
  if (event === "update") describeUpdateCascades(context, target, columns, rows, draft, { depth });
  // A row that this transaction made is asked for all it refers to, changed or not (RI_FKey_fk_upd_check_required in ri_triggers.c).
  const asked = assigned && again ? [...assigned, ...again] : assigned;
  if (event !== "delete") lockParents(context, target, asked, rows, draft, { nulls });
  if (event === "insert") describeSequences(context, target, columns, rows, draft);
}
