import type { AnalysisContext } from "../analysis-context.ts";
import { findRelation, qualified } from "../catalog.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { missing } from "../reads.ts";
import { nameKey, rangeName, type Node } from "../tree.ts";
import { CLASSES, type Address } from "./dependents.ts";
import { takeAway } from "./drop.ts";
import { objectAddress } from "./object-address.ts";
import { relationFacts } from "./relation-facts.ts";
import { roleName } from "./storage.ts";
import { affect, affectRelation, fails, lockAll } from "./subject.ts";
import { holds } from "../versions.data.ts";

/** GRANT and REVOKE on objects. Relations are held under AccessShareLock since 18 (objectNamesToOids); ALL IN SCHEMA locks none. */
export async function describeGrant(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  await needRoles(context, body.grantees ?? [], draft);
  for (const object of body.objects ?? []) {
    if (body.targtype === "ACL_TARGET_ALL_IN_SCHEMA") {
      affect(draft, object.String?.sval ?? "", "schema", "privilege");
    } else if (object.RangeVar) {
      const relation = findRelation(context.catalog, context.facts, rangeName(object.RangeVar));
      if (!relation) {
        missing(draft, nameKey(rangeName(object.RangeVar)));
        continue;
      }
      affectRelation(draft, relation, "privilege");
      if (holds("grantsOpenRelation", context.catalog.version)) draft.locks.add(qualified(relation), "AccessShareLock");
    } else if (body.objtype === "OBJECT_LARGEOBJECT" || body.objtype === "OBJECT_PARAMETER_ACL") {
      affect(
        draft,
        object.String?.sval ?? String(object.Integer?.ival ?? object.Float?.fval ?? ""),
        body.objtype === "OBJECT_LARGEOBJECT" ? "large object" : "parameter",
        "privilege",
      );
    } else {
      const wrapped = /OBJECT_(TYPE|DOMAIN)/.test(body.objtype) && object.List ? { TypeName: { names: object.List.items } } : object;
      const address = await objectAddress(context, body.objtype, wrapped, draft);
      if (address) affect(draft, address.identity, address.type, "privilege");
    }
  }
}

async function needRoles(context: AnalysisContext, specs: readonly Node[], draft: DraftStatement): Promise<string[]> {
  const roles = specs.flatMap((item) => {
    const spec: Node = item.RoleSpec ?? {};
    return spec.roletype === "ROLESPEC_PUBLIC" ? [] : [roleName(spec, context.facts.role)];
  });
  await needNamed(context, roles, draft);
  return roles;
}

async function needNamed(context: AnalysisContext, roles: readonly string[], draft: DraftStatement): Promise<void> {
  const known = await context.session.query("select rolname::text as name from pg_roles where rolname = any($1::name[])", [[...roles]]);
  for (const role of roles) if (!known.some((row) => row.name === role)) fails(draft, "42704", `There is no role "${role}"`);
}

/** GRANT role TO role, and what changes one role: nothing but the roles. */
export async function describeGrantRole(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  await needRoles(context, [...(body.grantee_roles ?? [])], draft);
  const granted = ((body.granted_roles ?? []) as Node[]).map((item) => String(item.AccessPriv?.priv_name ?? ""));
  await needNamed(context, granted, draft);
  for (const name of granted) affect(draft, name, "role", "privilege");
}

const OWNED = `select classid::int8::text as classid, objid::int8::text as oid from pg_shdepend
  where refclassid = 'pg_authid'::regclass and refobjid = any(select oid from pg_roles where rolname = any($1::name[])) and deptype = 'o'
    and dbid = (select oid from pg_database where datname = current_database()) and classid <> 'pg_default_acl'::regclass`;

async function ownedBy({ session }: AnalysisContext, roles: readonly string[]): Promise<Address[]> {
  const rows = await session.query(OWNED, [[...roles]]);
  return rows.map((row) => ({ classid: Number(row.classid), oid: Number(row.oid), sub: 0 }));
}

/** DROP OWNED takes everything the roles own in this database and every right they have in it. */
export async function describeDropOwned(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const roles = await needRoles(context, body.roles ?? [], draft);
  for (const role of roles) affect(draft, role, "role", "privilege");
  await takeAway(context, await ownedBy(context, roles), body.behavior === "DROP_CASCADE", draft);
}

/** REASSIGN OWNED gives each thing a new owner: relations are shut with the sequences that belong to them. */
export async function describeReassign(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const roles = await needRoles(context, body.roles ?? [], draft);
  await needRoles(context, [{ RoleSpec: body.newrole }], draft);
  for (const role of roles) affect(draft, role, "role", "privilege");
  const relations = (await ownedBy(context, roles)).filter((item) => item.classid === CLASSES.pg_class).map((item) => item.oid);
  for (const facts of (await relationFacts(context, relations)).values()) {
    lockAll(context, [facts.oid, ...facts.sequences.map((item) => item.oid)], "AccessExclusiveLock", draft);
    const relation = context.catalog.relations.get(facts.oid);
    if (relation) affectRelation(draft, relation, "privilege");
  }
}

/** DROP ROLE is refused while anything anywhere on the server is owned by a role or names it in its rights (checkSharedDependencies). */
export async function describeDropRole(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const names: string[] = (body.roles ?? []).map((item: Node) => roleName(item.RoleSpec, context.facts.role));
  const rows = await context.session.query(
    `select r.rolname::text as name, exists (select from pg_shdepend d where d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid) as needed
       from pg_roles r where r.rolname = any($1::name[])`,
    [names],
  );
  for (const name of names) {
    const role = rows.find((row) => row.name === name);
    affect(draft, name, "role", "privilege");
    if (!role && !body.missing_ok) fails(draft, "42704", `There is no role "${name}"`);
    if (role?.needed) fails(draft, "2BP01", `Something is owned by ${name} or gives it rights`);
  }
}
