import type { AnalysisContext } from "../analysis-context.ts";
import { findRelation } from "../catalog.ts";
import type { Catalog, CatalogColumn, CatalogRelation } from "../catalog-model.ts";
import { parseGrammar } from "../grammar.ts";
import type { TableReference } from "../table-references.ts";
import type { WriteEvent } from "../triggers.ts";
import { names, rangeName, type Node } from "../tree.ts";

/** A view that can be written through, with the one relation it is made of. */
export interface ViewStep {
  view: CatalogRelation;
  inner: CatalogRelation;
  /** The relation in its FROM, as it is written there. */
  range: Node;
  where: Node | undefined;
  /** WITH CHECK OPTION. */
  check: "local" | "cascaded" | undefined;
  /** What each of the view's columns is made of, in their order. */
  columns: { name: string; value: Node; inner: CatalogColumn | undefined }[];
}

/** Longest that printing a definition may take, in milliseconds. */
export const PRINT_MS = 500;
/** Anything else in a view's query leaves its rows without a row of a table each (view_query_is_auto_updatable in rewriteHandler.c). */
const PLAIN = new Set(["targetList", "fromClause", "whereClause", "limitOption", "op"]);

/** How writing to a view reaches what is below it; undefined when the server would not write through it, or it cannot be read. */
export async function viewStep(context: AnalysisContext, view: CatalogRelation): Promise<ViewStep | undefined> {
  // Printed by this very session, so that names mean what they mean to it. Printing locks what is printed, which may have to wait.
  const printed = await context.session.attempt(PRINT_MS, () =>
    context.session.query(
      `SELECT pg_get_viewdef(c.oid) AS definition, (SELECT o.option_value FROM pg_options_to_table(c.reloptions) o
        WHERE o.option_name = 'check_option') AS "check" FROM pg_class c WHERE c.oid = $1`,
      [view.oid],
    ),
  );
  const parsed = parseGrammar(printed.ok ? String(printed.value[0]?.definition ?? "") : "");
  const query: Node | undefined = parsed.ok && parsed.statements.length === 1 ? parsed.statements[0]!.stmt.SelectStmt : undefined;
  if (!query || Object.keys(query).some((key) => !PLAIN.has(key)) || query.op !== "SETOP_NONE") return undefined;
  const range: Node | undefined = query.fromClause?.length === 1 ? query.fromClause[0].RangeVar : undefined;
  const inner = range && findRelation(context.catalog, context.facts, rangeName(range));
  const list: Node[] = query.targetList ?? [];
  // Columns that were renamed below are printed under a list of other names.
  if (!range || !inner || range.alias?.colnames || list.length !== view.columns.length) return undefined;
  const columns = view.columns.map(({ name }, at) => {
    const value: Node = list[at]!.ResTarget.val;
    const column: string | undefined = value.ColumnRef && names(value.ColumnRef.fields).at(-1);
    return { name, value, inner: inner.columns.find((item) => item.name === column) };
  });
  const option: unknown = printed.ok ? printed.value[0]?.check : undefined;
  const check = option === "local" || option === "cascaded" ? option : undefined;
  return { view, inner, range, where: query.whereClause, check, columns };
}

const OPERATIONS_OF_MERGE: Record<string, string> = { CMD_INSERT: "insert", CMD_UPDATE: "update", CMD_DELETE: "delete" };
/** INSTEAD OF triggers do all there is to do, for MERGE if there is one for each of its actions (view_has_instead_trigger). */
export function isReplaced(catalog: Catalog, view: CatalogRelation, { use, statement }: TableReference): boolean {
  const has = (event: string): boolean =>
    catalog.triggers.some(
      (trigger) => trigger.table === view.oid && trigger.when === "instead" && trigger.events.includes(event as WriteEvent),
    );
  return use === "merge" ? mergeEvents(statement!).every(has) : has(use);
}

/** Kinds of write that a MERGE names. */
export const mergeEvents = (statement: Node): string[] =>
  (statement.mergeWhenClauses ?? []).flatMap(({ MergeWhenClause: clause }: Node) => {
    const event = OPERATIONS_OF_MERGE[clause.commandType];
    return event === undefined ? [] : [event];
  });

const string = (sval: string): Node => ({ String: { sval } });
export const columnOf = (alias: string, name: string): Node => ({ ColumnRef: { fields: [string(alias), string(name)] } });
const aliasOf = (range: Node): string => range.alias?.aliasname ?? range.relname;

/** Name under which a relation so many views down hands a column up. */
const carried = (level: number, { attnum }: { attnum: number }): string => `${level}$${attnum}`;

/**
 * The rows of what is at the end of a path of views, under the alias of the first: that one's columns under their own names, for the
 * statement's conditions, and with them the columns of all relations on the way and the places of the rows.
 */
export function rowsThrough(path: readonly ViewStep[], alias: string): { range: Node; column(column: { attnum: number }): Node } {
  const range = (at: number, as: string): Node => {
    const { inner, columns, range: own, where } = path[at]!;
    const below = aliasOf(own);
    const target = (name: string, val: Node): Node => ({ ResTarget: { name, val } });
    const deeper = path
      .slice(at + 1)
      .flatMap((step, i) => step.inner.columns.map((column) => carried(at + 2 + i, column)))
      .map((name) => target(name, columnOf(below, name)));
    const places = path.at(-1)!.inner.kind === "v" ? [] : ["tableoid", "ctid"].map((name) => target(name, columnOf(below, name)));
    return {
      RangeSubselect: {
        subquery: {
          SelectStmt: {
            targetList: [
              ...columns.map(({ name, value }) => target(name, value)),
              ...inner.columns.map((column) => target(carried(at + 1, column), columnOf(below, column.name))),
              ...deeper,
              ...places,
            ],
            fromClause: [at + 1 < path.length ? range(at + 1, below) : { RangeVar: own }],
            ...(where ? { whereClause: where } : {}),
            limitOption: "LIMIT_OPTION_DEFAULT",
            op: "SETOP_NONE",
          },
        },
        alias: { aliasname: as },
      },
    };
  };
  return { range: range(0, alias), column: (column) => columnOf(alias, carried(path.length, column)) };
}

/** The statement with the columns it writes called as the relation below the view calls them; undefined where one is not a column of that. */
export function bodyBelow({ view, inner, range, columns }: ViewStep, use: string, body: Node): Node | undefined {
  let lost = false;
  const renamed = (item: Node): Node => {
    if (!item.ResTarget?.name) return item;
    const column = columns.find(({ name }) => name === item.ResTarget.name)?.inner;
    if (!column) lost = true;
    return { ResTarget: { ...item.ResTarget, name: column?.name } };
  };
  const list = (items: Node[] | undefined): Node[] => (items ?? []).map(renamed);
  const alias: string = aliasOf(body.relation);
  const relation: Node = {
    schemaname: inner.schema,
    relname: inner.name,
    inh: range.inh === true,
    relpersistence: "p",
    alias: { aliasname: alias },
  };
  const below: Node = { ...body, relation: Object.fromEntries(Object.entries(relation).filter(([, value]) => value !== false)) };
  if (use === "update") below.targetList = list(body.targetList);
  if (use === "insert") {
    const filled = withDefaults(view, body);
    if (filled.selectStmt) below.selectStmt = filled.selectStmt;
    if (filled.cols) below.cols = list(filled.cols);
    const conflict: Node | undefined = body.onConflictClause;
    if (conflict) {
      const elements: Node[] | undefined = conflict.infer?.indexElems?.map((item: Node) => {
        const named = item.IndexElem?.name ? renamed({ ResTarget: { name: item.IndexElem.name } }).ResTarget.name : undefined;
        return named === undefined ? item : { IndexElem: { ...item.IndexElem, name: named } };
      });
      below.onConflictClause = {
        ...conflict,
        ...(elements ? { infer: { ...conflict.infer, indexElems: elements } } : {}),
        ...(conflict.targetList ? { targetList: list(conflict.targetList) } : {}),
      };
    }
  }
  if (use === "merge")
    below.mergeWhenClauses = (body.mergeWhenClauses ?? []).map(({ MergeWhenClause: clause }: Node) => {
      const width: number | undefined = clause.values?.length;
      const own: Node[] | undefined =
        clause.targetList ??
        (clause.commandType === "CMD_INSERT" && width ? columns.slice(0, width).map(({ name }) => ({ ResTarget: { name } })) : undefined);
      return { MergeWhenClause: { ...clause, ...(own ? { targetList: list(own) } : {}) } };
    });
  return lost ? undefined : below;
}

/** An INSERT with its columns named, and with the defaults that a view itself gives in their places. */
function withDefaults(view: CatalogRelation, body: Node): Node {
  const select: Node | undefined = body.selectStmt?.SelectStmt;
  const width = select ? widthOf(select) : 0;
  // Without a list the values are those of the first columns.
  const named: string[] =
    body.cols?.map((item: Node) => item.ResTarget.name as string) ?? view.columns.slice(0, width).map((column) => column.name);
  const defaults = new Map(
    view.columns.flatMap(({ name, expression }) => (expression === undefined ? [] : [[name, valueOf(expression)] as const])),
  );
  const absent = [...defaults.keys()].filter((name) => !named.includes(name));
  const cols = [...named, ...absent].map((name) => ({ ResTarget: { name } }));
  if (defaults.size === 0 || width === undefined) return select ? { ...body, cols } : body;
  const rest = absent.map((name) => defaults.get(name)!);
  const row = (items: Node[]): Node[] => [
    ...items.map((item, at) => (item.SetToDefault ? (defaults.get(named[at]!) ?? item) : item)),
    ...rest,
  ];
  const lists: Node[] = select ? (select.valuesLists ?? []) : [{ List: { items: [] } }];
  const filled: Node =
    lists.length > 0
      ? { ...(select ?? PLAIN_VALUES), valuesLists: lists.map((item) => ({ List: { items: row(item.List?.items ?? []) } })) }
      : { ...select, targetList: [...(select!.targetList ?? []), ...rest.map((val) => ({ ResTarget: { val } }))] };
  return { ...body, cols, selectStmt: { SelectStmt: filled } };
}

const PLAIN_VALUES: Node = { limitOption: "LIMIT_OPTION_DEFAULT", op: "SETOP_NONE" };

/** Tree of an expression as the server prints it. */
export function valueOf(expression: string): Node {
  const parsed = parseGrammar(`SELECT ${expression}`);
  if (!parsed.ok) throw new Error(`The server printed an expression that cannot be read: ${parsed.message}`);
  return parsed.statements[0]!.stmt.SelectStmt.targetList[0].ResTarget.val;
}

/** Columns of an INSERT's rows; undefined where a star may stand for any number. */
function widthOf(select: Node | undefined): number | undefined {
  const rows: Node | undefined = select?.valuesLists?.[0]?.List;
  if (rows) return rows.items?.length ?? 0;
  const list: Node[] | undefined = select?.targetList;
  return list?.some((item) => names(item.ResTarget?.val?.ColumnRef?.fields).includes("*")) ? undefined : list?.length;
}
