import type { RelationSize } from "@interlock/protocol";
import type { AnalysisContext } from "./analysis-context.ts";
import { family, qualified } from "./catalog.ts";
import type { CatalogRelation } from "./catalog-model.ts";
import type { DraftStatement } from "./draft-statement.ts";

/** Longest the sizes of one text may take, in milliseconds: looking at a file waits for whoever has its table to himself. */
const SIZES_MS = 100;

/** `main`: pages of the table itself, which the statistics count rows by; `bytes`: with its TOAST. A table may be gone meanwhile. */
const SIZES = `select o::int8 as oid, pg_relation_size(o::oid) / current_setting('block_size')::int as main, pg_table_size(o::oid) as bytes
from unnest($1::int8[]) as u(o)`;

/** Kinds that store rows of their own. */
const STORED = new Set(["r", "m"]);

/** Says how large everything is that the statements write anew or read from beginning to end. */
export async function describeSizes(context: AnalysisContext, drafts: readonly DraftStatement[]): Promise<void> {
  const names = new Set(drafts.flatMap((draft) => [...draft.rewrites, ...draft.scans]));
  const parts = new Map<string, CatalogRelation[]>();
  for (const name of names) {
    const relation = context.catalog.byName.get(name);
    // What an earlier statement of the text makes is not there yet.
    if (relation) parts.set(name, storedParts(context, relation, names));
  }
  if (parts.size === 0) return;
  const oids = [...new Set([...parts.values()].flat().map(({ oid }) => oid))];
  const asked = await context.session.attempt(SIZES_MS, () => context.session.query(SIZES, [oids]));
  const stored = new Map((asked.ok ? asked.value : []).flatMap((row) => (row.bytes === null ? [] : [[Number(row.oid), row] as const])));
  for (const draft of drafts) {
    const own = [...new Set([...draft.rewrites, ...draft.scans])].flatMap((object) => {
      const members = parts.get(object);
      return members ? [sizeOf(object, members, stored)] : [];
    });
    if (own.length > 0) draft.sizes = own;
  }
}

/** What only inherits is named for itself where it is gone through as well, and so are partitions, as a rule. */
const storedParts = ({ catalog }: AnalysisContext, relation: CatalogRelation, named: ReadonlySet<string>): CatalogRelation[] =>
  (relation.kind === "p" ? family(catalog, relation.oid) : [relation.oid])
    .map((oid) => catalog.relations.get(oid)!)
    .filter((part) => STORED.has(part.kind) && (part === relation || !named.has(qualified(part))));

function sizeOf(object: string, parts: readonly CatalogRelation[], stored: ReadonlyMap<number, Record<string, any>>): RelationSize {
  let rows = 0;
  let bytes = 0;
  let counted = true;
  let measured = true;
  for (const { oid, tuples, pages } of parts) {
    const size = stored.get(oid);
    measured &&= size !== undefined;
    bytes += Number(size?.bytes ?? 0);
    counted &&= tuples >= 0;
    // As the planner does: rows per page by the last ANALYZE, times the pages there are now (table_block_relation_estimate_size in tableam.c).
    rows += size && pages > 0 ? Math.round((tuples / pages) * Number(size.main)) : Math.max(tuples, 0);
  }
  return { object, rows: counted ? { value: rows, kind: "estimate" } : { value: 0, kind: "unknown" }, ...(measured ? { bytes } : {}) };
}
