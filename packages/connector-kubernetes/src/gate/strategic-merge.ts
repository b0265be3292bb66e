import { cloneJson, isRecord, type Json, sameJson } from "@interlock/kube-model";
import { PatchError } from "./json-patch.ts";
import type { TypeSchema } from "./type-schema.ts";

/**
 * Strategic merge patch as the API conventions describe it: maps merge, `null` deletes, lists with a merge key merge by it, with the
 * directives `$patch`, `$retainKeys`, `$setElementOrder/<list>` and `$deleteFromPrimitiveList/<list>`. Lists without a strategy are
 * replaced. Throws PatchError.
 */
export function strategicMerge(target: Json, patch: Json, schema: TypeSchema): Json {
  if (!isRecord(patch)) throw new PatchError("a strategic merge patch is an object");
  return mergeMap(isRecord(target) ? target : {}, patch, schema);
}

function mergeMap(target: Record<string, Json>, patch: Record<string, Json>, schema: TypeSchema): Record<string, Json> {
  const directive: Json = patch["$patch"];
  if (directive === "replace") return stripDirectives(patch);
  if (directive === "delete") return {};
  if (directive !== undefined && directive !== "merge") throw new PatchError("a directive of the patch is not known");
  let merged: Record<string, Json> = { ...target };
  if (Array.isArray(patch["$retainKeys"])) {
    const kept = new Set(patch["$retainKeys"] as string[]);
    merged = Object.fromEntries(Object.entries(merged).filter(([key]) => kept.has(key)));
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key === "$patch" || key === "$retainKeys" || key.startsWith("$setElementOrder/")) continue;
    if (key.startsWith("$deleteFromPrimitiveList/")) {
      const list = key.slice(key.indexOf("/") + 1);
      const gone = Array.isArray(value) ? value : [];
      if (Array.isArray(merged[list])) merged[list] = merged[list].filter((item: Json) => !gone.some((other) => sameJson(item, other)));
      continue;
    }
    if (value === null) delete merged[key];
    else merged[key] = mergeValue(merged[key], value, schema.field(key));
  }
  for (const [key, order] of Object.entries(patch)) {
    const list = key.startsWith("$setElementOrder/") ? key.slice(key.indexOf("/") + 1) : undefined;
    if (list !== undefined && Array.isArray(merged[list]) && Array.isArray(order)) {
      merged[list] = inOrder(merged[list], order, schema.field(list).mergeKey);
    }
  }
  return merged;
}

function mergeValue(target: Json, patch: Json, schema: TypeSchema): Json {
  if (isRecord(patch)) {
    if (schema.patchStrategies.includes("replace")) return stripDirectives(patch);
    return mergeMap(isRecord(target) ? target : {}, patch, schema);
  }
  if (!Array.isArray(patch)) return cloneJson(patch);
  if (!schema.patchStrategies.includes("merge") || patch.some((item) => isRecord(item) && item["$patch"] === "replace" && isBare(item))) {
    return patch.filter((item) => !(isRecord(item) && item["$patch"] === "replace" && isBare(item))).map(stripAny);
  }
  const list: Json[] = Array.isArray(target) ? [...target] : [];
  const mergeKey = schema.mergeKey;
  if (mergeKey === undefined) {
    for (const item of patch) if (!list.some((other) => sameJson(other, item))) list.push(cloneJson(item));
    return list;
  }
  for (const item of patch) {
    if (!isRecord(item) || item[mergeKey] === undefined) throw new PatchError(`an item of a list in the patch has no ${mergeKey}`);
    const at = list.findIndex((other) => isRecord(other) && sameJson(other[mergeKey], item[mergeKey]));
    if (item["$patch"] === "delete") {
      if (at !== -1) list.splice(at, 1);
    } else if (at === -1) list.push(mergeMap({}, item, schema.item));
    else list[at] = mergeMap(list[at], item, schema.item);
  }
  return list;
}

const isBare = (item: Record<string, Json>): boolean => Object.keys(item).length === 1;

/** Items named in `order` come in that order; the others stay with their neighbours before them. */
function inOrder(list: readonly Json[], order: readonly Json[], mergeKey: string | undefined): Json[] {
  const keyOf = (item: Json): Json => (mergeKey === undefined || !isRecord(item) ? item : item[mergeKey]);
  const place = (item: Json): number => order.findIndex((other) => sameJson(keyOf(other), keyOf(item)));
  const named = list.filter((item) => place(item) !== -1).toSorted((left, right) => place(left) - place(right));
  const result = [...named];
  for (const [index, item] of list.entries()) {
    if (place(item) !== -1) continue;
    const before = list.slice(0, index).findLast((other) => result.includes(other));
    result.splice(before === undefined ? 0 : result.indexOf(before) + 1, 0, item);
  }
  return result;
}

function stripAny(value: Json): Json {
  if (Array.isArray(value)) return value.map(stripAny);
  return isRecord(value) ? stripDirectives(value) : value;
}

function stripDirectives(value: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith("$"))
      .map(([key, item]) => [key, stripAny(item)]),
  );
}
