import type { AnalysisSession } from "../analysis-pool.ts";
import type { Catalog, CatalogRelation, CatalogRule } from "../catalog-model.ts";
import { parseGrammar } from "../grammar.ts";
import type { Use } from "../table-references.ts";
import type { Node } from "../tree.ts";
import { PRINT_MS } from "../writes/view-path.ts";

/** A rule as it is to be applied. */
export interface Rule {
  name: string;
  /** Nothing of the original statement is left where it applies. */
  instead: boolean;
  where: Node | undefined;
  /** Trees of its actions; none for NOTHING. */
  actions: Node[];
}

/** The RuleStmt of a printed CREATE RULE; undefined when it cannot be read. */
export function ruleOf(definition: string): Node | undefined {
  const parsed = parseGrammar(definition);
  return parsed.ok && parsed.statements.length === 1 ? parsed.statements[0]!.stmt.RuleStmt : undefined;
}

/** Rules that rewrite one way of writing a relation, in the order in which they apply. */
export const rulesOn = (catalog: Catalog, relation: CatalogRelation, use: Use): CatalogRule[] =>
  (catalog.rules.get(relation.oid) ?? []).filter(({ event }) => event === use);

/** Their trees, with names as this session finds them; undefined when one of them cannot be read. */
export async function readRules(session: AnalysisSession, rules: readonly CatalogRule[]): Promise<Rule[] | undefined> {
  const asked = await session.attempt(PRINT_MS, () =>
    session.query("SELECT r.oid::int8 AS oid, pg_get_ruledef(r.oid) AS definition FROM unnest($1::oid[]) AS r(oid)", [
      rules.map(({ oid }) => oid),
    ]),
  );
  if (!asked.ok) return undefined;
  const printed = new Map(asked.value.map((row) => [Number(row.oid), String(row.definition)]));
  const read = rules.map(({ oid, name }): Rule | undefined => {
    const tree = ruleOf(printed.get(oid) ?? "");
    return tree && { name, instead: tree.instead === true, where: tree.whereClause, actions: tree.actions ?? [] };
  });
  return read.every((rule) => rule !== undefined) ? read : undefined;
}
