import { countRows } from "../analysis-context.ts";
import { findRelation, qualified } from "../catalog.ts";
import { missing } from "../reads.ts";
import { quoteIdent } from "../query.ts";
import { nameKey, names, rangeName, walk, type Node } from "../tree.ts";
import {
  children,
  columnFacts,
  constraintFacts,
  isEnforced,
  lockReached,
  notAsked,
  reached,
  scan,
  unproven,
  type Alteration,
} from "./alteration.ts";
import { CLASSES } from "./dependents.ts";
import { takeAway } from "./drop.ts";
import { lockCompared, lockTriggered } from "./key-locks.ts";
import { findIndex } from "./named-index.ts";
import { relationFacts } from "./relation-facts.ts";
import { affect, fails, lock, lockAll, missingColumn, needPartitionKey, withPartitions } from "./subject.ts";
import { holds } from "../versions.data.ts";

const nodes = (list: Node[] | undefined): string[] => (list ?? []).map((item) => item.String?.sval ?? "");

export async function addConstraint(at: Alteration): Promise<void> {
  const { facts, cmd, draft, relation } = at;
  const constraint: Node = cmd.def?.Constraint ?? {};
  if (constraint.conname && constraintFacts(facts, constraint.conname) && !at.released.includes(constraint.conname))
    fails(draft, "42710", `${qualified(relation)} has a constraint "${constraint.conname}" already`);
  switch (constraint.contype) {
    case "CONSTR_CHECK":
      if (!constraint.is_no_inherit || holds("constraintsLockFamily", at.context.catalog.version)) lockReached(at);
      needColumns(at, constraint.raw_expr);
      if (at.only && children(at).length > 0 && !constraint.is_no_inherit)
        fails(draft, "42P16", "The constraint must be added to the tables that inherit, too");
      if (!notAsked(constraint)) scan(at, constraint.is_no_inherit ? [relation.oid] : reached(at));
      return;
    case "CONSTR_NOTNULL": {
      lockReached(at);
      const [column] = nodes(constraint.keys);
      if (column !== undefined && !columnFacts(facts, column) && !at.coming.includes(column))
        fails(draft, "42703", `${qualified(relation)} has no column "${column}"`);
      if (!notAsked(constraint) && column) scan(at, constraint.is_no_inherit ? unproven(at, column).slice(0, 1) : unproven(at, column));
      return;
    }
    case "CONSTR_FOREIGN":
      return addForeignKey(at, constraint, nodes(constraint.fk_attrs), true, isEnforced(constraint));
    case "CONSTR_PRIMARY":
    case "CONSTR_UNIQUE":
    case "CONSTR_EXCLUSION":
      return addKey(at, constraint);
    default:
      draft.incomplete = true;
  }
}

/** Columns an expression names must be there; one added by the same statement is, by then. */
function needColumns(at: Alteration, expression: Node): void {
  walk(expression, (type, body) => {
    if (type === "SubLink") return false;
    const parts = type === "ColumnRef" ? names(body.fields) : [];
    if (
      parts.length === 1 &&
      parts[0] !== "*" &&
      !columnFacts(at.facts, parts[0]) &&
      parts[0] !== at.relation.name &&
      !at.coming.includes(parts[0]!)
    )
      missingColumn(at.draft, at.relation, parts[0]!);
    return undefined;
  });
}

async function addKey(at: Alteration, constraint: Node): Promise<void> {
  const { context, facts, draft, relation } = at;
  const primary = constraint.contype === "CONSTR_PRIMARY";
  // Since 18 a key is first asked for what it adds below.
  if (holds("constraintsLockFamily", context.catalog.version)) lockReached(at);
  const old = facts.indexes.find((index) => index.primary);
  if (primary && old && !at.released.includes(old.name)) fails(draft, "42P16", `${qualified(relation)} has a primary key already`);
  if (constraint.indexname) {
    const index = await findIndex(context, { schema: relation.schema, name: constraint.indexname }, draft, "object");
    if (!index) return;
    // Opened as part of the table while the statement is read, then as what becomes the key.
    draft.locks.add(index.name, "AccessShareLock");
    draft.locks.add(index.name, "ShareUpdateExclusiveLock");
    affect(draft, index.name, "index");
    const columns = facts.indexes.find((item) => item.oid === index.oid)?.columns ?? [];
    const named = facts.columns.filter((column) => columns.includes(column.attnum));
    if (primary)
      scan(
        at,
        named.flatMap((column) => unproven({ ...at, only: true }, column.name)),
      );
    return;
  }
  for (const name of nodes(constraint.keys))
    if (!columnFacts(facts, name) && !at.coming.includes(name)) fails(draft, "42703", `${qualified(relation)} has no column "${name}"`);
  if (constraint.contype === "CONSTR_EXCLUSION" && relation.kind === "p" && !holds("partitionedExclusion", context.catalog.version))
    fails(draft, "0A000", "Exclusion constraints of partitioned tables need PostgreSQL 17");
  if (constraint.contype !== "CONSTR_EXCLUSION") needPartitionKey(context, relation, nodes(constraint.keys), draft);
  const all = at.only ? [relation.oid] : withPartitions(context, relation.oid);
  // A column of a new primary key becomes NOT NULL in all that inherit (18: by constraints of their own).
  if (primary && nodes(constraint.keys).some((name) => !columnFacts(facts, name)?.notNull)) {
    lockReached(at);
    scan(
      at,
      nodes(constraint.keys).flatMap((name) => unproven(at, name)),
    );
  }
  lockAll(context, all, "ShareLock", draft);
  scan(at, all);
}

/** Both sides under ShareRowExclusiveLock, with their partitions; the referring side is read unless that is put off. */
export async function addForeignKey(
  at: Alteration,
  constraint: Node,
  columns: readonly string[],
  hasValues: boolean,
  enforced: boolean,
): Promise<void> {
  const { context, relation, facts, draft } = at;
  const ref = rangeName(constraint.pktable ?? {});
  const parent = findRelation(context.catalog, context.facts, ref);
  if (!parent) return missing(draft, nameKey(ref));
  lockAll(context, withPartitions(context, parent.oid), "ShareRowExclusiveLock", draft);
  // Under a stronger lock of the whole statement it is CreateTrigger that asks for this one.
  const given = (oid: number): boolean =>
    at.mode === "ShareRowExclusiveLock" ||
    holds("keysTriggerDivided", context.catalog.version) ||
    context.catalog.relations.get(oid)?.kind !== "p";
  lockAll(context, withPartitions(context, relation.oid).filter(given), "ShareRowExclusiveLock", draft);
  // Partitions get the lock of the whole statement, whichever of its parts asks for it (addFkRecurseReferencing in tablecmds.c).
  lockAll(context, withPartitions(context, relation.oid), at.mode, draft);
  if (at.cmd.subtype === "AT_AddConstraint")
    for (const name of columns)
      if (!columnFacts(facts, name) && !at.coming.includes(name)) fails(draft, "42703", `${qualified(relation)} has no column "${name}"`);
  if (relation.kind === "p" && constraint.skip_validation && !holds("lateKeysOfPartitioned", context.catalog.version))
    fails(draft, "42809", "A key of a partitioned table cannot be NOT VALID");
  const pk = (await relationFacts(context, [parent.oid])).get(parent.oid);
  const wanted = nodes(constraint.pk_attrs).map((name) => columnFacts(pk!, name)?.attnum ?? -1);
  const fits = pk?.indexes.some((index) =>
    wanted.length === 0
      ? index.primary
      : index.unique &&
        index.valid &&
        !index.partial &&
        !index.expression &&
        wanted.length <= index.columns.length &&
        wanted.every((column) => index.columns.includes(column)),
  );
  if (!fits) fails(draft, wanted.length === 0 ? "42704" : "42830", `${qualified(parent)} has no unique key over these columns`);
  const sides = { child: relation.oid, parent: parent.oid };
  if (enforced) lockTriggered(context, sides, draft);
  if (!hasValues || !enforced || notAsked(constraint)) return;
  lockCompared(context, sides, draft);
  scan(at, withPartitions(context, relation.oid));
}

export async function validateConstraint(at: Alteration): Promise<void> {
  const { context, facts, cmd, draft } = at;
  const constraint = constraintFacts(facts, cmd.name);
  if (!constraint) return fails(draft, "42704", `There is no constraint "${cmd.name}"`);
  if (!constraint.enforced) return fails(draft, "42809", `The constraint "${cmd.name}" is not enforced`);
  if (constraint.validated) return;
  if (constraint.type === "f") {
    lockCompared(context, { child: at.relation.oid, parent: constraint.parent }, draft);
    const own = withPartitions(context, at.relation.oid);
    lockAll(context, own, at.mode, draft);
    return scan(at, own);
  }
  if (at.only && children(at).length > 0 && !constraint.noInherit)
    fails(draft, "42P16", "It must be validated in the tables that inherit, too");
  const all = constraint.noInherit ? [at.relation.oid] : reached(at);
  lockAll(context, all, at.mode, draft);
  scan(
    at,
    all.filter((oid) => !constraintFacts(at.all.get(oid)!, cmd.name)?.validated),
  );
}

export async function dropConstraint(at: Alteration): Promise<void> {
  const { context, facts, cmd, draft, relation, all } = at;
  const constraint = constraintFacts(facts, cmd.name);
  if (!constraint) {
    if (!cmd.missing_ok) fails(draft, "42704", `There is no constraint "${cmd.name}"`);
    return;
  }
  if (constraint.inherited) fails(draft, "42P16", `The constraint "${cmd.name}" is inherited`);
  if (constraint.type === "n" && facts.indexes.some((index) => index.primary && index.columns.includes(constraint.columns[0]!)))
    fails(draft, "42P16", "The column is in a primary key");
  // Checks and NOT NULL are dropped below by name; with ONLY the direct children keep theirs as their own (dropconstraint_internal).
  const inherits = ["c", "n"].includes(constraint.type) && !constraint.noInherit;
  const below = inherits ? (at.only ? children(at) : reached(at).slice(1)) : [];
  lockAll(context, below, at.mode, draft);
  if (constraint.type === "f") lock(context, constraint.parent, "AccessExclusiveLock", draft);
  const roots = [constraint.oid, ...(at.only ? [] : below.flatMap((oid) => constraintFacts(all.get(oid)!, cmd.name)?.oid ?? []))].map(
    (oid) => ({ classid: CLASSES.pg_constraint, oid, sub: 0 }),
  );
  await takeAway(context, roots, cmd.behavior === "DROP_CASCADE", draft);
  if (constraint.type === "n")
    draft.effects.push({
      effect: "schema",
      object: `${cmd.name} on ${qualified(relation)}`,
      kind: "table constraint",
      rows: { value: 0, kind: "exact" },
    });
}

export async function alterConstraint(at: Alteration): Promise<void> {
  const { context, facts, cmd, draft, relation } = at;
  const wanted: Node = cmd.def?.ATAlterConstraint ?? cmd.def?.Constraint ?? {};
  const constraint = constraintFacts(facts, wanted.conname ?? cmd.name ?? "");
  if (!constraint) return fails(draft, "42704", `There is no constraint "${wanted.conname ?? cmd.name}"`);
  if (wanted.alterInheritability && constraint.noInherit === (wanted.noinherit === true)) return;
  if (wanted.alterInheritability) return lockAll(context, children(at), at.mode, draft);
  if (constraint.type !== "f") return fails(draft, "42809", `"${constraint.name}" is no foreign key`);
  lockAll(context, withPartitions(context, relation.oid), at.mode, draft);
  if (!wanted.alterEnforceability || constraint.enforced === (wanted.is_enforced === true)) return;
  // Enforcing makes its triggers and looks at all rows; giving that up drops them (ATExecAlterConstrEnforceability).
  lockAll(context, withPartitions(context, constraint.parent), wanted.is_enforced ? "ShareRowExclusiveLock" : "AccessExclusiveLock", draft);
  if (!wanted.is_enforced) return;
  const sides = { child: relation.oid, parent: constraint.parent };
  lockTriggered(context, sides, draft);
  lockCompared(context, sides, draft);
  const own = withPartitions(context, relation.oid);
  lockAll(context, own, "ShareRowExclusiveLock", draft);
  scan(at, own);
}

/** NOT NULL without a default cannot be added where there are rows. */
export async function fillsNulls(at: Alteration, column: string): Promise<void> {
  const { context, relation, draft } = at;
  if (context.after.writes || relation.kind === "f") return;
  const row = await countRows(context, `select exists(select from ${quoteIdent(relation.schema)}.${quoteIdent(relation.name)}) as some`);
  if (row?.some) fails(draft, "23502", `The rows there are would have NULL in "${column}"`);
}
