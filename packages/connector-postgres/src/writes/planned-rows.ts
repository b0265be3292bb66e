import type { AnalysisContext } from "../analysis-context.ts";
import type { ForeignKey } from "../catalog-model.ts";
import { keysTo, type Closure } from "../closure.ts";
import { explain } from "../explain.ts";
import { quoteIdent } from "../query.ts";
import { deparse } from "../selection.ts";
import type { Node } from "../tree.ts";
import { columnNames } from "./key-locks.ts";
import { isReadable } from "./countable.ts";
import { fitOf } from "./fitted-plan.ts";
import { sqlName } from "./row-source.ts";
import { rangeOf, type WriteTask } from "./task.ts";

/** Most keys of one write that the planner is asked about: each is a plan of its own. */
const MOST_KEYS = 12;
/** Further from the target a guess is made of guesses. */
const DEEPEST = 4;

/**
 * Rows that refer by each of the keys to what a write reaches, by constraint OID, as the planner expects them: it knows how often each
 * value occurs (pg_stats) and what the condition says of it. Empty where the statement may not be planned in parts.
 */
export async function plannedChildren(
  context: AnalysisContext,
  { body, named, target, rows }: WriteTask,
  joined: readonly Node[],
  keys: readonly ForeignKey[],
  closure?: Closure,
): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  const ranges = [rows.range, ...joined];
  const parts = { where: body.whereClause, from: ranges, with: body.withClause };
  if (keys.length === 0 || !isReadable(context, named, parts, [rangeOf(named), ...ranges])) return found;
  const fit = await fitOf(context, target, body.withClause ? [] : joined);
  /** The values by which the rows that go are referred to. */
  const selected = (names: readonly string[]): string | undefined =>
    deparse({
      SelectStmt: {
        targetList: names.map((name) => ({ ResTarget: { val: rows.column(target.columns.find((column) => column.name === name)!) } })),
        fromClause: ranges,
        ...(body.whereClause ? { whereClause: body.whereClause } : {}),
        ...(body.withClause ? { withClause: body.withClause } : {}),
        limitOption: "LIMIT_OPTION_DEFAULT",
        op: "SETOP_NONE",
      },
    });
  /** Rows `x` of the key's table, by the likeliest way to them. */
  const referring = (key: ForeignKey, depth: number): string | undefined => {
    const { catalog } = context;
    const names = columnNames(catalog, key.parent, key.parentColumns);
    const child = catalog.relations.get(key.child)!;
    let values: string | undefined;
    if (keysTo(catalog, target.oid).includes(key)) values = selected(names);
    else {
      const entry = closure?.deletes.find(({ table }) => keysTo(catalog, table).includes(key));
      const [via] = (entry?.via ?? []).toSorted((a, b) => (found.get(b.oid) ?? 0) - (found.get(a.oid) ?? 0));
      const inner = via && depth < DEEPEST ? referring(via, depth + 1) : undefined;
      values = inner && `SELECT ${names.map((name) => `x.${quoteIdent(name)}`).join(", ")} ${inner}`;
    }
    if (values === undefined) return undefined;
    const own = columnNames(catalog, key.child, key.childColumns).map((name) => `x.${quoteIdent(name)}`);
    return `FROM ${child.kind === "p" ? "" : "ONLY "}${sqlName(child)} x WHERE (${own.join(", ")}) IN (${values})`;
  };
  for (const key of keys.slice(0, MOST_KEYS)) {
    const child = context.catalog.relations.get(key.child)!;
    // The child's own code, or policies, would be planned with it.
    if (child.rowSecurity || context.judge.relation(child.oid).ownCode) continue;
    const from = referring(key, 1);
    const planned = from === undefined ? undefined : await explain(context.session, `SELECT ${from}`);
    if (planned?.ok) found.set(key.oid, planned.plan.rows * fit * (await fitOf(context, child, [])));
  }
  return found;
}
