import { cloneJson, isRecord, type Json, type KubeObject, sameJson } from "@interlock/kube-model";
import type { TypeSchema } from "./type-schema.ts";

/**
 * Server-side apply over an object that only the plan has, or has changed. Ownership is kept as the API keeps it: `managedFields` entries
 * with FieldsV1, whose keys are `f:<field>`, `k:<list key as JSON>` and `v:<value as JSON>` with `.` for the item itself
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/).
 */

type Fields = Record<string, Json>;
/** A field's way from the object's root, e.g. `["f:spec", "f:replicas"]`. */
export type Path = readonly string[];

export interface Manager {
  manager?: string;
  operation?: string;
  subresource?: string;
  fieldsV1?: Fields;
  [field: string]: Json;
}

export interface ApplyOptions {
  manager: string;
  force: boolean;
  apiVersion: string;
  /** RFC 3339. */
  now: string;
}

export type Applied = { ok: true; object: KubeObject } | { ok: false; conflicts: { manager: string; field: string }[] };

/** Fields that identify an object; nobody owns them. */
const NOT_OWNED = new Set(["name", "namespace", "uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink"]);

export function serverSideApply(live: KubeObject, config: KubeObject, schema: TypeSchema, options: ApplyOptions): Applied {
  const managers: Manager[] = Array.isArray(live.metadata?.managedFields) ? cloneJson(live.metadata.managedFields) : [];
  const own = managers.find((entry) => entry.manager === options.manager && entry.operation === "Apply" && !entry.subresource);
  const others = managers.filter((entry) => entry !== own);
  const applied = leavesOf(strip(config), schema);
  const before = own?.fieldsV1 === undefined ? [] : pathsOf(own.fieldsV1);
  const merged = merge(live, strip(config), schema) as KubeObject;

  const conflicts: { manager: string; field: string }[] = [];
  for (const path of applied) {
    if (sameJson(valueAt(live, path), valueAt(merged, path))) continue;
    for (const other of others) {
      if (other.fieldsV1 === undefined || !owns(other.fieldsV1, path)) continue;
      conflicts.push({ manager: other.manager ?? "", field: dotted(path) });
      if (options.force) disown(other.fieldsV1, path);
    }
  }
  if (conflicts.length > 0 && !options.force) return { ok: false, conflicts };

  const keptByOthers = (path: Path): boolean => others.some((other) => other.fieldsV1 !== undefined && owns(other.fieldsV1, path));
  const wanted = new Set(applied.map((path) => path.join("\0")));
  // Deepest first, so that an item goes after the fields in it.
  const dropped = before.filter((path) => !wanted.has(path.join("\0"))).toSorted((left, right) => right.length - left.length);
  for (const path of dropped) if (!keptByOthers(path)) removeAt(merged, path);

  const entry: Manager = {
    manager: options.manager,
    operation: "Apply",
    apiVersion: options.apiVersion,
    time: options.now,
    fieldsType: "FieldsV1",
    fieldsV1: fieldsOf(applied),
  };
  const rest = others.filter((other) => other.fieldsV1 === undefined || Object.keys(other.fieldsV1).length > 0);
  merged.metadata = { ...merged.metadata, managedFields: inOrder([entry, ...rest]) };
  return { ok: true, object: withLastApplied(live, merged, config, options.manager) };
}

/** As the server lists them: who applies first, then by time and by name. */
function inOrder(managers: Manager[]): Manager[] {
  const place = (entry: Manager): string => [entry.operation, entry["time"] ?? "", entry.manager, entry["apiVersion"]].join("\0");
  return managers.toSorted((left, right) => (place(left) < place(right) ? -1 : 1));
}

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** The server keeps the annotation of client-side apply in step, when there is one and kubectl applies. */
function withLastApplied(live: KubeObject, merged: KubeObject, config: KubeObject, manager: string): KubeObject {
  if (manager !== "kubectl" || live.metadata?.annotations?.[LAST_APPLIED] === undefined) return merged;
  const bare = cloneJson(config) as KubeObject;
  if (isRecord(bare.metadata?.annotations)) delete bare.metadata.annotations[LAST_APPLIED];
  const annotations = { ...merged.metadata?.annotations, [LAST_APPLIED]: `${JSON.stringify(sortedKeys(bare))}\n` };
  return { ...merged, metadata: { ...merged.metadata, annotations } };
}

function sortedKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, sortedKeys(item)] as const);
  return Object.fromEntries(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/**
 * Ownership after an ordinary change of an object that only the plan has: who changed a field owns it, alone, and what is gone is nobody's.
 * The server would count all that the plan has changed so far as this one's.
 */
export function ownedAfterUpdate(
  before: KubeObject,
  after: KubeObject,
  schema: TypeSchema,
  options: Omit<ApplyOptions, "force">,
): Manager[] {
  const managers: Manager[] = Array.isArray(before.metadata?.managedFields) ? cloneJson(before.metadata.managedFields) : [];
  const { status: _status, ...decided } = after;
  const changed = leavesOf(strip(decided), schema).filter((path) => !sameJson(valueAt(before, path), valueAt(after, path)));
  const gone = (path: Path): boolean => valueAt(after, path) === undefined || valueAt(after, path) === false;
  const vanished = managers.flatMap((entry) => (entry.fieldsV1 === undefined ? [] : pathsOf(entry.fieldsV1))).filter(gone);
  for (const entry of managers) {
    if (entry.fieldsV1 !== undefined && !entry.subresource) for (const path of [...changed, ...vanished]) disown(entry.fieldsV1, path);
  }
  if (changed.length > 0) {
    const own = managers.find((entry) => entry.manager === options.manager && entry.operation === "Update" && !entry.subresource);
    const paths = [...(own?.fieldsV1 === undefined ? [] : pathsOf(own.fieldsV1)), ...changed];
    const entry = {
      manager: options.manager,
      operation: "Update",
      apiVersion: options.apiVersion,
      time: options.now,
      fieldsType: "FieldsV1",
    };
    if (own === undefined) managers.push({ ...entry, fieldsV1: fieldsOf(paths) });
    else Object.assign(own, entry, { fieldsV1: fieldsOf(paths) });
  }
  return inOrder(managers.filter((entry) => entry.fieldsV1 === undefined || Object.keys(entry.fieldsV1).length > 0));
}

function strip(config: KubeObject): KubeObject {
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = config;
  const metadata = isRecord(rest.metadata) ? Object.fromEntries(Object.entries(rest.metadata).filter(([key]) => !NOT_OWNED.has(key))) : {};
  if (Object.keys(metadata).length > 0) return { ...rest, metadata };
  const { metadata: _metadata, ...bare } = rest;
  return bare;
}

/** Keys of an item in a list of type map, with the defaults of those left out. */
export function itemKeys(item: Json, schema: TypeSchema): Record<string, Json> {
  const keys: Record<string, Json> = {};
  for (const key of schema.listKeys.toSorted()) keys[key] = item?.[key] ?? schema.item.field(key).defaultValue;
  return keys;
}

const itemKey = (item: Json, schema: TypeSchema): string => `k:${JSON.stringify(itemKeys(item, schema))}`;

function merge(live: Json, config: Json, schema: TypeSchema): Json {
  if (isRecord(config)) {
    if (schema.atomicMap) return cloneJson(config);
    const merged: Record<string, Json> = isRecord(live) ? { ...live } : {};
    for (const [key, value] of Object.entries(config)) merged[key] = merge(merged[key], value, schema.field(key));
    return merged;
  }
  if (!Array.isArray(config)) return config;
  if (schema.listType === "atomic" || !Array.isArray(live)) return cloneJson(config);
  if (schema.listType === "set") return [...live, ...config.filter((item) => !live.some((other: Json) => sameJson(other, item)))];
  const merged = [...live];
  for (const item of config) {
    const at = merged.findIndex((other) => itemKey(other, schema) === itemKey(item, schema));
    if (at === -1) merged.push(cloneJson(item));
    else merged[at] = merge(merged[at], item, schema.item);
  }
  return merged;
}

/** Every field a configuration sets; maps and list items that have fields count with a `.` of their own. */
function leavesOf(value: Json, schema: TypeSchema, path: Path = []): Path[] {
  if (isRecord(value) && !schema.atomicMap) {
    const entries = Object.entries(value);
    if (entries.length === 0 && path.length > 0) return [path];
    return entries.flatMap(([key, item]) => leavesOf(item, schema.field(key), [...path, `f:${key}`]));
  }
  if (Array.isArray(value) && schema.listType === "set") return value.map((item) => [...path, `v:${JSON.stringify(item)}`]);
  if (Array.isArray(value) && schema.listType === "map") {
    return value.flatMap((item) => {
      const own = [...path, itemKey(item, schema)];
      return [[...own, "."], ...leavesOf(item, schema.item, own)];
    });
  }
  return [path];
}

function fieldsOf(paths: readonly Path[]): Fields {
  const root: Fields = {};
  for (const path of paths) {
    let at = root;
    for (const part of path) at = at[part] ??= {};
  }
  return root;
}

export function pathsOf(fields: Fields, path: Path = []): Path[] {
  const entries = Object.entries(fields);
  if (entries.length === 0) return path.length === 0 ? [] : [path];
  return entries.flatMap(([key, inner]) => pathsOf(inner, [...path, key]));
}

/** Whether the set has that field, or all that holds it as one. */
export function owns(fields: Fields, path: Path): boolean {
  let at: Json = fields;
  for (const part of path) {
    if (!isRecord(at)) return false;
    if (!(part in at)) return false;
    at = at[part];
  }
  return true;
}

function disown(fields: Fields, path: Path): void {
  const [first, ...rest] = path;
  if (first === undefined || !isRecord(fields[first])) return;
  if (rest.length === 0) delete fields[first];
  else {
    disown(fields[first], rest);
    if (Object.keys(fields[first]).length === 0) delete fields[first];
  }
}

/** Place of a list item that a `k:` or `v:` names; -1 for none. */
export function indexOf(list: Json[], part: string): number {
  const named: Json = JSON.parse(part.slice(2));
  if (part.startsWith("v:")) return list.findIndex((item) => sameJson(item, named));
  // A key that the item leaves out has its default.
  return list.findIndex((item) =>
    Object.entries(named as Fields).every(([key, value]) => item?.[key] === undefined || sameJson(item[key], value)),
  );
}

export function valueAt(object: Json, path: Path): Json {
  let value = object;
  for (const part of path) {
    if (part === ".") return isRecord(value);
    if (part.startsWith("f:")) value = isRecord(value) ? value[part.slice(2)] : undefined;
    else value = Array.isArray(value) ? value[indexOf(value, part)] : undefined;
  }
  return value;
}

function removeAt(object: Json, path: Path): void {
  const [first, ...rest] = path;
  if (first === undefined || object === undefined) return;
  if (first.startsWith("f:")) {
    if (!isRecord(object)) return;
    const key = first.slice(2);
    if (rest.length === 0) delete object[key];
    else {
      removeAt(object[key], rest);
      if (isEmpty(object[key])) delete object[key];
    }
    return;
  }
  if (!Array.isArray(object)) return;
  const index = indexOf(object, first);
  if (index === -1) return;
  if (rest.length === 0 || rest[0] === ".") object.splice(index, 1);
  else removeAt(object[index], rest);
}

const isEmpty = (value: Json): boolean =>
  (isRecord(value) && Object.keys(value).length === 0) || (Array.isArray(value) && value.length === 0);

function dotted(path: Path): string {
  return path.map((part) => (part.startsWith("f:") ? `.${part.slice(2)}` : part === "." ? "" : `[${part.slice(2)}]`)).join("");
}
