import { parseAllDocuments, visit, type Document } from "yaml";

export type Files = ReadonlyMap<string, Buffer>;

const NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** Fields that only change what was read, and hold no names of files. */
const HARMLESS = new Set([
  "apiVersion",
  "kind",
  "metadata",
  "namespace",
  "namePrefix",
  "nameSuffix",
  "commonLabels",
  "commonAnnotations",
  "labels",
  "images",
  "replicas",
  "vars",
  "generatorOptions",
  "buildMetadata",
  "sortOptions",
]);
const FILE_LISTS = new Set(["resources", "bases", "components", "crds", "configurations"]);

/**
 * Fields of the items of other lists: `file` names one, `sources` are `[key=]name`, `plain` holds none. kustomize takes a field in any case and merges `<<`,
 * so what is not here letter by letter is refused, and never taken for harmless.
 */
const ITEM_FIELDS: Readonly<Record<string, Readonly<Record<string, "plain" | "file" | "sources">>>> = {
  patches: { path: "file", patch: "plain", target: "plain", options: "plain" },
  patchesJson6902: { path: "file", patch: "plain", target: "plain" },
  replacements: { path: "file", source: "plain", targets: "plain" },
  configMapGenerator: generator(),
  secretGenerator: { ...generator(), type: "plain" },
};

function generator() {
  return {
    name: "plain",
    namespace: "plain",
    behavior: "plain",
    literals: "plain",
    options: "plain",
    files: "sources",
    envs: "sources",
    env: "sources",
  } as const;
}

/**
 * Why a kustomization may not be built, undefined when it may. kubectl's own kustomize fetches URLs and repositories that are named where
 * a file could be, so every name in it must be one of the command's files; fields that run programs, and fields not known, are refused.
 */
export function refusedKustomization(files: Files, folder: string, visited: ReadonlySet<string> = new Set()): string | undefined {
  if (visited.has(folder)) return undefined;
  const name = NAMES.map((one) => join(folder, one)).find((one) => one !== undefined && files.has(one));
  if (name === undefined) return `there is no kustomization.yaml in ${folder} among the command's files`;
  const text = files.get(name)!.toString("utf8");
  if (BREAKS.test(text)) return `${name} has characters that not every reader of YAML takes for the same`;
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents) || documents.length !== 1 || documents[0]!.errors.length > 0) return `${name} is not one YAML document`;
  if (hasAlias(documents[0]!)) return `${name} has aliases, which are not allowed here`;
  const content: unknown = documents[0]!.toJS();
  if (!isObject(content)) return `${name} is not an object`;
  const seen = new Set([...visited, folder]);
  for (const [field, value] of Object.entries(content)) {
    const reason = refusedField(files, folder, field, value, seen);
    if (reason !== undefined) return `${name}: ${reason}`;
  }
  return undefined;
}

/** YAML 1.1, which kustomize reads, ends lines (and with them comments) where 1.2 does not; control characters have no business here. */
// oxlint-disable-next-line no-control-regex
const BREAKS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffd]/u;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

function hasAlias(document: Document): boolean {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

function refusedField(files: Files, folder: string, field: string, value: unknown, visited: ReadonlySet<string>): string | undefined {
  if (HARMLESS.has(field) || value === null) return undefined;
  const items = Array.isArray(value) ? (value as unknown[]) : undefined;
  if (FILE_LISTS.has(field)) return firstOf(items, (item) => refusedName(files, folder, field, item, visited));
  if (field === "patchesStrategicMerge")
    return firstOf(items, (item) => (inline(item) ? undefined : refusedName(files, folder, field, item, visited)));
  if (Object.hasOwn(ITEM_FIELDS, field)) return firstOf(items, (item) => refusedItem(files, folder, field, item, visited));
  return `${field} is not allowed here: it may run programs or read what is not the command's`;
}

function firstOf(items: unknown[] | undefined, judge: (item: unknown) => string | undefined): string | undefined {
  if (items === undefined) return "a list is expected";
  for (const item of items) {
    const reason = judge(item);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

const inline = (item: unknown): boolean => typeof item === "string" && item.trim().includes("\n");

function refusedItem(files: Files, folder: string, field: string, item: unknown, visited: ReadonlySet<string>): string | undefined {
  if (!isObject(item)) return `${field} has an item that is no object`;
  for (const [name, value] of Object.entries(item)) {
    const known = ITEM_FIELDS[field]!;
    const holds = Object.hasOwn(known, name) ? known[name] : undefined;
    if (holds === undefined) return `${field}.${name} is not allowed here: it may read what is not the command's`;
    if (holds === "plain" || value === null) continue;
    const sources: unknown[] = Array.isArray(value) ? value : [value];
    const reason = firstOf(sources, (source) => {
      const path = holds === "sources" && typeof source === "string" ? source.slice(source.indexOf("=") + 1) : source;
      return refusedName(files, folder, field, path, visited);
    });
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function refusedName(files: Files, folder: string, field: string, name: unknown, visited: ReadonlySet<string>): string | undefined {
  const path = typeof name === "string" ? join(folder, name) : undefined;
  if (path === undefined) return `${field} names something that is not a file of the command`;
  if (files.has(path)) return undefined;
  if ([...files.keys()].some((file) => file.startsWith(`${path}/`)) || path === ".") return refusedKustomization(files, path, visited);
  return `${field} names a file that the command does not have`;
}

/** A name within the command's files; undefined when it leads out of them or is no plain path. */
function join(folder: string, name: string): string | undefined {
  if (!/^[A-Za-z0-9._/-]+$/.test(name) || name.startsWith("/")) return undefined;
  const parts: string[] = folder === "." ? [] : folder.split("/");
  for (const part of name.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.length === 0 ? "." : parts.join("/");
}
