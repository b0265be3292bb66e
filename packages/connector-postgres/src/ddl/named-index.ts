import type { AnalysisContext } from "../analysis-context.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { quoteIdent } from "../query.ts";
import { nameKey, type NameRef } from "../tree.ts";
import { missing } from "../reads.ts";
import { fails } from "./subject.ts";

export interface NamedIndex {
  oid: number;
  /** `schema.name`. */
  name: string;
  table: number;
  /** Over all partitions. */
  partitioned: boolean;
}

const INDEX = `select c.oid::int8::text as oid, n.nspname || '.' || c.relname as name, c.relkind::text as kind, i.indrelid::int8::text as "table"
  from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_index i on i.indexrelid = c.oid where c.oid = to_regclass($1)`;

/** Any relation of a name, found as the session finds it: indexes and composite types are not in the shared catalogue. */
export async function lookUpRelation(
  { session }: AnalysisContext,
  ref: NameRef,
): Promise<{ oid: number; name: string; kind: string; table: number } | undefined> {
  const [row] = await session.query(INDEX, [(ref.schema ? `${quoteIdent(ref.schema)}.` : "") + quoteIdent(ref.name)]);
  return row && { oid: Number(row.oid), name: row.name, kind: row.kind, table: Number(row.table ?? 0) };
}

/** `absent` says how a missing one is told: as a relation, or as an object (SQLSTATE 42704) by statements that ask for an index. */
export async function findIndex(
  context: AnalysisContext,
  ref: NameRef,
  draft: DraftStatement,
  absent: "relation" | "object" | "fine" = "relation",
): Promise<NamedIndex | undefined> {
  const found = await lookUpRelation(context, ref);
  if (!found) {
    if (absent === "relation") missing(draft, nameKey(ref));
    if (absent === "object") fails(draft, "42704", `There is no index "${nameKey(ref)}"`);
    return undefined;
  }
  if (found.kind !== "i" && found.kind !== "I") {
    fails(draft, "42809", `${found.name} is no index`);
    return undefined;
  }
  return { oid: found.oid, name: found.name, table: found.table, partitioned: found.kind === "I" };
}
