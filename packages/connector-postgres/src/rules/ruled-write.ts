import { strongest, type Rows } from "@interlock/protocol";
import type { AnalysisContext } from "../analysis-context.ts";
import { ancestry, family, findRelation, qualified } from "../catalog.ts";
import { classify } from "../classify.ts";
import { deleteClosure, keysTo } from "../closure.ts";
import { lockNamed } from "../ddl/query-locks.ts";
import { draftStatement, type DraftStatement } from "../draft-statement.ts";
import { explain } from "../explain.ts";
import { LockSet, type Mode } from "../locks.ts";
import { isPlannable } from "../planned-statement.ts";
import { describeReads } from "../reads.ts";
import { kindWord } from "../relation-kind.ts";
import { deparse } from "../selection.ts";
import { tableReferences } from "../table-references.ts";
import { unwrap, type NameRef, type Node } from "../tree.ts";
import { effectOf } from "../writes/effects.ts";
import { UNKNOWN } from "../writes/figures.ts";
import { lockNamedSequences } from "../writes/named-sequences.ts";
import { describeWrites } from "../writes/several.ts";
import { readRules, rulesOn, type Rule } from "./rule-definition.ts";
import { ruleProduct, ruleRemainder, type RuleProduct } from "./rule-product.ts";
import type { RuledWrite } from "./rule-row.ts";

/** What rules make of a write, in the order in which it is carried out. */
export interface RuledPlan {
  products: RuleProduct[];
  /** The original statement, or what conditions leave of it; undefined where an INSTEAD rule takes its place. */
  remainder: RuleProduct | undefined;
}

/** Applies the rules of a write's relation (fireRules in rewriteHandler.c); undefined where there are none, `unreadable` where one cannot be followed. */
export async function applyRules(
  context: AnalysisContext,
  write: RuledWrite,
  draft: DraftStatement,
): Promise<RuledPlan | "unreadable" | undefined> {
  const found = rulesOn(context.catalog, write.relation, write.event);
  if (found.length === 0) return undefined;
  const rules = await readRules(context.session, found);
  if (!rules) return "unreadable";
  lockRules(context, write, rules, draft);
  const products = rules.flatMap((rule) => rule.actions.map((action) => ruleProduct(write, rule, action)));
  if (!products.every((product) => product !== undefined)) return "unreadable";
  const conditions = rules.flatMap((rule) => (rule.instead && rule.where ? [rule.where] : []));
  const replaced = rules.some((rule) => rule.instead && !rule.where);
  const remainder = conditions.length > 0 ? ruleRemainder(write, conditions) : { tree: write.body, rough: false, own: [] };
  return { products, remainder: replaced ? undefined : remainder };
}

/** An action names the relation a second time, as OLD and NEW (transformRuleStmt in parse_utilcmd.c); what it returns is looked up, too. */
function lockRules(context: AnalysisContext, { relation }: RuledWrite, rules: readonly Rule[], draft: DraftStatement): void {
  const actions = rules.flatMap((rule) => rule.actions.filter((action) => !action.NotifyStmt));
  if (actions.length > 0) draft.locks.add(qualified(relation), "AccessShareLock");
  for (const action of actions) lockNamed(context, unwrap(action)![1].returningClause, draft, true);
}

/** Goes on with what is left of the original statement. */
export type Remaining = (write: RuledWrite, countable: boolean) => Promise<Rows>;

/**
 * A write to a relation with rules: everything the rules make of it, and what they leave of it. `rewriting`: relations whose rules are
 * being applied, by `oid/event`. Undefined where there are no rules.
 */
export async function describeRuled(
  context: AnalysisContext,
  write: RuledWrite,
  rewriting: readonly string[],
  countable: boolean,
  draft: DraftStatement,
  remaining: Remaining,
): Promise<Rows | undefined> {
  const { relation, event } = write;
  const object = qualified(relation);
  const plan = await applyRules(context, write, draft);
  if (plan === undefined) return undefined;
  draft.notes.push(`Rules on ${object} rewrite what is written to it`);
  if (plan === "unreadable") return givenUp(write, draft);
  const key = `${relation.oid}/${event}`;
  if (plan.products.length > 0 && rewriting.includes(key)) {
    draft.willFail.push({ code: "42P17", reason: `Rules on ${object} lead back to themselves without end` });
    return UNKNOWN;
  }
  let rows: Rows | undefined;
  const products = async (): Promise<void> => {
    for (const product of plan.products) {
      const made = await describeProduct(context, write, product, [...rewriting, key], countable, draft);
      rows = plan.products.length === 1 && !plan.remainder ? made : UNKNOWN;
    }
  };
  const original = async (): Promise<void> => {
    if (plan.remainder) {
      const { tree, rough } = plan.remainder;
      rows = await remaining({ ...write, body: tree }, countable && !rough && !overlaps(context, [relation.oid], tree, draft));
    } else draft.effects.push({ effect: effectOf(event), object, kind: kindWord(relation.kind), rows: { value: 0, kind: "exact" } });
  };
  // New rows are there before the actions run, others before they are gone (RewriteQuery).
  for (const step of event === "insert" ? [original, products] : [products, original]) await step();
  return rows ?? UNKNOWN;
}

function givenUp({ relation, event }: RuledWrite, draft: DraftStatement): Rows {
  draft.effect = "unknown";
  draft.incomplete = true;
  draft.effects.push({ effect: effectOf(event), object: qualified(relation), kind: kindWord(relation.kind), rows: UNKNOWN });
  return UNKNOWN;
}

/** One statement that a rule adds, as if it were typed; why the server would refuse it is known from the original's plan. */
async function describeProduct(
  context: AnalysisContext,
  write: RuledWrite,
  { tree, rough, own }: RuleProduct,
  rewriting: readonly string[],
  countable: boolean,
  draft: DraftStatement,
): Promise<Rows> {
  const found = classify(tree);
  const judged = context.judge.statement(tree, found);
  const inner = draftStatement({ index: draft.index, start: 0, end: 0, text: "" }, "", judged.effect);
  inner.sideEffects = [...judged.sideEffects];
  inner.notes = [...judged.notes];
  let rows = UNKNOWN;
  if (!tree.NotifyStmt) {
    const references = [...tableReferences(tree), ...tableReferences(found.followed)];
    const writes = references.filter((reference) => reference.statement);
    const text = isPlannable(tree, context, judged) ? deparse(tree) : undefined;
    const planned = text === undefined ? undefined : await explain(context.session, text);
    if (planned?.ok) inner.planned = planned.plan;
    describeReads(context, references, inner);
    lockNamedSequences(context, tree, inner);
    const targets = writes.flatMap(({ ref }) => findRelation(context.catalog, context.facts, ref)?.oid ?? []);
    const { after, catalog, facts } = context;
    const counted =
      countable && !rough && !overlaps(context, targets, tree, draft) && !after.writes && !after.earlier.concern(catalog, facts, tree);
    const uncertain = { ...context, exact: false, after: { ...after, writes: true } };
    rows = await describeWrites(counted ? context : uncertain, tree, writes, inner, rewriting);
  }
  if (write.event !== "insert") lockParts(context, write.relation.oid, own, inner);
  takeOver(inner, draft);
  return rows;
}

/** Whether a part of the statement finds other rows than are there now, since parts before it write where it reads. */
function overlaps(context: AnalysisContext, targets: readonly number[], tree: Node, draft: DraftStatement): boolean {
  const { catalog, facts } = context;
  const figures = [
    ...draft.effects.filter((item) => !["read", "session"].includes(item.effect)),
    ...draft.cascades,
    ...draft.sideEffects.flatMap((item) => item.writes ?? []),
  ];
  const written = figures
    .filter(({ rows }) => !(rows.kind === "exact" && rows.value === 0))
    .flatMap(({ object }) => catalog.byName.get(object)?.oid ?? []);
  if (written.length === 0) return draft.incomplete;
  const reads = new Set<number>();
  const add = (oid: number): void => {
    if (reads.has(oid)) return;
    reads.add(oid);
    for (const below of catalog.relationReach.get(oid) ?? []) add(below);
  };
  for (const { ref, use } of tableReferences(tree)) {
    const relation = findRelation(catalog, facts, ref);
    if (relation && use !== "insert") add(relation.oid);
  }
  for (const target of targets)
    for (const { table } of deleteClosure(catalog, target).deletes) {
      for (const key of keysTo(catalog, table)) add(key.child);
      for (const key of catalog.foreignKeys) if (key.child === table) add(key.parent);
    }
  const kin = new Set([...reads].flatMap((oid) => [...family(catalog, oid), ...ancestry(catalog, oid)]));
  return draft.incomplete || written.some((oid) => kin.has(oid));
}

/** OLD is the very table that the original statement writes: what belongs to it is opened as for that. */
function lockParts(context: AnalysisContext, table: number, own: readonly NameRef[], inner: DraftStatement): void {
  const { catalog, facts } = context;
  const named = own.flatMap((ref) => findRelation(catalog, facts, ref)?.oid ?? []);
  const parts = family(catalog, table).slice(1);
  if (parts.length === 0 || named.some((oid) => family(catalog, oid).includes(table))) return;
  const objects = new Set(parts.map((oid) => qualified(catalog.relations.get(oid)!)));
  const held = inner.locks.list();
  inner.locks = new LockSet();
  for (const { object, mode } of held)
    inner.locks.add(object, objects.has(object) && mode === "AccessShareLock" ? "RowExclusiveLock" : (mode as Mode));
}

function takeOver(inner: DraftStatement, draft: DraftStatement): void {
  draft.effect = strongest([draft.effect, inner.effect]);
  const read = new Set(draft.effects.filter((item) => item.effect === "read").map((item) => item.object));
  draft.effects.push(...inner.effects.filter((item) => item.effect !== "read" || !read.has(item.object)));
  draft.cascades.push(...inner.cascades);
  const known = new Set(draft.sideEffects.filter((item) => !item.writes).map((item) => `${item.kind}/${item.name}/${item.effect}`));
  draft.sideEffects.push(...inner.sideEffects.filter((item) => item.writes || !known.has(`${item.kind}/${item.name}/${item.effect}`)));
  draft.willFail.push(...inner.willFail);
  draft.notes.push(...inner.notes);
  for (const lock of inner.locks.list()) draft.locks.add(lock.object, lock.mode as Mode);
  if (inner.incomplete) draft.incomplete = true;
}
