/**
 * PostgreSQL's parse tree as the parser's JSON: a node is an object with one key, its type (`{SelectStmt: {…}}`); a field whose type is
 * fixed by the grammar holds the bare object (`DeleteStmt.relation` is a RangeVar without its wrapper).
 */
export type Node = Record<string, any>;

/** Bare fields and the type they stand for. */
const BARE: Record<string, string> = {
  constructor: "JsonAggConstructor",
  relation: "RangeVar",
  larg: "SelectStmt",
  rarg: "SelectStmt",
  withClause: "WithClause",
  intoClause: "IntoClause",
  into: "IntoClause",
  typeName: "TypeName",
  onConflictClause: "OnConflictClause",
  infer: "InferClause",
  over: "WindowDef",
  returningClause: "ReturningClause",
  rel: "RangeVar",
  alias: "Alias",
  join_using_alias: "Alias",
  search_clause: "CTESearchClause",
  cycle_clause: "CTECycleClause",
  partspec: "PartitionSpec",
  partbound: "PartitionBoundSpec",
  viewRelation: "RangeVar",
  sequence: "RangeVar",
  pktable: "RangeVar",
  func: "FuncCall",
  collClause: "CollateClause",
  partition: "RangeVar",
  setstmt: "VariableSetStmt",
  newowner: "RoleSpec",
  newrole: "RoleSpec",
  authrole: "RoleSpec",
  grantor: "RoleSpec",
  role: "RoleSpec",
  user: "RoleSpec",
};

/** Type and body of a wrapped node; undefined for anything else. */
export function unwrap(node: unknown): [type: string, body: Node] | undefined {
  if (typeof node !== "object" || node === null || Array.isArray(node)) return undefined;
  const keys = Object.keys(node);
  if (keys.length !== 1) return undefined;
  const key = keys[0]!;
  const body = (node as Node)[key];
  return /^[A-Z]/.test(key) && typeof body === "object" && body !== null && !Array.isArray(body) ? [key, body] : undefined;
}

export type Visitor = (type: string, body: Node) => boolean | void;

/** Depth-first over every node under `node`, bare ones included. Returning false from the visitor leaves that node's inside out. */
export function walk(node: unknown, visit: Visitor): void {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const wrapped = unwrap(node);
  if (wrapped) walkBody(wrapped[0], wrapped[1], visit);
  else walkFields(node as Node, visit);
}

/** As walk, for a body whose type is known already. */
export function walkBody(type: string, body: Node, visit: Visitor): void {
  if (visit(type, body) === false) return;
  walkFields(body, visit);
}

function walkFields(body: Node, visit: Visitor): void {
  for (const key of Object.keys(body)) {
    const value = body[key];
    if (typeof value !== "object" || value === null) continue;
    // Field names of the grammar may be names of Object's own, as `constructor` is.
    const bare = Object.hasOwn(BARE, key) ? BARE[key] : undefined;
    if (bare && !Array.isArray(value) && !unwrap(value)) walkBody(bare, value, visit);
    else walk(value, visit);
  }
}

/** The strings of a list of String nodes, e.g. a qualified name. Stars come as `*`. */
export function names(list: readonly Node[] | undefined): string[] {
  return (list ?? []).map((item) => {
    if (item.String) return item.String.sval ?? "";
    if (item.A_Star) return "*";
    return "";
  });
}

/** A relation's name as it was written. */
export interface NameRef {
  schema?: string;
  name: string;
}

export const rangeName = (range: Node): NameRef =>
  range.schemaname ? { schema: range.schemaname, name: range.relname } : { name: range.relname };

/** `schema.name` or `name`, unquoted; a key, not SQL. */
export const nameKey = (ref: NameRef): string => (ref.schema ? `${ref.schema}.${ref.name}` : ref.name);

/** Whether a range names one of PostgreSQL's own tables or views. Writing them (`pg_settings`, `pg_authid`) writes what they stand for. */
export const isCatalogName = (range: Node | undefined): boolean =>
  range?.schemaname === undefined
    ? String(range?.relname ?? "").startsWith("pg_")
    : ["pg_catalog", "information_schema"].includes(range.schemaname);

/** Reference from a list of String nodes; database names in front are dropped. */
export function nameOf(list: readonly Node[] | undefined): NameRef {
  const parts = names(list);
  const name = parts.at(-1) ?? "";
  const schema = parts.at(-2);
  return schema ? { schema, name } : { name };
}

/** The value of a constant node as text; undefined when it is not a constant. */
export function constant(node: Node | undefined): string | undefined {
  const value = node?.A_Const;
  if (!value) return undefined;
  if (value.sval) return value.sval.sval ?? "";
  if (value.ival) return String(value.ival.ival ?? 0);
  if (value.fval) return value.fval.fval;
  if (value.boolval) return String(value.boolval.boolval ?? false);
  return undefined;
}
