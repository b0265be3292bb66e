import type { AnalysisContext } from "../analysis-context.ts";
import { family } from "../catalog.ts";
import type { DraftStatement } from "../draft-statement.ts";
import type { Node } from "../tree.ts";
import { objectAddress } from "./object-address.ts";
import { affect, affectRelation, lockAll, subject } from "./subject.ts";

/** CREATE and ALTER PUBLICATION hold the tables they name against other definitions (OpenTableList in publicationcmds.c). */
export async function describePublication(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const altering =
    body.action !== undefined || (body.pubobjects === undefined && body.for_all_tables === undefined && body.options !== undefined);
  affect(draft, body.pubname, "publication", draft.effect === "privilege" ? "privilege" : "schema");
  for (const item of body.pubobjects ?? []) {
    const range: Node | undefined = item.PublicationObjSpec?.pubtable?.relation;
    const relation = range && subject(context, range, draft);
    if (!relation) continue;
    affectRelation(draft, relation);
    // What inherits is published, too; partitions are by themselves.
    lockAll(
      context,
      range.inh === true && relation.kind !== "p" ? family(context.catalog, relation.oid) : [relation.oid],
      "ShareUpdateExclusiveLock",
      draft,
    );
  }
  if (!altering) return;
  const address = await objectAddress(context, "OBJECT_PUBLICATION", { String: { sval: body.pubname } }, draft);
  if (body.action !== "AP_SetObjects") return;
  const rows = await context.session.query("select prrelid::int8::text as oid from pg_publication_rel where prpubid = $1", [
    address?.oid ?? 0,
  ]);
  lockAll(
    context,
    rows.map((row) => Number(row.oid)),
    "ShareUpdateExclusiveLock",
    draft,
  );
}
