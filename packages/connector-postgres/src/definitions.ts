import type { AnalysisContext } from "./analysis-context.ts";
import { describeAlterTable } from "./alter-table.ts";
import { findRelation, qualified } from "./catalog.ts";
import type { CatalogRelation } from "./catalog-model.ts";
import { foretellRights } from "./definition-rights.ts";
import type { DraftStatement } from "./draft-statement.ts";
import { describeDrop } from "./drop.ts";
import { MODES, type Mode } from "./locks.ts";
import { kindWord } from "./relation-kind.ts";
import { lockRead, missing } from "./reads.ts";
import { tableReferences } from "./table-references.ts";
import { describeTruncate } from "./truncate.ts";
import { nameKey, rangeName, type Node } from "./tree.ts";

type Describe = (context: AnalysisContext, body: Node, draft: DraftStatement) => unknown;

/** Statements about whole objects, by kind; others of their family are known by their effect alone and stay incomplete. */
const DESCRIBE: Record<string, Describe> = {
  TruncateStmt: describeTruncate,
  DropStmt: describeDrop,
  AlterTableStmt: describeAlterTable,
  IndexStmt: describeIndex,
  CreateStmt: describeCreateTable,
  CreateTableAsStmt: describeCreateAs,
  ViewStmt: (context, body, draft) => {
    created(context, body.view, "view", draft);
    describeSources(context, body.query, draft);
  },
  CreateTrigStmt: (context, body, draft) => onRelation(context, body.relation, "ShareRowExclusiveLock", draft),
  RuleStmt: (context, body, draft) => onRelation(context, body.relation, "AccessExclusiveLock", draft),
  CreatePolicyStmt: (context, body, draft) => onRelation(context, body.table, "AccessExclusiveLock", draft),
  AlterPolicyStmt: (context, body, draft) => onRelation(context, body.table, "AccessExclusiveLock", draft),
  RenameStmt: describeRename,
  LockStmt: describeLock,
  RefreshMatViewStmt: (context, body, draft) => {
    const relation = onRelation(context, body.relation, body.concurrent ? "ExclusiveLock" : "AccessExclusiveLock", draft, "modify");
    if (!relation) return;
    if (!body.concurrent) draft.rewrites.push(qualified(relation));
    for (const oid of context.catalog.relationReach.get(relation.oid) ?? []) {
      const below = context.catalog.relations.get(oid);
      if (below) lockRead(context, below, "AccessShareLock", false, draft);
    }
    const filled = context.judge.filled(relation.oid);
    draft.sideEffects.push(...filled.sideEffects);
    draft.notes.push(...filled.notes);
    if (filled.ownCode) draft.incomplete = true;
  },
  CommentStmt: () => {},
  CreateSchemaStmt: (_context, body, draft) => {
    draft.effects.push({ effect: "schema", object: body.schemaname ?? "", kind: "schema", rows: { value: 0, kind: "exact" } });
    if (body.schemaElts) draft.incomplete = true;
  },
  CreateEnumStmt: () => {},
  AlterEnumStmt: () => {},
  CreateSeqStmt: (context, body, draft) => created(context, body.sequence, "sequence", draft),
};

/** Known by their effect; what they touch is not worked out. */
const BY_EFFECT = /^(Create|Alter|Drop|Grant|Reassign|SecLabel|Define|Import|Vacuum|Cluster|Reindex|CheckPoint|Load|Dropdb|Createdb)/;

export const isDefinition = (type: string): boolean => type in DESCRIBE || BY_EFFECT.test(type);

export async function describeDefinition(context: AnalysisContext, type: string, body: Node, draft: DraftStatement): Promise<void> {
  const describe = DESCRIBE[type];
  if (describe) {
    await describe(context, body, draft);
    await foretellRights(context, type, body, draft);
    return;
  }
  draft.incomplete = true;
  draft.notes.push(`${draft.title} is known by its effect only; what it locks and reaches is not worked out`);
}

const none = { value: 0, kind: "exact" } as const;

/** One relation an object hangs on, locked in the given mode. */
function onRelation(
  context: AnalysisContext,
  range: Node,
  mode: Mode,
  draft: DraftStatement,
  effect: "schema" | "modify" = "schema",
): CatalogRelation | undefined {
  const relation = findRelation(context.catalog, context.facts, rangeName(range));
  if (!relation) {
    missing(draft, nameKey(rangeName(range)));
    return undefined;
  }
  draft.locks.add(qualified(relation), mode);
  draft.effects.push({ effect, object: qualified(relation), kind: kindWord(relation.kind), rows: none });
  return relation;
}

function created(context: AnalysisContext, range: Node, kind: string, draft: DraftStatement): void {
  const ref = rangeName(range);
  const existing = findRelation(context.catalog, context.facts, ref);
  const schema = ref.schema ?? context.facts.path.find((name) => name !== "pg_catalog") ?? "public";
  draft.effects.push({ effect: "schema", object: existing ? qualified(existing) : `${schema}.${ref.name}`, kind, rows: none });
  if (existing && kind === "view") draft.locks.add(qualified(existing), "AccessExclusiveLock");
}

function describeSources(context: AnalysisContext, query: Node | undefined, draft: DraftStatement): void {
  for (const { ref } of query ? tableReferences(query) : []) {
    const relation = findRelation(context.catalog, context.facts, ref);
    if (relation) lockRead(context, relation, "AccessShareLock", false, draft);
    else missing(draft, nameKey(ref));
  }
}

function describeCreateTable(context: AnalysisContext, body: Node, draft: DraftStatement): void {
  created(context, body.relation, "table", draft);
  const constraints: Node[] = (body.tableElts ?? [])
    .flatMap((item: Node) => [item.Constraint, ...(item.ColumnDef?.constraints ?? []).map((inner: Node) => inner.Constraint)])
    .filter(Boolean);
  for (const constraint of constraints) {
    const parent = constraint.pktable && findRelation(context.catalog, context.facts, rangeName(constraint.pktable));
    if (parent) draft.locks.add(qualified(parent), "ShareRowExclusiveLock");
  }
  for (const parent of body.inhRelations ?? []) {
    // A new partition is checked against its siblings under a lock that lets writes go on.
    onRelation(context, parent.RangeVar, "ShareUpdateExclusiveLock", draft);
    if (body.partbound) draft.incomplete = true;
  }
}

function describeCreateAs(context: AnalysisContext, body: Node, draft: DraftStatement): void {
  created(context, body.into.rel, body.objtype === "OBJECT_MATVIEW" ? "materialized view" : "table", draft);
  describeSources(context, body.query, draft);
}

function describeIndex(context: AnalysisContext, body: Node, draft: DraftStatement): void {
  const relation = onRelation(context, body.relation, body.concurrent ? "ShareUpdateExclusiveLock" : "ShareLock", draft);
  if (relation) draft.scans.push(qualified(relation));
}

function describeRename(context: AnalysisContext, body: Node, draft: DraftStatement): void {
  if (!body.relation) {
    draft.incomplete = true;
    return;
  }
  onRelation(context, body.relation, body.renameType === "OBJECT_INDEX" ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock", draft);
}

function describeLock(context: AnalysisContext, body: Node, draft: DraftStatement): void {
  for (const item of body.relations ?? []) {
    const relation = findRelation(context.catalog, context.facts, rangeName(item.RangeVar));
    if (!relation) {
      missing(draft, nameKey(rangeName(item.RangeVar)));
      continue;
    }
    // The tree numbers modes from 1.
    lockRead(context, relation, MODES[(body.mode ?? 8) - 1] ?? "AccessExclusiveLock", item.RangeVar.inh !== true, draft);
    draft.effects.push({ effect: "session", object: qualified(relation), kind: kindWord(relation.kind), rows: none });
  }
}
