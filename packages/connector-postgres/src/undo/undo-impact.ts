import type { RowsImage, UndoTable } from "@interlock/connector";
import { strongest, type Effect, type Impact, type Rows, type Statement } from "@interlock/protocol";
import { countRows, type AnalysisContext } from "../analysis-context.ts";
import { describeDeleteCascades } from "../cascades.ts";
import { closureQuery, deleteClosure, neededColumns, readCounts } from "../closure.ts";
import { draftStatement, finished, type DraftStatement } from "../draft-statement.ts";
import { quoteLiteral } from "../query.ts";
import { hidesChildren } from "../row-security.ts";
import { addForecast, forecastTriggers, type WriteEvent } from "../triggers.ts";
import { lockParents } from "../writes/key-locks.ts";
import { withFraction } from "../writes/figures.ts";
import { currentWaits } from "../waits.ts";
import { columnList, ident, keyValues } from "./keyed-rows.ts";
import { keyed, type KeyedTable } from "./undo-plan.ts";

/** Most rows whose own children are counted; a query that names more keys costs more than it tells. */
const COUNTED = 5_000;

const VERBS: Record<Exclude<WriteEvent, "truncate">, { effect: Effect; words: (n: number, object: string) => string }> = {
  insert: { effect: "append", words: (n, object) => `put back ${n} deleted ${rowWord(n)} of ${object}` },
  update: { effect: "modify", words: (n, object) => `change ${n} ${rowWord(n)} of ${object} back` },
  delete: { effect: "delete", words: (n, object) => `take ${n} added ${rowWord(n)} out of ${object}` },
};
const rowWord = (n: number): string => (n === 1 ? "row" : "rows");

/**
 * What putting an image back would do: a statement per table and kind of write, in the order it would be done. `text` of each is a line for
 * people; joined by line ends they are the text that `start` and `end` count in.
 */
export async function undoImpact(context: AnalysisContext, image: RowsImage): Promise<Omit<Impact, "tookMs">> {
  const drafts: DraftStatement[] = [];
  let at = 0;
  for (const table of image.tables.toReversed()) {
    for (const event of ["insert", "update", "delete"] as const) {
      const rows = imagesOf(table, event);
      if (rows.length === 0) continue;
      const text = VERBS[event].words(rows.length, table.object);
      const draft = draftStatement({ index: drafts.length, start: at, end: at + text.length, text }, text, VERBS[event].effect);
      at += text.length + 1;
      await describe(context, table, event, rows, draft);
      drafts.push(draft);
    }
  }
  const statements = drafts.map(finished);
  return {
    effect: strongest(statements.map((statement: Statement) => statement.effect)),
    complete: drafts.every((draft) => !draft.incomplete),
    warnings: [...new Set(drafts.flatMap((draft) => draft.notes))],
    statements,
  };
}

function imagesOf({ rows }: UndoTable, event: "insert" | "update" | "delete"): (string | null)[][] {
  return rows.flatMap(({ before, after }) => {
    if (event === "insert") return before && !after ? [before] : [];
    if (event === "update") return before && after ? [after] : [];
    return !before && after ? [after] : [];
  });
}

async function describe(
  context: AnalysisContext,
  table: UndoTable,
  event: "insert" | "update" | "delete",
  images: (string | null)[][],
  draft: DraftStatement,
): Promise<void> {
  const { catalog } = context;
  const relation = catalog.relations.get(table.oid);
  const target = relation && keyed(catalog, relation);
  if (!target?.ok) {
    draft.effect = "unknown";
    draft.incomplete = true;
    draft.willFail.push({ code: "42P01", reason: `${table.object} is not the table it was` });
    return;
  }
  const rows: Rows = { value: images.length, kind: "exact" };
  const columns = event === "update" ? changedColumns(table) : [];
  draft.effects.push({
    effect: VERBS[event].effect,
    object: table.object,
    kind: "table",
    ...(columns.length > 0 ? { columns } : {}),
    rows: withFraction(rows, relation!, event),
  });
  draft.locks.add(table.object, "RowExclusiveLock");
  draft.locks.add(table.object, "RowShareLock");
  const forecast = forecastTriggers(context, table.oid, event, rows, event === "update" ? columns : undefined);
  addForecast(draft, forecast);
  if (event === "delete") await describeChildren(context, target.table, images, rows, draft);
  else lockParents(context, relation!, event === "update" ? columns : undefined, rows, draft);
  draft.effect = strongest([draft.effect, ...draft.sideEffects.map((item) => item.effect)]);
  const { waits, notes } = await currentWaits(context, draft.locks.list());
  draft.waits = waits;
  draft.notes.push(...notes);
}

function changedColumns({ columns, rows }: UndoTable): string[] {
  return columns.flatMap(({ name }, i) => (rows.some(({ before, after }) => before && after && before[i] !== after[i]) ? [name] : []));
}

/** Rows made since that refer to rows which go: they would go with them, or forbid it. */
async function describeChildren(
  context: AnalysisContext,
  target: KeyedTable,
  images: (string | null)[][],
  rows: Rows,
  draft: DraftStatement,
): Promise<void> {
  const { catalog } = context;
  const closure = deleteClosure(catalog, target.relation.oid);
  if (closure.deletes.length === 1 && closure.sets.length === 0 && closure.blocks.length === 0 && closure.deletes[0]!.self.length === 0)
    return;
  const row =
    closure.circular || images.length > COUNTED || hidesChildren(context, closure)
      ? undefined
      : await countRows(context, closureQuery(catalog, closure, selectedByKey(context, target, images, closure)));
  const counts = row ? readCounts(catalog, closure, row) : undefined;
  describeDeleteCascades(context, target.relation, closure, counts, rows, draft);
}

function selectedByKey(
  { catalog }: AnalysisContext,
  target: KeyedTable,
  images: (string | null)[][],
  closure: ReturnType<typeof deleteClosure>,
): string {
  const needed = neededColumns(catalog, closure, target.relation.oid).map(({ name, attnum }) => `${columnList([{ name }])} AS k${attnum}`);
  const keys = images.map(
    (image) =>
      `(${keyValues(target, image)
        .map((value, i) => `CAST(${value === null ? "NULL" : quoteLiteral(value)} AS ${target.key[i]!.type})`)
        .join(", ")})`,
  );
  return `SELECT ${["x.tableoid AS t", "x.ctid AS c", ...needed].join(", ")} FROM ${ident(target)} x WHERE (${columnList(target.key)}) IN (${keys.join(", ")})`;
}
