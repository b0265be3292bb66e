import { sumRows, type Rows } from "@interlock/protocol";
import { COUNT_CAP, countRows, type AnalysisContext } from "../analysis-context.ts";
import { ancestry, family, findRelation, qualified } from "../catalog.ts";
import type { CatalogRelation, ForeignKey } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { quoteIdent } from "../query.ts";
import { missing } from "../reads.ts";
import { kindWord } from "../relation-kind.ts";
import { addForecast, forecastTriggers } from "../triggers.ts";
import { nameKey, rangeName, type Node } from "../tree.ts";
import { relationFacts } from "./relation-facts.ts";
import { lockSequences } from "./sequences.ts";
import { fails, holdingRows, lockAll, withPartitions } from "./subject.ts";
import { holds } from "../versions.data.ts";
import { policed } from "../row-security.ts";

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
    const whole = item.RangeVar.inh === true;
    if (!"rpf".includes(relation.kind)) fails(draft, "42809", `${qualified(relation)} is a ${kindWord(relation.kind)}`);
    if (!whole && relation.kind === "p") fails(draft, "42809", `${qualified(relation)} holds no rows of its own; its partitions do`);
    const rows = await emptied(context, whole ? family(catalog, relation.oid) : [relation.oid], tables);
    if (rows === undefined) continue;
    draft.effects.push({
      effect: "delete",
      object: qualified(relation),
      kind: "table",
      rows: rows.kind === "unknown" || !whole ? rows : { ...rows, fraction: 1 },
    });
    addTriggers(context, relation, draft);
  }
  const referring = closureOf(context, tables);
  const direct = cascade ? [] : await refusing(context, tables, referring);
  if (direct.length > 0) fails(draft, "0A000", `${direct.join(", ")} refer to it; TRUNCATE needs them, too, or CASCADE`);
  for (const step of cascade ? referring : []) {
    const relation = catalog.relations.get(step.table)!;
    const rows = await emptied(context, withPartitions(context, step.table), tables);
    if (rows === undefined) continue;
    draft.cascades.push({ object: qualified(relation), effect: "delete", rows, via: step.keys.map((key) => key.name), depth: step.depth });
    addTriggers(context, relation, draft);
  }
  lockAll(context, tables, "AccessExclusiveLock", draft);
  // Each gets new, empty indexes (reindex_relation in index.c).
  for (const name of holdingRows(context, [...tables])) draft.locks.add(name, "ShareLock");
  if (!holds("boundsReadLate", catalog.version))
    for (const oid of tables)
      if (catalog.relations.get(oid)?.partition) lockAll(context, ancestry(catalog, oid).slice(1), "AccessShareLock", draft);
  if (body.restart_seqs) await restart(context, tables, draft);
}

/** Tables whose keys forbid it. The server asks only of tables that have triggers, which keys that are not enforced do not make (18). */
async function refusing(context: AnalysisContext, tables: ReadonlySet<number>, referring: readonly Step[]): Promise<string[]> {
  const near = referring.filter((step) => step.depth === 1);
  if (near.length === 0) return [];
  const facts = await relationFacts(context, [...tables]);
  const asked = [...facts.values()].some((item) => item.triggers.length > 0 || item.kind === "p");
  return asked ? near.map((step) => qualified(context.catalog.relations.get(step.table)!)) : [];
}

/** Rows of those tables that are not emptied yet, which they are from here on; undefined when there is none left. */
async function emptied(context: AnalysisContext, oids: readonly number[], tables: Set<number>): Promise<Rows | undefined> {
  const fresh = oids.filter((oid) => !tables.has(oid));
  for (const oid of fresh) tables.add(oid);
  if (fresh.length === 0) return undefined;
  const root = context.catalog.relations.get(oids[0]!)!;
  if (fresh.length === oids.length && oids.length === family(context.catalog, root.oid).length) return wholeTable(context, root);
  const parts: Rows[] = [];
  for (const oid of fresh) {
    const relation = context.catalog.relations.get(oid)!;
    if (relation.kind !== "p") parts.push(await wholeTable(context, relation, true));
  }
  return sumRows(parts);
}

/** Only sequences that belong to a column start anew, and nobody else may take a number meanwhile (ExecuteTruncateGuts in tablecmds.c). */
async function restart(context: AnalysisContext, tables: ReadonlySet<number>, draft: DraftStatement): Promise<void> {
  for (const facts of (await relationFacts(context, [...tables])).values()) {
    for (const { oid } of facts.sequences) {
      const sequence = context.catalog.relations.get(oid);
      if (!sequence) continue;
      lockSequences(context, [oid], "AccessExclusiveLock", draft);
      draft.sideEffects.push({ kind: "sequence", name: qualified(sequence), effect: "modify" });
    }
  }
}

interface Step {
  table: number;
  keys: ForeignKey[];
  depth: number;
}

/**
 * Tables outside the set whose keys point into it, level by level (heap_truncate_find_FKs in heap.c). A key to a partitioned table points
 * to each of its partitions as well; of what refers, partitions go along, and tables that merely inherit do not.
 */
function closureOf(context: AnalysisContext, tables: ReadonlySet<number>): Step[] {
  const { catalog } = context;
  const steps = new Map<number, Step>();
  const emptied = new Set(tables);
  let level = new Set(tables);
  for (let depth = 1; level.size > 0; depth++) {
    const next = new Set<number>();
    const above = new Set(
      [...level].flatMap((oid) => ancestry(catalog, oid).filter((item) => item === oid || catalog.relations.get(item)?.kind === "p")),
    );
    for (const key of catalog.foreignKeys) {
      if (!above.has(key.parent) || tables.has(key.child)) continue;
      const known = steps.get(key.child);
      if (known) known.keys.push(key);
      else {
        steps.set(key.child, { table: key.child, keys: [key], depth });
        for (const oid of withPartitions(context, key.child)) if (!emptied.has(oid)) next.add(oid);
      }
    }
    for (const oid of next) emptied.add(oid);
    level = next;
  }
  return [...steps.values()];
}

/** Every row of a table: counted when time allows, else by the server's statistics. */
export async function wholeTable(context: AnalysisContext, relation: CatalogRelation, only = false): Promise<Rows> {
  if (context.exact && !context.after.writes && !policed(context, relation) && relation.kind !== "f") {
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
  addForecast(draft, forecastTriggers(context, relation.oid, "truncate", { value: 1, kind: "exact" }));
}
