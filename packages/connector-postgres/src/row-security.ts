import type { AnalysisContext } from "./analysis-context.ts";
import type { CatalogRelation } from "./catalog-model.ts";
import type { Closure } from "./closure.ts";

/**
 * Whether policies may stand between this role and rows of a table. They do not for a superuser, for who has BYPASSRLS, nor for the owner
 * of a table that does not force them. Through a view (`named`) it is the view's owner that they are asked for.
 */
export const policed = ({ facts }: AnalysisContext, relation: CatalogRelation, named = relation): boolean =>
  relation.rowSecurity && (named !== relation || !facts.unpoliced.has(relation.oid));

/**
 * Whether rows that keys reach may be hidden from this role: a key's own queries run as the owner of the table they write and pass by its
 * policies (RI_Initial_Check and ri_PerformCheck in ri_triggers.c), so what we could count is not what they find.
 */
export function hidesChildren(context: AnalysisContext, closure: Closure): boolean {
  const [, ...others] = closure.deletes.map(({ table }) => table);
  const children = [...others, ...closure.sets.map(({ key }) => key.child), ...closure.blocks.map(({ child }) => child)];
  const [root] = closure.deletes;
  if (root && (root.self.length > 0 || root.via.length > 0)) children.push(root.table);
  return children.some((oid) => isHidden(context, oid));
}

/** As hidesChildren, for one table by its OID. */
export function isHidden(context: AnalysisContext, oid: number): boolean {
  const relation = context.catalog.relations.get(oid);
  return relation === undefined || policed(context, relation);
}
