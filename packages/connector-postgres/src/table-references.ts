import { rangeName, unwrap, type NameRef, type Node } from "./tree.ts";

/** How a statement uses a relation it names. */
export type Use = "read" | "lock" | "insert" | "update" | "delete" | "merge";

export interface TableReference {
  ref: NameRef;
  use: Use;
  /** Alias, or the relation's own name. */
  alias: string;
  /** ONLY was written. */
  only: boolean;
  /** The writing statement's body, for writes. */
  statement?: Node;
  /** Its node type, e.g. `DeleteStmt`. */
  type?: string;
}

const WRITES: Record<string, Use> = { InsertStmt: "insert", UpdateStmt: "update", DeleteStmt: "delete", MergeStmt: "merge" };

/** Every relation a query names, CTE names left out by their real scopes: a name hidden in one subquery may be a table in the next. */
export function tableReferences(tree: unknown): TableReference[] {
  const found: TableReference[] = [];
  collect(tree, new Set(), found, undefined);
  return found;
}

type Locking = { all: boolean; names: Set<string> } | undefined;

function collect(node: unknown, ctes: ReadonlySet<string>, found: TableReference[], locking: Locking): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, ctes, found, locking);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const wrapped = unwrap(node);
  if (wrapped) return collectBody(wrapped[0], wrapped[1], ctes, found, locking);
  // A bare node: a range, a select arm, or any other body.
  if (typeof (node as Node).relname === "string") return collectBody("RangeVar", node as Node, ctes, found, locking);
  collectBody("targetList" in node || "valuesLists" in node || "op" in node ? "SelectStmt" : "", node as Node, ctes, found, locking);
}

function collectBody(type: string, body: Node, outer: ReadonlySet<string>, found: TableReference[], locking: Locking): void {
  if (type === "RangeVar") {
    const ref = rangeName(body);
    if (ref.schema === undefined && outer.has(ref.name)) return;
    const alias: string = body.alias?.aliasname ?? ref.name;
    found.push({ ref, use: locking && (locking.all || locking.names.has(alias)) ? "lock" : "read", alias, only: body.inh !== true });
    return;
  }
  let ctes = outer;
  if (body.withClause) {
    const known = new Set(outer);
    const list: Node[] = (body.withClause.ctes ?? []).map((item: Node) => item.CommonTableExpr);
    if (body.withClause.recursive) for (const cte of list) known.add(cte.ctename);
    for (const cte of list) {
      collect(cte.ctequery, new Set(known), found, undefined);
      known.add(cte.ctename);
    }
    ctes = known;
  }
  const write = WRITES[type];
  if (write) {
    const ref = rangeName(body.relation);
    found.push({
      ref,
      use: write,
      alias: body.relation.alias?.aliasname ?? ref.name,
      only: body.relation.inh !== true,
      statement: body,
      type,
    });
  }
  // A locking clause reaches into the FROM list and into subqueries there, not into expressions.
  const clauses: Node[] = type === "SelectStmt" ? (body.lockingClause ?? []).map((item: Node) => item.LockingClause) : [];
  const names = new Set(clauses.flatMap((clause) => (clause.lockedRels ?? []).map((item: Node) => item.RangeVar?.relname as string)));
  const own: Locking = clauses.length > 0 ? { all: clauses.some((clause) => !clause.lockedRels?.length), names } : undefined;
  for (const key of Object.keys(body)) {
    if (key === "withClause" || key === "lockingClause" || key === "intoClause" || key === "into") continue;
    if (key === "relation" && write) continue;
    const inFrom = key === "fromClause" || key === "larg" || key === "rarg" || key === "subquery";
    collect(body[key], ctes, found, key === "fromClause" ? (own ?? locking) : inFrom ? locking : undefined);
  }
}
