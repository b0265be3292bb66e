import { badRequest } from "../api-error.ts";
import { clone, type Fields, isFields, same } from "../object.ts";
import { ANY, type Field, type StructType, type Type } from "@interlock/kube-model/schema";

const DIRECTIVE = "$patch";
const RETAIN = "$retainKeys";
const DELETE_ITEMS = "$deleteFromPrimitiveList/";
const ORDER = "$setElementOrder/";

/**
 * Strategic merge patch: like a merge patch, but lists that the type marks so are merged item by item. Understands the directives `$patch`
 * (merge, replace, delete), `$retainKeys`, `$deleteFromPrimitiveList/…` and `$setElementOrder/…`.
 * Rules: "Strategic Merge Patch" in the Kubernetes design documents.
 */
export function strategicMerge(target: Fields, patch: Fields, type: StructType): Fields {
  return mergeStruct(target, patch, type) ?? {};
}

function mergeStruct(target: Fields | undefined, patch: Fields, type: Type): Fields | undefined {
  const directive = patch[DIRECTIVE];
  if (directive === "replace") return without(patch, DIRECTIVE);
  if (directive === "delete") return undefined;
  if (directive !== undefined && directive !== "merge") throw badRequest(`Unknown $patch type: ${String(directive)}`);
  let result: Fields = { ...target };
  const retained = patch[RETAIN];
  if (Array.isArray(retained)) result = Object.fromEntries(Object.entries(result).filter(([key]) => retained.includes(key)));
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_ITEMS)) {
      const name = key.slice(DELETE_ITEMS.length);
      if (Array.isArray(result[name]))
        result[name] = result[name].filter((item: unknown) => !value.some((gone: unknown) => same(gone, item)));
    } else if (!key.startsWith("$")) mergeField(result, key, value, fieldOf(type, key));
  }
  for (const [key, wanted] of Object.entries(patch)) {
    if (!key.startsWith(ORDER)) continue;
    const name = key.slice(ORDER.length);
    if (Array.isArray(result[name]) && Array.isArray(wanted)) result[name] = reorder(result[name], wanted, fieldOf(type, name)?.mergeKey);
  }
  return result;
}

function mergeField(result: Fields, key: string, value: unknown, field: Field | undefined): void {
  if (value === null) {
    delete result[key];
    return;
  }
  const type = field?.type ?? ANY;
  if (isFields(value)) {
    const merged = mergeStruct(isFields(result[key]) ? result[key] : undefined, value, type);
    if (merged === undefined) delete result[key];
    else result[key] = merged;
  } else if (Array.isArray(value) && field?.merge === true && type.kind === "list") {
    result[key] = mergeList(Array.isArray(result[key]) ? result[key] : [], value, field, type.of);
  } else result[key] = clone(value);
}

function fieldOf(type: Type, key: string): Field | undefined {
  if (type.kind === "struct") return type.fields.get(key);
  if (type.kind === "map") return { name: key, type: type.of, required: false, merge: false, retainKeys: false };
  return undefined;
}

function mergeList(target: unknown[], patch: unknown[], field: Field, of: Type): unknown[] {
  const key = field.mergeKey;
  if (key === undefined) return [...target, ...patch.filter((item) => !target.some((one) => same(one, item)))];
  if (patch.some((item) => isFields(item) && item[DIRECTIVE] === "replace" && item[key] === undefined)) {
    return patch.filter((item) => !(isFields(item) && item[DIRECTIVE] === "replace")).map(clone);
  }
  const result = [...target];
  const added: unknown[] = [];
  for (const item of patch) {
    if (!isFields(item)) throw badRequest(`expected objects in the list ${field.name}`);
    if (item[key] === undefined) throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    const at = result.findIndex((one) => isFields(one) && same(one[key], item[key]));
    const merged = mergeStruct(at < 0 ? undefined : (result[at] as Fields), item, of);
    if (at < 0) {
      if (merged !== undefined) added.push(merged);
    } else if (merged === undefined) result.splice(at, 1);
    else result[at] = merged;
  }
  return [...result, ...added];
}

/** Items named in `wanted` come in its order; others keep their place after the one they followed. */
function reorder(items: unknown[], wanted: unknown[], key: string | undefined): unknown[] {
  const keyOf = (item: unknown): unknown => (key !== undefined && isFields(item) ? item[key] : item);
  const place = (item: unknown): number => wanted.findIndex((one) => same(keyOf(one), keyOf(item)));
  const named = items.filter((item) => place(item) >= 0).toSorted((a, b) => place(a) - place(b));
  const result: unknown[] = [...named];
  items.forEach((item, at) => {
    if (place(item) >= 0) return;
    const before = at === 0 ? -1 : result.indexOf(items[at - 1]);
    result.splice(before + 1, 0, item);
  });
  return result;
}

const without = (of: Fields, key: string): Fields =>
  Object.fromEntries(
    Object.entries(of)
      .filter(([name]) => name !== key)
      .map(([name, value]) => [name, clone(value)]),
  );
