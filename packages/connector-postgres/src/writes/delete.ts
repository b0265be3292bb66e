import type { Rows } from "@interlock/protocol";
import { COUNT_CAP, countRows, type AnalysisContext } from "../analysis-context.ts";
import { describeDeleteCascades } from "../cascades.ts";
import { closureQuery, deleteClosure, neededColumns, readCounts, type Closure, type ClosureCounts } from "../closure.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { hidesChildren, policed } from "../row-security.ts";
import { selectionOf } from "../selection.ts";
import type { Node } from "../tree.ts";
import { addForecast, forecastTriggers, isNone } from "../triggers.ts";
import { isCountable } from "./countable.ts";
import { blurAll, pushEffect } from "./effects.ts";
import { counted, estimated } from "./figures.ts";
import { countFirings } from "./firing-counts.ts";
import { onwardOfSets } from "./passed-on.ts";
import { plannedChildren } from "./planned-rows.ts";
import { foundRows, type RowSource } from "./row-source.ts";
import { lockParts, reachOf } from "./target-locks.ts";
import { countSelected, rangeOf, settled, type WriteTask } from "./task.ts";

/** A DELETE and everything its keys take along. */
export async function describeDelete(context: AnalysisContext, task: WriteTask, draft: DraftStatement): Promise<Rows> {
  const { catalog } = context;
  const { body, target } = task;
  const closure = deleteClosure(catalog, target.oid);
  const found = await countDeleted(context, task, closure);
  const rows = settled(context, task, found.rows);
  const counts =
    rows.kind === "exact" && rows.value > 0
      ? await countFirings(context, target, "delete", undefined, goingRows(context, task))
      : undefined;
  const firing = { counts, single: !body.usingClause };
  const forecast = forecastTriggers(context, target.oid, "delete", rows, undefined, firing);
  const certain = !forecast.alters && !context.after.writes && !policed(context, target, task.named);
  const kept = certain ? rows : isNone(rows) ? rows : estimated(rows);
  addForecast(draft, certain ? forecast : forecastTriggers(context, target.oid, "delete", kept, undefined, firing));
  pushEffect(draft, target, "delete", [], kept);
  lockParts(context, target, ["delete"], reachOf(body.relation), undefined, draft);
  // A trigger that drops rows leaves fewer: what was counted is the best there is to say, and nothing stays nothing.
  const closed = context.after.writes || policed(context, target, task.named) ? undefined : found.counts;
  const keys = closed || isNone(kept) ? [] : [...closure.deletes.flatMap(({ via }) => via), ...closure.sets.map(({ key }) => key)];
  const planned = await plannedChildren(context, task, body.usingClause ?? [], keys, closure);
  describeDeleteCascades(context, target, closure, closed, kept, draft, { planned, alters: forecast.alters });
  if (forecast.alters) blurAll(draft);
  return kept;
}

/** Those that match, once for each match. */
function goingRows(context: AnalysisContext, { body, named, rows }: WriteTask): RowSource {
  const using: Node[] = body.usingClause ?? [];
  return foundRows(context, named, [rangeOf(named), rows.range, ...using], {
    target: rows,
    from: [rows.range, ...using],
    where: body.whereClause,
    with: body.withClause,
    assigned: new Map(),
    old: true,
    once: true,
  });
}

async function countDeleted(context: AnalysisContext, task: WriteTask, closure: Closure): Promise<{ rows?: Rows; counts?: ClosureCounts }> {
  const { body, named, target, scope, rows: found } = task;
  const using: Node[] = body.usingClause ?? [];
  const parts = { where: body.whereClause, from: [found.range, ...using], with: body.withClause };
  if (!scope.countable || !isCountable(context, named, parts, [rangeOf(named), found.range, ...using])) return {};
  if (!closure.uncounted && hasCascades(closure) && !hidesChildren(context, closure)) {
    const needed = neededColumns(context.catalog, closure, target.oid);
    const base = selectionOf(body, needed, { limit: COUNT_CAP + 1, rows: found });
    const behind = onwardOfSets(context, closure);
    const row = base === undefined ? undefined : await countRows(context, closureQuery(context.catalog, closure, base, behind));
    if (row) {
      const rows = counted(Number(row.target));
      if (rows.kind !== "exact") return { rows };
      const counts = readCounts(context.catalog, closure, row);
      return { rows, counts: behind ? { ...counts, onward: behind.read(row) } : counts };
    }
  }
  const rows = await countSelected(context, task);
  return rows ? { rows } : {};
}

const hasCascades = (closure: Closure): boolean =>
  closure.deletes.length > 1 || closure.deletes[0]!.self.length > 0 || closure.sets.length > 0 || closure.blocks.length > 0;
