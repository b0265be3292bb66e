import { countRows, type AnalysisContext } from "../analysis-context.ts";
import { qualified } from "../catalog.ts";
import type { CatalogColumn, CatalogRelation, CatalogTrigger } from "../catalog-model.ts";
import { parseGrammar } from "../grammar.ts";
import { matchesMask } from "../masked-columns.ts";
import { deparse } from "../selection.ts";
import { firesForAll, matchingTriggers, type WriteEvent } from "../triggers.ts";
import { names, unwrap, type Node } from "../tree.ts";
import { isCountable } from "./countable.ts";
import type { RowSource } from "./row-source.ts";

/** Longest that the server may take to print a trigger, in milliseconds: it waits for whoever has the table to itself. */
const PRINT_MS = 50;

/** AFTER triggers whose WHEN no row of a write meets. Where a BEFORE trigger may change the rows first, nothing is said. */
export async function unmetTriggers(
  context: AnalysisContext,
  target: CatalogRelation,
  event: Exclude<WriteEvent, "truncate">,
  assigned: readonly string[] | undefined,
  source: RowSource,
): Promise<ReadonlySet<CatalogTrigger>> {
  const all = matchingTriggers(context, target.oid, event, assigned);
  const conditional = all.filter((item) => item.conditional && item.row && item.when === "after" && firesForAll(context, item, target.oid));
  if (conditional.length === 0 || all.some((item) => item.row && item.when === "before")) return new Set();
  const columns = new Map<number, CatalogColumn>();
  const conditions: { trigger: CatalogTrigger; sql: string }[] = [];
  for (const trigger of conditional) {
    const condition = await conditionOf(context, trigger);
    const used = new Map<number, CatalogColumn>();
    const placed = condition && place(context, target, condition, used);
    const sql = placed && isCountable(context, target, { when: condition }, []) ? expressionSql(placed) : undefined;
    if (sql === undefined) continue;
    for (const [attnum, column] of used) columns.set(attnum, column);
    conditions.push({ trigger, sql });
  }
  const rows = conditions.length > 0 ? source.rows([...columns.values()]) : undefined;
  if (rows === undefined) return new Set();
  const figures = conditions.map(({ sql }, at) => `count(*) FILTER (WHERE ${sql}) AS c${at}`);
  const counted = await countRows(context, `SELECT ${figures.join(", ")} FROM (${rows}) w`);
  return new Set(conditions.flatMap(({ trigger }, at) => (counted && Number(counted[`c${at}`]) === 0 ? [trigger] : [])));
}

async function conditionOf({ session }: AnalysisContext, { table, name }: CatalogTrigger): Promise<Node | undefined> {
  const printed = await session.attempt(PRINT_MS, () =>
    session.query("SELECT pg_get_triggerdef(oid) AS text FROM pg_trigger WHERE tgrelid = $1::int8::oid AND tgname = $2", [table, name]),
  );
  const parsed = printed.ok && printed.value[0] ? parseGrammar(String(printed.value[0].text)) : undefined;
  const [type, body] = (parsed?.ok && unwrap(parsed.statements[0]?.stmt)) || [];
  return type === "CreateTrigStmt" ? body?.whenClause : undefined;
}

/** The condition over the rows of a source: `old.v` is `w.o2`. Undefined where it reads what those rows do not hold, or what is masked. */
function place({ masked }: AnalysisContext, target: CatalogRelation, condition: Node, used: Map<number, CatalogColumn>): Node | undefined {
  let known = true;
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== "object" || node === null) return node;
    const fields: Node[] | undefined = (node as Node).ColumnRef?.fields;
    if (!fields) return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, visit(value)]));
    const [row, name] = names(fields);
    const column = target.columns.find((item) => item.name === name);
    const side = row === "old" ? "o" : row === "new" ? "n" : undefined;
    // What is computed is computed anew for the new row.
    if (
      !column ||
      !side ||
      fields.length !== 2 ||
      (side === "n" && column.generated) ||
      matchesMask(`${qualified(target)}.${name}`, masked)
    ) {
      known = false;
      return node;
    }
    used.set(column.attnum, column);
    return { ColumnRef: { fields: [{ String: { sval: "w" } }, { String: { sval: `${side}${column.attnum}` } }] } };
  };
  const placed = visit(condition) as Node;
  return known ? placed : undefined;
}

function expressionSql(expression: Node): string | undefined {
  const sql = deparse({
    SelectStmt: { targetList: [{ ResTarget: { val: expression } }], limitOption: "LIMIT_OPTION_DEFAULT", op: "SETOP_NONE" },
  });
  return sql?.replace(/^SELECT\s+/i, "");
}
