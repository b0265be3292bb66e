import type { Rows } from "@interlock/protocol";
import type { AnalysisContext } from "./analysis-context.ts";
import { findRelation, qualified } from "./catalog.ts";
import type { CatalogRelation } from "./catalog-model.ts";
import type { DraftStatement } from "./draft-statement.ts";
import { lockPolicies } from "./policy-reads.ts";
import { missing } from "./reads.ts";
import { kindWord } from "./relation-kind.ts";
import { addForecast, forecastTriggers } from "./triggers.ts";
import { names, rangeName, unwrap, type Node } from "./tree.ts";
import { holds } from "./versions.data.ts";
import { lockParents } from "./writes/key-locks.ts";
import { describeSequences } from "./writes/sequences.ts";
import { lockBounds, lockParts } from "./writes/target-locks.ts";

/** COPY names its table beside any query; how many rows a file brings is not known. */
export function describeCopy(context: AnalysisContext, tree: Node, draft: DraftStatement): void {
  const [type, body] = unwrap(tree)!;
  if (type !== "CopyStmt" || !body.relation) return;
  const relation = findRelation(context.catalog, context.facts, rangeName(body.relation));
  if (!relation) return missing(draft, body.relation.relname);
  foretellCopy(context, relation, body, draft);
  const rows: Rows = { value: 0, kind: "unknown" };
  draft.effects.push({ effect: body.is_from ? "append" : "read", object: qualified(relation), kind: kindWord(relation.kind), rows });
  draft.locks.add(qualified(relation), body.is_from ? "RowExclusiveLock" : "AccessShareLock");
  if (!body.is_from)
    return lockPolicies(context, [{ ref: rangeName(body.relation), use: "read", alias: relation.name, only: false }], draft);
  addForecast(draft, forecastTriggers(context, relation.oid, "insert", rows));
  lockParts(context, relation, ["insert"], "all", undefined, draft);
  lockBounds(context, relation, rows, draft);
  lockParents(context, relation, undefined, rows, draft);
  describeSequences(context, relation, names((body.attlist ?? []) as Node[]), rows, draft);
  draft.incomplete = true;
}

/** COPY … TO takes rows from what stores them itself, and only columns that are there (BeginCopyTo in copyto.c). */
function foretellCopy({ catalog }: AnalysisContext, relation: CatalogRelation, body: Node, draft: DraftStatement): void {
  const stores = relation.kind === "r" || (relation.kind === "m" && holds("copiesMaterializedViews", catalog.version));
  if (!body.is_from && !stores)
    draft.willFail.push({ code: "42809", reason: `${qualified(relation)} is a ${kindWord(relation.kind)}: copy from a query of it` });
  for (const name of names(body.attlist ?? [])) {
    const column = relation.columns.find((item) => item.name === name);
    if (!column) draft.willFail.push({ code: "42703", reason: `${qualified(relation)} has no column "${name}"` });
    else if (column.generated) draft.willFail.push({ code: "42P10", reason: `"${name}" is a generated column` });
  }
}
