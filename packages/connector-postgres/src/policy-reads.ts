import type { AnalysisContext } from "./analysis-context.ts";
import { findRelation } from "./catalog.ts";
import type { Catalog, CatalogRelation, Policy } from "./catalog-model.ts";
import type { DraftStatement } from "./draft-statement.ts";
import { parseGrammar } from "./grammar.ts";
import { lockRead } from "./reads.ts";
import { tableReferences, type TableReference } from "./table-references.ts";
import { walk } from "./tree.ts";

/** What row security reads besides the rows it guards: a policy may ask other tables (rewrite/rowsecurity.c). */
export function lockPolicies(context: AnalysisContext, references: readonly TableReference[], draft: DraftStatement): void {
  for (const reference of references) {
    const named = findRelation(context.catalog, context.facts, reference.ref);
    const commands = commandsOf(reference);
    for (const relation of named ? guarded(context.catalog, named) : [])
      for (const policy of context.catalog.policies.get(relation.oid) ?? []) {
        if (!policy.applies || !(policy.command === "*" || commands.includes(policy.command))) continue;
        for (const expression of policy.expressions) lockExpression(context, expression, draft);
      }
  }
}

/** The tables whose policies hold for this role: behind a view only where that asks with its user's rights. */
function guarded(catalog: Catalog, relation: CatalogRelation, seen = new Set<number>()): CatalogRelation[] {
  if (relation.kind !== "v") return relation.rowSecurity ? [relation] : [];
  if (!relation.invoker || seen.has(relation.oid)) return [];
  seen.add(relation.oid);
  return (catalog.relationReach.get(relation.oid) ?? []).flatMap((oid) => {
    const below = catalog.relations.get(oid);
    return below ? guarded(catalog, below, seen) : [];
  });
}

function lockExpression(context: AnalysisContext, expression: string, draft: DraftStatement): void {
  const parsed = parseGrammar(`select ${expression}`);
  const trees = parsed.ok ? parsed.statements.map(({ stmt }) => stmt) : [];
  for (const { ref } of tableReferences(trees)) {
    const relation = findRelation(context.catalog, context.facts, ref);
    if (relation) lockRead(context, relation, "AccessShareLock", false, draft);
  }
}

/** Commands whose policies a use of a table is held to. A write that looks at rows, in its conditions, values or answer, is held to the policies of SELECT as well. */
export function commandsOf({ use, statement }: Pick<TableReference, "use" | "statement">): Policy["command"][] {
  if (use === "read") return ["r"];
  if (use === "lock") return ["r", "w"];
  if (use === "merge") return ["r", "a", "w", "d"];
  const own: Policy["command"][] =
    use === "insert" ? (statement?.onConflictClause ? ["a", "w", "r"] : ["a"]) : use === "update" ? ["w"] : ["d"];
  let looks = Boolean(statement?.whereClause ?? statement?.returningList ?? statement?.returningClause);
  if (use === "update")
    walk(statement?.targetList, (type) => {
      if (type === "ColumnRef") looks = true;
    });
  return looks ? [...own, "r"] : own;
}
