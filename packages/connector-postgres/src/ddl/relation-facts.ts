import type { AnalysisContext } from "../analysis-context.ts";

/** Facts about relations that only definitions ask for; read when one does, so that the shared catalogue stays small. */
export interface ConstraintFacts {
  oid: number;
  name: string;
  /** pg_constraint.contype: c check, f foreign key, n not null, p primary, u unique, x exclusion. */
  type: string;
  validated: boolean;
  enforced: boolean;
  noInherit: boolean;
  inherited: boolean;
  deferrable: boolean;
  columns: number[];
  /** A foreign key's entry for one partition of the table it points to, beside the entry for the whole. */
  toPartition: boolean;
  /** The table a foreign key points to; 0 otherwise. */
  parent: number;
  /** Of a foreign key, all but its own columns: two that agree in it and in their columns are alike (tryAttachPartitionForeignKey). */
  shape: string;
  index: number;
  /** Expression of a check as the server prints it. */
  expression?: string;
}

export interface IndexFacts {
  oid: number;
  name: string;
  primary: boolean;
  unique: boolean;
  clustered: boolean;
  valid: boolean;
  /** Key columns; 0 for an expression. */
  columns: number[];
  /** Columns its expressions and predicate read. */
  reads: number[];
  partial: boolean;
  expression: boolean;
  /** The parent of an index of a partition; 0 otherwise. */
  parent: number;
}

export interface ColumnFacts {
  attnum: number;
  name: string;
  type: number;
  typmod: number;
  notNull: boolean;
  /** s stored, v virtual, empty otherwise. */
  generated: string;
  identity: boolean;
  inherited: boolean;
  collation: number;
}

export interface RelationFacts {
  oid: number;
  kind: string;
  owner: string;
  /** p permanent, u unlogged, t temporary. */
  persistence: string;
  accessMethod: string;
  tablespace: string;
  /** OID of the composite type a typed table is made of; 0 otherwise. */
  ofType: number;
  /** r range, l list, h hash; empty for what is not partitioned. */
  strategy: string;
  partitionColumns: number[];
  defaultPartition: number;
  constraints: ConstraintFacts[];
  indexes: IndexFacts[];
  columns: ColumnFacts[];
  triggers: { name: string; row: boolean; internal: boolean }[];
  /** Foreign keys that point here; of a partitioned table one, not one for each partition. */
  referencing: {
    oid: number;
    name: string;
    child: number;
    childColumns: number[];
    columns: number[];
    index: number;
    enforced: boolean;
    validated: boolean;
  }[];
  /** Sequences that belong to its columns. */
  sequences: { oid: number; attnum: number; identity: boolean }[];
}

const FACTS = `
select c.oid::int8 as oid, c.relkind::text as kind, pg_get_userbyid(c.relowner)::text as owner, c.relpersistence::text as persistence,
  coalesce((select amname::text from pg_am where oid = c.relam), '') as "accessMethod",
  (select spcname::text from pg_tablespace where oid = coalesce(nullif(c.reltablespace, 0), (select dattablespace from pg_database where datname = current_database()))) as tablespace,
  c.reloftype::int8 as "ofType", coalesce(p.partstrat::text, '') as strategy,
  coalesce(to_json(string_to_array(p.partattrs::text, ' ')::int[]), '[]') as "partitionColumns", coalesce(p.partdefid, 0)::int8 as "defaultPartition",
  (select coalesce(json_agg(json_build_object('oid', k.oid::int8, 'name', k.conname, 'type', k.contype, 'validated', k.convalidated,
      'enforced', coalesce((to_jsonb(k)->>'conenforced')::boolean, true), 'noInherit', k.connoinherit, 'inherited', k.coninhcount > 0 or k.conparentid <> 0,
      'deferrable', k.condeferrable, 'columns', coalesce(k.conkey, '{}'), 'parent', k.confrelid::int8,
      'toPartition', exists (select from pg_constraint u where u.oid = k.conparentid and u.conrelid = k.conrelid),
      'shape', concat_ws(' ', k.confrelid, k.confkey, k.confupdtype, k.confdeltype, k.confmatchtype, k.condeferrable, k.condeferred), 'index', k.conindid::int8,
      'expression', case when k.contype = 'c' then pg_get_expr(k.conbin, k.conrelid) end)), '[]')
    from pg_constraint k where k.conrelid = c.oid and k.contype <> 't') as constraints,
  (select coalesce(json_agg(json_build_object('oid', i.indexrelid::int8, 'name', x.relname, 'primary', i.indisprimary, 'unique', i.indisunique,
      'clustered', i.indisclustered, 'valid', i.indisvalid, 'columns', string_to_array(i.indkey::text, ' ')::int[], 'partial', i.indpred is not null,
      'expression', i.indexprs is not null, 'parent', coalesce((select h.inhparent::int8 from pg_inherits h where h.inhrelid = i.indexrelid), 0),
      'reads', (select coalesce(json_agg(distinct d.refobjsubid), '[]') from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
        and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and d.refobjsubid > 0))), '[]')
    from pg_index i join pg_class x on x.oid = i.indexrelid where i.indrelid = c.oid) as indexes,
  (select coalesce(json_agg(json_build_object('attnum', a.attnum, 'name', a.attname, 'type', a.atttypid::int8, 'typmod', a.atttypmod, 'notNull', a.attnotnull,
      'generated', a.attgenerated, 'identity', a.attidentity <> '', 'inherited', a.attinhcount > 0, 'collation', a.attcollation::int8) order by a.attnum), '[]')
    from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
  (select coalesce(json_agg(json_build_object('name', t.tgname, 'row', t.tgtype & 1 = 1, 'internal', t.tgisinternal)), '[]')
    from pg_trigger t where t.tgrelid = c.oid) as triggers,
  (select coalesce(json_agg(json_build_object('oid', k.oid::int8, 'name', k.conname, 'child', k.conrelid::int8, 'childColumns', k.conkey, 'columns', k.confkey,
      'index', k.conindid::int8, 'enforced', coalesce((to_jsonb(k)->>'conenforced')::boolean, true), 'validated', k.convalidated)), '[]') from pg_constraint k where k.confrelid = c.oid and k.contype = 'f'
      and not exists (select from pg_constraint u where u.oid = k.conparentid and u.confrelid = k.confrelid)) as referencing,
  (select coalesce(json_agg(json_build_object('oid', d.objid::int8, 'attnum', d.refobjsubid, 'identity', d.deptype = 'i')), '[]')
    from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S' where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
      and d.refobjid = c.oid and d.deptype in ('a', 'i')) as sequences
from pg_class c left join pg_partitioned_table p on p.partrelid = c.oid where c.oid = any($1::oid[])`;

export async function relationFacts({ session }: AnalysisContext, oids: readonly number[]): Promise<Map<number, RelationFacts>> {
  const rows = await session.query(FACTS, [[...oids]]);
  return new Map(
    rows.map((row) => [
      Number(row.oid),
      { ...row, oid: Number(row.oid), ofType: Number(row.ofType), defaultPartition: Number(row.defaultPartition) } as RelationFacts,
    ]),
  );
}
