import type { AnalysisContext } from "../analysis-context.ts";
import { family, qualified } from "../catalog.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { missing } from "../reads.ts";
import { nameKey, type NameRef, type Node } from "../tree.ts";
import { typeChange } from "./column-type.ts";
import { lookUpRelation } from "./named-index.ts";
import { relationFacts } from "./relation-facts.ts";
import { affect, fails, lockAll, writeAnew } from "./subject.ts";

/** Tables made OF a composite type, and whether a column anywhere holds values of it. */
const USES = `
select (select coalesce(json_agg(c.oid::int8), '[]') from pg_class c where c.reloftype = t.reltype) as typed,
  exists (select from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type y on y.oid = a.atttypid
    where c.relkind in ('r', 'p', 'm', 'f') and not a.attisdropped and t.reltype in (y.oid, y.typelem)) as stored
from pg_class t where t.oid = $1`;

/** ALTER TYPE … ATTRIBUTE: the type is shut like a table; tables made of it follow with CASCADE, and forbid it otherwise. */
export async function alterComposite(context: AnalysisContext, ref: NameRef, cmds: readonly Node[], draft: DraftStatement): Promise<void> {
  const type = await composite(context, ref, draft);
  if (!type) return;
  const [uses] = await context.session.query(USES, [type.oid]);
  for (const cmd of cmds) {
    if (cmd.subtype === "AT_ChangeOwner") continue;
    affect(draft, type.name, "type", "schema", [cmd.name ?? cmd.def?.ColumnDef?.colname]);
    await followTyped(context, uses!.typed, cmd.behavior === "DROP_CASCADE", [cmd.name ?? cmd.def?.ColumnDef?.colname], draft);
    if (cmd.subtype !== "AT_AlterColumnType") continue;
    if (uses!.stored) fails(draft, "0A000", "A column holds values of the type");
    const facts = await relationFacts(context, uses!.typed);
    for (const [oid, table] of facts) {
      const column = table.columns.find((item) => item.name === cmd.name);
      const changed = column && (await typeChange(context, column, cmd.def?.ColumnDef ?? {}));
      if (changed && changed.change !== "free") writeAnew(context, family(context.catalog, oid), draft);
    }
  }
}

/** The composite type of a name, shut and noted; undefined and said when there is none. */
export async function composite(context: AnalysisContext, ref: NameRef, draft: DraftStatement) {
  const type = await lookUpRelation(context, ref);
  if (!type) {
    missing(draft, nameKey(ref));
    return undefined;
  }
  if (type.kind !== "c") {
    fails(draft, "42809", `${type.name} is no composite type`);
    return undefined;
  }
  draft.locks.add(type.name, "AccessExclusiveLock");
  affect(draft, type.name, "type");
  return type;
}

/** RENAME ATTRIBUTE reaches tables made of the type, too. */
export async function renameAttribute(
  context: AnalysisContext,
  ref: NameRef,
  name: string,
  cascade: boolean,
  draft: DraftStatement,
): Promise<void> {
  const type = await composite(context, ref, draft);
  if (!type) return;
  const [uses] = await context.session.query(USES, [type.oid]);
  await followTyped(context, uses!.typed, cascade, [name], draft);
}

async function followTyped(
  context: AnalysisContext,
  typed: number[],
  cascade: boolean,
  columns: readonly string[],
  draft: DraftStatement,
): Promise<void> {
  for (const oid of typed) {
    const table = context.catalog.relations.get(oid);
    if (!table) continue;
    if (!cascade) fails(draft, "2BP01", `${qualified(table)} is made of the type`);
    affect(draft, qualified(table), "table", "schema", columns);
    lockAll(context, family(context.catalog, oid), "AccessExclusiveLock", draft);
  }
}
