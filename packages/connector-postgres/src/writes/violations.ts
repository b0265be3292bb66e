import { countRows, type AnalysisContext } from "../analysis-context.ts";
import { ancestry, family, qualified } from "../catalog.ts";
import type { CatalogColumn, CatalogRelation } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { matchesMask } from "../masked-columns.ts";
import { quoteIdent } from "../query.ts";
import { policed } from "../row-security.ts";
import { columnNames, keysOf } from "./key-locks.ts";
import { sqlName, type RowSource } from "./row-source.ts";

/** From here on types may have defaults and comparisons of their own. */
const FIRST_OWN = 16_384;

/** One constraint that new rows may break. */
interface Rule {
  code: string;
  reason: string;
  columns: CatalogColumn[];
  /** Rows of `written` that break it, as SQL for one number. */
  broken: string;
}

/**
 * Rows of an INSERT's own VALUES that a NOT NULL, a unique or a foreign key is certain to refuse. Only what the statement itself says is
 * asked about: nothing may stand between it and the table, and what a sequence or a clock gives is left out.
 */
export async function describeViolations(
  context: AnalysisContext,
  target: CatalogRelation,
  given: readonly string[],
  source: RowSource,
  draft: DraftStatement,
): Promise<void> {
  const { catalog, masked } = context;
  const told = new Map<string, CatalogColumn>();
  for (const column of target.columns) {
    const own = given.includes(column.name) || (column.expression === undefined && !column.identity);
    if (!own || column.generated || column.typeOid >= FIRST_OWN) continue;
    if (source.rows([column]) !== undefined) told.set(column.name, column);
  }
  // Whether a masked value is there is not to be found out by proposing it.
  const hidden = (table: CatalogRelation, names: readonly string[]): boolean =>
    names.some((name) => matchesMask(`${qualified(table)}.${name}`, masked));
  const columnsOf = (names: readonly string[]): CatalogColumn[] => names.flatMap((name) => told.get(name) ?? []);
  const value = ({ attnum }: CatalogColumn): string => `w.n${attnum}`;
  const set = (columns: readonly CatalogColumn[]): string => columns.map((column) => `${value(column)} IS NOT NULL`).join(" AND ");
  const rules: Rule[] = [];
  for (const column of told.values())
    if (column.notNull)
      rules.push({
        code: "23502",
        reason: `${qualified(target)}.${column.name} cannot be NULL`,
        columns: [column],
        broken: `(SELECT count(*) FROM written w WHERE ${value(column)} IS NULL)`,
      });
  for (const index of catalog.indexes) {
    if (index.table !== target.oid || !index.unique || !index.valid || !index.immediate || index.partial) continue;
    const names = columnNames(catalog, target.oid, index.columns.slice(0, index.keyColumns));
    const columns = columnsOf(names);
    if (columns.length < names.length || hidden(target, names)) continue;
    const same = columns.map((column) => `x.${quoteIdent(column.name)} = ${value(column)}`).join(" AND ");
    const row = `ROW(${columns.map(value).join(", ")})`;
    const there = `(SELECT count(*) FROM written w WHERE EXISTS (SELECT FROM ${from(target)} x WHERE ${same}))`;
    const twice = `(SELECT count(*) - count(DISTINCT ${row}) FROM written w WHERE ${set(columns)})`;
    rules.push({
      code: "23505",
      reason: `${names.join(", ")} of ${qualified(target)} must be unique (${index.name})`,
      columns,
      broken: `${there} + ${twice}`,
    });
  }
  const kin = new Set([...ancestry(catalog, target.oid), ...family(catalog, target.oid)]);
  for (const key of keysOf(catalog, target)) {
    const parent = catalog.relations.get(key.parent);
    // A row may refer to itself or to another of the same statement, and policies hide rows from us that the key's own query sees.
    if (!parent || kin.has(parent.oid) || policed(context, parent) || key.temporal || (key.deferrable && context.more)) continue;
    const names = columnNames(catalog, key.child, key.childColumns);
    const others = columnNames(catalog, key.parent, key.parentColumns);
    const columns = columnsOf(names);
    if (columns.length < names.length || hidden(target, names) || hidden(parent, others)) continue;
    const same = columns.map((column, at) => `x.${quoteIdent(others[at]!)} = ${value(column)}`).join(" AND ");
    rules.push({
      code: "23503",
      reason: `What ${names.join(", ")} refers to is not in ${qualified(parent)} (${key.name})`,
      columns,
      broken: `(SELECT count(*) FROM written w WHERE ${set(columns)} AND NOT EXISTS (SELECT FROM ${from(parent)} x WHERE ${same}))`,
    });
  }
  if (rules.length === 0) return;
  const base = source.rows([...new Set(rules.flatMap(({ columns }) => columns))]);
  if (base === undefined) return;
  const row = await countRows(
    context,
    `WITH written AS (${base}) SELECT ${rules.map(({ broken }, at) => `${broken} AS b${at}`).join(", ")}`,
  );
  for (const [at, { code, reason }] of rules.entries()) if (row && Number(row[`b${at}`]) > 0) draft.willFail.push({ code, reason });
}

/** Neither a unique index nor a foreign key knows of tables that only inherit. */
const from = (relation: CatalogRelation): string => `${relation.kind === "p" ? "" : "ONLY "}${sqlName(relation)}`;
