import { cloneJson, isRecord, type Json, sameJson } from "@interlock/kube-model";

/** A patch that does not fit what it is applied to; `message` names no values. */
export class PatchError extends Error {}

/** RFC 7386. */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isRecord(patch)) return cloneJson(patch);
  const merged: Record<string, Json> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** RFC 6902. Throws PatchError where an operation cannot be done. */
export function jsonPatch(target: Json, patch: Json): Json {
  if (!Array.isArray(patch)) throw new PatchError("a JSON patch is a list of operations");
  let document = cloneJson(target);
  for (const operation of patch as Json[]) {
    if (!isRecord(operation) || typeof operation["path"] !== "string") throw new PatchError("an operation of the patch has no path");
    const path = pointer(operation["path"]);
    switch (operation["op"]) {
      case "add":
        document = add(document, path, cloneJson(operation["value"]));
        break;
      case "remove":
        document = remove(document, path).document;
        break;
      case "replace":
        get(document, path);
        document = path.length === 0 ? cloneJson(operation["value"]) : replace(document, path, cloneJson(operation["value"]));
        break;
      case "move": {
        const taken = remove(document, pointer(String(operation["from"])));
        document = add(taken.document, path, taken.value);
        break;
      }
      case "copy":
        document = add(document, path, cloneJson(get(document, pointer(String(operation["from"])))));
        break;
      case "test":
        if (!sameJson(get(document, path) ?? null, operation["value"] ?? null)) throw new PatchError("a test of the patch does not hold");
        break;
      default:
        throw new PatchError("an operation of the patch is not known");
    }
  }
  return document;
}

function pointer(path: string): string[] {
  if (path === "") return [];
  if (!path.startsWith("/")) throw new PatchError("a path of the patch does not begin with a slash");
  return path
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function itemIndex(list: Json[], part: string, forAdding: boolean): number {
  if (forAdding && part === "-") return list.length;
  const index = /^(0|[1-9][0-9]*)$/.test(part) ? Number(part) : -1;
  if (index < 0 || index > list.length - (forAdding ? 0 : 1)) throw new PatchError("a path of the patch names no item of the list");
  return index;
}

function get(document: Json, path: readonly string[]): Json {
  let value = document;
  for (const part of path) {
    if (Array.isArray(value)) value = value[itemIndex(value, part, false)];
    else if (isRecord(value) && part in value) value = value[part];
    else throw new PatchError("a path of the patch names nothing");
  }
  return value;
}

function parent(document: Json, path: readonly string[]): { holder: Json; last: string } {
  return { holder: get(document, path.slice(0, -1)), last: path.at(-1)! };
}

function add(document: Json, path: readonly string[], value: Json): Json {
  if (path.length === 0) return value;
  const { holder, last } = parent(document, path);
  if (Array.isArray(holder)) holder.splice(itemIndex(holder, last, true), 0, value);
  else if (isRecord(holder)) holder[last] = value;
  else throw new PatchError("a path of the patch goes through a value");
  return document;
}

function replace(document: Json, path: readonly string[], value: Json): Json {
  const { holder, last } = parent(document, path);
  if (Array.isArray(holder)) holder[itemIndex(holder, last, false)] = value;
  else holder[last] = value;
  return document;
}

function remove(document: Json, path: readonly string[]): { document: Json; value: Json } {
  if (path.length === 0) throw new PatchError("a patch cannot take out the whole object");
  const value = get(document, path);
  const { holder, last } = parent(document, path);
  if (Array.isArray(holder)) holder.splice(itemIndex(holder, last, false), 1);
  else delete holder[last];
  return { document, value };
}
