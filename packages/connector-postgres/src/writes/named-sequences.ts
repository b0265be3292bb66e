import type { AnalysisContext } from "../analysis-context.ts";
import { findRelation, qualified } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { parseGrammar } from "../grammar.ts";
import { constant, nameOf, rangeName, walk } from "../tree.ts";

/** Functions that lock the sequence they are given until the transaction ends (lock_and_open_sequence in sequence.c). */
const ON_SEQUENCES = new Set(["nextval", "currval", "setval"]);

/** Sequences that a query names by text, as `nextval('orders_id_seq')` does. */
export function namedSequences(context: AnalysisContext, tree: unknown): { relation: CatalogRelation; use: string }[] {
  const found: { relation: CatalogRelation; use: string }[] = [];
  walk(tree, (type, node) => {
    if (type !== "FuncCall") return;
    const { schema, name } = nameOf(node.funcname);
    if ((schema !== undefined && schema !== "pg_catalog") || !ON_SEQUENCES.has(name)) return;
    const argument = node.args?.[0];
    const text = constant(argument?.TypeCast?.arg ?? argument);
    const parsed = text === undefined ? undefined : parseGrammar(`table ${text}`);
    const range = parsed?.ok ? parsed.statements[0]?.stmt.SelectStmt?.fromClause?.[0]?.RangeVar : undefined;
    const relation = range && findRelation(context.catalog, context.facts, rangeName(range));
    if (relation?.kind === "S") found.push({ relation, use: name });
  });
  return found;
}

/** Locks on them. */
export function lockNamedSequences(context: AnalysisContext, tree: unknown, draft: DraftStatement): void {
  for (const { relation } of namedSequences(context, tree)) draft.locks.add(qualified(relation), "RowExclusiveLock");
}
