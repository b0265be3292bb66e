import { strongest, type Rows } from "@interlock/protocol";
import type { AnalysisContext } from "../analysis-context.ts";
import { findRelation, qualified } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import { lockBelow } from "../ddl/query-locks.ts";
import type { DraftStatement } from "../draft-statement.ts";
import type { PlannedWrite } from "../explain.ts";
import { kindWord } from "../relation-kind.ts";
import { missing } from "../reads.ts";
import type { TableReference } from "../table-references.ts";
import { addForecast, forecastTriggers, type WriteEvent } from "../triggers.ts";
import { nameKey, type Node } from "../tree.ts";
import { describeDelete } from "./delete.ts";
import { effectOf } from "./effects.ts";
import { assignedColumns, estimated, UNKNOWN } from "./figures.ts";
import { describeInsert } from "./insert.ts";
import { fitted } from "./fitted-plan.ts";
import { insertedRows } from "./inserted-rows.ts";
import { describeMerge } from "./merge.ts";
import { lockTarget } from "./target-locks.ts";
import type { WriteScope, WriteTask } from "./task.ts";
import { describeUpdate } from "./update.ts";

const OPERATIONS: Record<string, string> = { insert: "Insert", update: "Update", delete: "Delete", merge: "Merge" };
/** pg_rewrite.ev_type of what each write is rewritten by. */
const RULED: Record<string, string[]> = { insert: ["3"], update: ["2"], delete: ["4"], merge: ["2", "3", "4"] };

/** What one INSERT, UPDATE, DELETE or MERGE, on its own or inside a WITH, would do to its table and from there to others. Answers its rows. */
export async function describeWrite(
  context: AnalysisContext,
  reference: TableReference,
  draft: DraftStatement,
  scope: WriteScope,
): Promise<Rows> {
  const { catalog, facts } = context;
  const relation = findRelation(catalog, facts, reference.ref);
  if (!relation) {
    missing(draft, nameKey(reference.ref));
    return UNKNOWN;
  }
  const object = qualified(relation);
  if (!["r", "p", "v"].includes(relation.kind)) {
    draft.effect = strongest([draft.effect, relation.kind === "f" ? "unknown" : draft.effect]);
    draft.incomplete = true;
    draft.notes.push(`${object} is a ${kindWord(relation.kind)}; what a write to it does is not followed`);
  }
  if (reference.use !== "delete") {
    const filled = context.judge.filled(relation.oid);
    draft.sideEffects.push(...filled.sideEffects);
    draft.notes.push(...filled.notes);
  }
  if (relation.rowSecurity) draft.notes.push(`Row security on ${object} may let fewer rows through`);
  if ((catalog.rules.get(relation.oid) ?? []).some((type) => RULED[reference.use]!.includes(type))) {
    draft.effect = "unknown";
    draft.incomplete = true;
    draft.notes.push(`Rules on ${object} rewrite what is written to it`);
    lockTarget(context, relation, relation, draft);
    draft.effects.push({ effect: effectOf(reference.use as WriteEvent), object, kind: kindWord(relation.kind), rows: UNKNOWN });
    return UNKNOWN;
  }
  const proposed = plannedWrite(draft, reference, relation);
  const target = proposed && proposed.object !== object ? (catalog.byName.get(proposed.object) ?? relation) : relation;
  const planned = proposed && reference.use !== "insert" ? await fitted(context, target, proposed) : proposed;
  if (target.kind === "v") return replacedWrite(context, reference, relation, target, draft);
  lockTarget(context, relation, target, draft);
  const body = scope.with ? { ...reference.statement!, withClause: scope.with } : withoutWith(reference.statement!);
  const task: WriteTask = { reference, body, relation, target, planned, scope };
  if (reference.use === "merge") return describeMerge(context, task, draft);
  if (reference.use === "insert") return describeInsert(context, task, draft);
  return reference.use === "delete" ? describeDelete(context, task, draft) : describeUpdate(context, task, draft);
}

const withoutWith = ({ withClause: _with, ...body }: Node): Node => body;

/** INSTEAD OF triggers do all there is to do. */
function replacedWrite(
  context: AnalysisContext,
  { use, statement }: TableReference,
  named: CatalogRelation,
  view: CatalogRelation,
  draft: DraftStatement,
): Rows {
  const event = use as WriteEvent;
  lockTarget(context, named, view, draft);
  const replaced = context.catalog.triggers.some(
    (trigger) => trigger.table === view.oid && trigger.when === "instead" && trigger.events.includes(event),
  );
  if (!replaced) {
    draft.effect = "unknown";
    draft.incomplete = true;
  }
  // An INSERT does not look at what the view is made of.
  if (event !== "insert") lockBelow(context, view.oid, "AccessShareLock", draft);
  const rows =
    insertedRows(context, event, statement!) ??
    (draft.planned ? { value: Math.round(draft.planned.rows), kind: "estimate" as const } : UNKNOWN);
  addForecast(draft, forecastTriggers(context, view.oid, event, rows, event === "update" ? assignedColumns(statement!, event) : undefined));
  draft.effects.push({ effect: effectOf(event), object: qualified(named), kind: kindWord(named.kind), rows: estimated(rows) });
  if (rows.kind === "unknown") draft.incomplete = true;
  return rows;
}

function plannedWrite(draft: DraftStatement, { use }: TableReference, relation: CatalogRelation): PlannedWrite | undefined {
  const candidates = (draft.planned?.writes ?? []).filter((write) => write.operation === OPERATIONS[use]);
  const own = candidates.filter((write) => write.object === qualified(relation) || write.object === "");
  if (own.length === 1) return own[0]!.object === "" ? { ...own[0]!, object: qualified(relation) } : own[0];
  return own.length === 0 && candidates.length === 1 ? candidates[0] : undefined;
}
