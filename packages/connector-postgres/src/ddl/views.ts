import { hadNoTime, type AnalysisContext } from "../analysis-context.ts";
import { findRelation, qualified } from "../catalog.ts";
import { classifyQuery } from "../classify-expression.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { explain } from "../explain.ts";
import { deparse } from "../selection.ts";
import { kindWord } from "../relation-kind.ts";
import { lockRead } from "../reads.ts";
import { rangeName, type Node } from "../tree.ts";
import { holds } from "../versions.data.ts";
import { lockNamed } from "./query-locks.ts";
import { affectRelation, creationSchema, affect, fails, subject, writeAnew } from "./subject.ts";

/** CREATE VIEW looks at what it names; replacing one shuts it. */
export async function describeView(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const ref = rangeName(body.view);
  const temporary = body.view.relpersistence === "t";
  const schema = temporary ? "pg_temp" : creationSchema(context, ref);
  const known = findRelation(context.catalog, context.facts, { schema, name: ref.name });
  affect(draft, `${schema}.${ref.name}`, "view");
  if (known && !body.replace) fails(draft, "42P07", `${qualified(known)} exists already`);
  if (known && known.kind !== "v") fails(draft, "42809", `${qualified(known)} is a ${kindWord(known.kind)}`);
  if (known) draft.locks.add(qualified(known), "AccessExclusiveLock");
  lockNamed(context, body.query, draft, false);
  const judged = context.judge.statement(body.query, classifyQuery(body.query));
  if (judged.ownCode || context.after.meaning || context.after.writes || draft.willFail.length > 0) return;
  // Whether the query means anything is the planner's to say; a view runs nothing.
  const text = deparse(body.query);
  const planned = text === undefined ? undefined : await explain(context.session, text);
  if (planned && !planned.ok && !hadNoTime(planned.error.code)) fails(draft, planned.error.code, planned.error.message);
}

/** REFRESH fills a materialised view anew, shut for all; with CONCURRENTLY readers go on. It reads as its query does. */
export async function describeRefresh(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const relation = subject(context, body.relation, draft);
  if (!relation) return;
  if (relation.kind !== "m") return fails(draft, "42809", `${qualified(relation)} is a ${kindWord(relation.kind)}`);
  affectRelation(draft, relation, "modify");
  draft.locks.add(qualified(relation), body.concurrent ? "ExclusiveLock" : "AccessExclusiveLock");
  if (body.concurrent) {
    // The new rows are compared with those there are, and the difference is written (refresh_by_match_merge in matview.c).
    draft.locks.add(qualified(relation), "AccessShareLock");
    draft.locks.add(qualified(relation), "RowExclusiveLock");
    const [usable] = await context.session.query(
      "select from pg_index where indrelid = $1 and indisunique and indisvalid and indpred is null and indexprs is null",
      [relation.oid],
    );
    if (!usable) fails(draft, "55000", `${qualified(relation)} has no unique index over columns alone`);
    if (body.skipData) fails(draft, "42601", "CONCURRENTLY and WITH NO DATA exclude each other");
    const [filled] = await context.session.query("select from pg_class where oid = $1 and relispopulated", [relation.oid]);
    if (!filled) fails(draft, "0A000", `${qualified(relation)} was never filled`);
  } else {
    // Its new file is made under ExclusiveLock (make_new_heap in cluster.c).
    draft.locks.add(qualified(relation), "ExclusiveLock");
    writeAnew(context, [relation.oid], draft);
  }
  if (body.skipData) return;
  if (!holds("viewsNameThemselvesNot", context.catalog.version)) draft.locks.add(qualified(relation), "AccessShareLock");
  for (const oid of context.catalog.relationReach.get(relation.oid) ?? []) {
    const below = context.catalog.relations.get(oid);
    if (below) lockRead(context, below, "AccessShareLock", false, draft);
  }
  const filled = context.judge.filled(relation.oid);
  draft.sideEffects.push(...filled.sideEffects);
  draft.notes.push(...filled.notes);
  if (filled.ownCode) draft.incomplete = true;
}
