import type { AnalysisContext } from "../analysis-context.ts";
import { family, findRelation, qualified } from "../catalog.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { missing } from "../reads.ts";
import { nameKey, nameOf, rangeName, unwrap, type Node } from "../tree.ts";
import { findIndex } from "./named-index.ts";
import { objectAddress } from "./object-address.ts";
import { lockNamed } from "./query-locks.ts";
import { affect, affectRelation, creationSchema, fails, lock, lockAll, subject } from "./subject.ts";

/** CREATE TRIGGER keeps writers away; a row trigger of a partitioned table goes to its partitions, too. */
export async function describeTrigger(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const relation = subject(context, body.relation, draft);
  if (!relation) return;
  affectRelation(draft, relation);
  affect(draft, `${body.trigname} on ${qualified(relation)}`, "trigger");
  lockAll(
    context,
    body.row && relation.kind === "p" ? family(context.catalog, relation.oid) : [relation.oid],
    "ShareRowExclusiveLock",
    draft,
  );
  if (body.constrrel) {
    const other = findRelation(context.catalog, context.facts, rangeName(body.constrrel));
    if (other) lock(context, other.oid, "AccessShareLock", draft);
    else missing(draft, nameKey(rangeName(body.constrrel)));
  }
  const fn = nameOf(body.funcname);
  const [callable] = await context.session.query(
    "select from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.proname = $1 and p.pronargs = 0 and case when $2::text is null then pg_function_is_visible(p.oid) else n.nspname = $2 end",
    [fn.name, fn.schema ?? null],
  );
  if (!callable && !context.after.meaning) fails(draft, "42883", `There is no function ${nameKey(fn)}()`);
  const [known] = await context.session.query("select from pg_trigger where tgrelid = $1 and tgname = $2 and not tgisinternal", [
    relation.oid,
    body.trigname,
  ]);
  if (known && !body.replace) fails(draft, "42710", `${qualified(relation)} has a trigger "${body.trigname}" already`);
}

/** CREATE RULE changes what reading or writing the relation means: it is shut, and what the actions name is looked at. */
export async function describeRule(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const relation = subject(context, body.relation, draft);
  if (!relation) return;
  affectRelation(draft, relation);
  affect(draft, `${body.rulename} on ${qualified(relation)}`, "rule");
  lock(context, relation.oid, "AccessExclusiveLock", draft);
  for (const action of body.actions ?? []) if (unwrap(action)) lockNamed(context, withoutOldAndNew(action), draft, false);
  const [known] = await context.session.query("select from pg_rewrite where ev_class = $1 and rulename = $2", [
    relation.oid,
    body.rulename,
  ]);
  if (known && !body.replace) fails(draft, "42710", `${qualified(relation)} has a rule "${body.rulename}" already`);
}

/** In a rule `old` and `new` are rows, not tables. */
const withoutOldAndNew = (action: Node): Node =>
  JSON.parse(JSON.stringify(action), (_key, value) =>
    value?.RangeVar && !value.RangeVar.schemaname && ["old", "new"].includes(value.RangeVar.relname) ? null : value,
  ) as Node;

/** CREATE and ALTER POLICY change who sees which rows. */
export async function describePolicy(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const relation = subject(context, body.table, draft);
  if (!relation) return;
  affectRelation(draft, relation, "privilege");
  affect(draft, `${body.policy_name} on ${qualified(relation)}`, "policy", "privilege");
  lock(context, relation.oid, "AccessExclusiveLock", draft);
  lockNamed(context, [body.qual, body.with_check], draft, false);
  const [known] = await context.session.query("select from pg_policy where polrelid = $1 and polname = $2", [
    relation.oid,
    body.policy_name,
  ]);
  const altering = body.cmd_name === undefined;
  if (known && !altering) fails(draft, "42710", `${qualified(relation)} has a policy "${body.policy_name}" already`);
  if (!known && altering) fails(draft, "42704", `${qualified(relation)} has no policy "${body.policy_name}"`);
}

/** CREATE STATISTICS on a table. */
export async function describeStatistics(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  for (const item of body.relations ?? []) {
    const relation = item.RangeVar && subject(context, item.RangeVar, draft);
    if (!relation) continue;
    affectRelation(draft, relation);
    lock(context, relation.oid, "ShareUpdateExclusiveLock", draft);
  }
  const ref = nameOf(body.defnames);
  if (ref.name) {
    const [taken] = await context.session.query(
      "select from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace where s.stxname = $1 and n.nspname = $2",
      [ref.name, creationSchema(context, ref)],
    );
    if (taken && !body.if_not_exists) fails(draft, "42710", `${nameKey(ref)} exists already`);
  }
  const name = (body.defnames ?? []).map((part: Node) => part.String?.sval).join(".");
  affect(draft, name || "statistics", "statistics object");
}

/** ALTER … DEPENDS ON EXTENSION: it goes when the extension goes. */
export async function describeDepends(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const relation = body.relation && findRelation(context.catalog, context.facts, rangeName(body.relation));
  if (body.objectType === "OBJECT_TRIGGER" && relation) {
    lock(context, relation.oid, "AccessShareLock", draft);
    return affect(draft, `${body.object?.List?.items?.[0]?.String?.sval} on ${qualified(relation)}`, "trigger");
  }
  if (relation) {
    lock(context, relation.oid, "AccessExclusiveLock", draft);
    return affectRelation(draft, relation);
  }
  if (body.relation) {
    const index = await findIndex(context, rangeName(body.relation), draft);
    if (!index) return;
    draft.locks.add(index.name, "AccessExclusiveLock");
    return affect(draft, index.name, "index");
  }
  const address = await objectAddress(context, body.objectType, body.object, draft);
  if (address) affect(draft, address.identity, address.type);
}
