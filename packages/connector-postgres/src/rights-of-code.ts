import type { AnalysisContext } from "./analysis-context.ts";
import { findRelation, qualified } from "./catalog.ts";
import type { Classification } from "./classification.ts";
import type { DraftStatement } from "./draft-statement.ts";
import type { TableReference } from "./table-references.ts";
import { namedSequences } from "./writes/named-sequences.ts";

/** Any of these rights will do (sequence.c). */
const NEEDED: Record<string, string> = { nextval: "USAGE, UPDATE", currval: "USAGE, SELECT", setval: "UPDATE" };

/**
 * Says beforehand which functions and sequences the role may not use. Planning tells of tables alone: these are asked for when the statement
 * runs. Sequences behind identity columns ask for no right.
 */
export async function foretellCode(
  context: AnalysisContext,
  subject: unknown,
  writes: readonly TableReference[],
  found: Classification,
  draft: DraftStatement,
): Promise<void> {
  const { catalog, session, facts } = context;
  const wanted = namedSequences(context, subject).map(({ relation, use }) => ({ oid: relation.oid, right: NEEDED[use]! }));
  // What triggers and functions write may be done with the rights of somebody else.
  const targets = new Set(writes.map(({ ref }) => findRelation(catalog, facts, ref)?.oid));
  for (const { table, attnum, sequence } of catalog.sequences) {
    const relation = catalog.relations.get(sequence);
    const column = catalog.relations.get(table)?.columns.find((item) => item.attnum === attnum);
    if (!relation || !targets.has(table) || column?.identity) continue;
    const advanced = draft.sideEffects.some((item) => item.kind === "sequence" && item.name === qualified(relation));
    if (advanced) wanted.push({ oid: sequence, right: NEEDED["nextval"]! });
  }
  const called = found.calls.flatMap((ref) => {
    const known = (catalog.functionsByName.get(ref.name) ?? []).filter((fn) => ref.schema === undefined || fn.schema === ref.schema);
    // Of several of one name only the arguments tell which it is.
    return known.length === 1 ? known : [];
  });
  if (wanted.length + called.length === 0) return;
  const rows = await session.query(
    `select c.oid::int8::text as oid, 'r' as kind from unnest($1::int8[], $2::text[]) w (oid, needed) join pg_class c on c.oid = w.oid::oid and c.relkind = 'S'
       where not has_sequence_privilege(c.oid, w.needed)
     union all select p.oid::int8::text, 'f' from pg_proc p where p.oid = any($3::oid[]) and not has_function_privilege(p.oid, 'EXECUTE')`,
    [wanted.map(({ oid }) => oid), wanted.map(({ right }) => right), called.map(({ oid }) => oid)],
  );
  for (const { oid, kind } of rows) {
    const object = kind === "f" ? catalog.functions.get(Number(oid)) : catalog.relations.get(Number(oid));
    if (object) draft.willFail.push({ code: "42501", reason: `${facts.role}: permission denied for ${qualified(object)}` });
  }
}
