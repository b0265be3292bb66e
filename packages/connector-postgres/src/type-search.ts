import type { Query } from "./query.ts";

/** Built-in types by OID (pg_type.dat, stable across versions): the name, and whether its text form can hold a person's data. */
const BUILTIN: ReadonlyMap<number, readonly [name: string, searchable: boolean]> = new Map([
  [16, ["bool", false]],
  [17, ["bytea", true]],
  [18, ["char", false]],
  [19, ["name", true]],
  [20, ["int8", true]],
  [21, ["int2", false]],
  [23, ["int4", false]],
  [25, ["text", true]],
  [26, ["oid", false]],
  [27, ["tid", false]],
  [28, ["xid", false]],
  [29, ["cid", false]],
  [114, ["json", true]],
  [142, ["xml", true]],
  [650, ["cidr", false]],
  [700, ["float4", true]],
  [701, ["float8", true]],
  [790, ["money", true]],
  [829, ["macaddr", false]],
  [869, ["inet", false]],
  [1042, ["bpchar", true]],
  [1043, ["varchar", true]],
  [1082, ["date", false]],
  [1083, ["time", false]],
  [1114, ["timestamp", false]],
  [1184, ["timestamptz", false]],
  [1186, ["interval", false]],
  [1266, ["timetz", false]],
  [1560, ["bit", true]],
  [1562, ["varbit", true]],
  [1700, ["numeric", true]],
  [2205, ["regclass", true]],
  [2206, ["regtype", true]],
  [2249, ["record", true]],
  [2278, ["void", false]],
  [2950, ["uuid", false]],
  [3220, ["pg_lsn", false]],
  [3802, ["jsonb", true]],
]);

export interface TypeInfo {
  /** e.g. `int8`, `payments.status`, `_text` for arrays. */
  name: string;
  /** False for types whose text form cannot hold a person's data. */
  searchable: boolean;
}

export type TypeLookup = (oid: number) => TypeInfo;

/** Types are looked up by OID; all but the most ordinary are read from the session. Anything unheard of is searchable. */
export async function loadTypes(query: Query): Promise<TypeLookup> {
  const user = new Map<number, TypeInfo>();
  const bases = new Map<number, number>();
  const rows = await query(`
    select t.oid::int8::text as oid, t.typtype::text as kind, t.typbasetype::int8::text as base,
      case when pg_type_is_visible(t.oid) then t.typname else n.nspname || '.' || t.typname end as name
    from pg_type t join pg_namespace n on n.oid = t.typnamespace left join pg_class c on c.oid = t.typrelid
    where t.typrelid = 0 or (t.oid >= 16384 and c.relkind = 'c')`);
  for (const row of rows) {
    const oid = Number(row.oid);
    user.set(oid, { name: row.name, searchable: row.kind !== "e" });
    if (row.kind === "d") bases.set(oid, Number(row.base));
  }
  const lookup = (oid: number): TypeInfo => {
    const builtin = BUILTIN.get(oid);
    if (builtin) return { name: builtin[0], searchable: builtin[1] };
    const found = user.get(oid);
    if (!found) return { name: `type ${oid}`, searchable: true };
    const base = bases.get(oid);
    return base === undefined ? found : { name: found.name, searchable: lookup(base).searchable };
  };
  return lookup;
}
