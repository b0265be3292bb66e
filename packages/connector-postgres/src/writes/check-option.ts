import { countRows, type AnalysisContext } from "../analysis-context.ts";
import { qualified } from "../catalog.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { deparse } from "../selection.ts";
import { walk, type Node } from "../tree.ts";
import { isCountable } from "./countable.ts";
import type { RowSource } from "./row-source.ts";
import { rangeOf, type WriteTask } from "./task.ts";
import type { ViewStep } from "./view-path.ts";

const SELECT: Node = { limitOption: "LIMIT_OPTION_DEFAULT", op: "SETOP_NONE" };

/**
 * Rows that a WITH CHECK OPTION refuses: as they will be, they are not among those that a view on the way shows. CASCADED asks the views
 * below as well (rewriteTargetView in rewriteHandler.c). Nothing may stand between the statement's own values and the table.
 */
export async function describeChecks(
  context: AnalysisContext,
  { named, target, path }: WriteTask,
  source: RowSource,
  draft: DraftStatement,
): Promise<void> {
  const asked = path.filter((step, at) => step.where && (step.check || path.slice(0, at).some(({ check }) => check === "cascaded")));
  if (asked.length === 0) return;
  const columns = target.columns.filter(({ generated }) => !generated);
  const written = source.rows(columns);
  if (written === undefined || columns.length < target.columns.length) return;
  /** The new rows as the relation behind this step shows them, whether it would or not. */
  const behind = (at: number): Node => {
    const step: ViewStep | undefined = path[at + 1];
    const shown = step
      ? { targetList: step.columns.map(({ name, value }) => ({ ResTarget: { name, val: value } })), fromClause: [behind(at + 1)] }
      : {
          targetList: columns.map(({ name, attnum }) => ({
            ResTarget: { name, val: { ColumnRef: { fields: [{ String: { sval: "written" } }, { String: { sval: `n${attnum}` } }] } } },
          })),
          fromClause: [{ RangeVar: { relname: "written", inh: true, relpersistence: "p" } }],
        };
    const alias = { aliasname: path[at]!.range.alias?.aliasname ?? path[at]!.range.relname };
    return { RangeSubselect: { subquery: { SelectStmt: { ...shown, ...SELECT } }, alias } };
  };
  for (const step of asked) {
    let inner = false;
    walk(step.where, (type) => {
      // What a query inside the condition finds may be what the statement changes.
      if (type === "SubLink") inner = true;
    });
    if (inner || !isCountable(context, named, { where: step.where }, [rangeOf(named), rangeOf(step.inner)])) continue;
    const refused = deparse({
      SelectStmt: {
        targetList: [{ ResTarget: { name: "one", val: { A_Const: { ival: { ival: 1 } } } } }],
        fromClause: [behind(path.indexOf(step))],
        whereClause: { BooleanTest: { arg: step.where, booltesttype: "IS_NOT_TRUE" } },
        ...SELECT,
      },
    });
    const row = refused && (await countRows(context, `WITH written AS (${written}) SELECT count(*) AS n FROM (${refused}) q`));
    if (row && Number(row.n) > 0)
      draft.willFail.push({
        code: "44000",
        reason: `${row.n} rows would no longer be in ${qualified(step.view)}, which checks that they are`,
      });
  }
}
