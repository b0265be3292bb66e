import { ApiError } from "../api-error.ts";
import { clone, type Fields, isFields, type KubeObject, type ManagedFieldsEntry, same } from "../object.ts";
import { ANY, type ListType, type StructType, type Type } from "@interlock/kube-model/schema";
import {
  childType,
  compare,
  difference,
  emptySet,
  fieldsOf,
  type FieldSet,
  intersection,
  isEmptySet,
  itemStep,
  pathsOf,
  readFields,
  union,
  withoutBelow,
  writeFields,
} from "./field-set.ts";
import { entryOf, type FieldManager, managed, sameManager, sorted, stripped } from "./managed-fields.ts";

export interface Applied {
  object: Fields;
  managedFields: ManagedFieldsEntry[];
}

/**
 * Server-side apply: `config` is everything this manager wants to hold. What it held before and names no more goes, unless somebody else holds
 * it too; what another manager holds with another value is a conflict (409) unless `force`, which takes it over.
 * Rules: "Server-Side Apply" in the Kubernetes reference.
 */
export function apply(live: KubeObject | undefined, config: Fields, type: StructType, by: FieldManager, force: boolean): Applied {
  const entries = live?.metadata.managedFields ?? legacyEntries(live, type, by);
  const wanted = managed(fieldsOf(withoutNulls(config), type));
  const current = stripped(live) ?? {};
  const merged = merge(current, withoutNulls(config), type) as Fields;
  const changed = compare(current, merged, type).changed;
  const others = entries.filter((entry) => !sameManager(entry, by, "Apply"));
  const conflicts = others
    .map((entry) => ({ entry, set: intersection(intersection(readFields(entry.fieldsV1), managed(changed)), wanted) }))
    .filter(({ set }) => !isEmptySet(set));
  const upgraded = lastApplied(live, type, by);
  const disputed = conflicts.map(({ entry, set }) => ({ entry, set: difference(set, upgraded) })).filter(({ set }) => !isEmptySet(set));
  if (disputed.length > 0 && !force) throw conflictOf(disputed);
  const kept = others.flatMap((entry): ManagedFieldsEntry[] => {
    const taken = conflicts.find((one) => one.entry === entry)?.set;
    if (taken === undefined) return [entry];
    const left = difference(readFields(entry.fieldsV1), taken);
    return isEmptySet(left) ? [] : [{ ...entry, fieldsV1: writeFields(left) }];
  });
  const previous = entries.find((entry) => sameManager(entry, by, "Apply"));
  const held = previous === undefined ? emptySet() : readFields(previous.fieldsV1);
  const heldByOthers = kept.map((entry) => readFields(entry.fieldsV1)).reduce(union, emptySet());
  const abandoned = withoutStillHeld(held, union(wanted, heldByOthers));
  const object = prune(merged, abandoned, type) as Fields;
  const unchanged = previous !== undefined && same(writeFields(held), writeFields(wanted));
  const mine = unchanged ? previous : entryOf(by, "Apply", wanted);
  const left = kept.flatMap((entry): ManagedFieldsEntry[] => {
    const set = withoutBelow(readFields(entry.fieldsV1), abandoned);
    return isEmptySet(set) ? [] : [{ ...entry, fieldsV1: writeFields(set) }];
  });
  return { object, managedFields: sorted([...left, mine]) };
}

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * What kubectl's own client-side apply has set and is still so: kubectl's server-side apply may change that without a conflict ("Upgrading from
 * client-side apply to server-side apply" in the Kubernetes reference).
 */
function lastApplied(live: KubeObject | undefined, type: StructType, by: FieldManager): FieldSet {
  const text: unknown = live?.metadata.annotations?.[LAST_APPLIED];
  if (by.name !== "kubectl" || typeof text !== "string") return emptySet();
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    // Anybody may write what they like into an annotation.
    return emptySet();
  }
  if (!isFields(config)) return emptySet();
  const current = stripped(live) ?? {};
  const wanted = withoutNulls(config) as Fields;
  return difference(fieldsOf(wanted, type), compare(current, merge(current, wanted, type) as Fields, type).changed);
}

/** An object without entries was written before anybody kept them; its fields count as one manager's. */
function legacyEntries(live: KubeObject | undefined, type: StructType, by: FieldManager): ManagedFieldsEntry[] {
  if (live === undefined) return [];
  const manager = { name: "before-first-apply", apiVersion: by.apiVersion, time: live.metadata.creationTimestamp };
  return [entryOf(manager, "Update", managed(fieldsOf(stripped(live), type)))];
}

/** Paths of `held` that nobody holds any more; one that contains a path still held stays. */
function withoutStillHeld(held: FieldSet, still: FieldSet): FieldSet {
  const set: FieldSet = { own: held.own && !still.own && still.children.size === 0, children: new Map() };
  for (const [step, child] of held.children) {
    const left = withoutStillHeld(child, still.children.get(step) ?? emptySet());
    if (!isEmptySet(left)) set.children.set(step, left);
  }
  return set;
}

/** A null in a configuration stands for no opinion. */
function withoutNulls(value: any): any {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isFields(value)) return value;
  const kept: Fields = {};
  for (const [key, child] of Object.entries(value)) if (child !== null && child !== undefined) kept[key] = withoutNulls(child);
  return kept;
}

function merge(live: unknown, config: unknown, type: Type): unknown {
  if (isFields(config) && isFields(live) && !((type.kind === "struct" || type.kind === "map") && type.atomic)) {
    const merged: Fields = { ...live };
    for (const [key, value] of Object.entries(config)) merged[key] = merge(merged[key], value, childType(type, key));
    return merged;
  }
  if (Array.isArray(config) && Array.isArray(live) && type.kind === "list" && type.list !== "atomic") return mergeItems(live, config, type);
  return clone(config);
}

/** Items of the configuration in its order, the others after the one they followed. */
function mergeItems(live: unknown[], config: unknown[], type: ListType): unknown[] {
  const place = new Map(live.map((item) => [itemStep(item, type)!, item]));
  const seen = new Set<string>();
  for (const item of config) {
    const step = itemStep(item, type)!;
    if (seen.has(step))
      throw new ApiError(500, "InternalError", `failed to create typed patch object: duplicate entries for key [${shownKeys(step)}]`);
    seen.add(step);
  }
  const merged = config.map((item) => merge(place.get(itemStep(item, type)!), item, type.of));
  const steps = config.map((item) => itemStep(item, type)!);
  live.forEach((item, at) => {
    const step = itemStep(item, type)!;
    if (seen.has(step)) return;
    const before = at === 0 ? -1 : steps.indexOf(itemStep(live[at - 1], type)!);
    merged.splice(before + 1, 0, item);
    steps.splice(before + 1, 0, step);
  });
  return merged;
}

const shownKeys = (step: string): string =>
  step.startsWith("v:")
    ? step.slice(2)
    : Object.entries<unknown>(JSON.parse(step.slice(2)))
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(",");

function prune(value: unknown, gone: FieldSet, type: Type): unknown {
  if (gone.children.size === 0) return value;
  if (Array.isArray(value) && type.kind === "list") {
    return value.flatMap((item) => {
      const child = gone.children.get(itemStep(item, type) ?? "");
      if (child === undefined) return [item];
      return child.own ? [] : [prune(item, child, type.of)];
    });
  }
  if (!isFields(value)) return value;
  const left: Fields = { ...value };
  for (const [step, child] of gone.children) {
    const key = step.slice(2);
    if (!step.startsWith("f:") || !(key in left)) continue;
    if (child.own) delete left[key];
    else {
      left[key] = prune(left[key], child, type.kind === "struct" || type.kind === "map" ? childType(type, key) : ANY);
      // What came with the configuration goes with the last thing in it.
      if (typeof left[key] === "object" && Object.keys(left[key] as object).length === 0) delete left[key];
    }
  }
  return left;
}

function conflictOf(conflicts: readonly { entry: ManagedFieldsEntry; set: FieldSet }[]): ApiError {
  const causes = conflicts.flatMap(({ entry, set }) =>
    pathsOf(set).map((field) => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${JSON.stringify(entry.manager)}${shownScope(entry)}`,
      field,
    })),
  );
  const count = causes.length === 1 ? "1 conflict" : `${causes.length} conflicts`;
  const list =
    causes.length === 1
      ? `${causes[0]!.message}: ${causes[0]!.field}`
      : conflicts
          .map(
            ({ entry, set }) =>
              `conflicts with ${JSON.stringify(entry.manager)}${shownScope(entry)}:\n${pathsOf(set)
                .map((path) => `- ${path}`)
                .join("\n")}`,
          )
          .join("\n");
  return new ApiError(409, "Conflict", `Apply failed with ${count}: ${list}`, { causes });
}

const shownScope = (entry: ManagedFieldsEntry): string =>
  `${entry.subresource === undefined ? "" : ` with subresource "${entry.subresource}"`} using ${entry.apiVersion}`;
