import type { AnalysisContext } from "../analysis-context.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { names, type Node } from "../tree.ts";
import { fails } from "./subject.ts";

/** Where an object lives in the catalogue, with its name for people. */
export interface ObjectAddress {
  classid: number;
  oid: number;
  sub: number;
  /** The server's word, e.g. `function`. */
  type: string;
  identity: string;
}

/** Kinds of objects as pg_get_object_address calls them (objectaddress.c, ObjectTypeMap), with where their names stand in the tree. */
const KINDS: Record<string, [word: string, names: "list" | "one" | "type" | "arguments" | "pair" | "transform" | "method"]> = {
  OBJECT_ACCESS_METHOD: ["access method", "one"],
  OBJECT_AGGREGATE: ["aggregate", "arguments"],
  OBJECT_CAST: ["cast", "pair"],
  OBJECT_COLLATION: ["collation", "list"],
  OBJECT_CONVERSION: ["conversion", "list"],
  OBJECT_DATABASE: ["database", "one"],
  OBJECT_DOMAIN: ["type", "type"],
  OBJECT_EVENT_TRIGGER: ["event trigger", "one"],
  OBJECT_EXTENSION: ["extension", "one"],
  OBJECT_FDW: ["foreign-data wrapper", "one"],
  OBJECT_FOREIGN_SERVER: ["server", "one"],
  OBJECT_FUNCTION: ["function", "arguments"],
  OBJECT_LANGUAGE: ["language", "one"],
  OBJECT_OPCLASS: ["operator class", "method"],
  OBJECT_OPERATOR: ["operator", "arguments"],
  OBJECT_OPFAMILY: ["operator family", "method"],
  OBJECT_POLICY: ["policy", "list"],
  OBJECT_PROCEDURE: ["procedure", "arguments"],
  OBJECT_PUBLICATION: ["publication", "one"],
  OBJECT_ROLE: ["role", "one"],
  OBJECT_ROUTINE: ["routine", "arguments"],
  OBJECT_RULE: ["rule", "list"],
  OBJECT_SCHEMA: ["schema", "one"],
  OBJECT_STATISTIC_EXT: ["statistics object", "list"],
  OBJECT_SUBSCRIPTION: ["subscription", "one"],
  OBJECT_TABCONSTRAINT: ["table constraint", "list"],
  OBJECT_TABLESPACE: ["tablespace", "one"],
  OBJECT_TRANSFORM: ["transform", "transform"],
  OBJECT_TRIGGER: ["trigger", "list"],
  OBJECT_TSCONFIGURATION: ["text search configuration", "list"],
  OBJECT_TSDICTIONARY: ["text search dictionary", "list"],
  OBJECT_TSPARSER: ["text search parser", "list"],
  OBJECT_TSTEMPLATE: ["text search template", "list"],
  OBJECT_TYPE: ["type", "type"],
};

const quote = (part: string): string => `"${part.replaceAll('"', '""')}"`;

/** A type's name as SQL; modifiers are no part of its identity. */
export function typeText(type: Node | undefined): string {
  if (!type) return "none";
  return names(type.names).map(quote).join(".") + (type.arrayBounds?.length ? "[]" : "");
}

const SERIAL = new Set(["smallserial", "serial", "bigserial", "serial2", "serial4", "serial8"]);
/** Words that stand for an integer with a sequence, and are no types. */
export const isSerial = (type: Node | undefined): boolean => SERIAL.has(names(type?.names).at(-1) ?? "");

const ADDRESS = `select a.classid::int8::text as classid, a.objid::int8::text as oid, a.objsubid as sub, i.type, i.identity
  from pg_get_object_address($1, $2::text[], $3::text[]) a cross join lateral pg_identify_object(a.classid, a.objid, a.objsubid) i`;
/** A routine named without its arguments is the only one of that name the search path sees (LookupFuncName in parse_func.c). */
const BY_NAME = `select 'pg_proc'::regclass::oid::int8::text as classid, p.oid::int8::text as oid, 0 as sub, i.type, i.identity
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace cross join lateral pg_identify_object('pg_proc'::regclass, p.oid, 0) i
  where p.proname = $1 and case when $2::text is null then pg_function_is_visible(p.oid) else n.nspname = $2 end`;

const ROUTINE = `select case prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end as kind from pg_proc where oid = to_regprocedure($1)`;

/** Finds an object as the server would. Undefined when there is none, which is said unless `missing` is fine. */
export async function objectAddress(
  context: AnalysisContext,
  kind: string,
  object: Node,
  draft: DraftStatement,
  missingIsFine = false,
): Promise<ObjectAddress | undefined> {
  const known = KINDS[kind];
  if (!known) {
    draft.incomplete = true;
    return undefined;
  }
  const found = await context.session.attempt(1_000, () => lookUp(context, known, object));
  if (found.ok && found.value) return found.value;
  if (found.ok) fails(draft, "42725", "More than one routine, or none, has this name");
  else if (!missingIsFine) fails(draft, found.error.code, found.error.message);
  return undefined;
}

async function lookUp(
  { session }: AnalysisContext,
  [word, where]: (typeof KINDS)[string],
  object: Node,
): Promise<ObjectAddress | undefined> {
  const routine = where === "arguments" && word !== "operator";
  if (routine && object.ObjectWithArgs?.args_unspecified) {
    const parts = names(object.ObjectWithArgs.objname);
    const rows = await session.query(BY_NAME, [parts.at(-1), parts.at(-2) ?? null]);
    return rows.length === 1 ? addressOf(rows[0]!) : undefined;
  }
  const [named, rest] = parts(where, object);
  let kind = word;
  if (kind === "routine") {
    // pg_get_object_address asks for the one kind it is.
    const [found] = await session.query(ROUTINE, [`${named.map(quote).join(".")}(${rest.join(", ")})`]);
    kind = found?.kind ?? "function";
  }
  const [row] = await session.query(ADDRESS, [kind, named, rest]);
  return row && addressOf(row);
}

const addressOf = (row: Record<string, any>): ObjectAddress => ({
  classid: Number(row.classid),
  oid: Number(row.oid),
  sub: row.sub,
  type: row.type,
  identity: row.identity,
});

function parts(where: (typeof KINDS)[string][1], object: Node): [names: string[], args: string[]] {
  const items: Node[] = object.List?.items ?? [];
  switch (where) {
    case "one":
      return [[object.String?.sval ?? object.RoleSpec?.rolename ?? ""], []];
    case "list":
    case "method":
      return [names(items), []];
    case "type":
      return [[typeText(object.TypeName)], []];
    case "pair":
      return [[typeText(items[0]?.TypeName)], [typeText(items[1]?.TypeName)]];
    case "transform":
      return [[typeText(items[0]?.TypeName)], [items[1]?.String?.sval ?? ""]];
    case "arguments": {
      const routine: Node = object.ObjectWithArgs ?? {};
      return [names(routine.objname), (routine.objargs ?? []).map((item: Node) => typeText(item.TypeName))];
    }
  }
}
