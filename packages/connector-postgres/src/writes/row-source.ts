import type { AnalysisContext } from "../analysis-context.ts";
import { COUNT_CAP } from "../analysis-context.ts";
import type { CatalogColumn, CatalogRelation } from "../catalog-model.ts";
import { quoteIdent } from "../query.ts";
import { deparse } from "../selection.ts";
import type { Node } from "../tree.ts";
import { isCountable } from "./countable.ts";
import { givenColumns, isMixed } from "./given-columns.ts";
import { rangeOf, type TargetRows } from "./task.ts";
import { withoutUnread } from "./unread-values.ts";

/** Where the rows a statement writes come from, as SQL that only reads. */
export interface RowSource {
  /**
   * One row for each that is written: what its columns are to hold as `n<attnum>`, and for rows that are there already what they hold as
   * `o<attnum>`. Undefined when that cannot be told without running something.
   */
  rows(columns: readonly CatalogColumn[]): string | undefined;
  /** Rows are there already. */
  old: boolean;
}

const string = (sval: string): Node => ({ String: { sval } });
const reference = (alias: string, name: string): Node => ({ ColumnRef: { fields: [string(alias), string(name)] } });
const target = (name: string, val: Node): Node => ({ ResTarget: { name, val } });
const limit = { limitOption: "LIMIT_OPTION_COUNT", limitCount: { A_Const: { ival: { ival: COUNT_CAP + 1 } } } };

const cast = (columns: readonly CatalogColumn[], old: boolean): string =>
  columns
    .flatMap(({ attnum, type }) => [`CAST(q.n${attnum} AS ${type}) AS n${attnum}`, ...(old ? [`q.o${attnum} AS o${attnum}`] : [])])
    .join(", ");

/** Rows found by a FROM list and a condition, with expressions for some of their columns: those of an UPDATE, or of a branch of a MERGE. */
export function foundRows(
  context: AnalysisContext,
  relation: CatalogRelation,
  ranges: readonly Node[],
  found: {
    target: TargetRows;
    from: readonly Node[];
    where?: Node;
    with?: Node;
    assigned: ReadonlyMap<string, Node>;
    old: boolean;
    once: boolean;
  },
): RowSource {
  return {
    old: found.old,
    rows(columns) {
      const wanted = columns.flatMap(({ name }) => found.assigned.get(name) ?? []);
      if (!isCountable(context, relation, { where: found.where, from: [...found.from], with: found.with, wanted }, ranges))
        return undefined;
      const list = columns.flatMap(({ name, attnum, expression }) => {
        const given = found.assigned.get(name);
        const own = found.target.column({ name, attnum });
        if (found.old) return [target(`n${attnum}`, given ?? own), target(`o${attnum}`, own)];
        if (!given && expression !== undefined) return [];
        return [target(`n${attnum}`, given ?? { A_Const: { isnull: true } })];
      });
      if (!found.old && list.length < columns.length) return undefined;
      const place = found.old
        ? [target("t", reference(found.target.alias, "tableoid")), target("c", reference(found.target.alias, "ctid"))]
        : [];
      const sql = deparse({
        SelectStmt: {
          targetList: [...place, ...list, ...(place.length + list.length === 0 ? [target("one", { A_Const: { ival: { ival: 1 } } })] : [])],
          fromClause: [...found.from],
          ...(found.where ? { whereClause: found.where } : {}),
          ...(found.with ? { withClause: found.with } : {}),
          ...limit,
          op: "SETOP_NONE",
        },
      });
      if (sql === undefined) return undefined;
      const all = ["1 AS one", ...(found.old ? ["q.t", "q.c"] : []), ...(columns.length > 0 ? [cast(columns, found.old)] : [])].join(", ");
      return `SELECT ${found.old && !found.once ? "DISTINCT ON (q.t, q.c) " : ""}${all} FROM (${sql}) q`;
    },
  };
}

/** Rows of an INSERT: those of its VALUES lists, of its query, or the one of DEFAULT VALUES. */
export function insertedSource(
  context: AnalysisContext,
  relation: CatalogRelation,
  body: Node,
  withClause: Node | undefined,
  through: CatalogRelation = relation,
): RowSource {
  const select: Node | undefined = body.selectStmt?.SelectStmt;
  const given = givenColumns(relation, body);
  const named: string[] = body.cols?.map((item: Node) => item.ResTarget?.name as string) ?? relation.columns.map((column) => column.name);
  const byDefault = ({ attnum, expression, identity, type }: CatalogColumn): string | undefined => {
    const fed = feeding(context, relation, attnum);
    if (fed && (identity || /^nextval\('[^']+'::regclass\)$/.test(expression ?? "")))
      return `CAST((SELECT s.last_value + CASE WHEN s.is_called THEN i.seqincrement ELSE 0 END FROM ${sqlName(fed)} s, pg_catalog.pg_sequence i WHERE i.seqrelid = ${fed.oid})
        + (row_number() OVER () - 1) * (SELECT i.seqincrement FROM pg_catalog.pg_sequence i WHERE i.seqrelid = ${fed.oid}) AS ${type})`;
    if (identity || (expression !== undefined && !/^('([^']|'')*'(::[\w ]+)?|-?[\d.]+|true|false|NULL::[\w ]+)$/i.test(expression)))
      return undefined;
    return `CAST(${expression ?? "NULL"} AS ${type})`;
  };
  return {
    old: false,
    rows(columns) {
      if (columns.some(({ name }) => isMixed(relation, body, name))) return undefined;
      const positions = columns.map(({ name }) => (given.includes(name) ? named.indexOf(name) : -1));
      const list = columns.map((column, at) =>
        positions[at]! >= 0
          ? `CAST(s.c${positions[at]} AS ${column.type}) AS n${column.attnum}`
          : `${byDefault(column) ?? ""} AS n${column.attnum}`,
      );
      if (list.some((item) => item.startsWith(" AS"))) return undefined;
      const all = ["1 AS one", ...list].join(", ");
      if (!select) return `SELECT ${all}`;
      const ranges = [rangeOf(through), rangeOf(relation)];
      if (select.valuesLists) {
        const used = positions.filter((at) => at >= 0);
        const lists: Node[][] = select.valuesLists.map((item: Node) => item.List.items);
        const kept =
          used.length > 0 ? lists.map((items) => used.map((at) => items[at]!)) : lists.map(() => [{ A_Const: { ival: { ival: 1 } } }]);
        if (!isCountable(context, through, { with: withClause, values: kept }, ranges)) return undefined;
        const sql = deparse({
          SelectStmt: {
            valuesLists: kept.map((items) => ({ List: { items } })),
            limitOption: "LIMIT_OPTION_DEFAULT",
            op: "SETOP_NONE",
            ...(withClause ? { withClause } : {}),
          },
        });
        if (sql === undefined) return undefined;
        const names = used.length > 0 ? used.map((at) => `c${at}`).join(", ") : "one";
        return `SELECT ${all} FROM (${sql}) AS s(${names})`;
      }
      const kept = withoutUnread(context, select, new Set(positions));
      if (!isCountable(context, through, { select: { SelectStmt: kept }, with: withClause }, ranges)) return undefined;
      if (withClause && select.withClause) return undefined;
      const sql = deparse({ SelectStmt: withClause ? { ...kept, withClause } : kept });
      if (sql === undefined) return undefined;
      const width = select.targetList?.length;
      // A star may stand for any number of columns; then positions are not names.
      if (columns.length > 0 && (width === undefined || JSON.stringify(select.targetList).includes("A_Star"))) return undefined;
      const names = width === undefined || columns.length === 0 ? "" : `(${Array.from({ length: width }, (_, at) => `c${at}`).join(", ")})`;
      return `SELECT ${all} FROM (SELECT * FROM (${sql}) l LIMIT ${COUNT_CAP + 1}) AS s${names}`;
    },
  };
}

/** The sequence that fills a column: reading it tells the numbers that would come next. */
function feeding({ catalog }: AnalysisContext, relation: CatalogRelation, attnum: number): CatalogRelation | undefined {
  const found = catalog.sequences.find((item) => item.table === relation.oid && item.attnum === attnum);
  return found && catalog.relations.get(found.sequence);
}

export const sqlName = (relation: CatalogRelation): string => `${quoteIdent(relation.schema)}.${quoteIdent(relation.name)}`;
