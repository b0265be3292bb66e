import type { AnalysisContext } from "../analysis-context.ts";
import { findRelation, qualified } from "../catalog.ts";
import type { DraftStatement } from "../draft-statement.ts";
import type { Mode } from "../locks.ts";
import { missing } from "../reads.ts";
import { nameKey, names, type Node } from "../tree.ts";
import { make } from "./create-table.ts";
import { affectRelation, columnOf, fails, lock, missingColumn, subject } from "./subject.ts";

export async function describeCreateSequence(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  if (await make(context, body.sequence, "sequence", body.if_not_exists === true, draft)) ownedBy(context, body, draft);
}

/** ALTER SEQUENCE holds up everybody who takes numbers from it. */
export async function describeAlterSequence(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const sequence = subject(context, body.sequence, draft, body.missing_ok === true);
  if (!sequence) return;
  if (sequence.kind !== "S") return fails(draft, "42809", `${qualified(sequence)} is no sequence`);
  affectRelation(draft, sequence);
  lockSequences(context, [sequence.oid], "ShareRowExclusiveLock", draft);
  ownedBy(context, body, draft);
}

/** Whatever changes a sequence opens it like nextval does first (init_sequence in sequence.c). */
export function lockSequences(context: AnalysisContext, oids: Iterable<number>, mode: Mode, draft: DraftStatement): void {
  for (const oid of oids) {
    lock(context, oid, "RowExclusiveLock", draft);
    lock(context, oid, mode, draft);
  }
}

function ownedBy(context: AnalysisContext, body: Node, draft: DraftStatement): void {
  const list = (body.options ?? []).find((item: Node) => item.DefElem?.defname === "owned_by")?.DefElem.arg?.List?.items;
  const parts = names(list);
  if (parts.length < 2) return;
  const [column, name, schema] = parts.toReversed();
  const ref = schema === undefined ? { name: name! } : { schema, name: name! };
  const table = findRelation(context.catalog, context.facts, ref);
  if (!table) return missing(draft, nameKey(ref));
  if (!columnOf(table, column!)) missingColumn(draft, table, column!);
  lock(context, table.oid, "AccessShareLock", draft);
}
