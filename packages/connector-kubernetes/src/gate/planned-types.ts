import { isRecord, type Json, type KubeObject } from "@interlock/kube-model";
import type { Overlay } from "./overlay.ts";
import type { ResourceTarget } from "./request-target.ts";

/** A type that a definition of the plan makes, in one of its versions. */
export interface PlannedType {
  group: string;
  version: string;
  resource: string;
  kind: string;
  singular: string;
  shortNames: string[];
  categories: string[];
  namespaced: boolean;
  subresources: string[];
  /** `openAPIV3Schema`. */
  schema: Json;
}

const GROUP = "apiextensions.k8s.io";
const RESOURCE = "customresourcedefinitions";
const VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

/** Types that the cluster does not know yet, and those (`plural.group`) that it will know no longer. */
export function typesOf(overlay: Overlay): { made: PlannedType[]; gone: Set<string> } {
  const definitions = overlay.of(GROUP, RESOURCE, undefined);
  const made = definitions.flatMap(({ object, live }) => (object === undefined || live !== undefined ? [] : typesIn(object)));
  const gone = new Set(definitions.flatMap(({ object, live, name }) => (object === undefined && live !== undefined ? [name] : [])));
  return { made, gone };
}

/** The type of a target, when only the plan has it. */
export function plannedType(overlay: Overlay, { group, version, resource }: ResourceTarget): PlannedType | undefined {
  if (overlay.of(GROUP, RESOURCE, undefined).length === 0) return undefined;
  return typesOf(overlay).made.find((type) => type.group === group && type.version === version && type.resource === resource);
}

function typesIn(definition: KubeObject): PlannedType[] {
  const spec: Json = definition["spec"];
  const names: Json = spec?.["names"];
  if (!isRecord(names) || !Array.isArray(spec["versions"])) return [];
  const kind = String(names["kind"]);
  return spec["versions"]
    .filter((version: Json) => version?.["served"] === true)
    .map((version: Json) => ({
      group: String(spec["group"]),
      version: String(version["name"]),
      resource: String(names["plural"]),
      kind,
      singular: String(names["singular"] ?? kind.toLowerCase()),
      shortNames: textsOf(names["shortNames"]),
      categories: textsOf(names["categories"]),
      namespaced: spec["scope"] === "Namespaced",
      subresources: isRecord(version["subresources"]) ? Object.keys(version["subresources"]) : [],
      schema: version["schema"]?.["openAPIV3Schema"],
    }));
}

const textsOf = (value: Json): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Discovery documents, by their path, that the plan's definitions have a part in. */
export const isDiscovery = (path: string): boolean => /^\/apis(\/[^/]+){0,2}$/.test(path);

/** A discovery document as the plan would leave it; `found` is the cluster's own. Undefined when the cluster's stands, its refusal included. */
export function plannedDiscovery(overlay: Overlay, path: string, found: KubeObject | undefined): KubeObject | undefined {
  const { made, gone } = typesOf(overlay);
  if (made.length === 0 && gone.size === 0) return undefined;
  const [group, version] = path.split("/").slice(2);
  if (group === undefined) return found === undefined ? undefined : groupsWith(found, made, gone);
  const own = made.filter((type) => type.group === group && (version === undefined || type.version === version));
  if (version === undefined) return own.length === 0 ? undefined : groupOf(group, own, found);
  const lost = new Set([...gone].filter((name) => name.endsWith(`.${group}`)).map((name) => name.slice(0, -group.length - 1)));
  if (own.length === 0 && (lost.size === 0 || found === undefined)) return undefined;
  const resources: Json[] = found?.["resources"] ?? [];
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: `${group}/${version}`,
    ...found,
    resources: [...resources.filter(({ name }) => !lost.has(String(name).split("/")[0]!)), ...own.flatMap(resourcesOf)],
  };
}

function groupsWith(found: KubeObject, made: readonly PlannedType[], gone: ReadonlySet<string>): KubeObject | undefined {
  if (found.kind === "APIGroupDiscoveryList") return aggregatedWith(found, made, gone);
  const groups: Json[] = found["groups"] ?? [];
  const names = new Set(made.map(({ group }) => group));
  const kept = groups.filter(({ name }) => !names.has(name));
  const added = [...names].map((name) => {
    const {
      kind: _kind,
      apiVersion: _version,
      ...group
    } = groupOf(
      name,
      made.filter(({ group: own }) => own === name),
      groups.find((one) => one.name === name),
    );
    return group;
  });
  return { ...found, groups: [...kept, ...added] };
}

function groupOf(name: string, types: readonly PlannedType[], found: Json): KubeObject {
  const known: Json[] = found?.["versions"] ?? [];
  const versions = new Set([...known.map(({ version }) => String(version)), ...types.map(({ version }) => version)]);
  const all = [...versions].map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { kind: "APIGroup", apiVersion: "v1", name, versions: all, preferredVersion: found?.["preferredVersion"] ?? all[0] };
}

function resourcesOf(type: PlannedType): Json[] {
  const { resource: name, singular: singularName, namespaced, kind, shortNames, categories, subresources } = type;
  const more = { ...(shortNames.length > 0 && { shortNames }), ...(categories.length > 0 && { categories }) };
  return [
    { name, singularName, namespaced, kind, verbs: VERBS, ...more },
    ...subresources.map((sub) => ({ name: `${name}/${sub}`, singularName: "", namespaced, kind, verbs: ["get", "patch", "update"] })),
  ];
}

/** apidiscovery.k8s.io: groups with their versions and resources in one document. */
function aggregatedWith(found: KubeObject, made: readonly PlannedType[], gone: ReadonlySet<string>): KubeObject {
  const items = new Map<string, Map<string, Json>>();
  for (const item of (found["items"] ?? []) as Json[]) {
    const group = String(item["metadata"]?.["name"]);
    const versions = ((item["versions"] ?? []) as Json[]).map((version) => {
      const resources = ((version["resources"] ?? []) as Json[]).filter(({ resource }) => !gone.has(`${resource}.${group}`));
      return [String(version["version"]), { ...version, resources }] as const;
    });
    items.set(group, new Map(versions));
  }
  for (const type of made) {
    const versions = items.get(type.group) ?? new Map<string, Json>();
    const version: Json = versions.get(type.version) ?? { version: type.version, freshness: "Current", resources: [] };
    versions.set(type.version, { ...version, resources: [...version["resources"], aggregated(type)] });
    items.set(type.group, versions);
  }
  return { ...found, items: [...items].map(([name, versions]) => ({ metadata: { name }, versions: [...versions.values()] })) };
}

function aggregated(type: PlannedType): Json {
  const { group, version, kind, resource, singular, shortNames, categories, namespaced, subresources } = type;
  const responseKind = { group, version, kind };
  return {
    resource,
    responseKind,
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs: VERBS,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && {
      subresources: subresources.map((subresource) => ({ subresource, responseKind, verbs: ["get", "patch", "update"] })),
    }),
  };
}

/** A list of a type that only the plan has, before its objects are put into it. */
export function emptyList({ group, version, kind }: PlannedType, resourceVersion: string, table: boolean): KubeObject {
  if (!table) return { apiVersion: `${group}/${version}`, kind: `${kind}List`, metadata: { resourceVersion }, items: [] };
  const column = { type: "string", description: "", priority: 0 };
  const columnDefinitions = [
    { name: "Name", format: "name", ...column },
    { name: "Age", format: "", ...column },
  ];
  return { apiVersion: "meta.k8s.io/v1", kind: "Table", metadata: { resourceVersion }, columnDefinitions, rows: [] };
}

/** An OpenAPI v3 document of the type's schema alone. */
export const schemaDocument = ({ group, version, kind, schema }: PlannedType): Json => ({
  components: { schemas: { type: { ...schema, "x-kubernetes-group-version-kind": [{ group, version, kind }] } } },
});
