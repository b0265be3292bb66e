import { countRows, type AnalysisContext } from "../analysis-context.ts";
import { family, qualified } from "../catalog.ts";
import type { CatalogColumn, CatalogRelation, CatalogTrigger } from "../catalog-model.ts";
import { parseGrammar } from "../grammar.ts";
import { matchesMask } from "../masked-columns.ts";
import { quoteIdent } from "../query.ts";
import { deparse } from "../selection.ts";
import { firesForAll, matchingTriggers, type WriteEvent } from "../triggers.ts";
import { names, unwrap, type Node } from "../tree.ts";
import { followedStatements, type FollowedStatement, type FoundByKey } from "./body-finds.ts";
import { isCountable } from "./countable.ts";
import { columnNames, keysOf } from "./key-locks.ts";
import { sqlName, type RowSource } from "./row-source.ts";

/** Longest that the server may take to print a trigger, in milliseconds: it waits for whoever has the table to itself. */
const PRINT_MS = 250;

/** What could be counted of one trigger's firings. */
export interface FiringCount {
  /** Rows that meet its WHEN; a row that a join finds several times counts as often. */
  met: number;
  /** By the key of a statement of its body. */
  statements: ReadonlyMap<string, StatementCount>;
}

export interface StatementCount {
  /** Firings at which it runs. */
  runs: number;
  /** Rows it finds in all of them together. */
  rows?: number;
  /** Columns of keys to other tables that a row holds which several firings find. */
  again?: readonly string[];
  /** Leaf partitions that its keys lead to. */
  partitions?: readonly number[];
}

export type FiringCounts = ReadonlyMap<CatalogTrigger, FiringCount>;

/**
 * How often AFTER triggers fire for the rows of a write, and what the writes in their bodies find by a unique key. Where a BEFORE trigger
 * may change the rows first, nothing is said.
 */
export async function countFirings(
  context: AnalysisContext,
  target: CatalogRelation,
  event: Exclude<WriteEvent, "truncate">,
  assigned: readonly string[] | undefined,
  source: RowSource,
): Promise<FiringCounts> {
  const none: FiringCounts = new Map();
  const all = matchingTriggers(context, target.oid, event, assigned);
  if (all.some((item) => item.row && item.when === "before")) return none;
  const followed = await followedStatements(context, target, event, all);
  const asked: { trigger: CatalogTrigger; when: string; statements: Asked[] }[] = [];
  const columns = new Map<number, CatalogColumn>();
  for (const trigger of all) {
    const statements = followed.get(trigger) ?? [];
    // New rows are never those of what only inherits.
    const everywhere = firesForAll(context, trigger, target.oid) || (!source.old && trigger.table === target.oid);
    if (!trigger.row || trigger.when !== "after" || !(everywhere || source.old)) continue;
    const used = new Map<number, CatalogColumn>();
    const condition = trigger.conditional ? await conditionOf(context, trigger) : undefined;
    const met = trigger.conditional ? condition && conditionSql(context, target, condition, [], used) : "true";
    if (met === undefined) continue;
    const when = everywhere ? met : `(${met}) AND w.t IN (${ownRows(context, trigger).join(", ")})`;
    const placed = statements.flatMap((statement) => placedStatement(context, target, when, statement, used) ?? []);
    if (!trigger.conditional && everywhere && placed.every(({ runs, finds }) => runs === "true" && !finds)) continue;
    for (const [attnum, column] of used) columns.set(attnum, column);
    asked.push({ trigger, when, statements: placed });
  }
  const rows = asked.length > 0 ? source.rows([...columns.values()]) : undefined;
  if (rows === undefined) return none;
  const figures = asked.flatMap(({ when, statements }, i) => [
    `count(*) FILTER (WHERE ${when}) AS m${i}`,
    ...statements.flatMap(({ runs, finds, where }, j) => [
      `count(*) FILTER (WHERE ${runs}) AS s${i}_${j}`,
      ...(finds && where !== undefined ? findsSql(context, target, runs, finds, where, `${i}_${j}`) : []),
    ]),
  ]);
  const counted = await countRows(context, `WITH written AS (${rows}) SELECT ${figures.join(", ")} FROM written w`);
  if (!counted) return none;
  const counts = ({ key, finds, where }: Asked, at: string): [string, StatementCount] => {
    const runs = Number(counted[`s${at}`]);
    if (!finds || where === undefined) return [key, { runs }];
    const partitions = finds.bounds && [...finds.bounds.keys()].filter((oid) => Number(counted[`p${at}_${oid}`]) > 0);
    const again = keysOf(context.catalog, finds.relation).filter(({ oid }) => Number(counted[`a${at}_${oid}`] ?? 0) > 0);
    return [
      key,
      {
        runs,
        rows: Number(counted[`f${at}`]),
        again: again.flatMap(({ child, childColumns }) => columnNames(context.catalog, child, childColumns)),
        ...(partitions ? { partitions } : {}),
      },
    ];
  };
  return new Map(
    asked.map(({ trigger, statements }, i) => [
      trigger,
      { met: Number(counted[`m${i}`]), statements: new Map(statements.map((statement, j) => counts(statement, `${i}_${j}`))) },
    ]),
  );
}

/** A statement of a body with its conditions as SQL over the rows of the write. */
interface Asked {
  key: string;
  runs: string;
  finds?: FoundByKey | undefined;
  where?: string | undefined;
}

function placedStatement(
  context: AnalysisContext,
  target: CatalogRelation,
  when: string,
  { key, under, finds }: FollowedStatement,
  used: Map<number, CatalogColumn>,
): Asked | undefined {
  // Columns count as used only where all conditions can be placed.
  const own = new Map<number, CatalogColumn>();
  const conditions = under.map((condition) => conditionSql(context, target, condition, [], own));
  if (conditions.includes(undefined)) return undefined;
  const where = finds && conditionSql(context, target, finds.where, [finds.relation], own);
  for (const [attnum, column] of own) used.set(attnum, column);
  const runs = [...(when === "true" ? [] : [when]), ...conditions].map((sql) => `(${sql})`).join(" AND ") || "true";
  return { key, runs, ...(where === undefined ? {} : { finds, where }) };
}

function findsSql(context: AnalysisContext, target: CatalogRelation, runs: string, finds: FoundByKey, where: string, at: string): string[] {
  // A row that several firings find is deleted once, and updated by each.
  const rows = finds.event === "delete" ? "count(DISTINCT (x.tableoid, x.ctid))" : "count(*)";
  const found = `FROM written w JOIN ${sqlName(finds.relation)} x ON ${where} WHERE (${runs})`;
  const referring = finds.event === "update" ? keysOf(context.catalog, finds.relation) : [];
  const keys = [...finds.pinned].map(([name, value]) => `${conditionSql(context, target, value, [], new Map())} AS ${quoteIdent(name)}`);
  return [
    `(SELECT ${rows} ${found}) AS f${at}`,
    ...referring.map(({ oid, child, childColumns }) => {
      const set = columnNames(context.catalog, child, childColumns).map((name) => `x.${quoteIdent(name)} IS NOT NULL`);
      return `(SELECT count(*) FROM (SELECT ${found} AND ${set.join(" AND ")} GROUP BY x.tableoid, x.ctid HAVING count(*) > 1) d) AS a${at}_${oid}`;
    }),
    ...[...(finds.bounds ?? [])].map(
      ([oid, bound]) => `(SELECT count(*) FROM (SELECT ${keys.join(", ")} FROM written w WHERE ${runs}) p WHERE ${bound}) AS p${at}_${oid}`,
    ),
  ];
}

/** Tables for whose rows a trigger fires: its own, and the parts of it. */
const ownRows = ({ catalog }: AnalysisContext, { table }: CatalogTrigger): number[] =>
  catalog.relations.get(table)?.kind === "p" ? family(catalog, table) : [table];

async function conditionOf({ session }: AnalysisContext, { table, name }: CatalogTrigger): Promise<Node | undefined> {
  const printed = await session.attempt(PRINT_MS, () =>
    session.query("SELECT pg_get_triggerdef(oid) AS text FROM pg_trigger WHERE tgrelid = $1::int8::oid AND tgname = $2", [table, name]),
  );
  const parsed = printed.ok && printed.value[0] ? parseGrammar(String(printed.value[0].text)) : undefined;
  const [type, body] = (parsed?.ok && unwrap(parsed.statements[0]?.stmt)) || [];
  return type === "CreateTrigStmt" ? body?.whenClause : undefined;
}

/** A condition as SQL over the rows of a source and, under `x`, those of what a body writes; undefined where it may not be evaluated. */
function conditionSql(
  context: AnalysisContext,
  target: CatalogRelation,
  condition: Node,
  [other]: readonly CatalogRelation[],
  used: Map<number, CatalogColumn>,
): string | undefined {
  const placed = place(context, target, condition, other, used);
  const ranges: Node[] = other ? [{ RangeVar: { schemaname: other.schema, relname: other.name, inh: true, relpersistence: "p" } }] : [];
  return placed && isCountable(context, other ?? target, { when: condition }, ranges) ? expressionSql(placed) : undefined;
}

/** `old.v` is `w.o2`, `v` of what a body writes `x.v`. Undefined where neither holds it, or what it holds is masked. */
function place(
  { masked }: AnalysisContext,
  target: CatalogRelation,
  condition: Node,
  other: CatalogRelation | undefined,
  used: Map<number, CatalogColumn>,
): Node | undefined {
  let known = true;
  const reference = (alias: string, name: string): Node => ({
    ColumnRef: { fields: [{ String: { sval: alias } }, { String: { sval: name } }] },
  });
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== "object" || node === null) return node;
    const fields: Node[] | undefined = (node as Node).ColumnRef?.fields;
    if (!fields) return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, visit(value)]));
    const parts = names(fields);
    const [row, name] = parts.length === 2 ? parts : [undefined, parts[0]];
    const side = row === "old" ? "o" : row === "new" ? "n" : undefined;
    const from = side ? target : parts.length <= 2 && (row === undefined || row === other?.name) ? other : undefined;
    const column = from?.columns.find((item) => item.name === name);
    // What is computed is computed anew for the new row.
    if (
      !from ||
      !column ||
      fields.length !== parts.length ||
      (side === "n" && column.generated) ||
      matchesMask(`${qualified(from)}.${name}`, masked)
    ) {
      known = false;
      return node;
    }
    if (!side) return reference("x", column.name);
    used.set(column.attnum, column);
    return reference("w", `${side}${column.attnum}`);
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
