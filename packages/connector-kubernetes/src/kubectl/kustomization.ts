import { parseAllDocuments } from "yaml";

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
 * Why a kustomization may not be built, undefined when it may. kubectl's own kustomize fetches URLs and repositories that are named where
 * a file could be, so every name in it must be one of the command's files; fields that run programs, and fields not known, are refused.
 */
export function refusedKustomization(files: Files, folder: string, visited: ReadonlySet<string> = new Set()): string | undefined {
  if (visited.has(folder)) return undefined;
  const name = NAMES.map((one) => join(folder, one)).find((one) => one !== undefined && files.has(one));
  if (name === undefined) return `there is no kustomization.yaml in ${folder} among the command's files`;
  const documents = parseAllDocuments(files.get(name)!.toString("utf8"));
  if (!Array.isArray(documents) || documents.length !== 1 || documents[0]!.errors.length > 0) return `${name} is not one YAML document`;
  const content: unknown = documents[0]!.toJS({ maxAliasCount: 0 });
  if (typeof content !== "object" || content === null || Array.isArray(content)) return `${name} is not an object`;
  const seen = new Set([...visited, folder]);
  for (const [field, value] of Object.entries(content)) {
    const reason = refusedField(files, folder, field, value, seen);
    if (reason !== undefined) return `${name}: ${reason}`;
  }
  return undefined;
}

function refusedField(files: Files, folder: string, field: string, value: unknown, visited: ReadonlySet<string>): string | undefined {
  if (HARMLESS.has(field) || value === null) return undefined;
  const items = Array.isArray(value) ? (value as unknown[]) : undefined;
  if (FILE_LISTS.has(field)) return firstOf(items, (item) => refusedName(files, folder, field, item, visited));
  switch (field) {
    case "patchesStrategicMerge":
      return firstOf(items, (item) => (inline(item) ? undefined : refusedName(files, folder, field, item, visited)));
    case "patches":
    case "patchesJson6902":
    case "replacements":
      return firstOf(items, (item) => {
        const path = (item as { path?: unknown } | null)?.path;
        return path === undefined ? undefined : refusedName(files, folder, field, path, visited);
      });
    case "configMapGenerator":
    case "secretGenerator":
      return firstOf(items, (item) => refusedGenerator(files, folder, field, item, visited));
    default:
      return `${field} is not allowed here: it may run programs or read what is not the command's`;
  }
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

function refusedGenerator(files: Files, folder: string, field: string, item: unknown, visited: ReadonlySet<string>): string | undefined {
  const generator = item as { files?: unknown; envs?: unknown; env?: unknown } | null;
  const sources: unknown[] = [];
  for (const list of [generator?.files, generator?.envs]) {
    if (list === undefined) continue;
    if (!Array.isArray(list)) return `${field} has a list that is none`;
    sources.push(...(list as unknown[]));
  }
  if (generator?.env !== undefined) sources.push(generator.env);
  return firstOf(sources, (source) =>
    refusedName(files, folder, field, typeof source === "string" ? source.slice(source.indexOf("=") + 1) : source, visited),
  );
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
