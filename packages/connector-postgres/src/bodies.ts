import { strongest, type Rows, type SideEffect } from "@interlock/protocol";
import type { AnalysisContext } from "./analysis-context.ts";
import { qualified } from "./catalog.ts";
import type { CatalogFunction } from "./catalog-model.ts";
import { sqlBodyTrees } from "./classify-body.ts";
import { isDefinition } from "./ddl/definitions.ts";
import type { DraftStatement } from "./draft-statement.ts";
import { parseGrammar } from "./grammar.ts";
import type { Mode } from "./locks.ts";
import { BLOCK_SIGNATURE, plpgsqlTree } from "./plpgsql.ts";
import { deparse } from "./selection.ts";
import { unreadable } from "./syntax.ts";
import { walkTriggerBody, type BodyStatement } from "./trigger-body.ts";
import { bodyWrites } from "./trigger-writes.ts";
import { ONCE } from "./triggers.ts";
import { names, unwrap, walk, type Node } from "./tree.ts";
import { estimated, UNKNOWN } from "./writes/figures.ts";

/** Analyses one statement of a block as if it stood alone. */
export type Analyse = (tree: Node, text: string) => Promise<DraftStatement>;

/**
 * What the bodies of a DO block and of functions that a statement calls write and lock, taken over into the statement. Bodies that cannot
 * be followed leave the statement incomplete, as do figures that nobody can tell before the body runs.
 */
export async function followBodies(
  context: AnalysisContext,
  type: string,
  body: Node,
  draft: DraftStatement,
  analyse: Analyse,
): Promise<void> {
  if (type === "DoStmt") return followBlock(context, body, draft, analyse);
  const calls = draft.sideEffects.filter((item) => item.kind === "function" && item.effect !== "unknown");
  const once = runsOnce(type, body);
  for (const call of calls) {
    const overloads = context.catalog.functionsByName
      .get(call.name.slice(call.name.indexOf(".") + 1))
      ?.filter((fn) => qualified(fn) === call.name);
    // Whoever is named only from inside another function runs as often as that one says.
    const firings: Rows = once.includes(call.name.split(".").at(-1)!) && overloads?.length === 1 ? ONCE : { value: 1, kind: "estimate" };
    for (const fn of overloads ?? []) await followFunction(context, fn, call, firings, draft, analyse);
  }
}

/** Names of functions that a statement calls exactly once: `CALL p()`, `SELECT f()` with nothing beside it. */
function runsOnce(type: string, body: Node): string[] {
  const alone = type === "CallStmt" || (type === "SelectStmt" && !body.fromClause && !body.whereClause && !body.withClause && !body.larg);
  if (!alone) return [];
  const called: string[] = [];
  let branches = false;
  walk(type === "CallStmt" ? { FuncCall: body.funccall } : body.targetList, (inner, node) => {
    if (inner === "FuncCall") called.push(names(node.funcname).at(-1) ?? "");
    if (["CaseExpr", "CoalesceExpr", "BoolExpr", "SubLink"].includes(inner)) branches = true;
  });
  return branches ? [] : called.filter((name, at) => called.indexOf(name) === called.lastIndexOf(name) && at >= 0);
}

function statementsOf(language: string, source: string, signature: string): BodyStatement[] | undefined {
  if (language === "sql")
    return sqlBodyTrees(source)?.map((tree) => ({ text: deparse(tree) ?? "", dynamic: false, certainty: "always" as const }));
  const tree = language === "plpgsql" ? plpgsqlTree(source, signature) : undefined;
  if (!tree) return undefined;
  const walked = walkTriggerBody(tree, "");
  return walked.unknown ? undefined : walked.statements;
}

async function followFunction(
  context: AnalysisContext,
  fn: CatalogFunction,
  call: SideEffect,
  firings: Rows,
  draft: DraftStatement,
  analyse: Analyse,
): Promise<void> {
  const statements = statementsOf(fn.language, fn.sqlBody ?? fn.source, fn.signature);
  const quiet = ["read", "session"].includes(call.effect);
  if (!statements || statements.some(({ dynamic, text }) => dynamic || text === "")) {
    if (!quiet) draft.incomplete = true;
    for (const statement of statements ?? [])
      for (const lock of bodyWrites(context, statement, { firings, rows: firings, transitions: [] }, 0)?.locks ?? [])
        draft.locks.add(lock.object, lock.mode as Mode);
    return;
  }
  // Even where it writes nothing that can be listed, it was followed.
  if (!quiet) call.writes ??= [];
  for (const statement of statements) {
    const tree = treeOf(statement);
    if (tree && isDefinition(unwrap(tree)![0])) {
      takeOver(await analyse(tree, statement.text), statement, draft);
      continue;
    }
    const done = bodyWrites(context, statement, { firings, rows: firings, transitions: [] }, 0);
    if (!done) {
      draft.incomplete = true;
      continue;
    }
    if (done.writes.length > 0) call.writes = [...(call.writes ?? []), ...done.writes];
    else if (!done.complete) draft.incomplete = true;
    draft.sideEffects.push(...done.sideEffects.filter((item) => item.kind !== "function"));
    draft.notes.push(...done.notes);
    for (const lock of done.locks) draft.locks.add(lock.object, lock.mode as Mode);
    if (!done.complete) draft.incomplete = true;
  }
}

async function followBlock(context: AnalysisContext, body: Node, draft: DraftStatement, analyse: Analyse): Promise<void> {
  const option = (name: string): Node | undefined => (body.args ?? []).find((item: Node) => item.DefElem?.defname === name)?.DefElem.arg;
  const source: string | undefined = option("as")?.String?.sval ?? names(option("as")?.List?.items)[0];
  const statements =
    source === undefined ? undefined : statementsOf(option("language")?.String?.sval ?? "plpgsql", source, BLOCK_SIGNATURE);
  if (!statements) {
    draft.incomplete = true;
    return;
  }
  // What stands first in a loop runs after what stands last, too.
  if (statements.some(({ certainty }) => certainty === "repeated")) context.after.earlier.addAnything();
  for (const statement of statements) {
    const tree = treeOf(statement);
    if (!tree || statement.dynamic) draft.incomplete = true;
    if (!tree) continue;
    // A block is read as a whole before any of it runs.
    const unread = statement.dynamic ? [] : unreadable(tree, context.catalog.version);
    draft.willFail.push(...unread.filter((item) => item.code === "42601"));
    const read =
      unwrap(tree)![0] === "SelectStmt" ? bodyWrites(context, statement, { firings: ONCE, rows: ONCE, transitions: [] }, 0) : undefined;
    // What only reads needs no plan of its own; most are conditions and assignments.
    if (read?.complete && read.writes.length === 0 && !read.sideEffects.some((item) => item.kind === "function"))
      for (const lock of read.locks) draft.locks.add(lock.object, lock.mode as Mode);
    else takeOver(await analyse(tree, statement.text), statement, draft);
  }
}

function treeOf({ text }: BodyStatement): Node | undefined {
  const parsed = text === "" ? undefined : parseGrammar(text);
  return parsed?.ok && parsed.statements.length === 1 ? parsed.statements[0]!.stmt : undefined;
}

/** Takes what a statement inside does into the statement around it. Why it might fail depends on variables, and is left out. */
function takeOver(inner: DraftStatement, { certainty }: BodyStatement, draft: DraftStatement): void {
  const seen = <T extends { rows: Rows }>(item: T): T => ({
    ...item,
    rows: certainty === "always" ? item.rows : certainty === "maybe" ? estimated(item.rows) : UNKNOWN,
  });
  draft.effects.push(...inner.effects.map(seen));
  draft.cascades.push(...inner.cascades.map(seen));
  const known = new Set(inner.sideEffects.filter((item) => item.kind === "function").map((item) => item.name));
  draft.sideEffects = [
    ...draft.sideEffects.filter((item) => item.kind !== "function" || !known.has(item.name)),
    ...inner.sideEffects.map((item) => (item.writes ? { ...item, writes: item.writes.map(seen) } : item)),
  ];
  draft.rewrites = [...new Set([...draft.rewrites, ...inner.rewrites])];
  draft.scans = [...new Set([...draft.scans, ...inner.scans])];
  draft.notes.push(...inner.notes);
  for (const lock of inner.locks.list()) draft.locks.add(lock.object, lock.mode as Mode);
  draft.effect = strongest([draft.effect, inner.effect]);
  if (inner.incomplete || certainty === "repeated") draft.incomplete = true;
}
