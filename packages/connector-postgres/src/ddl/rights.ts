import type { AnalysisContext } from "../analysis-context.ts";
import { findRelation, qualified } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { nameOf, names, rangeName, walk, type Node } from "../tree.ts";
import { holds } from "../versions.data.ts";
import { foretellRole } from "./rights-of-role.ts";

/** Definitions of relations that only an owner may change: the relations a statement names, by its kind. */
const OWNED: Record<string, (body: Node) => ReturnType<typeof rangeName>[]> = {
  AlterTableStmt: (body) => [rangeName(body.relation)],
  IndexStmt: (body) => [rangeName(body.relation)],
  RuleStmt: (body) => [rangeName(body.relation)],
  CreatePolicyStmt: (body) => [rangeName(body.table)],
  AlterPolicyStmt: (body) => [rangeName(body.table)],
  RefreshMatViewStmt: (body) => [rangeName(body.relation)],
  RenameStmt: (body) => (body.relation ? [rangeName(body.relation)] : []),
  DropStmt: (body) =>
    /^OBJECT_(TABLE|VIEW|MATVIEW|SEQUENCE|FOREIGN_TABLE)$/.test(body.removeType)
      ? (body.objects ?? []).map((object: Node) => nameOf(object.List?.items))
      : /^OBJECT_(TRIGGER|RULE|POLICY)$/.test(body.removeType)
        ? (body.objects ?? []).map((object: Node) => nameOf(object.List?.items.slice(0, -1)))
        : [],
  CommentStmt: (body) =>
    /^OBJECT_(TABLE|VIEW|MATVIEW|SEQUENCE|FOREIGN_TABLE)$/.test(body.objtype) ? [nameOf(body.object?.List?.items)] : [],
  CreateStatsStmt: (body) => (body.relations ?? []).flatMap((item: Node) => (item.RangeVar ? [rangeName(item.RangeVar)] : [])),
};

/** Statements that put something new into a schema. */
const CREATING: ReadonlySet<string> = new Set([
  "CreateStmt",
  "CreateTableAsStmt",
  "ViewStmt",
  "CreateSeqStmt",
  "CreateFunctionStmt",
  "CompositeTypeStmt",
  "CreateEnumStmt",
  "CreateRangeStmt",
  "CreateDomainStmt",
]);

/**
 * Says beforehand what the role that would run a definition may not do, by the server's own functions for rights (`object_ownercheck` is
 * `pg_has_role(owner, 'USAGE')`; a schema's owner may drop what is in it). Planning tells this of reads and writes; definitions have no plan.
 */
export async function foretellRights(context: AnalysisContext, type: string, body: Node, draft: DraftStatement): Promise<void> {
  const owned = OWNED[type];
  if (/^(Reindex|Cluster)Stmt$/.test(type) && body.relation && body.kind !== "REINDEX_OBJECT_INDEX")
    await refuseWhere(
      context,
      `not pg_has_role(c.relowner, 'USAGE')${maintains(context)}`,
      relations(context, [rangeName(body.relation)]),
      "permission denied for",
      draft,
    );
  if (owned) await foretellOwnership(context, relations(context, owned(body)), type === "DropStmt", draft);
  if (type === "TruncateStmt") {
    const named = relations(
      context,
      (body.relations ?? []).map((item: Node) => rangeName(item.RangeVar)),
    );
    await refuseWhere(context, `not has_table_privilege(c.oid, 'TRUNCATE')`, named, "permission denied to truncate", draft);
  }
  if (CREATING.has(type)) await foretellCreation(context, draft);
  // A new name in a schema is one more thing in it (RangeVarCallbackForAlterRelation in tablecmds.c, DefineIndex in indexcmds.c).
  const named = RENAMED[type]?.(body);
  if (named)
    await refuseWhere(
      context,
      "not has_schema_privilege(n.oid, 'CREATE')",
      relations(context, [named]),
      "permission denied to create in the schema of",
      draft,
    );
  if (type === "AlterTableStmt" || type === "CreateStmt") await foretellReferences(context, body, draft);
  if (type === "LockStmt") await foretellLock(context, body, draft);
  if (type === "CopyStmt" && body.relation)
    await refuseWhere(context, copyDenied(body), relations(context, [rangeName(body.relation)]), "permission denied to copy", draft);
  await foretellRole(context, type, body, draft);
}

const RENAMED: Record<string, (body: Node) => ReturnType<typeof rangeName> | undefined> = {
  IndexStmt: (body) => rangeName(body.relation),
  RenameStmt: (body) =>
    body.relation && /^OBJECT_(TABLE|VIEW|MATVIEW|SEQUENCE|FOREIGN_TABLE)$/.test(body.renameType) ? rangeName(body.relation) : undefined,
};

/** Rights to any column that is copied do (DoCopy in copy.c). */
function copyDenied(body: Node): string {
  const right = body.is_from ? "INSERT" : "SELECT";
  const list = names(body.attlist ?? []).map((name) => `'${name.replaceAll("'", "''")}'`);
  const these = list.length > 0 ? `a.attname in (${list.join(", ")})` : "a.attnum > 0 and not a.attisdropped";
  return `not has_table_privilege(c.oid, '${right}') and exists (select from pg_attribute a where a.attrelid = c.oid and ${these} and not has_column_privilege(c.oid, a.attnum, '${right}'))`;
}

/** A foreign key takes the right to refer to the other table, or to columns of it (checkFkeyPermissions in tablecmds.c). */
async function foretellReferences(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const parents: ReturnType<typeof rangeName>[] = [];
  walk(body, (type, node) => {
    if (type === "Constraint" && node.pktable) parents.push(rangeName(node.pktable));
  });
  const any = "not has_table_privilege(c.oid, 'REFERENCES') and not has_any_column_privilege(c.oid, 'REFERENCES')";
  await refuseWhere(context, any, relations(context, parents), "permission denied to refer to", draft);
}

/** Rights that allow a mode, any of them (LockTableAclCheck in lockcmds.c); since 16 who may write may lock in any mode. */
async function foretellLock(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const mode: number = body.mode ?? 8;
  const enough = ["UPDATE", "DELETE", "TRUNCATE", ...(mode <= 3 ? ["INSERT"] : []), ...(mode === 1 ? ["SELECT"] : [])];
  const named = relations(
    context,
    (body.relations ?? []).map((item: Node) => rangeName(item.RangeVar)),
  );
  await refuseWhere(
    context,
    `not pg_has_role(c.relowner, 'USAGE') and not has_table_privilege(c.oid, '${enough.join(", ")}')${maintains(context)}`,
    named,
    "permission denied to lock",
    draft,
  );
}

const maintains = ({ catalog }: AnalysisContext): string =>
  holds("maintainRight", catalog.version) ? " and not has_table_privilege(c.oid, 'MAINTAIN')" : "";

function relations({ catalog, facts }: AnalysisContext, names: ReturnType<typeof rangeName>[]): CatalogRelation[] {
  return names.flatMap((name) => findRelation(catalog, facts, name) ?? []);
}

async function foretellOwnership(context: AnalysisContext, named: CatalogRelation[], drop: boolean, draft: DraftStatement): Promise<void> {
  const schemaToo = drop ? ` and not pg_has_role(n.nspowner, 'USAGE')` : "";
  await refuseWhere(context, `not pg_has_role(c.relowner, 'USAGE')${schemaToo}`, named, "must be owner of", draft);
}

async function refuseWhere(
  context: AnalysisContext,
  condition: string,
  named: CatalogRelation[],
  words: string,
  draft: DraftStatement,
): Promise<void> {
  if (named.length === 0) return;
  const rows = await context.session.query(
    `select c.oid::int8::text as oid from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = any($1::oid[]) and ${condition}`,
    [named.map(({ oid }) => oid)],
  );
  for (const { oid } of rows) {
    const relation = named.find((candidate) => candidate.oid === Number(oid));
    if (relation) draft.willFail.push({ code: "42501", reason: `${context.facts.role}: ${words} ${qualified(relation)}` });
  }
}

async function foretellCreation(context: AnalysisContext, draft: DraftStatement): Promise<void> {
  const schema = draft.effects[0]?.object.split(".")[0];
  if (schema === undefined) return;
  if (schema === "pg_temp") {
    const [denied] = await context.session.query("select where not has_database_privilege(current_database(), 'TEMP')");
    if (denied) draft.willFail.push({ code: "42501", reason: `${context.facts.role}: permission denied to create temporary tables` });
    return;
  }
  const rows = await context.session.query(
    `select 1 as denied from pg_namespace where nspname = $1 and not has_schema_privilege(oid, 'CREATE')`,
    [schema],
  );
  if (rows.length > 0)
    draft.willFail.push({ code: "42501", reason: `${context.facts.role}: permission denied to create in schema ${schema}` });
}
