import type { AnalysisContext } from "../analysis-context.ts";
import { findRelation, qualified } from "../catalog.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { kindWord } from "../relation-kind.ts";
import { missing } from "../reads.ts";
import { nameKey, nameOf, type Node } from "../tree.ts";
import { lookUpRelation } from "./named-index.ts";
import { objectAddress } from "./object-address.ts";
import { affect, fails, lock } from "./subject.ts";

const RELATIONS = new Set(["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE", "OBJECT_INDEX"]);
/** Parts of a relation, which is opened to find them (get_object_address_relobject in objectaddress.c). */
const PARTS = new Set(["OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY"]);

/** COMMENT ON and SECURITY LABEL ON: what they name, under the lock get_object_address is asked for; ALTER EXTENSION ADD / DROP alike. */
export async function describeComment(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const effect = draft.effect === "privilege" ? "privilege" : "schema";
  const items: Node[] = body.object?.List?.items ?? [];
  const column = body.objtype === "OBJECT_COLUMN";
  if (column || RELATIONS.has(body.objtype)) {
    const ref = nameOf(column ? items.slice(0, -1) : items);
    const relation = findRelation(context.catalog, context.facts, ref);
    const found = relation ? { name: qualified(relation), kind: relation.kind } : await lookUpRelation(context, ref);
    if (!found) return missing(draft, nameKey(ref));
    draft.locks.add(found.name, "ShareUpdateExclusiveLock");
    const named: string = items.at(-1)?.String?.sval ?? "";
    if (column && relation && !relation.columns.some((item) => item.name === named))
      fails(draft, "42703", `${found.name} has no column "${named}"`);
    return affect(draft, found.name, found.kind === "c" ? "type" : kindWord(found.kind), effect, column ? [named] : []);
  }
  if (PARTS.has(body.objtype)) {
    const relation = findRelation(context.catalog, context.facts, nameOf(items.slice(0, -1)));
    if (relation) lock(context, relation.oid, "AccessShareLock", draft);
  }
  if (body.objtype === "OBJECT_LARGEOBJECT" || body.objtype === "OBJECT_DOMCONSTRAINT")
    return affect(draft, "large object or constraint", "object", effect);
  const address = await objectAddress(context, body.objtype, body.object ?? {}, draft);
  if (address) affect(draft, address.identity, address.type, effect);
}
