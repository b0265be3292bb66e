import { strongest, type Impact, type Risk, type SideEffect, type Statement } from "@interlock/protocol";
import type { AnalysisSession } from "./analysis-pool.ts";
import { hadNoTime, type AnalysisContext } from "./analysis-context.ts";
import { findRelation, qualified } from "./catalog.ts";
import type { Catalog, SessionFacts } from "./catalog-model.ts";
import type { Mode } from "./locks.ts";
import { describeCopy } from "./copy.ts";
import { textEffect, type Classification } from "./classification.ts";
import { followBodies } from "./bodies.ts";
import { classify } from "./classify.ts";
import { lockBelow } from "./ddl/query-locks.ts";
import { describeDefinition, isDefinition } from "./ddl/definitions.ts";
import { foretellRights } from "./ddl/rights.ts";
import { draftStatement, finished, type DraftStatement } from "./draft-statement.ts";
import { explain, NO_PLAN } from "./explain.ts";
import { incompleteReason } from "./incomplete-reason.ts";
import { Judge, type Judgement } from "./judge.ts";
import { Prepared } from "./prepared.ts";
import { MadeTables } from "./made-tables.ts";
import { describeReads, missing } from "./reads.ts";
import { isPlannable } from "./planned-statement.ts";
import { lockPolicies } from "./policy-reads.ts";
import { leaves, moreLost, type Meaning } from "./later-meaning.ts";
import { planSteps } from "./plan-steps.ts";
import { foretellCode } from "./rights-of-code.ts";
import { findRisks } from "./risks/index.ts";
import { deparse } from "./selection.ts";
import { changesMeaning } from "./settings.ts";
import { unreadable } from "./syntax.ts";
import { refuseOnStandby } from "./standby.ts";
import { statementTrees, type StatementTree } from "./statement-tree.ts";
import { tableReferences, type TableReference } from "./table-references.ts";
import { describeSizes } from "./table-sizes.ts";
import { titleOf } from "./title.ts";
import { nameKey, unwrap, type Node } from "./tree.ts";
import { reversibility } from "./undo/reversible.ts";
import { currentWaits } from "./waits.ts";
import { lockNamedSequences } from "./writes/named-sequences.ts";
import { blurAll, blurDisturbed, blurOverlaps } from "./writes/effects.ts";
import { estimated } from "./writes/figures.ts";
import { EarlierWrites } from "./writes/earlier.ts";
import { describeWrites } from "./writes/several.ts";
import { lockPlanned } from "./writes/planned-locks.ts";

/** Time all counting of one analysis may take together, in milliseconds, where nothing else is asked for. */
const COUNTING_MS = 150;
/** Longest any one query about a statement may take, in milliseconds. */
const DESCRIBING_MS = 5_000;
/** Of it for one query: where cascades cannot be counted in time, the rows themselves may still be. */
const COUNT_SHARE = 0.75;

export interface ContextInput {
  session: AnalysisSession;
  catalog: Catalog;
  facts: SessionFacts;
  exact: boolean;
  countingMs?: number | undefined;
  masked: readonly string[];
}

export interface ImpactInput extends ContextInput {
  text: string;
}

/** A fresh context, with a counting budget of its own. */
export function analysisContext(input: ContextInput): AnalysisContext {
  const countingMs = input.countingMs ?? COUNTING_MS;
  return {
    ...input,
    judge: new Judge(input.catalog, input.facts),
    budget: { left: countingMs, each: countingMs * COUNT_SHARE, wasShort: false },
    after: { writes: false, meaning: false, left: "same", defines: false, earlier: new EarlierWrites() },
    more: false,
  };
}

/** Effect of a whole text with its names judged, without a figure: enough to choose the role that runs it. */
export function judgedEffect(text: string, catalog: Catalog, facts: SessionFacts): Impact["effect"] {
  const { statements, diagnostics } = statementTrees(text);
  if (diagnostics.length > 0) return "unknown";
  const judge = new Judge(catalog, facts);
  const prepared = new Prepared();
  const effects = statements.map(({ tree }) => {
    if (!tree) return "unknown";
    const run = prepared.follow(tree);
    return judge.statement(run, classify(run)).effect;
  });
  return strongest(effects);
}

/** What every statement of a text would do; see Target.impact. */
export async function analyse(input: ImpactInput): Promise<Omit<Impact, "tookMs">> {
  if (!input.facts.readsAlike)
    return unasked(input.text, "standard_conforming_strings is off here: the server reads quotes in another way than analysis does");
  const { statements, diagnostics } = statementTrees(input.text);
  const context = analysisContext(input);
  const warnings = new Set(diagnostics.map((diagnostic) => diagnostic.message));
  const drafts: DraftStatement[] = [];
  const prepared = new Prepared();
  const made = new MadeTables();
  for (const place of statements) {
    const tree = place.tree && prepared.follow(place.tree);
    context.more = place !== statements.at(-1);
    const draft = await analyseStatement(context, place, tree, made);
    const [type, body] = unwrap(tree) ?? [];
    if (type !== undefined && body) await made.follow(context, type, body);
    draft.risks = risksOf(context, statements, drafts, tree, draft);
    for (const note of draft.notes) warnings.add(note);
    drafts.push(draft);
  }
  blurOverlaps(context.catalog, drafts);
  await describeSizes(context, drafts);
  for (const draft of drafts) if (draft.incomplete && draft.notes.length === 0) warnings.add(incompleteReason(draft));
  const done = drafts.map(finished);
  return {
    effect: strongest(done.map((statement) => statement.effect)),
    complete: diagnostics.length === 0 && drafts.every((draft) => !draft.incomplete),
    warnings: [...warnings],
    statements: done,
    ...(context.budget.wasShort && { cutShort: "counting" }),
  };
}

/** What is prepared elsewhere is not edited here: then its risks come without a safer text. */
function risksOf(
  { catalog, facts }: AnalysisContext,
  text: StatementTree[],
  before: DraftStatement[],
  tree: Node | undefined,
  draft: DraftStatement,
): Risk[] {
  const [type, body] = unwrap(tree) ?? [];
  if (!tree || type === undefined || !body) return [];
  const risks = findRisks({ type, body, tree, draft, catalog, facts, text, before });
  return tree === text[draft.index]?.tree ? risks : risks.map(({ suggestion: _suggestion, ...risk }) => risk);
}

/** The impact of a text by itself, for when no target could be asked: nothing beyond the words is claimed. */
export function unasked(text: string, warning: string): Omit<Impact, "tookMs"> {
  const statements = statementTrees(text).statements.map((place): Statement =>
    finished(draftStatement(place, titleOf(place.tree), "unknown")),
  );
  return { effect: "unknown", complete: false, warnings: [warning], statements };
}

/** `tree` is what runs: the statement's own, or for EXECUTE what was prepared. `tables`: those that the text itself made so far. */
async function analyseStatement(
  context: AnalysisContext,
  place: StatementTree,
  tree: Node | undefined,
  tables?: MadeTables,
): Promise<DraftStatement> {
  const found = classify(tree);
  if (!tree) return { ...draftStatement(place, titleOf(tree), "unknown"), incomplete: true, notes: found.notes };
  const judged = context.judge.statement(tree, found);
  const draft = draftStatement(place, titleOf(place.tree), judged.effect);
  draft.sideEffects = [...judged.sideEffects];
  draft.notes = [...judged.notes];
  const unread = unreadable(tree, context.catalog.version);
  draft.willFail = [...unread];
  const [type, body] = unwrap(tree)!;
  const made = madeByQuery(type, body);
  const left = made ? leaves("CreateTableAsStmt", made, found, judged) : leaves(type, body, found, judged);
  // What only defines a table is told by its words, whatever table that will be.
  context.after.meaning = context.after.left === "lost" || (context.after.left === "renamed" && left === "lost");
  // Whether it will fail is told of what is there now: by then what is missing may have been made, and what is in the way may be gone.
  const otherwise = context.after.defines || context.after.left !== "same";
  if (context.after.meaning) {
    draft.effect = "unknown";
    draft.incomplete = true;
    draft.notes.push("An earlier statement changes what the names in this one stand for");
  } else if (context.after.left !== "same") {
    draft.incomplete = true;
    draft.notes.push("An earlier statement changes what is there: this is said of the tables as they are now");
  }
  context.after.writes = context.after.earlier.concern(context.catalog, context.facts, tree);
  const seen = context.after.left === "shaped" ? tables?.seenBy(context, tree, found, judged) : undefined;
  const describe = async (): Promise<void> => {
    if (made) await describeDefinition(context, "CreateTableAsStmt", made, draft);
    else if (isDefinition(type)) await describeDefinition(context, type, body, draft);
    // What the server would plan are the tables of those names that are there.
    else if (seen) await describeQuery({ ...context, ...seen }, undefined, tree, found, judged, draft, false);
    else await describeQuery(context, tree === place.tree ? place.text : undefined, tree, found, judged, draft);
    if (unwrap(place.tree)?.[0] === type && runsBodies(type, found))
      await followBodies(context, type, body, draft, (inner, words) =>
        analyseStatement(context, { index: 0, start: 0, end: words.length, text: words, tree: inner }, inner),
      );
  };
  try {
    const described = await context.session.attempt(DESCRIBING_MS, describe);
    if (!described.ok) {
      draft.incomplete = true;
      if (!hadNoTime(described.error.code)) draft.effect = "unknown";
      draft.notes.push(refusal(described.error.code));
    }
    const { waits, notes } = await currentWaits(context, draft.locks.list());
    draft.waits = waits;
    draft.notes.push(...notes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    draft.effect = "unknown";
    draft.notes.push("The statement is nested too deeply");
  }
  if (otherwise) draft.willFail = unread;
  if (context.facts.standby) refuseOnStandby(type, draft);
  settle(context, type, judged, draft, left);
  if (!seen) await describeUndo(context, type, body, draft);
  else if (draft.effect !== "read") Object.assign(draft, { reversible: "no", reversibleReason: "the text itself makes what it writes" });
  return draft;
}

const refusal = (code: string): string =>
  hadNoTime(code)
    ? "Not all of this could be worked out: it takes too long, or another session has a table to itself"
    : `The target refused to tell what this would do (${code})`;

/** Definitions and plans call nothing; of a definition's own query that is not followed. */
const runsBodies = (type: string, found: Classification): boolean =>
  ["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CallStmt", "DoStmt"].includes(type) ||
  (type === "ExplainStmt" && textEffect(found) !== "read");

/** SELECT INTO is CREATE TABLE AS in other words. */
function madeByQuery(type: string, body: Node): Node | undefined {
  if (type !== "SelectStmt" || !body.intoClause) return undefined;
  const { intoClause, ...query } = body;
  return { into: intoClause, query: { SelectStmt: query }, objtype: "OBJECT_TABLE" };
}

async function describeQuery(
  context: AnalysisContext,
  text: string | undefined,
  tree: Node,
  found: Classification,
  judged: Judgement,
  draft: DraftStatement,
  there = true,
): Promise<void> {
  const subject = queryOf(tree);
  const own = subject ? tableReferences(subject) : [];
  if (unwrap(tree)?.[0] === "PrepareStmt") return describePrepared(context, own, draft);
  const references = [...own, ...tableReferences(found.followed)];
  // What the server cannot read has its reason already; it would only be told again, as a syntax error.
  const readable = draft.willFail.length === 0;
  if (there && subject && readable && !isGeneric(tree) && isPlannable(subject, context, judged))
    await plan(context, subject === tree && text !== undefined ? text : deparse(subject), draft);
  describeReads(context, references, draft);
  lockPolicies(context, references, draft);
  const writes = references.filter((reference) => reference.statement);
  describeCopy(context, tree, draft);
  if (there && readable) await foretellRights(context, ...unwrap(tree)!, draft);
  lockNamedSequences(context, subject, draft);
  // What is only planned is not written.
  if (unwrap(tree)?.[0] === "ExplainStmt" && textEffect(found) === "read") {
    for (const reference of writes) await lockPlanned(context, reference, draft);
    return;
  }
  await describeWrites(context, subject, writes, draft);
  if (there && readable) await foretellCode(context, subject, writes, found, draft);
}

/** Preparing looks a query's names up, rewrites it, and locks what it comes to until the transaction ends; nothing is read or written. */
async function describePrepared(context: AnalysisContext, references: readonly TableReference[], draft: DraftStatement): Promise<void> {
  for (const reference of references) {
    const { ref, use } = reference;
    const relation = findRelation(context.catalog, context.facts, ref);
    if (!relation) missing(draft, nameKey(ref));
    else if (use !== "read" && use !== "lock") await lockPlanned(context, reference, draft, true);
    else {
      draft.locks.add(qualified(relation), PREPARED_LOCKS[use]);
      if (relation.kind === "v") lockBelow(context, relation.oid, PREPARED_LOCKS[use], draft);
    }
  }
}

/** By the use of a relation in a query, from `addRangeTableEntry` in PostgreSQL's parser. */
const PREPARED_LOCKS: Record<"read" | "lock", Mode> = { read: "AccessShareLock", lock: "RowShareLock" };

/** The query inside a statement; undefined for statements that have none. */
function queryOf(tree: Node): Node | undefined {
  const [type, body] = unwrap(tree)!;
  if (["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"].includes(type)) return tree;
  if (["ExplainStmt", "DeclareCursorStmt", "PrepareStmt", "CopyStmt", "CreateTableAsStmt"].includes(type) && body.query)
    return queryOf(body.query);
  return undefined;
}

/** EXPLAIN (GENERIC_PLAN) takes parameters nobody gives; planned for a value there is none. */
function isGeneric(tree: Node): boolean {
  const options: Node[] = (unwrap(tree)![0] === "ExplainStmt" && tree.ExplainStmt.options) || [];
  return options.some(({ DefElem: option }) => option.defname === "generic_plan");
}

async function plan(context: AnalysisContext, text: string | undefined, draft: DraftStatement): Promise<void> {
  if (text === undefined) return;
  const planned = await explain(context.session, text);
  if (planned.ok) {
    draft.planned = planned.plan;
    draft.plan = { cost: planned.plan.cost, node: planned.plan.node, steps: planSteps(planned.plan.root, context.catalog) };
    return;
  }
  const { code, message } = planned.error;
  // Rules may leave nothing to plan.
  if (code === NO_PLAN) return;
  draft.incomplete = true;
  if (hadNoTime(code)) draft.notes.push("Planning took too long or waits for a lock");
  else if (context.after.writes) draft.notes.push("An earlier statement of this text may be needed before this one can be planned");
  else draft.willFail.push({ code, reason: message });
}

/** Whether the rows it writes could be put back; asked of statements that write rows only. */
async function describeUndo(context: AnalysisContext, type: string, body: Node, draft: DraftStatement): Promise<void> {
  if (!["append", "modify", "delete"].includes(draft.effect)) return;
  const { reversible, reason } = await reversibility(context, type, body, draft);
  draft.reversible = reversible;
  if (reason !== undefined) draft.reversibleReason = reason;
}

/** The last word on a statement: effect from everything found, and whether anything is missing. */
function settle(context: AnalysisContext, type: string, judged: Judgement, draft: DraftStatement, left: Meaning): void {
  draft.effect = strongest([draft.effect, ...draft.effects.map((item) => item.effect), ...draft.sideEffects.map((item) => item.effect)]);
  draft.effects = draft.effects.toSorted((a, b) => Number(a.effect === "read") - Number(b.effect === "read"));
  if (draft.effect === "unknown") draft.incomplete = true;
  if (draft.effects.some((item) => item.effect !== "read" && item.effect !== "session" && item.rows.kind === "unknown"))
    draft.incomplete = true;
  if (draft.cascades.some((cascade) => cascade.rows.kind === "unknown")) draft.incomplete = true;
  blurUnread(context, draft);
  // What a function writes is in its `writes`, where its body could be followed.
  const opaque = (item: SideEffect): boolean => item.kind === "function" && !["read", "session"].includes(item.effect) && !item.writes;
  if (draft.sideEffects.some(opaque)) draft.incomplete = true;
  if (["schema", "privilege"].includes(draft.effect) && isDefinition(type)) {
    for (const trigger of context.catalog.eventTriggers) {
      const fn = context.catalog.functions.get(trigger.function);
      const effect = fn ? context.judge.function(fn).effect : "unknown";
      draft.sideEffects.push({ kind: "trigger", name: `${trigger.name} (event trigger)`, effect });
      draft.effect = strongest([draft.effect, effect]);
      if (effect !== "read") draft.incomplete = true;
    }
  }
  blurDisturbed(context.catalog, draft);
  context.after.earlier.add(context.catalog, type, draft);
  if (["schema", "privilege", "unknown"].includes(draft.effect)) context.after.defines = true;
  // Also where a function's body, far below, sets something.
  const setting = draft.sideEffects.some((item) => item.kind === "session" && changesMeaning(item.name));
  const defines = judged.effect === "schema" || judged.effect === "privilege" || judged.effect === "unknown";
  if (setting || type === "DiscardStmt") context.after.left = "lost";
  else if (defines && changesNames(type)) context.after.left = moreLost(context.after.left, left);
}

/** Of a table that another session has to itself defaults and policies are not known: nothing about it is certain. */
function blurUnread({ catalog }: AnalysisContext, draft: DraftStatement): void {
  if (catalog.unread.size === 0) return;
  const named = [...draft.locks.list(), ...draft.effects].map(({ object }) => object);
  const unread = [...new Set(named)].filter((object) => catalog.unread.has(catalog.byName.get(object)?.oid ?? 0));
  if (unread.length === 0) return;
  draft.incomplete = true;
  draft.notes.push(`Another session has ${unread.join(", ")} to itself: what it is defined by cannot be read now`);
  for (const figure of draft.effects) figure.rows = estimated(figure.rows);
  blurAll(draft);
}

/** Definitions after which a name in the same text may stand for something else, or do something else when used. */
function changesNames(type: string): boolean {
  return ![
    "IndexStmt",
    "CommentStmt",
    "CreateStatsStmt",
    "GrantStmt",
    "GrantRoleStmt",
    "CreateSeqStmt",
    "CreateEnumStmt",
    "AlterEnumStmt",
    "CreateSchemaStmt",
  ].includes(type);
}
