import type { Rows } from "@interlock/protocol";
import type { AnalysisContext } from "../analysis-context.ts";
import { describeUpdateCascades } from "../cascades.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { addForecast, forecastTriggers, isNone } from "../triggers.ts";
import type { Node } from "../tree.ts";
import { describeChecks } from "./check-option.ts";
import { arbitersOf } from "./conflict.ts";
import { pushEffect } from "./effects.ts";
import { assignedColumns, counted, estimated } from "./figures.ts";
import { countFirings } from "./firing-counts.ts";
import { givenColumns } from "./given-columns.ts";
import { insertedRows } from "./inserted-rows.ts";
import { lockParents } from "./key-locks.ts";
import { nullColumns, nullsAssigned } from "./null-columns.ts";
import { insertedSource, type RowSource } from "./row-source.ts";
import { describeDefaultsSet, describeSequences } from "./sequences.ts";
import { lockBounds, lockLeft, lockParts } from "./target-locks.ts";
import { settled, type WriteTask } from "./task.ts";
import { describeViolations } from "./violations.ts";
import { countWrittenKeys, type WrittenKeys } from "./written-keys.ts";

/** An INSERT; with ON CONFLICT new rows and those that are there already are two writes. */
export async function describeInsert(context: AnalysisContext, task: WriteTask, draft: DraftStatement): Promise<Rows> {
  const { body, target, named, scope } = task;
  const conflict: Node | undefined = body.onConflictClause;
  const given = givenColumns(target, body);
  const arbiters = conflict ? arbitersOf(context, target, conflict) : [];
  const source: RowSource = insertedSource(context, target, body, body.withClause, named);
  const asked = { assigned: undefined, arbiters: arbiters ?? [] };
  let written = scope.countable ? await countWrittenKeys(context, target, source, asked) : undefined;
  if (context.after.writes) written = undefined;
  const all = settled(
    context,
    task,
    scope.handed ?? insertedRows(context, "insert", body) ?? (written ? counted(written.rows) : undefined),
  );
  const probe = forecastTriggers(context, target.oid, "insert", all);
  const certain = written && arbiters && !probe.alters && all.kind === "exact" ? written : undefined;
  const known = certain?.conflicting;
  const fresh = !conflict ? (probe.alters ? estimated(all) : all) : known === undefined ? estimated(all) : counted(all.value - known);
  // What a sequence would give may be given to somebody else first.
  const explicit: RowSource = {
    old: false,
    rows: (columns) => (columns.every(({ name }) => given.includes(name)) ? source.rows(columns) : undefined),
  };
  const counts =
    scope.countable && certain && !known && fresh.kind === "exact" && !isNone(fresh)
      ? await countFirings(context, target, "insert", undefined, explicit)
      : undefined;
  const firing = { counts, single: true, ...(conflict ? { proposed: all } : {}) };
  addForecast(draft, forecastTriggers(context, target.oid, "insert", fresh, undefined, firing));
  const updates = conflict?.action === "ONCONFLICT_UPDATE";
  const changes: Rows =
    known === undefined
      ? { value: all.value === 0 ? 0 : Math.round(all.value / 2), kind: all.kind === "unknown" ? "unknown" : "estimate" }
      : counted(known);
  if (!updates || known === undefined || !isNone(fresh)) pushEffect(draft, target, "insert", given, fresh);
  const plain =
    scope.alone &&
    (named === target || named.kind === "v") &&
    !conflict &&
    probe.sideEffects.length === 0 &&
    !context.catalog.rules.has(target.oid);
  const values = body.selectStmt?.SelectStmt.valuesLists !== undefined;
  if (plain && values && scope.countable && certain && !isNone(all) && context.judge.filled(target.oid).effect === "read")
    await describeViolations(context, target, given, source, draft);
  if (plain && scope.countable && certain && !isNone(all)) await describeChecks(context, task, source, draft);
  lockParts(context, target, ["insert"], "all", certain, draft);
  lockBounds(context, target, all, draft);
  if (updates) describeConflictUpdate(context, target, conflict, changes, certain, draft);
  if (!isNone(fresh)) lockParents(context, target, undefined, fresh, draft, { checks: certain?.checks, nulls: nullColumns(target, body) });
  describeSequences(context, target, given, all, draft);
  return fresh;
}

/** Rows that were there already and are changed instead. */
function describeConflictUpdate(
  context: AnalysisContext,
  target: CatalogRelation,
  clause: Node,
  found: Rows,
  certain: WrittenKeys | undefined,
  draft: DraftStatement,
): void {
  const columns = assignedColumns({ targetList: clause.targetList }, "update");
  const conditional = clause.whereClause !== undefined && !isNone(found);
  const probe = forecastTriggers(context, target.oid, "update", found, columns);
  const rows = (conditional || probe.alters) && !isNone(found) ? estimated(found) : found;
  addForecast(draft, rows === found ? probe : forecastTriggers(context, target.oid, "update", rows, columns));
  pushEffect(draft, target, "update", columns, rows);
  if (target.kind === "p") lockLeft(context, target, rows, certain, draft);
  describeUpdateCascades(context, target, columns, rows, draft);
  lockParents(context, target, columns, rows, draft, { nulls: nullsAssigned(target, clause.targetList ?? []) });
  describeDefaultsSet(context, target, clause.targetList ?? [], rows, draft);
}
