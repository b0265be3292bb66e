import type { Catalog, CatalogFunction, CatalogRelation, CatalogTrigger, SessionFacts, Policy } from "./catalog-model.ts";
import { factsQuery, HELD, MARK, RELATIONS, SESSION } from "./catalog-queries.ts";
import type { Query } from "./query.ts";
import { nameKey, type NameRef } from "./tree.ts";

export async function loadSessionFacts(query: Query): Promise<SessionFacts & { version: number; database: string }> {
  const [row] = await query(SESSION);
  return {
    role: row!.role,
    path: row!.path,
    readsAlike: row!.alike,
    standby: row!.standby,
    unpoliced: new Set(row!.unpoliced as number[]),
    version: row!.version,
    database: row!.database,
  };
}

export async function loadMark(query: Query): Promise<string> {
  return (await query(MARK))[0]!.mark;
}

/** Reads everything; tens of milliseconds for hundreds of tables. */
export async function loadCatalog(query: Query): Promise<Catalog> {
  const mark = await loadMark(query);
  const session = await loadSessionFacts(query);
  const held = (await query(HELD))[0] as { relations: number[]; functions: number[] };
  const relations = new Map<number, CatalogRelation>();
  const byName = new Map<string, CatalogRelation>();
  for (const row of await query(RELATIONS, [held.relations])) {
    const relation = relationOf(row);
    relations.set(relation.oid, relation);
    byName.set(nameKey(relation), relation);
  }
  const facts = (await query(factsQuery(session.version), [held.relations, held.functions]))[0]!;
  const functions = new Map<number, CatalogFunction>((facts.functions ?? []).map((row: CatalogFunction) => [row.oid, withoutNulls(row)]));
  return {
    database: session.database,
    version: session.version,
    // What could not be read now is read again as soon as anybody asks.
    mark: held.relations.length + held.functions.length > 0 ? `${mark}|held` : mark,
    unread: new Set(held.relations),
    relations,
    byName,
    foreignKeys: facts.foreign_keys ?? [],
    indexes: facts.indexes ?? [],
    triggers: (facts.triggers ?? []).map(triggerOf),
    functions,
    functionsByName: grouped([...functions.values()].map((item) => [item.name, item])),
    rules: grouped(facts.rules ?? []),
    policies: grouped(
      (facts.policies ?? []).map(([oid, using, check, command, applies]: [number, string, string, Policy["command"], boolean]) => [
        oid,
        { expressions: [using, check], command, applies },
      ]),
    ),
    functionReach: grouped(facts.function_reach ?? []),
    relationReach: grouped(facts.relation_reach ?? []),
    parents: grouped((facts.inherits ?? []).map(([parent, child]: [number, number]) => [child, parent])),
    children: grouped(facts.inherits ?? []),
    sequences: (facts.sequences ?? []).map(([table, attnum, sequence]: number[]) => ({ table, attnum, sequence })),
    operators: grouped(facts.operators ?? []),
    codedTypes: grouped(
      (facts.coded_types ?? []).map(([oid, name, fn, read, relation]: [number, string, number, boolean, number]) => [
        oid,
        { name, function: fn, read, relation },
      ]),
    ),
    schemas: facts.schemas ?? [],
    eventTriggers: facts.event_triggers ?? [],
  };
}

function relationOf(row: Record<string, any>): CatalogRelation {
  return {
    oid: Number(row.oid),
    schema: row.schema,
    name: row.name,
    kind: row.kind,
    tuples: row.tuples,
    pages: row.pages,
    rowSecurity: row.row_security,
    partition: row.partition,
    defaultPartition: row.default_partition,
    system: row.system,
    partitionKey: row.partition_key ?? [],
    invoker: row.invoker,
    columns: (row.columns ?? []).map(([name, attnum, type, typeOid, notNull, expression, generated, identity]: any[]) => ({
      name,
      attnum,
      type,
      typeOid,
      notNull,
      generated,
      identity,
      ...(expression === null ? {} : { expression }),
    })),
    ...(row.definition ? { definition: row.definition.replace(/;\s*$/, "") } : {}),
  };
}

/** Bits of pg_trigger.tgtype, from catalog/pg_trigger.h. */
function triggerOf(row: Record<string, any>): CatalogTrigger {
  const type: number = row.type;
  const events: CatalogTrigger["events"] = [];
  if (type & 4) events.push("insert");
  if (type & 8) events.push("delete");
  if (type & 16) events.push("update");
  if (type & 32) events.push("truncate");
  return {
    table: row.table,
    name: row.name,
    function: row.function,
    row: (type & 1) !== 0,
    when: type & 64 ? "instead" : type & 2 ? "before" : "after",
    events,
    columns: row.columns ?? [],
    conditional: row.conditional,
    ...argumentsOf(row.arguments ?? [""]),
    ...(row.oldTable ? { oldTable: row.oldTable } : {}),
    ...(row.newTable ? { newTable: row.newTable } : {}),
  };
}

/** Each ends with a zero byte, which is the end of the last one, too; bytes that are not plain are printed with a backslash. */
const argumentsOf = (list: readonly string[]): Pick<CatalogTrigger, "arguments"> =>
  list.some((text) => text.includes("\\")) ? {} : { arguments: list.slice(0, -1) };

function withoutNulls<T extends object>(row: T): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T;
}

function grouped<K, V>(pairs: [K, V][]): Map<K, V[]> {
  const map = new Map<K, V[]>();
  for (const [key, value] of pairs) {
    const list = map.get(key);
    if (list) list.push(value);
    else map.set(key, [value]);
  }
  return map;
}

/** The relation a name stands for in a session with this search path. */
export function findRelation(catalog: Catalog, session: SessionFacts, ref: NameRef): CatalogRelation | undefined {
  if (ref.schema) return catalog.byName.get(`${ref.schema}.${ref.name}`);
  for (const schema of session.path) {
    const found = catalog.byName.get(`${schema}.${ref.name}`);
    if (found) return found;
  }
  return undefined;
}

/** User functions a call may mean: by name only, since argument types are not resolved here. */
export function findFunctions(catalog: Catalog, session: SessionFacts, ref: NameRef): CatalogFunction[] {
  return (catalog.functionsByName.get(ref.name) ?? []).filter((item) =>
    ref.schema ? item.schema === ref.schema : session.path.includes(item.schema),
  );
}

export const qualified = (relation: { schema: string; name: string }): string => `${relation.schema}.${relation.name}`;

/** A relation and everything that inherits from it, partitions included. */
export function family(catalog: Catalog, oid: number): number[] {
  const all = [oid];
  for (let i = 0; i < all.length; i++) for (const child of catalog.children.get(all[i]!) ?? []) if (!all.includes(child)) all.push(child);
  return all;
}

/** A relation and everything it inherits from. */
export function ancestry(catalog: Catalog, oid: number): number[] {
  const all = [oid];
  for (let i = 0; i < all.length; i++) for (const parent of catalog.parents.get(all[i]!) ?? []) if (!all.includes(parent)) all.push(parent);
  return all;
}
