import { isRecord, type Json, type KubeObject } from "../json.ts";
import { BUILTIN_KINDS } from "../schema/kinds.ts";

/** A type of objects as discovery tells it. */
export interface ResourceType {
  /** Empty for the core group. */
  group: string;
  version: string;
  /** Plural, e.g. `deployments`. */
  resource: string;
  kind: string;
  namespaced: boolean;
  verbs: readonly string[];
  /** Other names that people call it by, as discovery tells them. */
  singular?: string;
  shortNames?: readonly string[];
  subresources?: readonly string[];
}

/** The type a name stands for, and others that it stands for as well: the first one is meant, as kubectl means it. */
export interface FoundType {
  type: ResourceType;
  others: readonly ResourceType[];
}

/**
 * The type of a name as kubectl takes it: plural, singular, short name or kind in any case, alone or followed by its group (`deploy.apps`) or
 * its version and group (`deployments.v1.apps`); a group may be shortened from its end (`ingresses.networking`). Of several the first of
 * `types`, which are in the server's order.
 */
export function findType(types: readonly ResourceType[], text: string): FoundType | undefined {
  const [name = "", ...rest] = text.toLowerCase().split(".");
  const named = types.filter(
    (type) => type.resource === name || (type.singular || type.kind).toLowerCase() === name || (type.shortNames ?? []).includes(name),
  );
  if (rest.length === 0) return chosen(named, name);
  const suffix = rest.join(".");
  const [version, ...group] = rest;
  const ways: ((type: ResourceType) => boolean)[] = [
    (type) => type.group === suffix,
    (type) => type.version === version && type.group === group.join("."),
    (type) => type.group.startsWith(suffix),
  ];
  for (const way of ways) {
    const found = chosen(named.filter(way), name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A plural goes before a singular, and both before a short name that another type has. */
function chosen(named: readonly ResourceType[], name: string): FoundType | undefined {
  const best =
    named.find((type) => type.resource === name) ?? named.find((type) => (type.singular || type.kind).toLowerCase() === name) ?? named[0];
  if (best === undefined) return undefined;
  const others = named.filter((type) => type.resource === best.resource && type.group !== best.group);
  return { type: best, others: [...new Map(others.map((type) => [type.group, type])).values()] };
}

/** What kube-apiserver 1.32 serves by itself, and what CustomResourceDefinitions among `objects` add. */
export function typesOfManifests(objects: Iterable<KubeObject>): ResourceType[] {
  const words = (text: string | undefined): string[] => (text === undefined || text === "" ? [] : text.split(","));
  const builtin = BUILTIN_KINDS.map(({ group, version, kind, plural, namespaced, words: more }): ResourceType => ({
    group,
    version,
    kind,
    resource: plural,
    namespaced,
    verbs: more.has("verbs") ? words(more.get("verbs")) : EVERY_VERB,
    shortNames: words(more.get("short")),
    subresources: words(more.get("sub")),
  }));
  return [...builtin, ...[...objects].flatMap(definedTypes)];
}

const EVERY_VERB = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

function definedTypes({ apiVersion, kind, ["spec"]: spec }: KubeObject): ResourceType[] {
  if (kind !== "CustomResourceDefinition" || !String(apiVersion).startsWith("apiextensions.k8s.io/") || !isRecord(spec)) return [];
  const names: Json = spec["names"];
  const versions: Json[] = Array.isArray(spec["versions"]) ? spec["versions"] : [];
  return versions
    .filter((version) => version?.["served"] !== false)
    .map((version) => ({
      group: String(spec["group"]),
      version: String(version?.["name"]),
      resource: String(names?.["plural"]),
      kind: String(names?.["kind"]),
      namespaced: spec["scope"] !== "Cluster",
      verbs: EVERY_VERB,
      ...(typeof names?.["singular"] === "string" ? { singular: names["singular"] } : {}),
      shortNames: Array.isArray(names?.["shortNames"]) ? names["shortNames"].map(String) : [],
      subresources: isRecord(version?.["subresources"]) ? Object.keys(version["subresources"]) : [],
    }));
}
