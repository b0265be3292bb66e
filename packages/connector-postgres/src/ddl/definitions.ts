import type { AnalysisContext } from "../analysis-context.ts";
import { findRelation, qualified } from "../catalog.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { MODES } from "../locks.ts";
import { kindWord } from "../relation-kind.ts";
import { lockRead, missing } from "../reads.ts";
import { nameKey, rangeName, unwrap, type Node } from "../tree.ts";
import { describeAlterTable } from "./alter-table.ts";
import { describeComment } from "./comments.ts";
import { describeCreateAs, describeCreateTable } from "./create-table.ts";
import { describeAlterDomain } from "./domains.ts";
import { describeDrop } from "./drop.ts";
import { describeDropOwned, describeDropRole, describeGrant, describeGrantRole, describeReassign } from "./grants.ts";
import { describeCluster, describeCreateIndex, describeReindex, describeVacuum } from "./indexes.ts";
import { ALTERED, NAMED_OBJECTS, OUT_OF_REACH } from "./named-objects.data.ts";
import { describeOwner, describeRename, describeSetSchema } from "./names.ts";
import { objectAddress } from "./object-address.ts";
import { describePublication } from "./publications.ts";
import { foretellRights } from "./rights.ts";
import { describeRoutine } from "./routines.ts";
import { describeAlterSequence, describeCreateSequence } from "./sequences.ts";
import { affect, fails, lockAll, addTo, holdingRows } from "./subject.ts";
import { describeDepends, describePolicy, describeRule, describeStatistics, describeTrigger } from "./table-parts.ts";
import { describeTruncate } from "./truncate.ts";
import { describeRefresh, describeView } from "./views.ts";

type Describe = (context: AnalysisContext, body: Node, draft: DraftStatement) => unknown;

/** Statements that lock relations or drop things, by kind. The others stand in named-objects.data.ts; a test asks for every kind there is. */
const DESCRIBE: Record<string, Describe> = {
  AlterDomainStmt: describeAlterDomain,
  AlterExtensionContentsStmt: describeExtensionContents,
  AlterObjectDependsStmt: describeDepends,
  AlterObjectSchemaStmt: describeSetSchema,
  AlterOwnerStmt: describeOwner,
  AlterPolicyStmt: describePolicy,
  AlterPublicationStmt: describePublication,
  AlterSeqStmt: describeAlterSequence,
  AlterTableMoveAllStmt: describeMoveAll,
  AlterTableStmt: describeAlterTable,
  ClusterStmt: describeCluster,
  CommentStmt: describeComment,
  CreateForeignTableStmt: describeCreateTable,
  CreateFunctionStmt: describeRoutine,
  CreatePolicyStmt: describePolicy,
  CreatePublicationStmt: describePublication,
  CreateSchemaStmt: describeCreateSchema,
  CreateSeqStmt: describeCreateSequence,
  CreateStatsStmt: describeStatistics,
  CreateStmt: describeCreateTable,
  CreateTableAsStmt: describeCreateAs,
  CreateTrigStmt: describeTrigger,
  DropOwnedStmt: describeDropOwned,
  DropRoleStmt: describeDropRole,
  DropStmt: describeDrop,
  GrantRoleStmt: describeGrantRole,
  GrantStmt: describeGrant,
  IndexStmt: describeCreateIndex,
  LockStmt: describeLock,
  ReassignOwnedStmt: describeReassign,
  RefreshMatViewStmt: describeRefresh,
  ReindexStmt: describeReindex,
  RenameStmt: describeRename,
  RuleStmt: describeRule,
  SecLabelStmt: describeComment,
  TruncateStmt: describeTruncate,
  VacuumStmt: describeVacuum,
  ViewStmt: describeView,
};

export const isDefinition = (type: string): boolean => type in DESCRIBE || type in NAMED_OBJECTS || type in OUT_OF_REACH;

export async function describeDefinition(context: AnalysisContext, type: string, body: Node, draft: DraftStatement): Promise<void> {
  const describe = DESCRIBE[type];
  const named = NAMED_OBJECTS[type];
  const away = OUT_OF_REACH[type];
  const effect = draft.effect === "privilege" ? "privilege" : draft.effect === "modify" ? "modify" : "schema";
  if (describe) await describe(context, body, draft);
  else if (named) {
    for (const name of named[1](body)) affect(draft, name, named[0], effect);
    const [kind, object] = ALTERED[type] ?? [];
    if (kind !== undefined && object && (type !== "AlterRoleStmt" || body.role?.rolename))
      await objectAddress(context, typeof kind === "string" ? kind : kind(body), object(body), draft, body.missing_ok === true);
  } else if (away) {
    for (const name of away[1](body)) affect(draft, name, away[0], effect);
    draft.incomplete = true;
    draft.notes.push(away[2]);
  } else {
    draft.incomplete = true;
    draft.notes.push(`${type} is not worked out`);
  }
  await foretellRights(context, type, body, draft);
}

function describeLock(context: AnalysisContext, body: Node, draft: DraftStatement): void {
  for (const item of body.relations ?? []) {
    const relation = findRelation(context.catalog, context.facts, rangeName(item.RangeVar));
    if (!relation) {
      missing(draft, nameKey(rangeName(item.RangeVar)));
      continue;
    }
    if (!"rpv".includes(relation.kind)) fails(draft, "42809", `${qualified(relation)} is a ${kindWord(relation.kind)}`);
    // The tree numbers modes from 1.
    lockRead(context, relation, MODES[(body.mode ?? 8) - 1] ?? "AccessExclusiveLock", item.RangeVar.inh !== true, draft);
    affect(draft, qualified(relation), kindWord(relation.kind), "session");
  }
}

/** What is made inside a schema refers to each other before it is there, so that only its names are said. */
async function describeCreateSchema(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const schema: string = body.schemaname ?? body.authrole?.rolename ?? context.facts.role;
  if (context.catalog.schemas.includes(schema)) {
    if (!body.if_not_exists) fails(draft, "42P06", `The schema ${schema} exists already`);
    return;
  }
  affect(draft, schema, "schema", draft.effect === "privilege" ? "privilege" : "schema");
  for (const element of body.schemaElts ?? []) {
    const [, inner] = unwrap(element) ?? [];
    const range: Node | undefined = inner?.relation ?? inner?.view ?? inner?.sequence;
    if (range && !element.IndexStmt && !element.CreateTrigStmt)
      affect(draft, `${schema}.${range.relname}`, element.ViewStmt ? "view" : element.CreateSeqStmt ? "sequence" : "table");
  }
  if (!body.schemaElts) return;
  draft.incomplete = true;
  draft.notes.push("What is made inside the schema is known by its name only");
}

async function describeExtensionContents(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  affect(draft, body.extname, "extension", "privilege");
  await describeComment(context, body, draft);
}

/** ALTER TABLE ALL IN TABLESPACE: each one is written anew elsewhere, shut for all. */
async function describeMoveAll(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  affect(draft, body.orig_tablespacename, "tablespace");
  if (body.orig_tablespacename === body.new_tablespacename) return;
  const kinds = body.objtype === "OBJECT_INDEX" ? "iI" : body.objtype === "OBJECT_MATVIEW" ? "m" : "rp";
  const rows = await context.session.query(
    `select c.oid::int8::text as oid, n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.oid >= 16384 and position(c.relkind::text in $1) > 0 and n.nspname !~ '^pg_'
         and c.reltablespace = (select case when oid = (select dattablespace from pg_database where datname = current_database()) then 0 else oid end
           from pg_tablespace where spcname = $2)
         and ($3::name[] = '{}' or pg_get_userbyid(c.relowner) = any($3))`,
    [kinds, body.orig_tablespacename, (body.roles ?? []).map((item: Node) => item.RoleSpec?.rolename ?? context.facts.role)],
  );
  for (const row of rows) {
    affect(draft, row.name, kinds === "iI" ? "index" : kinds === "m" ? "materialized view" : "table");
    draft.locks.add(row.name, "AccessExclusiveLock");
  }
  const oids = rows.map((row) => Number(row.oid));
  lockAll(context, oids, "AccessExclusiveLock", draft);
  addTo(draft.rewrites, holdingRows(context, oids));
}
