import type { AnalysisContext } from "../analysis-context.ts";
import { ancestry, family, findRelation } from "../catalog.ts";
import type { CatalogRelation, CatalogTrigger } from "../catalog-model.ts";
import { classify } from "../classify.ts";
import { deleteClosure } from "../closure.ts";
import { parseGrammar } from "../grammar.ts";
import { plpgsqlTree, TRIGGER_SIGNATURE } from "../plpgsql.ts";
import { policed } from "../row-security.ts";
import { tableReferences } from "../table-references.ts";
import { assignedColumnsOfNew, walkTriggerBody, type BodyStatement } from "../trigger-body.ts";
import { pinnedByUniqueKey } from "../trigger-writes.ts";
import type { WriteEvent } from "../triggers.ts";
import { rangeName, unwrap, type Node } from "../tree.ts";
import { columnNames } from "./key-locks.ts";
import { partitionBounds } from "./partition-moves.ts";

/** A statement of a trigger's body of which it can be counted how often it runs. */
export interface FollowedStatement {
  key: string;
  /** Conditions over OLD and NEW under which it runs. */
  under: readonly Node[];
  /** Present for a DELETE or UPDATE of a table that nothing else writes. */
  finds?: FoundByKey;
}

/** A DELETE or UPDATE that finds its rows by a unique key of its table. */
export interface FoundByKey {
  event: "delete" | "update";
  relation: CatalogRelation;
  where: Node;
  /** The columns that decide about its partition and the expressions they equal. */
  pinned: ReadonlyMap<string, Node>;
  /** By OID of the leaf; present where all those columns are pinned. */
  bounds?: ReadonlyMap<number, string>;
}

const EVENTS: Record<string, FoundByKey["event"]> = { DeleteStmt: "delete", UpdateStmt: "update" };

/** Tells the statements of one body apart: the same words may stand under several conditions. */
export const statementKey = ({ text, under }: BodyStatement): string => JSON.stringify([text, under]);

/**
 * Statements of bodies whose conditions ask for the row alone. What those find that write, by a unique key, a table that nothing else in
 * the same statement writes, is there before the first trigger fires.
 */
export async function followedStatements(
  context: AnalysisContext,
  target: CatalogRelation,
  event: Exclude<WriteEvent, "truncate">,
  triggers: readonly CatalogTrigger[],
): Promise<ReadonlyMap<CatalogTrigger, FollowedStatement[]>> {
  const taken = new Set(reachedFrom(context, target.oid));
  const around = context.catalog.triggers.filter(({ table, when }) => taken.has(table) && when !== "instead");
  const bodies = new Map(
    [...new Set([...triggers, ...around])].map((item) => [item, bodyOf(context, item, triggers.includes(item) ? event : "")]),
  );
  const written = writtenTogether(context, [...bodies.values()]);
  const found = new Map<CatalogTrigger, FollowedStatement[]>();
  for (const trigger of triggers) {
    const body = trigger.row && trigger.when === "after" ? bodies.get(trigger) : undefined;
    if (!body || body.changesRow) continue;
    const own: FollowedStatement[] = [];
    for (const statement of body.statements) {
      const under = statement.certainty === "repeated" ? undefined : statement.under?.map(expressionOf);
      if (!under || under.includes(undefined)) continue;
      const finds = foundByKey(context, statement.text);
      const kin = finds ? [...ancestry(context.catalog, finds.relation.oid), ...family(context.catalog, finds.relation.oid)] : [];
      const others = written?.filter((item) => item.text !== statement.text).flatMap(({ tables }) => tables);
      const alone = others && !kin.some((oid) => taken.has(oid) || others.includes(oid) || context.after.earlier.made(oid));
      if (!(finds && alone)) own.push({ key: statementKey(statement), under: under as Node[] });
      else {
        const bounds = finds.relation.kind === "p" ? await boundsOf(context, finds) : undefined;
        own.push({ key: statementKey(statement), under: under as Node[], finds: bounds ? { ...finds, bounds } : finds });
      }
    }
    if (own.length > 0) found.set(trigger, own);
  }
  return found;
}

/** What statements of several bodies write; undefined where one of them may write anything. */
function writtenTogether(
  context: AnalysisContext,
  bodies: readonly (Body | undefined)[],
): { text: string; tables: number[] }[] | undefined {
  const written: { text: string; tables: number[] }[] = [];
  for (const body of bodies)
    for (const { text } of body?.statements ?? []) {
      const tables = writtenBy(context, text);
      if (!tables) return undefined;
      written.push({ text, tables });
    }
  return bodies.includes(undefined) ? undefined : written;
}

/** A table and all that its keys take rows of or change. */
function reachedFrom({ catalog }: AnalysisContext, oid: number): number[] {
  const { deletes, sets } = deleteClosure(catalog, oid);
  const tables = [oid, ...deletes.map(({ table }) => table), ...sets.map(({ key }) => key.child)];
  return tables.flatMap((table) => [...ancestry(catalog, table), ...family(catalog, table)]);
}

interface Body {
  statements: readonly BodyStatement[];
  /** It gives NEW or OLD other values: conditions may ask for those. */
  changesRow: boolean;
}

/** Without an event, what it does at any. Undefined where that cannot be read. */
function bodyOf({ catalog }: AnalysisContext, trigger: CatalogTrigger, event: string): Body | undefined {
  const fn = catalog.functions.get(trigger.function);
  const tree = fn?.language === "plpgsql" ? plpgsqlTree(fn.source, TRIGGER_SIGNATURE) : undefined;
  if (!tree) return undefined;
  const walk = walkTriggerBody(tree, event.toUpperCase(), trigger.arguments);
  if (walk.unknown || walk.statements.some(({ dynamic }) => dynamic)) return undefined;
  return { statements: walk.statements, changesRow: assignedColumnsOfNew(tree)?.size !== 0 };
}

function expressionOf(condition: string): Node | undefined {
  const parsed = parseGrammar(`select ${condition}`);
  const list: Node[] = (parsed.ok && parsed.statements.length === 1 && parsed.statements[0]!.stmt.SelectStmt?.targetList) || [];
  return list.length === 1 ? list[0]!.ResTarget?.val : undefined;
}

/** Tables that a statement of a body and the keys behind it may write; undefined when that cannot be said. */
function writtenBy(context: AnalysisContext, text: string): number[] | undefined {
  const parsed = parseGrammar(text);
  if (!parsed.ok || parsed.statements.length !== 1) return undefined;
  const tree = parsed.statements[0]!.stmt;
  if (context.judge.statement(tree, classify(tree)).ownCode) return undefined;
  const tables: number[] = [];
  for (const { ref, use } of tableReferences(tree)) {
    if (use === "read" || use === "lock") continue;
    const relation = findRelation(context.catalog, context.facts, ref);
    if (!relation || relation.kind === "v" || context.catalog.rules.has(relation.oid)) return undefined;
    tables.push(...reachedFrom(context, relation.oid));
  }
  return tables;
}

function foundByKey(context: AnalysisContext, text: string): FoundByKey | undefined {
  const parsed = parseGrammar(text);
  const [type, body] = (parsed.ok && unwrap(parsed.statements[0]?.stmt)) || [];
  const event = EVENTS[type ?? ""];
  if (!event || !body?.whereClause || body.usingClause || body.fromClause || body.withClause) return undefined;
  const relation = findRelation(context.catalog, context.facts, rangeName(body.relation));
  if (!relation || !["r", "p"].includes(relation.kind) || body.relation.alias || body.relation.inh !== true) return undefined;
  if (policed(context, relation)) return undefined;
  const pinned = pinnedByUniqueKey(context, body, relation);
  return pinned && { event, relation, where: body.whereClause, pinned };
}

/** Where all that decides about the partition is pinned, the plan for those values opens theirs alone. */
async function boundsOf(context: AnalysisContext, one: FoundByKey): Promise<ReadonlyMap<number, string> | undefined> {
  const { catalog } = context;
  const parts = family(catalog, one.relation.oid).map((oid) => catalog.relations.get(oid)!);
  if (parts.some((part) => part.partitionKey.includes(0))) return undefined;
  const deciding = parts.flatMap((part) => columnNames(catalog, part.oid, part.partitionKey));
  return deciding.every((name) => one.pinned.has(name)) ? partitionBounds(context, one.relation) : undefined;
}
