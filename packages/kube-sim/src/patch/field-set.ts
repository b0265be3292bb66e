import { type Fields, isFields, same } from "../object.ts";
import { ANY, type ListType, type Type } from "@interlock/kube-model/schema";

/**
 * A set of paths into a document, as `managedFields` holds it. A step is `f:name`, `k:{"name":"web"}` for the item of a list that is a map,
 * or `v:"x"` for the item of one that is a set. `own` says that the path ending here is a member itself.
 */
export interface FieldSet {
  own: boolean;
  children: Map<string, FieldSet>;
}

export const emptySet = (): FieldSet => ({ own: false, children: new Map() });

export const isEmptySet = (set: FieldSet): boolean => !set.own && [...set.children.values()].every(isEmptySet);

/** Reads the `fieldsV1` of a managedFields entry. */
export function readFields(fields: Fields): FieldSet {
  const set = emptySet();
  for (const [step, below] of Object.entries(fields)) {
    if (step === ".") set.own = true;
    else {
      const child = readFields(isFields(below) ? below : {});
      if (child.children.size === 0) child.own = true;
      set.children.set(step, child);
    }
  }
  return set;
}

export function writeFields(set: FieldSet): Fields {
  const fields: Fields = {};
  if (set.own && set.children.size > 0) fields["."] = {};
  for (const step of [...set.children.keys()].toSorted()) {
    const child = set.children.get(step)!;
    if (!isEmptySet(child)) fields[step] = writeFields(child);
  }
  return fields;
}

const combine = (a: FieldSet, b: FieldSet, keep: (a: boolean, b: boolean) => boolean): FieldSet => {
  const set: FieldSet = { own: keep(a.own, b.own), children: new Map() };
  for (const step of new Set([...a.children.keys(), ...b.children.keys()])) {
    const child = combine(a.children.get(step) ?? emptySet(), b.children.get(step) ?? emptySet(), keep);
    if (!isEmptySet(child)) set.children.set(step, child);
  }
  return set;
};

export const union = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (x, y) => x || y);
export const intersection = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (x, y) => x && y);
export const difference = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (x, y) => x && !y);

/** Removes from `a` what is in `b`, and everything below it. */
export function withoutBelow(a: FieldSet, b: FieldSet): FieldSet {
  if (b.own) return emptySet();
  const set: FieldSet = { own: a.own, children: new Map() };
  for (const [step, child] of a.children) {
    const gone = b.children.get(step);
    const left = gone === undefined ? child : withoutBelow(child, gone);
    if (!isEmptySet(left)) set.children.set(step, left);
  }
  return set;
}

/** The paths of a set as the server names them in conflicts: `.spec.containers[name="web"].image`. */
export function pathsOf(set: FieldSet, prefix = ""): string[] {
  const paths: string[] = set.own && prefix !== "" ? [prefix] : [];
  for (const [step, child] of set.children) paths.push(...pathsOf(child, prefix + shownStep(step)));
  return paths;
}

function shownStep(step: string): string {
  if (step.startsWith("f:")) return `.${step.slice(2)}`;
  if (step.startsWith("v:")) return `[=${step.slice(2)}]`;
  const keys = Object.entries<unknown>(JSON.parse(step.slice(2)));
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
}

export const itemStep = (item: unknown, type: ListType): string | undefined => {
  if (type.list === "set") return `v:${JSON.stringify(item)}`;
  if (type.list !== "map" || !isFields(item)) return undefined;
  const keys: Fields = {};
  for (const key of type.keys.toSorted()) {
    const value = item[key] ?? (type.of.kind === "struct" ? type.of.fields.get(key)?.default : undefined);
    if (value !== undefined) keys[key] = value;
  }
  return `k:${JSON.stringify(keys)}`;
};

/** Type of a field of a struct or map; `ANY` where it is not known. */
export function childType(type: Type, key: string): Type {
  if (type.kind === "struct") return type.fields.get(key)?.type ?? ANY;
  if (type.kind === "map") return type.of;
  return ANY;
}

/** Whether a value of this type is owned as a whole. */
const isLeaf = (value: unknown, type: Type): boolean => {
  if (Array.isArray(value)) return type.kind !== "list" || type.list === "atomic" || value.length === 0;
  if (!isFields(value)) return true;
  return (type.kind === "struct" && type.atomic) || (type.kind === "map" && type.atomic) || Object.keys(value).length === 0;
};

/** Every path a document has a value at. `containers` also counts the maps and items that hold them, as an update does. */
export function fieldsOf(value: unknown, type: Type, containers = false): FieldSet {
  if (isLeaf(value, type)) return { own: true, children: new Map() };
  const set = emptySet();
  if (Array.isArray(value)) {
    const list = type as ListType;
    for (const item of value) {
      const child = fieldsOf(item, list.of, containers);
      child.own = true;
      set.children.set(itemStep(item, list)!, child);
    }
    return set;
  }
  set.own = containers && type.kind === "map";
  for (const [key, child] of Object.entries(value as Fields)) {
    // A null is written by Go for what is not set, and nobody holds it.
    if (child !== undefined && child !== null) set.children.set(`f:${key}`, fieldsOf(child, childType(type, key), containers));
  }
  return set;
}

export interface Comparison {
  /** Paths that have another value now, or have one for the first time. */
  changed: FieldSet;
  /** Paths that had a value. */
  removed: FieldSet;
}

export function compare(before: unknown, after: unknown, type: Type): Comparison {
  const result: Comparison = { changed: emptySet(), removed: emptySet() };
  if (same(before, after)) return result;
  if (before === undefined || before === null)
    return { ...result, changed: after === undefined || after === null ? emptySet() : fieldsOf(after, type, true) };
  if (after === undefined || after === null) return { ...result, removed: fieldsOf(before, type, true) };
  if (isLeaf(before, type) || isLeaf(after, type)) {
    if (isLeaf(before, type) && isLeaf(after, type)) result.changed.own = true;
    else if (isLeaf(after, type)) result.removed = fieldsOf(before, type, true);
    else result.changed = fieldsOf(after, type, true);
    return result;
  }
  for (const [step, [was, is, of]] of pairs(before, after, type)) {
    const { changed, removed } = compare(was, is, of);
    if (!isEmptySet(changed)) result.changed.children.set(step, changed);
    if (!isEmptySet(removed)) result.removed.children.set(step, removed);
  }
  return result;
}

function pairs(before: unknown, after: unknown, type: Type): Map<string, [unknown, unknown, Type]> {
  const found = new Map<string, [unknown, unknown, Type]>();
  if (Array.isArray(before) && Array.isArray(after)) {
    const list = type as ListType;
    for (const item of before) found.set(itemStep(item, list)!, [item, undefined, list.of]);
    for (const item of after) {
      const step = itemStep(item, list)!;
      found.set(step, [found.get(step)?.[0], item, list.of]);
    }
    return found;
  }
  const keys = new Set([...Object.keys(before as Fields), ...Object.keys(after as Fields)]);
  for (const key of keys) found.set(`f:${key}`, [(before as Fields)[key], (after as Fields)[key], childType(type, key)]);
  return found;
}
