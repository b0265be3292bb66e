import { ApiError, badRequest } from "../api-error.ts";
import { clone, isFields, same } from "../object.ts";

/** JSON Patch, RFC 6902. A failing `test` or a path that is not there is 422, as the server answers it; a malformed patch 400. */
export function jsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest("error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch");
  return patch.reduce(applyOne, clone(document));
}

const failed = (why: string): ApiError =>
  new ApiError(422, "Invalid", `the server rejected our request due to an error in our request: ${why}`, {});

function applyOne(document: unknown, operation: unknown): unknown {
  if (!isFields(operation) || typeof operation["path"] !== "string") throw badRequest("error decoding patch: an operation needs a path");
  const path = pointer(operation["path"]);
  switch (operation["op"]) {
    case "add":
      return write(document, path, clone(operation["value"]), "add");
    case "replace":
      read(document, path, "replace");
      return write(document, path, clone(operation["value"]), "replace");
    case "remove":
      read(document, path, "remove");
      return write(document, path, undefined, "remove");
    case "test": {
      const found = read(document, path, "test", operation["value"] === null);
      if (!same(found ?? null, operation["value"] ?? null)) throw failed(`testing value ${operation["path"]} failed: test failed`);
      return document;
    }
    case "move": {
      const from = pointer(String(operation["from"]));
      const value = read(document, from, "move");
      return write(write(document, from, undefined, "remove"), path, value, "add");
    }
    case "copy":
      return write(document, path, clone(read(document, pointer(String(operation["from"])), "copy")), "add");
    default:
      throw badRequest(`error decoding patch: Unexpected kind: ${String(operation["op"])}`);
  }
}

function pointer(text: string): string[] {
  if (text === "") return [];
  if (!text.startsWith("/")) throw badRequest(`error decoding patch: a path begins with a slash: ${text}`);
  return text
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function read(document: unknown, path: readonly string[], operation: string, mayBeAbsent = false): unknown {
  let value = document;
  for (const part of path) {
    const next = Array.isArray(value)
      ? value[index(part, value.length)]
      : isFields(value) && Object.hasOwn(value, part)
        ? value[part]
        : undefined;
    if (next === undefined) {
      if (mayBeAbsent) return undefined;
      throw failed(`${operation} operation does not apply: doc is missing path: /${path.join("/")}: missing value`);
    }
    value = next;
  }
  return value;
}

const index = (part: string, length: number): number => {
  const at = /^(0|[1-9]\d*)$/.test(part) ? Number(part) : -1;
  return at < length ? at : -1;
};

function write(document: unknown, path: readonly string[], value: unknown, how: "add" | "replace" | "remove"): unknown {
  if (path.length === 0) return value;
  const last = path.at(-1)!;
  const parent = read(document, path.slice(0, -1), how);
  if (Array.isArray(parent)) {
    const at = last === "-" && how === "add" ? parent.length : index(last, parent.length + 1);
    if (at < 0 || (how !== "add" && at >= parent.length)) throw failed(`${how} operation does not apply: invalid index: ${last}`);
    if (how === "add") parent.splice(at, 0, value);
    else if (how === "remove") parent.splice(at, 1);
    else parent[at] = value;
  } else if (isFields(parent)) {
    if (how === "remove") delete parent[last];
    else Object.defineProperty(parent, last, { value, enumerable: true, writable: true, configurable: true });
  } else throw failed(`${how} operation does not apply: doc is missing path: /${path.join("/")}`);
  return document;
}
