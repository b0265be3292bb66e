import type { Query } from "./query.ts";
import { reviewedFunction } from "./reviewed-functions.ts";
import { nameKey, names, rangeName, walk, type NameRef, type Node } from "./tree.ts";

/** Every relation name a tree mentions, CTE names included (they are told apart where they are used). */
export function relationNames(tree: unknown): NameRef[] {
  const found = new Map<string, NameRef>();
  walk(tree, (type, body) => {
    if (type === "RangeVar" && body.relname) found.set(nameKey(rangeName(body)), rangeName(body));
  });
  return [...found.values()];
}

/** Functions, operators and cast targets a tree mentions, by bare name. Field selections count: `(x).f` may call a function. */
export function calledNames(tree: unknown): { functions: Set<string>; operators: Set<string>; types: Set<string> } {
  const functions = new Set<string>();
  const operators = new Set<string>();
  const types = new Set<string>();
  walk(tree, (type, body) => {
    if (type === "FuncCall") functions.add(names(body.funcname).at(-1) ?? "");
    else if (type === "A_Expr") operators.add(names(body.name).at(-1) ?? "");
    else if (type === "SortBy" && body.useOp) operators.add(names(body.useOp).at(-1) ?? "");
    else if (type === "SubLink" && body.operName) operators.add(names(body.operName).at(-1) ?? "");
    else if (type === "A_Indirection") for (const name of names(body.indirection)) if (name && name !== "*") functions.add(name);
    if (type === "TypeName") types.add(names(body.names).at(-1) ?? "");
  });
  return { functions, operators, types };
}

/** Which of the names are somebody's own: defined outside pg_catalog, or cast by a function that is. */
export async function userDefinedNames(tree: unknown, query: Query): Promise<ReadonlySet<string>> {
  const called = calledNames(tree);
  const own = new Set<string>();
  for (const name of called.functions) if (!reviewedFunction(name)) own.add(`f:${name}`);
  const rows = await query(
    `select unnest(array['f:' || p.proname, 'exists:' || p.proname]) as key from pg_proc p where p.proname = any($1::name[]) and p.pronamespace <> 'pg_catalog'::regnamespace
     union select 'o:' || o.oprname from pg_operator o where o.oprname = any($2::name[]) and o.oid >= 16384
     union select 't:' || t.typname from pg_cast k join pg_type t on t.oid = k.casttarget where t.typname = any($3::name[]) and k.castfunc >= 16384`,
    [[...called.functions], [...called.operators], [...called.types]],
  );
  for (const row of rows) own.add(row.key);
  return own;
}

/** Marks in a set of userDefinedNames. */
export const isUserFunction = (own: ReadonlySet<string>, call: Node): boolean => {
  const parts = names(call.funcname);
  return parts.length > 1 && parts[0] !== "pg_catalog" ? true : own.has(`f:${parts.at(-1)}`) && parts[0] !== "pg_catalog";
};
