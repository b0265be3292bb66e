import type { Json } from "../json.ts";

/**
 * What somebody wants to do, as an authorizer is asked (authorization.k8s.io/v1, ResourceAttributes and NonResourceAttributes).
 * Without a `namespace` all of them, or a resource that is in none. Without a `name` whichever: a request to list, to create or to delete a
 * collection carries none, so rules that are limited by `resourceNames` do not allow those (a list with the field selector
 * `metadata.name=…` is a request with that name).
 */
export interface Attributes {
  /** In lower case, e.g. `get`, `deletecollection`, `impersonate`. */
  verb: string;
  /** Empty or absent for the core group. */
  group?: string;
  /** Plural, e.g. `pods`. */
  resource?: string;
  /** e.g. `exec`. */
  subresource?: string;
  namespace?: string;
  name?: string;
  /** A path that is no resource, e.g. `/metrics`; nothing of the above but the verb counts then. */
  path?: string;
}

/** One rule of a role (rbac.authorization.k8s.io/v1, PolicyRule). */
export interface Rule {
  verbs: readonly string[];
  apiGroups: readonly string[];
  resources: readonly string[];
  resourceNames: readonly string[];
  nonResourceURLs: readonly string[];
}

const texts = (value: Json): string[] => (Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : []);

export function readRules(rules: Json): Rule[] {
  if (!Array.isArray(rules)) return [];
  return rules.map((rule) => ({
    verbs: texts(rule?.["verbs"]),
    apiGroups: texts(rule?.["apiGroups"]),
    resources: texts(rule?.["resources"]),
    resourceNames: texts(rule?.["resourceNames"]),
    nonResourceURLs: texts(rule?.["nonResourceURLs"]),
  }));
}

const has = (list: readonly string[], value: string): boolean => list.includes("*") || list.includes(value);

/**
 * Whether a rule allows it. As kube-apiserver compares (rbac/v1 evaluation helpers): `*` of resources is every resource with every
 * subresource, `scale` behind `*` the subresource of every resource, while `pods` is not `pods/log`; a path matches one that is the same or that
 * ends in `*` and begins it.
 */
export function covers(rule: Rule, wanted: Attributes): boolean {
  if (!has(rule.verbs, wanted.verb)) return false;
  if (wanted.path !== undefined) return rule.nonResourceURLs.some((one) => coversPath(one, wanted.path!));
  return (
    has(rule.apiGroups, wanted.group ?? "") &&
    rule.resources.some((one) => coversResource(one, wanted.resource ?? "", wanted.subresource ?? "")) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(wanted.name ?? ""))
  );
}

/** Verbs of requests whose path ends in the name of one object. */
const OF_ONE: ReadonlySet<string> = new Set(["get", "update", "patch", "delete"]);

/**
 * Whether it is asked for within the namespace that it is about: kube-apiserver takes `/api/v1/namespaces/shop` for a request in `shop`
 * (k8s.io/apiserver, RequestInfoFactory), so that a RoleBinding there is enough. Namespaces are listed, made and watched in none.
 */
export const isWithinItself = ({ verb, group, resource }: Attributes): boolean =>
  resource === "namespaces" && (group ?? "") === "" && OF_ONE.has(verb);

function coversResource(given: string, resource: string, subresource: string): boolean {
  if (given === "*" || given === (subresource === "" ? resource : `${resource}/${subresource}`)) return true;
  return subresource !== "" && given === `*/${subresource}`;
}

function coversPath(given: string, path: string): boolean {
  return given === "*" || given === path || (given.endsWith("*") && path.startsWith(given.replace(/\*+$/, "")));
}

/** As people say it: `create pods/exec in shop`, `get secrets "db" in every namespace`, `get /metrics`. */
export function wantedText({ verb, group, resource, subresource, namespace, name, path }: Attributes): string {
  if (path !== undefined) return `${verb} ${path}`;
  const what = `${resource ?? ""}${subresource ? `/${subresource}` : ""}${group ? `.${group}` : ""}`;
  return `${verb} ${what}${name ? ` "${name}"` : ""}${namespace ? ` in ${namespace}` : ""}`;
}
