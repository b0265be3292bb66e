import type { AnalysisContext } from "../analysis-context.ts";
import { family, findRelation, qualified } from "../catalog.ts";
import type { CatalogRelation } from "../catalog-model.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { kindWord } from "../relation-kind.ts";
import { missing } from "../reads.ts";
import { nameKey, rangeName, type Node } from "../tree.ts";
import { children } from "./alteration.ts";
import { renameAttribute } from "./composite.ts";
import { lookUpRelation } from "./named-index.ts";
import { objectAddress } from "./object-address.ts";
import { relationFacts } from "./relation-facts.ts";
import { affect, affectRelation, columnOf, fails, lock, lockAll, missingColumn } from "./subject.ts";
import { roleName } from "./storage.ts";
import { holds } from "../versions.data.ts";

/** ALTER … RENAME of anything. What is part of a relation shuts the relation; its columns and checks are renamed in all that inherit. */
export async function describeRename(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  if (body.renameType === "OBJECT_ATTRIBUTE")
    return renameAttribute(context, rangeName(body.relation), body.subname, body.behavior === "DROP_CASCADE", draft);
  if (!body.relation) return renameObject(context, body, draft);
  const relation = findRelation(context.catalog, context.facts, rangeName(body.relation));
  if (!relation) return renameOther(context, body, draft);
  const kinds = KINDS[body.renameType];
  if (kinds !== undefined && !kinds.includes(relation.kind))
    fails(draft, "42809", `${qualified(relation)} is a ${kindWord(relation.kind)}`);
  affectRelation(draft, relation, body.renameType === "OBJECT_POLICY" ? "privilege" : "schema");
  lock(context, relation.oid, "AccessExclusiveLock", draft);
  const below = body.relation.inh === true ? family(context.catalog, relation.oid) : [];
  switch (body.renameType) {
    case "OBJECT_COLUMN":
      if (!columnOf(relation, body.subname)) return missingColumn(draft, relation, body.subname);
      if (columnOf(relation, body.newname)) fails(draft, "42701", `${qualified(relation)} has a column "${body.newname}" already`);
      if (below.length === 0 && children({ context, relation } as never).length > 0)
        fails(draft, "42P16", "The column must be renamed in the tables that inherit, too");
      if (
        (await relationFacts(context, [relation.oid]))
          .get(relation.oid)
          ?.columns.some((item) => item.name === body.subname && item.inherited)
      )
        fails(draft, "42P16", `The column "${body.subname}" is inherited`);
      return lockAll(context, below, "AccessExclusiveLock", draft);
    case "OBJECT_TABCONSTRAINT": {
      const facts = (await relationFacts(context, [relation.oid])).get(relation.oid)!;
      const constraint = facts.constraints.find((item) => item.name === body.subname);
      if (!constraint) return fails(draft, "42704", `${qualified(relation)} has no constraint "${body.subname}"`);
      if (constraint.inherited) fails(draft, "42P16", `The constraint "${body.subname}" is inherited`);
      if (["c", "n"].includes(constraint.type) && !constraint.noInherit) lockAll(context, below, "AccessExclusiveLock", draft);
      return;
    }
    case "OBJECT_TRIGGER": {
      const facts = (await relationFacts(context, [relation.oid])).get(relation.oid)!;
      const trigger = facts.triggers.find((item) => item.name === body.subname && !item.internal);
      if (!trigger) return fails(draft, "42704", `${qualified(relation)} has no trigger "${body.subname}"`);
      // Clones in partitions keep their parent's name since 15; all partitions are locked whether or not there are any (renametrig).
      if (relation.kind === "p" && holds("clonedTriggersRenamed", context.catalog.version))
        lockAll(context, family(context.catalog, relation.oid), "AccessExclusiveLock", draft);
      return;
    }
    case "OBJECT_RULE":
    case "OBJECT_POLICY":
      return;
    default: {
      const taken = await lookUpRelation(context, { schema: relation.schema, name: body.newname });
      if (taken) fails(draft, "42P07", `${taken.name} exists already`);
    }
  }
}

/** Relkinds each form may name; ALTER TABLE … RENAME takes them all. */
const KINDS: Record<string, string> = {
  OBJECT_VIEW: "v",
  OBJECT_MATVIEW: "m",
  OBJECT_SEQUENCE: "S",
  OBJECT_FOREIGN_TABLE: "f",
};

/** An index, or a composite type, of the name. */
async function renameOther(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const other = await lookUpRelation(context, rangeName(body.relation));
  if (!other) {
    if (!body.missing_ok) missing(draft, nameKey(rangeName(body.relation)));
    return;
  }
  const index = other.kind === "i" || other.kind === "I";
  affect(draft, other.name, index ? "index" : "type");
  // Asked for as an index it is locked less than as a table (RenameRelation in tablecmds.c).
  draft.locks.add(other.name, index && body.renameType === "OBJECT_INDEX" ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock");
}

async function renameObject(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const kind = body.renameType === "OBJECT_DOMCONSTRAINT" ? "OBJECT_DOMAIN" : body.renameType;
  await alterNamed(
    context,
    kind,
    kind === "OBJECT_DOMAIN" && body.object?.List ? { TypeName: { names: body.object.List.items } } : named(body),
    draft,
  );
}

const named = (body: Node): Node => body.object ?? { String: { sval: body.subname } };

/** Notes an object that is no relation; a composite type is one underneath and is shut like one where `shut` says so. */
async function alterNamed(
  context: AnalysisContext,
  kind: string,
  object: Node,
  draft: DraftStatement,
  shut = kind === "OBJECT_TYPE",
): Promise<void> {
  const wrapped = (kind === "OBJECT_TYPE" || kind === "OBJECT_DOMAIN") && object.List ? { TypeName: { names: object.List.items } } : object;
  const address = await objectAddress(context, kind, wrapped, draft);
  if (!address) return;
  affect(draft, address.identity, address.type, draft.effect === "privilege" ? "privilege" : "schema");
  if (!shut) return;
  const [row] = await context.session.query(
    "select n.nspname || '.' || c.relname as name from pg_type t join pg_class c on c.oid = t.typrelid and c.relkind = 'c' join pg_namespace n on n.oid = c.relnamespace where t.oid = $1",
    [address.oid],
  );
  if (row) draft.locks.add(row.name, "AccessExclusiveLock");
}

/** ALTER … SET SCHEMA: a table takes the sequences that belong to it along. */
export async function describeSetSchema(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const [schema] = await context.session.query("select from pg_namespace where nspname = $1", [body.newschema]);
  if (!schema) fails(draft, "3F000", `There is no schema "${body.newschema}"`);
  if (!body.relation) return alterNamed(context, body.objectType, body.object, draft, false);
  const relation = findRelation(context.catalog, context.facts, rangeName(body.relation));
  if (!relation) return missingUnlessFine(body, draft);
  affectRelation(draft, relation);
  lock(context, relation.oid, "AccessExclusiveLock", draft);
  const taken =
    relation.schema === body.newschema ? undefined : await lookUpRelation(context, { schema: body.newschema, name: relation.name });
  if (taken) fails(draft, "42P07", `${taken.name} exists already`);
  if (relation.kind === "S") return refuseOwned(context, relation, draft);
  const facts = (await relationFacts(context, [relation.oid])).get(relation.oid)!;
  lockAll(context, relation.schema === body.newschema ? [] : facts.sequences.map((item) => item.oid), "AccessExclusiveLock", draft);
}

function missingUnlessFine(body: Node, draft: DraftStatement): void {
  if (!body.missing_ok) missing(draft, nameKey(rangeName(body.relation)));
}

async function refuseOwned({ session }: AnalysisContext, relation: CatalogRelation, draft: DraftStatement): Promise<void> {
  const owned = await session.query(
    "select from pg_depend where classid = 'pg_class'::regclass and objid = $1 and refclassid = 'pg_class'::regclass and deptype in ('a', 'i')",
    [relation.oid],
  );
  if (owned.length > 0) fails(draft, "0A000", `${qualified(relation)} belongs to a table and goes with it`);
}

/** ALTER … OWNER TO of what is no relation; relations come as ALTER TABLE. */
export async function describeOwner(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const role = roleName(body.newowner, context.facts.role);
  const [known] = await context.session.query("select from pg_roles where rolname = $1", [role]);
  if (!known) fails(draft, "42704", `There is no role "${role}"`);
  await alterNamed(context, body.objectType, body.object, draft);
}

export { alterNamed };
