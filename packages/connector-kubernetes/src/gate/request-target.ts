/**
 * Reads the target of a request. What is judged is what is sent: the path is taken apart here, every part is checked, and the request to
 * the cluster is built anew from the parts. Anything that two programs could read differently is refused.
 */

export interface ResourceTarget {
  kind: "resource";
  group: string;
  version: string;
  resource: string;
  namespace?: string;
  name?: string;
  subresource?: string;
}

/** Discovery, OpenAPI, version and health: paths that name no resource. */
export interface PlainTarget {
  kind: "plain";
  path: string;
}

export type Target = ResourceTarget | PlainTarget;

export interface RequestTarget {
  target: Target;
  query: ReadonlyMap<string, string>;
}

export type Read<T> = { ok: true; value: T } | { ok: false; reason: string };

const refused = (reason: string): { ok: false; reason: string } => ({ ok: false, reason });

/** Parts of names and paths the API uses; no slash, percent sign, semicolon or control character, encoded or not. */
const SEGMENT = /^[A-Za-z0-9._:@*~+=,-]+$/;

/** Query parameters of the API that are known not to change what a request does other than as judged here. */
const KNOWN = new Set(
  (
    "pretty watch limit continue fieldSelector labelSelector resourceVersion resourceVersionMatch timeoutSeconds timeout allowWatchBookmarks " +
    "sendInitialEvents includeObject follow container previous sinceSeconds sinceTime timestamps tailLines limitBytes stream " +
    "insecureSkipTLSVerifyBackend hash dryRun fieldManager fieldValidation force gracePeriodSeconds orphanDependents propagationPolicy " +
    "verbose exclude"
  ).split(" "),
);

const BOOLEANS = new Set(["watch", "force", "allowWatchBookmarks", "sendInitialEvents", "orphanDependents", "follow"]);

/** Plain paths that only read; everything else that is not a resource is unknown. */
const PLAIN =
  /^\/(version|api|apis|api\/v1|apis\/[^/]+|apis\/[^/]+\/v[0-9][a-z0-9]*|openapi\/v2|openapi\/v3(\/.*)?|(healthz|livez|readyz)(\/.*)?|metrics|openid\/v1\/jwks|\.well-known\/openid-configuration)$/;

/** `url` is the request target after the one-run secret, beginning with a slash. */
export function readRequestTarget(url: string): Read<RequestTarget> {
  const mark = url.indexOf("?");
  const path = readPath(mark === -1 ? url : url.slice(0, mark));
  if (!path.ok) return path;
  const query = readQuery(mark === -1 ? "" : url.slice(mark + 1));
  if (!query.ok) return query;
  const target = readTarget(path.value);
  if (!target.ok) return target;
  return { ok: true, value: { target: target.value, query: query.value } };
}

function readPath(path: string): Read<string[]> {
  if (!path.startsWith("/")) return refused("the path does not begin with a slash");
  const parts: string[] = [];
  for (const encoded of path.slice(1).split("/")) {
    let part: string;
    try {
      part = decodeURIComponent(encoded);
    } catch {
      return refused("the path is not encoded properly");
    }
    if (part === "" || part === "." || part === "..") return refused("the path has empty or relative parts");
    if (!SEGMENT.test(part)) return refused("the path has characters that names do not have");
    parts.push(part);
  }
  return { ok: true, value: parts };
}

function readQuery(text: string): Read<Map<string, string>> {
  const query = new Map<string, string>();
  if (text === "") return { ok: true, value: query };
  if (text.includes(";") || text.includes("#")) return refused("the query has separators that servers read differently");
  for (const pair of text.split("&")) {
    const mark = pair.indexOf("=");
    if (mark <= 0) return refused("the query has a parameter without a value");
    let key: string;
    let value: string;
    try {
      key = decodeURIComponent(pair.slice(0, mark).replaceAll("+", " "));
      value = decodeURIComponent(pair.slice(mark + 1).replaceAll("+", " "));
    } catch {
      return refused("the query is not encoded properly");
    }
    if (!KNOWN.has(key)) return refused("the query has a parameter that is not known");
    if (query.has(key)) return refused(`the query has ${key} twice`);
    if (BOOLEANS.has(key) && !/^(true|false|0|1)$/.test(value)) return refused(`${key} is neither true nor false`);
    if (key === "dryRun" && value !== "All") return refused("dryRun has a value other than All");
    if (hasControl(value)) return refused("the query has control characters");
    query.set(key, value);
  }
  return { ok: true, value: query };
}

function hasControl(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** Grammar of resource paths: `/api/v1` or `/apis/<group>/<version>`, then `[namespaces/<ns>/]<resource>[/<name>[/<subresource>]]`. */
function readTarget(parts: string[]): Read<Target> {
  const path = `/${parts.join("/")}`;
  if (PLAIN.test(path)) return { ok: true, value: { kind: "plain", path } };
  const root = parts[0];
  const rest = root === "api" ? parts.slice(2) : parts.slice(3);
  if ((root !== "api" && root !== "apis") || rest.length === 0) return refused("the path is not one of the API");
  const group = root === "api" ? "" : parts[1]!;
  const version = root === "api" ? parts[1]! : parts[2]!;
  if (!/^v[0-9][a-z0-9]*$/.test(version)) return refused("the path names no API version");
  if (rest.length > 5) return refused("the path is longer than a resource's");
  const base = { kind: "resource" as const, group, version };
  // `namespaces/x/status` is a part of the namespace itself, `namespaces/x/pods` lists what is in it.
  const scoped =
    rest[0] === "namespaces" && rest.length > 2 && !(group === "" && rest.length === 3 && /^(status|finalize)$/.test(rest[2]!));
  const [resource, name, subresource, beyond] = scoped ? rest.slice(2) : rest;
  if (beyond !== undefined) return refused("the path is longer than a resource's");
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(resource!) || resource === "watch" || resource === "proxy")
    return refused("the path names no resource");
  if (scoped && !/^[a-z0-9][a-z0-9.-]*$/.test(rest[1]!)) return refused("the path names no namespace");
  return {
    ok: true,
    value: {
      ...base,
      resource: resource!,
      ...(scoped ? { namespace: rest[1]! } : {}),
      ...(name === undefined ? {} : { name }),
      ...(subresource === undefined ? {} : { subresource }),
    },
  };
}

const escapePart = (part: string): string => encodeURIComponent(part).replaceAll("%3A", ":");

/** The one spelling of a target. */
export function writePath(target: Target): string {
  if (target.kind === "plain") return target.path;
  const { group, version, resource, namespace, name, subresource } = target;
  const parts = group === "" ? ["api", version] : ["apis", group, version];
  if (namespace !== undefined) parts.push("namespaces", namespace);
  parts.push(resource);
  if (name !== undefined) parts.push(name);
  if (subresource !== undefined) parts.push(subresource);
  return `/${parts.map(escapePart).join("/")}`;
}

/** Sorted, so that the same parameters are the same bytes. Empty for none, otherwise without the question mark. */
export function writeQuery(query: ReadonlyMap<string, string>): string {
  return [...query]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .join("&");
}

export function isWatch(query: ReadonlyMap<string, string>): boolean {
  const watch = query.get("watch");
  return watch === "true" || watch === "1";
}
