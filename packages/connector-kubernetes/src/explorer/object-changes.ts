import { isRecord, type Json, sameJson } from "@interlock/kube-model";
import { indexOf, itemKeys, type Path } from "../gate/server-side-apply.ts";
import type { TypeSchema } from "../gate/type-schema.ts";

/** One field that differs; its path has the form of `managedFields`: `f:<field>`, `k:<keys of an item>`, `v:<value of a set>`. */
export interface Change {
  path: Path;
  /** Undefined where it was not there. */
  was: Json;
  /** Undefined where it is gone. */
  now: Json;
}

/**
 * What differs between two texts of one object, field by field, as the API merges them: maps by their fields, lists by the keys of their
 * items where the type has some, anything else as a whole. The order of items that have keys does not matter.
 */
export function changesOf(was: Json, now: Json, schema: TypeSchema | undefined, path: Path = []): Change[] {
  if (sameValue(was, now)) return [];
  if (isRecord(was) && isRecord(now) && schema?.atomicMap !== true) {
    const names = [...new Set([...Object.keys(was), ...Object.keys(now)])];
    return names.flatMap((name) => changesOf(was[name], now[name], schema?.field(name), [...path, `f:${name}`]));
  }
  if (Array.isArray(was) && Array.isArray(now) && schema?.listType === "set") {
    return [
      ...now
        .filter((item) => !was.some((other) => sameValue(item, other)))
        .map((item) => ({ path: [...path, member(item)], was: undefined, now: item })),
      ...was
        .filter((item) => !now.some((other) => sameValue(item, other)))
        .map((item) => ({ path: [...path, member(item)], was: item, now: undefined })),
    ];
  }
  if (Array.isArray(was) && Array.isArray(now) && schema?.listType === "map" && hasKeys(was, schema) && hasKeys(now, schema)) {
    const before = byKey(was, schema);
    const after = byKey(now, schema);
    const keys = [...new Set([...before.keys(), ...after.keys()])];
    return keys.flatMap((key) => changesOf(before.get(key), after.get(key), schema.item, [...path, key]));
  }
  return [{ path, was, now }];
}

const member = (item: Json): string => `v:${JSON.stringify(item)}`;

/** Two items of one key cannot be told apart: such a list is compared as a whole. */
const hasKeys = (list: Json[], schema: TypeSchema): boolean => list.every(isRecord) && byKey(list, schema).size === list.length;

const byKey = (list: Json[], schema: TypeSchema): Map<string, Json> =>
  new Map(list.map((item) => [`k:${JSON.stringify(itemKeys(item, schema))}`, item]));

/** Whole numbers beyond a double's are compared, too. */
function sameValue(left: Json, right: Json): boolean {
  if (typeof left === "bigint" || typeof right === "bigint") return left === right;
  return sameJson(left, right);
}

/** As people name a field: `spec.template.spec.containers[web].image`. */
export function fieldName(path: Path): string {
  return path.reduce((name, part) => {
    if (part === ".") return name;
    if (part.startsWith("f:")) {
      const field = part.slice(2);
      if (!/^[\w-]+$/.test(field)) return `${name}["${field}"]`;
      return name === "" ? field : `${name}.${field}`;
    }
    const value: Json = JSON.parse(part.slice(2));
    return `${name}[${isRecord(value) ? Object.values(value).join("/") : String(value)}]`;
  }, "");
}

/** Puts a value into a configuration, making the maps and items on the way. */
export function setAt(root: Record<string, Json>, path: Path, value: Json): void {
  let at: Json = root;
  for (const [index, part] of path.entries()) {
    const last = index === path.length - 1;
    const empty: Json = /^[kv]:/.test(path[index + 1] ?? "") ? [] : {};
    if (part === ".") return;
    if (part.startsWith("f:")) {
      const name = part.slice(2);
      if (last) at[name] = value;
      else at[name] ??= empty;
      at = at[name];
    } else if (part.startsWith("v:")) {
      if (indexOf(at, part) === -1) at.push(value);
      return;
    } else {
      let found = indexOf(at, part);
      if (found === -1) found = at.push({ ...JSON.parse(part.slice(2)) }) - 1;
      if (last) at[found] = value;
      at = at[found];
    }
  }
}

/** Takes a field out of a configuration, and a map that nothing is left in; nothing happens where it is not. */
export function dropAt(root: Json, path: Path): void {
  const [first, ...rest] = path;
  if (first === undefined) return;
  if (first.startsWith("f:")) {
    if (!isRecord(root)) return;
    const name = first.slice(2);
    if (rest.length === 0) delete root[name];
    else {
      dropAt(root[name], rest);
      if (isRecord(root[name]) && Object.keys(root[name]).length === 0) delete root[name];
    }
  } else if (Array.isArray(root)) {
    const found = indexOf(root, first);
    if (found === -1) return;
    if (rest.length === 0) root.splice(found, 1);
    else dropAt(root[found], rest);
  }
}

/** A configuration with the items of its lists in the order they have in `whole`; what is not in there is behind. */
export function inOrderOf(whole: Json, configuration: Json, schema: TypeSchema): Json {
  if (isRecord(configuration)) {
    const entries = Object.entries(configuration);
    return Object.fromEntries(entries.map(([name, value]) => [name, inOrderOf(whole?.[name], value, schema.field(name))]));
  }
  if (!Array.isArray(configuration) || !Array.isArray(whole) || schema.listType === "atomic") return configuration;
  const part = (item: Json): string => (schema.listType === "map" ? `k:${JSON.stringify(itemKeys(item, schema))}` : member(item));
  const places = new Map(whole.map((item, index) => [part(item), index]));
  const placeOf = (item: Json): number => places.get(part(item)) ?? whole.length;
  const inside = (item: Json): Json => (schema.listType === "map" ? inOrderOf(whole[placeOf(item)], item, schema.item) : item);
  return configuration.map(inside).toSorted((left, right) => placeOf(left) - placeOf(right));
}

export const isWithin = (path: Path, whole: Path): boolean => whole.every((part, index) => path[index] === part);
