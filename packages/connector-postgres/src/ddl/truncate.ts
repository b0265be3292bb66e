import type { Rows } from "@interlock/protocol";
import { COUNT_CAP, countRows, type AnalysisContext } from "../analysis-context.ts";
import { family, findRelation, qualified } from "../catalog.ts";
import type { CatalogRelation, ForeignKey } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { relationFacts } from "./relation-facts.ts";
import { quoteIdent } from "../query.ts";
import { missing } from "../reads.ts";
import { forecastTriggers } from "../triggers.ts";
import { nameKey, rangeName, type Node } from "../tree.ts";

/** TRUNCATE: every row of the tables, of what inherits from them, and with CASCADE of all that refer to them. */
export async function describeTruncate(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const { catalog, facts } = context;
  const cascade = body.behavior === "DROP_CASCADE";
  const tables = new Set<number>();
  for (const item of body.relations ?? []) {
    const relation = findRelation(catalog, facts, rangeName(item.RangeVar));
    if (!relation) {
      missing(draft, nameKey(rangeName(item.RangeVar)));
      continue;
    }
    for (const oid of item.RangeVar.inh === true ? family(catalog, relation.oid) : [relation.oid]) tables.add(oid);
    const rows = await wholeTable(context, relation);
    draft.effects.push({
      effect: "delete",
      object: qualified(relation),
      kind: "table",
      rows: rows.kind === "unknown" ? rows : { ...rows, fraction: 1 },
    });
    addTriggers(context, relation, draft);
  }
  const referring = closureOf(context, tables);
  if (!cascade && referring.length > 0) {
    const keys = referring.filter((step) => step.depth === 1);
    draft.willFail.push({
      code: "0A000",
      reason: `${keys.map((step) => qualified(catalog.relations.get(step.table)!)).join(", ")} refer to it; TRUNCATE needs them, too, or CASCADE`,
    });
  }
  for (const step of cascade ? referring : []) {
    const relation = catalog.relations.get(step.table)!;
    const rows = await wholeTable(context, relation);
    draft.cascades.push({ object: qualified(relation), effect: "delete", rows, via: step.keys.map((key) => key.name), depth: step.depth });
    for (const oid of family(catalog, step.table)) tables.add(oid);
    addTriggers(context, relation, draft);
  }
  for (const oid of tables) draft.locks.add(qualified(catalog.relations.get(oid)!), "AccessExclusiveLock");
  if (!body.restart_seqs) return;
  // Only sequences that belong to a column start anew, and nobody else may take a number meanwhile (ExecuteTruncateGuts in tablecmds.c).
  for (const facts of (await relationFacts(context, [...tables])).values()) {
    for (const { oid } of facts.sequences) {
      const sequence = catalog.relations.get(oid);
      if (!sequence) continue;
      draft.locks.add(qualified(sequence), "AccessExclusiveLock");
      draft.sideEffects.push({ kind: "sequence", name: qualified(sequence), effect: "modify" });
    }
  }
}

interface Step {
  table: number;
  keys: ForeignKey[];
  depth: number;
}

/** Tables outside the set whose keys point into it, level by level. */
function closureOf({ catalog }: AnalysisContext, tables: ReadonlySet<number>): Step[] {
  const steps = new Map<number, Step>();
  let level = new Set(tables);
  for (let depth = 1; level.size > 0; depth++) {
    const next = new Set<number>();
    for (const key of catalog.foreignKeys) {
      if (!level.has(key.parent) || tables.has(key.child)) continue;
      const known = steps.get(key.child);
      if (known) known.keys.push(key);
      else {
        steps.set(key.child, { table: key.child, keys: [key], depth });
        for (const oid of family(catalog, key.child)) next.add(oid);
      }
    }
    level = next;
  }
  return [...steps.values()];
}

/** Every row of a table: counted when time allows, else by the server's statistics. */
export async function wholeTable(context: AnalysisContext, relation: CatalogRelation, only = false): Promise<Rows> {
  if (context.exact && !context.after.writes && !relation.rowSecurity && relation.kind !== "f") {
    const from = `${only ? "ONLY " : ""}${quoteIdent(relation.schema)}.${quoteIdent(relation.name)}`;
    const row = await countRows(context, `SELECT count(*) AS n FROM (SELECT 1 FROM ${from} LIMIT ${COUNT_CAP + 1}) q`);
    if (row) return Number(row.n) > COUNT_CAP ? { value: COUNT_CAP, kind: "capped" } : { value: Number(row.n), kind: "exact" };
  }
  const tuples = (only ? [relation.oid] : family(context.catalog, relation.oid))
    .map((oid) => context.catalog.relations.get(oid)!)
    .filter((item) => item.kind !== "p");
  if (tuples.some((item) => item.tuples < 0)) return { value: 0, kind: "unknown" };
  return { value: Math.round(tuples.reduce((sum, item) => sum + item.tuples, 0)), kind: "estimate" };
}

function addTriggers(context: AnalysisContext, relation: CatalogRelation, draft: DraftStatement): void {
  const forecast = forecastTriggers(context, relation.oid, "truncate", { value: 1, kind: "exact" });
  draft.sideEffects.push(...forecast.sideEffects);
  draft.willFail.push(...forecast.willFail);
  draft.notes.push(...forecast.notes);
  if (!forecast.complete) draft.incomplete = true;
}
