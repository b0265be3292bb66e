import type { Rows } from "@interlock/protocol";
import { COUNT_CAP, countRows, type AnalysisContext } from "../analysis-context.ts";
import { describeDeleteCascades, describeUpdateCascades } from "../cascades.ts";
import { closureQuery, deleteClosure, neededColumns, readCounts, type Closure, type ClosureCounts } from "../closure.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { allOf, deparse } from "../selection.ts";
import { addForecast, forecastTriggers, isNone } from "../triggers.ts";
import type { Node } from "../tree.ts";
import { isCountable } from "./countable.ts";
import { counted, estimated, UNKNOWN } from "./figures.ts";
import { countFirings } from "./firing-counts.ts";
import { lockParents } from "./key-locks.ts";
import { nullColumnsOfBranch, nullsAssigned } from "./null-columns.ts";
import { foundRows, type RowSource } from "./row-source.ts";
import { describeSequences } from "./sequences.ts";
import { lockBounds, lockLeft, lockParts, reachOf } from "./target-locks.ts";
import { pushEffect } from "./effects.ts";
import { rangeOf, type WriteTask } from "./task.ts";
import { hidesChildren, policed } from "../row-security.ts";
import { describeMoves } from "./update.ts";
import { columnOf } from "./view-path.ts";
import { movesRows } from "./partition-moves.ts";
import { countWrittenKeys, type WrittenKeys } from "./written-keys.ts";

type Event = "insert" | "update" | "delete";
const EVENTS: Record<string, Event> = { CMD_INSERT: "insert", CMD_UPDATE: "update", CMD_DELETE: "delete" };

/** One WHEN of a MERGE: the rows it gets, after those before it took theirs. */
interface Branch {
  event: Event | undefined;
  clause: Node;
  from: Node[];
  where: Node | undefined;
  rows?: Rows;
}

/** Each branch of a MERGE is a write of its own; statement triggers fire for every kind of write it names, rows or not. */
export async function describeMerge(context: AnalysisContext, task: WriteTask, draft: DraftStatement): Promise<Rows> {
  const { body, named, target, planned, scope, rows: found } = task;
  const branches = branchesOf(body, found.range);
  const reach = reachOf(body.relation);
  const ranges = [rangeOf(named), found.range, body.sourceRelation];
  const conditions = {
    from: [found.range, body.sourceRelation],
    on: body.joinCondition,
    when: branches.map(({ clause }) => clause.condition),
    with: body.withClause,
  };
  const countable = scope.countable && isCountable(context, named, conditions, ranges);
  if (countable) await countBranches(context, branches, body.withClause);
  const share = planned ? Math.round(planned.rows / Math.max(1, branches.length)) : 0;
  for (const branch of branches) {
    branch.rows ??= planned ? { value: share, kind: "estimate" } : UNKNOWN;
    if (context.after.writes || policed(context, target, named)) branch.rows = estimated(branch.rows);
  }
  let all: Rows = { value: 0, kind: "exact" };
  for (const event of ["insert", "update", "delete"] as const) {
    const own = branches.filter((branch) => branch.event === event);
    if (own.length === 0) continue;
    const columns = [
      ...new Set(own.flatMap(({ clause }) => (clause.targetList ?? []).map((item: Node) => item.ResTarget?.name as string))),
    ];
    const given = event === "insert" && columns.length === 0 ? target.columns.map((column) => column.name) : columns;
    let rows = sum(own.map((branch) => branch.rows!));
    const assigned = event === "update" ? columns : undefined;
    const probe = forecastTriggers(context, target.oid, event, rows, assigned);
    const moves = event === "update" && movesRows(context, target, columns);
    if ((probe.alters || moves) && !isNone(rows)) rows = estimated(rows);
    const certain = countable && !probe.alters && !context.after.writes;
    const counts =
      certain && own.length === 1 && event !== "insert" && rows.kind === "exact" && !isNone(rows)
        ? await countFirings(context, target, event, assigned, branchRows(context, task, own[0]!, event))
        : undefined;
    addForecast(draft, forecastTriggers(context, target.oid, event, rows, assigned, { counts, single: true }));
    pushEffect(draft, target, event, given, rows);
    if (event === "delete") {
      const closure = deleteClosure(context.catalog, target.oid);
      // New and changed rows of the same statement may refer to those that go.
      const mixed = branches.some((branch) => branch.event && branch.event !== "delete") && refersBack(closure, target.oid);
      const counts =
        !mixed && certain && rows.kind === "exact" && !isNone(rows) && !closure.uncounted
          ? await countClosure(context, task, own, closure)
          : undefined;
      describeDeleteCascades(context, target, closure, counts, rows, draft, { alters: probe.alters });
    } else {
      const written = certain && own.length === 1 && !isNone(rows) ? await countBranchKeys(context, task, own[0]!, event) : undefined;
      // Where no row is new none is looked a partition for.
      if (event === "update" || !isNone(rows)) lockParts(context, target, [event], reach, written, draft);
      lockBounds(context, target, rows, draft);
      if (event === "update" && target.kind === "p") lockLeft(context, target, rows, written, draft);
      const crossing = moves && !isNone(rows) && written?.moved !== 0;
      const moving = crossing ? { rows: written?.moved, from: written?.leaving } : undefined;
      const deleted = crossing && describeMoves(context, target, rows, written, written?.moved !== undefined, draft);
      const changed = deleted ? undefined : written?.changed;
      if (event === "update") describeUpdateCascades(context, target, columns, rows, draft, changed ? { changed, moving } : { moving });
      const asked = { checks: written?.checks, nulls: nullsIn(target, own) };
      lockParents(context, target, assigned, rows, draft, asked);
      if (crossing) lockParents(context, target, undefined, rows, draft, asked);
      if (event === "insert") describeSequences(context, target, defaulted(own, given), rows, draft);
    }
    all = sum([all, rows]);
  }
  lockParts(context, target, ["update"], reach, undefined, draft);
  return all;
}

function sum(figures: readonly Rows[]): Rows {
  const order = ["exact", "capped", "estimate", "unknown"] as const;
  const kind = order[Math.max(0, ...figures.map((rows) => order.indexOf(rows.kind)))]!;
  return { value: figures.reduce((total, rows) => total + rows.value, 0), kind };
}

/** Columns that hold NULL in every row of branches of one kind. */
function nullsIn(target: CatalogRelation, branches: readonly Branch[]): Set<string> {
  const sets = branches.map(({ event, clause }) =>
    event === "insert" ? nullColumnsOfBranch(target, clause) : nullsAssigned(target, clause.targetList ?? []),
  );
  return sets.reduce((all, other) => new Set([...all].filter((name) => other.has(name))));
}

/** Columns that every inserting branch gives a value of its own. */
const defaulted = (branches: readonly Branch[], given: readonly string[]): string[] =>
  given.filter((name) =>
    branches.every(({ clause }) => {
      const names: string[] = (clause.targetList ?? []).map((item: Node) => item.ResTarget?.name as string);
      const at = names.length === 0 ? given.indexOf(name) : names.indexOf(name);
      const value: Node | undefined = clause.values?.[at];
      return value !== undefined && value.SetToDefault === undefined;
    }),
  );

function branchesOf(body: Node, target: Node): Branch[] {
  const earlier = new Map<string, Node[]>();
  const source: Node = body.sourceRelation;
  const absent = (range: Node): Node => ({
    BoolExpr: {
      boolop: "NOT_EXPR",
      args: [
        {
          SubLink: {
            subLinkType: "EXISTS_SUBLINK",
            subselect: {
              SelectStmt: { fromClause: [range], whereClause: body.joinCondition, limitOption: "LIMIT_OPTION_DEFAULT", op: "SETOP_NONE" },
            },
          },
        },
      ],
    },
  });
  return (body.mergeWhenClauses ?? []).map((item: Node): Branch => {
    const clause: Node = item.MergeWhenClause;
    const kind: string = clause.matchKind ?? "MERGE_WHEN_MATCHED";
    const before = earlier.get(kind) ?? [];
    const conditions = [
      kind === "MERGE_WHEN_MATCHED" ? body.joinCondition : absent(kind === "MERGE_WHEN_NOT_MATCHED_BY_SOURCE" ? source : target),
      ...before.map((condition) => ({ BooleanTest: { arg: condition, booltesttype: "IS_NOT_TRUE" } })),
      ...(clause.condition ? [clause.condition] : []),
    ];
    earlier.set(kind, [...before, clause.condition ?? { A_Const: { boolval: { boolval: true } } }]);
    const from = kind === "MERGE_WHEN_MATCHED" ? [target, source] : [kind === "MERGE_WHEN_NOT_MATCHED_BY_SOURCE" ? target : source];
    return { event: EVENTS[clause.commandType], clause, from, where: allOf(conditions) };
  });
}

const select = (branch: Branch, targetList: Node[], withClause: Node | undefined): string | undefined =>
  deparse({
    SelectStmt: {
      targetList,
      fromClause: branch.from,
      whereClause: branch.where,
      ...(withClause ? { withClause } : {}),
      limitOption: "LIMIT_OPTION_COUNT",
      limitCount: { A_Const: { ival: { ival: COUNT_CAP + 1 } } },
      op: "SETOP_NONE",
    },
  });

async function countBranches(context: AnalysisContext, branches: readonly Branch[], withClause: Node | undefined): Promise<void> {
  const one = [{ ResTarget: { name: "one", val: { A_Const: { ival: { ival: 1 } } } } }];
  const queries = branches.map((branch) => (branch.event ? select(branch, one, withClause) : "SELECT 1 AS one WHERE false"));
  if (queries.includes(undefined)) return;
  const row = await countRows(context, `SELECT ${queries.map((sql, at) => `(SELECT count(*) FROM (${sql}) q) AS b${at}`).join(", ")}`);
  if (row) for (const [at, branch] of branches.entries()) branch.rows = counted(Number(row[`b${at}`]));
}

/** Whether keys lead from the rows that go back to the table they are of. */
const refersBack = (closure: Closure, target: number): boolean =>
  closure.deletes.some((entry) => entry.table === target && entry.via.length + entry.self.length > 0) ||
  [...closure.sets.map(({ key }) => key), ...closure.blocks].some((key) => key.child === target);

async function countClosure(
  context: AnalysisContext,
  { body, target, rows }: WriteTask,
  branches: readonly Branch[],
  closure: Closure,
): Promise<ClosureCounts | undefined> {
  const field = (val: Node, name: string): Node => ({ ResTarget: { name, val } });
  const columns = neededColumns(context.catalog, closure, target.oid).map((item) => field(rows.column(item), `k${item.attnum}`));
  const list = [field(columnOf(rows.alias, "tableoid"), "t"), field(columnOf(rows.alias, "ctid"), "c"), ...columns];
  const queries = branches.map((branch) => select(branch, list, body.withClause));
  if (queries.includes(undefined)) return undefined;
  const base = queries.map((sql) => `(${sql})`).join(" UNION ");
  if (hidesChildren(context, closure)) return undefined;
  const row = await countRows(context, closureQuery(context.catalog, closure, base));
  return row ? readCounts(context.catalog, closure, row) : undefined;
}

function branchRows(context: AnalysisContext, { body, named, target, rows }: WriteTask, branch: Branch, event: Event): RowSource {
  const names: string[] = (branch.clause.targetList ?? []).map((item: Node) => item.ResTarget.name as string);
  const values: Node[] =
    event === "update" ? (branch.clause.targetList ?? []).map((item: Node) => item.ResTarget.val as Node) : (branch.clause.values ?? []);
  const positions = names.length > 0 ? names : target.columns.map((column) => column.name);
  const assigned = new Map(values.map((value, at) => [positions[at] ?? "", value]));
  return foundRows(context, named, [rangeOf(named), rows.range, body.sourceRelation], {
    target: rows,
    from: branch.from,
    ...(branch.where ? { where: branch.where } : {}),
    with: body.withClause,
    assigned,
    old: event !== "insert",
    once: true,
  });
}

function countBranchKeys(context: AnalysisContext, task: WriteTask, branch: Branch, event: Event): Promise<WrittenKeys | undefined> {
  const names: string[] = (branch.clause.targetList ?? []).map((item: Node) => item.ResTarget.name as string);
  return countWrittenKeys(context, task.target, branchRows(context, task, branch, event), {
    assigned: event === "update" ? names : undefined,
  });
}
