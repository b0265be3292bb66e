import { family, qualified } from "../catalog.ts";
import { nameOf, type Node } from "../tree.ts";
import { rewrite, type Alteration } from "./alteration.ts";
import { findIndex, lookUpRelation } from "./named-index.ts";
import { relationFacts } from "./relation-facts.ts";
import { lockSequences } from "./sequences.ts";
import { addTo, fails, holdingRows, lockAll } from "./subject.ts";
import { holds } from "../versions.data.ts";

const ownedSequences = (at: Alteration): number[] => at.facts.sequences.map((sequence) => sequence.oid);

/** The role a RoleSpec stands for. */
export const roleName = (spec: Node | undefined, current: string): string =>
  spec?.roletype === "ROLESPEC_CSTRING" || spec?.rolename ? (spec.rolename ?? "") : current;

/** Sequences that belong to the table change hands with it (ATExecChangeOwner); nothing happens when it is the owner's already. */
export async function changeOwner(at: Alteration): Promise<void> {
  const role = roleName(at.cmd.newowner, at.context.facts.role);
  const [known] = await at.context.session.query("select from pg_roles where rolname = $1", [role]);
  if (!known) return fails(at.draft, "42704", `There is no role "${role}"`);
  if (role !== at.facts.owner) lockAll(at.context, ownedSequences(at), "AccessExclusiveLock", at.draft);
}

export async function clusterOn(at: Alteration): Promise<void> {
  const index = await findIndex(at.context, { schema: at.relation.schema, name: at.cmd.name }, at.draft, "object");
  if (index) at.draft.locks.add(index.name, "ShareUpdateExclusiveLock");
}

/** SET LOGGED / UNLOGGED writes the table anew, with the sequences that belong to it; nothing when it is so already. */
export async function setPersistence(at: Alteration): Promise<void> {
  const { facts, relation, draft, context } = at;
  if (relation.kind === "p" && holds("partitionedPersistenceRefused", context.catalog.version))
    return fails(draft, "42809", `${qualified(relation)} stores nothing itself; its partitions do`);
  if (relation.kind === "S" && !holds("unloggedSequences", context.catalog.version))
    return fails(draft, "42809", `${qualified(relation)} is a sequence: before PostgreSQL 15 it cannot be unlogged`);
  const wanted = at.cmd.subtype === "AT_SetLogged" ? "p" : "u";
  if (facts.persistence === wanted) return;
  if (relation.kind === "S") lockSequences(context, [relation.oid], "AccessExclusiveLock", draft);
  if (facts.persistence === "t") return fails(draft, "42P16", "A temporary table has no log");
  const [published] = await context.session.query("select from pg_publication_rel where prrelid = $1", [relation.oid]);
  if (published && wanted === "u") fails(draft, "55000", `${qualified(relation)} is part of a publication`);
  // A lasting table may not refer to one that does not last (ATPrepChangePersistence).
  const others =
    wanted === "u"
      ? facts.referencing.map((key) => key.child)
      : facts.constraints.filter((item) => item.type === "f").map((key) => key.parent);
  const [bad] = await context.session.query(
    "select oid::regclass::text as name from pg_class where oid = any($1::oid[]) and oid <> $2 and relpersistence <> $3 limit 1",
    [others, relation.oid, wanted],
  );
  if (bad) fails(draft, "42P16", `${bad.name} is joined to it by a foreign key and would last otherwise`);
  if (relation.kind === "p") return;
  rewrite(at, [relation.oid]);
  // Sequences follow their table since 15 (SequenceChangePersistence).
  if (holds("sequencePersistence", context.catalog.version)) lockSequences(context, ownedSequences(at), "AccessExclusiveLock", draft);
}

export async function setAccessMethod(at: Alteration): Promise<void> {
  const wanted: string | undefined = at.cmd.name;
  const [row] = await at.context.session.query(
    "select coalesce($1, current_setting('default_table_access_method')) as wanted, exists (select from pg_am where amname = coalesce($1, current_setting('default_table_access_method'))) as known",
    [wanted ?? null],
  );
  if (!row!.known) return fails(at.draft, "42704", `There is no access method "${row!.wanted}"`);
  if (at.relation.kind === "p" && !holds("partitionedAccessMethod", at.context.catalog.version))
    return fails(at.draft, "42809", `${qualified(at.relation)} stores nothing itself; its partitions do`);
  if (at.relation.kind !== "p" && row!.wanted !== at.facts.accessMethod) rewrite(at, [at.relation.oid]);
}

export async function setTablespace(at: Alteration): Promise<void> {
  const [known] = await at.context.session.query("select from pg_tablespace where spcname = $1", [at.cmd.name]);
  if (!known) return fails(at.draft, "42704", `There is no tablespace "${at.cmd.name}"`);
  // The file is copied as it is (ATExecSetTableSpace).
  if (at.cmd.name !== at.facts.tablespace) addTo(at.draft.rewrites, holdingRows(at.context, [at.relation.oid]));
}

export async function addOf(at: Alteration): Promise<void> {
  const type = await lookUpRelation(at.context, nameOf(at.cmd.def?.TypeName?.names));
  if (!type || type.kind !== "c") return fails(at.draft, "42704", "There is no such composite type");
  at.draft.locks.add(type.name, "AccessShareLock");
  const wanted = (await relationFacts(at.context, [type.oid])).get(type.oid)?.columns ?? [];
  const same =
    wanted.length === at.facts.columns.length &&
    wanted.every((column, place) => at.facts.columns[place]?.name === column.name && at.facts.columns[place].type === column.type);
  if (!same) fails(at.draft, "42804", `The columns of ${qualified(at.relation)} are not those of ${type.name}`);
}

export async function replicaIdentity(at: Alteration): Promise<void> {
  const wanted: Node = at.cmd.def?.ReplicaIdentityStmt ?? {};
  if (wanted.identity_type !== "i") return;
  const index = await findIndex(at.context, { schema: at.relation.schema, name: wanted.name }, at.draft, "object");
  if (!index) return;
  at.draft.locks.add(index.name, "ShareLock");
  const known = at.facts.indexes.find((item) => item.oid === index.oid);
  const nullable = at.facts.columns.some((column) => known?.columns.includes(column.attnum) && !column.notNull);
  if (!known?.unique || known.partial || known.expression || nullable)
    fails(at.draft, "42809", `${index.name} does not tell the rows of ${qualified(at.relation)} apart`);
}

/** A row trigger of a partitioned table is cloned into its partitions and switched there, too. */
export async function enableTrigger(at: Alteration): Promise<void> {
  const { facts, relation, cmd, draft, context } = at;
  const named = facts.triggers.filter((trigger) =>
    cmd.name !== undefined ? trigger.name === cmd.name : !trigger.internal || cmd.subtype.endsWith("All"),
  );
  if (cmd.name !== undefined && named.length === 0) return fails(draft, "42704", `${qualified(relation)} has no trigger "${cmd.name}"`);
  if (relation.kind === "p" && !at.only && named.some((trigger) => trigger.row))
    lockAll(context, family(context.catalog, relation.oid), at.mode, draft);
}

export async function enableRule(at: Alteration): Promise<void> {
  const [known] = await at.context.session.query("select from pg_rewrite where ev_class = $1 and rulename = $2", [
    at.relation.oid,
    at.cmd.name,
  ]);
  if (!known) fails(at.draft, "42704", `${qualified(at.relation)} has no rule "${at.cmd.name}"`);
}
