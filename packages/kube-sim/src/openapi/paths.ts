import type { Fields } from "../object.ts";
import { groupVersion, type Resource } from "../registry/resource.ts";

const query = (name: string, type: string): Fields => ({ name, in: "query", type });

/** Parameters clients look for before they use them. */
const WRITE = [query("dryRun", "string"), query("fieldManager", "string"), query("fieldValidation", "string")];
const LIST = ["continue", "fieldSelector", "labelSelector", "resourceVersion", "resourceVersionMatch"]
  .map((name) => query(name, "string"))
  .concat([
    query("limit", "integer"),
    query("timeoutSeconds", "integer"),
    query("watch", "boolean"),
    query("allowWatchBookmarks", "boolean"),
  ]);
const DELETE = [
  query("dryRun", "string"),
  query("gracePeriodSeconds", "integer"),
  query("orphanDependents", "boolean"),
  query("propagationPolicy", "string"),
];

/** Verb of the API, HTTP method, parameters. */
const ON_COLLECTION: readonly [verb: string, method: string, parameters: Fields[]][] = [
  ["list", "get", LIST],
  ["create", "post", WRITE],
  ["deletecollection", "delete", [...LIST, ...DELETE]],
];
const ON_OBJECT: readonly [verb: string, method: string, parameters: Fields[]][] = [
  ["get", "get", []],
  ["update", "put", WRITE],
  ["patch", "patch", [...WRITE, query("force", "boolean")]],
  ["delete", "delete", DELETE],
];

const ACTION: Readonly<Record<string, string>> = { create: "post", update: "put" };

/**
 * The paths of a resource. `write` turns parameters and schema names into the form of the document's version.
 */
export function pathsOf(resource: Resource, version: 2 | 3, schema: string): Record<string, Fields> {
  const root = resource.group === "" ? `/api/${resource.version}` : `/apis/${groupVersion(resource)}`;
  const collection = `${root}/${resource.namespaced ? "namespaces/{namespace}/" : ""}${resource.plural}`;
  const kind = { group: resource.group, kind: resource.kind, version: resource.version };
  const inPath = (name: string): Fields => parameter({ name, in: "path", required: true, type: "string" }, version);
  const scope = resource.namespaced ? [inPath("namespace")] : [];
  const operations = (list: typeof ON_OBJECT, verbs: readonly string[], of: Fields, parameters: Fields[], name: string): Fields => {
    const found: Fields = parameters.length > 0 ? { parameters } : {};
    for (const [verb, method, own] of list) {
      if (!verbs.includes(verb)) continue;
      found[method] = operation(verb, own, of, version, name);
    }
    return found;
  };
  const paths: Record<string, Fields> = {
    [collection]: operations(ON_COLLECTION, resource.verbs, kind, scope, schema),
    [`${collection}/{name}`]: operations(ON_OBJECT, resource.verbs, kind, [...scope, inPath("name")], schema),
  };
  if (resource.namespaced && resource.verbs.includes("list")) {
    paths[`${root}/${resource.plural}`] = { get: operation("list", LIST, kind, version, schema) };
  }
  for (const sub of resource.subresources) {
    const of = { group: sub.group ?? resource.group, kind: sub.kind, version: sub.version ?? resource.version };
    const all = [...ON_COLLECTION, ...ON_OBJECT].filter(([verb]) => verb !== "list" && verb !== "deletecollection");
    paths[`${collection}/{name}/${sub.name}`] = operations(all, sub.verbs, of, [...scope, inPath("name")], schema);
  }
  for (const [path, found] of Object.entries(paths)) if (Object.keys(found).every((key) => key === "parameters")) delete paths[path];
  return paths;
}

function operation(verb: string, parameters: readonly Fields[], kind: Fields, version: 2 | 3, schema: string): Fields {
  const ref = version === 3 ? `#/components/schemas/${schema}` : `#/definitions/${schema}`;
  const ok =
    version === 3
      ? { content: { "application/json": { schema: { $ref: ref } } }, description: "OK" }
      : { description: "OK", schema: { $ref: ref } };
  const shown = parameters.map((one) => parameter(one, version));
  return {
    ...(shown.length > 0 ? { parameters: shown } : {}),
    responses: { "200": ok },
    "x-kubernetes-action": ACTION[verb] ?? verb,
    "x-kubernetes-group-version-kind": kind,
  };
}

function parameter(of: Fields, version: 2 | 3): Fields {
  if (version === 2) return { uniqueItems: true, ...of };
  const { type, ...rest } = of;
  return { ...rest, schema: { type, uniqueItems: true } };
}
