import type { SchemaObject, SchemaTree } from "@interlock/protocol";

/** The part of a tree whose names contain the filter; an object stays whole when its own name or its schema's matches. */
export function filterSchema(tree: SchemaTree, filter: string): SchemaTree["schemas"] {
  const wanted = filter.trim().toLowerCase();
  if (wanted === "") return tree.schemas;
  const matches = (name: string) => name.toLowerCase().includes(wanted);
  return tree.schemas
    .map((schema) => ({
      name: schema.name,
      objects: schema.objects.flatMap((object): SchemaObject[] => {
        if (matches(`${schema.name}.${object.name}`)) return [object];
        const columns = object.columns.filter(({ name }) => matches(name));
        return columns.length > 0 ? [{ ...object, columns }] : [];
      }),
    }))
    .filter(({ name, objects }) => objects.length > 0 || matches(name));
}

/** PostgreSQL's words that may not stand for a column or table without quotes (documentation, appendix C, “reserved”). */
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_catalog current_date current_role
  current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign from grant group having in
  initially intersect into lateral leading limit localtime localtimestamp not null offset on only or order placing primary references returning select
  session_user some symmetric system_user table then to trailing true union unique user using variadic when where window with authorization binary collation concurrently
  cross current_schema freeze full ilike inner is isnull join left like natural notnull outer overlaps right similar tablesample verbose`.split(
    /\s+/u,
  ),
);

/** An identifier as it must be written in SQL. */
export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/u.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
