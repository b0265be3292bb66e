import type { Rows } from "@interlock/protocol";
import type { AnalysisContext } from "../analysis-context.ts";
import { family, ancestry, findRelation } from "../catalog.ts";
import { deleteClosure, keysTo } from "../closure.ts";
import type { DraftStatement } from "../draft-statement.ts";
import type { TableReference } from "../table-references.ts";
import { unwrap, walk, type Node } from "../tree.ts";
import { estimated, UNKNOWN } from "./figures.ts";
import { describeWrite } from "./write.ts";

/**
 * Every write of one statement. All of them see the tables as they were before it, so each is counted by its own conditions, as long as
 * no two can reach the same rows. `rewriting`: see describeRuled. Answers the rows of the last one.
 */
export async function describeWrites(
  context: AnalysisContext,
  subject: Node | undefined,
  writes: readonly TableReference[],
  draft: DraftStatement,
  rewriting: readonly string[] = [],
): Promise<Rows> {
  let last = UNKNOWN;
  const top = subject && unwrap(subject)?.[1];
  const ctes: Node[] = (top?.withClause?.ctes ?? []).map((item: Node) => item.CommonTableExpr);
  const writing = new Map(
    ctes.flatMap((cte) => (isSelect(cte.ctequery) ? [] : [[unwrap(cte.ctequery)?.[1], cte.ctename as string] as const])),
  );
  const reading = ctes.filter((cte) => isSelect(cte.ctequery)).map((cte) => ({ CommonTableExpr: cte }));
  const apart = writes.length === 1 || areApart(context, writes);
  const handedOn = new Map<string, Rows>();
  for (const reference of writes) {
    const statement = reference.statement!;
    const own = statement === top || writing.has(statement);
    const inner: Node[] = statement === top ? [] : (statement.withClause?.ctes ?? []);
    const list = [...(own ? reading : []), ...inner];
    const names = new Set(writing.values());
    const uses = (tree: unknown): boolean => mentions(tree, names);
    const recursive = (top?.withClause?.recursive ?? statement.withClause?.recursive) === true;
    // As the parser leaves it: what is not recursive does not say so.
    const clause = list.length > 0 ? { with: { ctes: list, ...(recursive ? { recursive } : {}) } } : {};
    const { withClause: _, ...conditions } = statement;
    const handed = handedRows(statement, handedOn);
    const rows = await describeWrite(context, reference, draft, {
      alone: writes.length === 1 && rewriting.length === 0,
      countable: own && apart && !uses(conditions) && !uses(reading),
      ...clause,
      rewriting,
      ...(handed ? { handed: apart ? handed : estimated(handed) } : {}),
    });
    const name = writing.get(statement);
    if (name !== undefined) handedOn.set(name, rows);
    last = rows;
  }
  if (!apart) for (const figure of [...draft.effects, ...draft.cascades]) figure.rows = estimated(figure.rows);
  return last;
}

const isSelect = (tree: Node): boolean => unwrap(tree)?.[0] === "SelectStmt";

function mentions(tree: unknown, names: ReadonlySet<string>): boolean {
  let found = false;
  walk(tree, (type, body) => {
    if (type === "RangeVar" && !body.schemaname && names.has(body.relname)) found = true;
  });
  return found;
}

/** Rows of `INSERT … SELECT … FROM cte`, where nothing but the list of columns stands between. */
function handedRows(statement: Node, known: ReadonlyMap<string, Rows>): Rows | undefined {
  const select: Node | undefined = statement.selectStmt?.SelectStmt;
  const range: Node | undefined = select?.fromClause?.length === 1 ? select.fromClause[0].RangeVar : undefined;
  const rows = range && !range.schemaname ? known.get(range.relname) : undefined;
  if (!rows) return undefined;
  const plain = ["whereClause", "groupClause", "havingClause", "distinctClause", "limitCount", "limitOffset"].every(
    (key) => select![key] === undefined,
  );
  return plain && !JSON.stringify(select!.targetList ?? []).includes("FuncCall") ? rows : estimated(rows);
}

/** Whether no table is reached by two of the writes, keys included. */
function areApart(context: AnalysisContext, writes: readonly TableReference[]): boolean {
  const { catalog, facts } = context;
  const seen = new Set<number>();
  for (const { ref, use } of writes) {
    const relation = findRelation(catalog, facts, ref);
    if (!relation || relation.kind === "v") return false;
    const reached = new Set([relation.oid]);
    if (use !== "insert") {
      for (const entry of deleteClosure(catalog, relation.oid).deletes) reached.add(entry.table);
      for (const oid of [...reached]) for (const key of keysTo(catalog, oid)) reached.add(key.child);
    }
    const all = new Set([...reached].flatMap((oid) => [...family(catalog, oid), ...ancestry(catalog, oid)]));
    if ([...all].some((oid) => seen.has(oid))) return false;
    for (const oid of all) seen.add(oid);
  }
  return true;
}
