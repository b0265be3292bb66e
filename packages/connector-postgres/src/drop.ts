import type { AnalysisContext } from "./analysis-context.ts";
import { family, findRelation, qualified } from "./catalog.ts";
import type { CatalogRelation } from "./catalog-model.ts";
import type { DraftStatement } from "./draft-statement.ts";
import { kindWord } from "./relation-kind.ts";
import { missing } from "./reads.ts";
import { wholeTable } from "./truncate.ts";
import { nameKey, nameOf, type Node } from "./tree.ts";

/** Objects by pg_depend that go with the given ones, level by level, with a name for people; pins and internal parts left out. */
const DEPENDENTS = `
with recursive gone(classid, objid, depth) as (
  select $2::regclass::oid, unnest($1::oid[]), 0
  union
  select e.classid, e.objid, g.depth + e.step from gone g cross join lateral (
    select d.classid, d.objid, 1 as step from pg_depend d where d.refclassid = g.classid and d.refobjid = g.objid
      and d.deptype in ('n', 'a', 'i', 'P', 'S') and not (d.classid = g.classid and d.objid = g.objid)
    union all
    -- A view goes with the rule that is its query.
    select 'pg_class'::regclass::oid, w.ev_class, 0 from pg_rewrite w where g.classid = 'pg_rewrite'::regclass and w.oid = g.objid
  ) e where g.depth < 20
)
select distinct on (classid, objid) classid::regclass::text as class, objid::int8::text as oid, depth, i.type, i.identity,
  c.relkind::text as relkind, n.nspname || '.' || c.relname as relation, (select k.conrelid::int8::text from pg_constraint k
    where classid = 'pg_constraint'::regclass and k.oid = objid and k.contype = 'f') as key_of
from gone cross join lateral pg_identify_object(classid, objid, 0) i
left join pg_class c on classid = 'pg_class'::regclass and c.oid = objid left join pg_namespace n on n.oid = c.relnamespace
where depth > 0 order by classid, objid, depth`;

const RELATIONS = new Set(["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE"]);

/** DROP of relations, schemas and indexes, with what CASCADE takes along; other kinds are known by their effect only. */
export async function describeDrop(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const { catalog, facts } = context;
  const cascade = body.behavior === "DROP_CASCADE";
  if (body.removeType === "OBJECT_SCHEMA") return dropSchema(context, body, cascade, draft);
  if (body.removeType === "OBJECT_INDEX") return dropIndex(context, body, draft);
  if (body.removeType === "OBJECT_TRIGGER" || body.removeType === "OBJECT_POLICY" || body.removeType === "OBJECT_RULE") {
    for (const object of body.objects ?? []) {
      const ref = nameOf(object.List?.items?.slice(0, -1));
      const relation = findRelation(catalog, facts, ref);
      if (!relation) missing(draft, nameKey(ref));
      else lockAll(context, relation, draft);
    }
    return;
  }
  if (!RELATIONS.has(body.removeType)) {
    draft.incomplete = true;
    draft.notes.push(`What hangs on ${draft.title.replace("DROP ", "")} is not worked out`);
    return;
  }
  const dropped: CatalogRelation[] = [];
  for (const object of body.objects ?? []) {
    const ref = nameOf(object.List?.items);
    const relation = findRelation(catalog, facts, ref);
    if (relation) dropped.push(relation);
    else if (!body.missing_ok) missing(draft, nameKey(ref));
  }
  await dropRelations(context, dropped, cascade, draft);
}

async function dropRelations(
  context: AnalysisContext,
  dropped: readonly CatalogRelation[],
  cascade: boolean,
  draft: DraftStatement,
): Promise<void> {
  const { catalog } = context;
  const named = new Set(dropped.map((relation) => relation.oid));
  for (const relation of dropped) {
    const holds = ["r", "p", "m"].includes(relation.kind);
    const rows = holds ? await wholeTable(context, relation) : ({ value: 0, kind: "exact" } as const);
    draft.effects.push({ effect: "schema", object: qualified(relation), kind: kindWord(relation.kind), rows });
    lockAll(context, relation, draft);
    for (const key of catalog.foreignKeys) {
      // A key goes with its table; the table it points to gives up the triggers that watched it.
      if (key.child === relation.oid || key.parent === relation.oid) {
        const other = catalog.relations.get(key.child === relation.oid ? key.parent : key.child);
        if (other && other.oid !== relation.oid && (cascade || key.child === relation.oid))
          draft.locks.add(qualified(other), "AccessExclusiveLock");
      }
    }
  }
  const rows = await context.session.query(DEPENDENTS, [[...named], "pg_class"]);
  const partitions = new Set(dropped.flatMap((relation) => family(catalog, relation.oid)));
  const blocking: string[] = [];
  for (const row of rows) {
    const oid = Number(row.oid);
    const relation = row.class === "pg_class" ? catalog.relations.get(oid) : undefined;
    const isKey = row.key_of !== null && !named.has(Number(row.key_of)) && !partitions.has(Number(row.key_of));
    const isOther = relation && !named.has(oid) && !partitions.has(oid) && relation.kind !== "S";
    const isFunction = row.class === "pg_proc";
    if (!isKey && !isOther && !isFunction) continue;
    blocking.push(`${row.type} ${row.identity}`);
    if (!cascade) continue;
    draft.effects.push({
      effect: "schema",
      object: relation ? qualified(relation) : row.identity,
      kind: row.type,
      rows: { value: 0, kind: relation && "rpm".includes(relation.kind) && relation.kind !== "v" ? "unknown" : "exact" },
    });
    if (relation) lockAll(context, relation, draft);
  }
  if (!cascade && blocking.length > 0)
    draft.willFail.push({
      code: "2BP01",
      reason: `It is needed by ${blocking.slice(0, 5).join(", ")}${blocking.length > 5 ? " and others" : ""}`,
    });
}

async function dropSchema(context: AnalysisContext, body: Node, cascade: boolean, draft: DraftStatement): Promise<void> {
  for (const object of body.objects ?? []) {
    const schema: string = object.String?.sval ?? "";
    draft.effects.push({ effect: "schema", object: schema, kind: "schema", rows: { value: 0, kind: "exact" } });
    const inside = [...context.catalog.relations.values()].filter(
      (relation) => relation.schema === schema && !relation.partition && relation.kind !== "S",
    );
    const functions = [...context.catalog.functions.values()].filter((fn) => fn.schema === schema);
    if (!cascade && inside.length + functions.length > 0)
      draft.willFail.push({ code: "2BP01", reason: `The schema holds ${inside.length} relations and ${functions.length} functions` });
    if (!cascade) continue;
    await dropRelations(context, inside, true, draft);
    for (const fn of functions)
      draft.effects.push({ effect: "schema", object: qualified(fn), kind: "function", rows: { value: 0, kind: "exact" } });
  }
}

function dropIndex(context: AnalysisContext, body: Node, draft: DraftStatement): void {
  for (const object of body.objects ?? []) {
    const ref = nameOf(object.List?.items);
    const index = context.catalog.indexes.find((candidate) => {
      const table = context.catalog.relations.get(candidate.table);
      return candidate.name === ref.name && (ref.schema ? table?.schema === ref.schema : context.facts.path.includes(table?.schema ?? ""));
    });
    const table = index && context.catalog.relations.get(index.table);
    if (!index || !table) {
      if (!body.missing_ok) missing(draft, nameKey(ref));
      continue;
    }
    const mode = body.concurrent ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock";
    draft.locks.add(qualified(table), mode);
    draft.locks.add(`${table.schema}.${index.name}`, mode);
    draft.effects.push({ effect: "schema", object: `${table.schema}.${index.name}`, kind: "index", rows: { value: 0, kind: "exact" } });
  }
}

function lockAll({ catalog }: AnalysisContext, relation: CatalogRelation, draft: DraftStatement): void {
  for (const oid of family(catalog, relation.oid)) draft.locks.add(qualified(catalog.relations.get(oid)!), "AccessExclusiveLock");
  // A partition is taken out of its parent under the parent's own lock.
  for (const parent of catalog.parents.get(relation.oid) ?? [])
    draft.locks.add(qualified(catalog.relations.get(parent)!), "AccessExclusiveLock");
}
