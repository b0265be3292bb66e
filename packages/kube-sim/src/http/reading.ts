import { badRequest, expired, methodNotAllowed, notFound } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import type { Fields, KubeObject } from "../object.ts";
import { groupVersion, type Resource } from "../registry/resource.ts";
import { matchesFields, parseFieldSelector } from "../store/field-selector.ts";
import { matches, parseLabelSelector } from "../store/label-selector.ts";
import { type Include, partial, table } from "../table/table.ts";
import { served } from "../write/read-body.ts";
import type { Answer } from "./media-type.ts";
import type { Reply, ResourceRequest } from "./request-context.ts";
import { serveWatch } from "./watch.ts";

/** An object in the form the client asked for. */
export function shown(cluster: Cluster, resource: Resource, object: KubeObject, answer: Answer, include: Include = "Metadata"): Fields {
  switch (answer.as) {
    case "Table":
      return table(
        cluster,
        resource,
        [object],
        { resourceVersion: object.metadata.resourceVersion },
        { version: answer.version, include, columns: true },
      );
    case "PartialObjectMetadata":
    case "PartialObjectMetadataList":
      return partial(object, answer.version);
    case "object":
      return served(resource, object);
  }
}

export function getObject(cluster: Cluster, of: ResourceRequest): Reply {
  const object = cluster.store.get(of.resource.storage, of.namespace, of.name!);
  if (object === undefined) throw notFound(of.resource, of.name!);
  return { code: 200, document: shown(cluster, of.resource, object, of.answer, includeOf(of)) };
}

const includeOf = (of: ResourceRequest): Include => {
  const given = of.query.get("includeObject") || "Metadata";
  if (given !== "None" && given !== "Metadata" && given !== "Object")
    throw badRequest(`unrecognized includeObject value: ${JSON.stringify(given)}`);
  return given;
};

/** The objects a request's selectors pick. */
export function selection(of: ResourceRequest): (object: KubeObject) => boolean {
  const labels = parseLabelSelector(of.query.get("labelSelector") ?? "");
  const fields = parseFieldSelector(of.query.get("fieldSelector") ?? "", of.resource.storage);
  return (object) =>
    (of.name === undefined || object.metadata.name === of.name) && matches(labels, object.metadata.labels) && matchesFields(fields, object);
}

interface Continue {
  version: string;
  after: string;
}

const keyOf = (object: KubeObject): string => `${object.metadata.namespace ?? ""}/${object.metadata.name}`;

function readContinue(text: string): Continue {
  try {
    const found = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (typeof found.after === "string" && typeof found.version === "string") return found;
  } catch {
    // Not of this server: refused below.
  }
  throw badRequest("continue key is not valid: encoded key is malformed");
}

export function list(cluster: Cluster, of: ResourceRequest): Reply {
  const { resource, query } = of;
  const limit = Number(query.get("limit") ?? 0);
  const token = query.get("continue") ?? "";
  const picked = cluster.store.list(resource.storage, of.namespace).filter(selection(of));
  let version = String(cluster.store.version);
  let start = 0;
  if (token !== "") {
    const from = readContinue(token);
    // A page is of the state its list began with; once that is compacted away the client has to begin anew.
    if (cluster.store.since(Number(from.version)) === undefined) {
      throw expired(
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.",
      );
    }
    version = from.version;
    start = picked.findIndex((object) => keyOf(object) > from.after);
    if (start < 0) start = picked.length;
  }
  const end = limit > 0 ? Math.min(start + limit, picked.length) : picked.length;
  const objects = picked.slice(start, end);
  const metadata: Fields = { resourceVersion: version };
  if (end < picked.length) {
    metadata["continue"] = Buffer.from(JSON.stringify({ version, after: keyOf(objects.at(-1)!) })).toString("base64url");
    // With a selector the server does not know how many there are.
    if (!query.get("labelSelector") && !query.get("fieldSelector")) metadata["remainingItemCount"] = picked.length - end;
  }
  return { code: 200, document: shownList(cluster, of, objects, metadata) };
}

export function shownList(cluster: Cluster, of: ResourceRequest, objects: readonly KubeObject[], metadata: Fields): Fields {
  const { resource, answer } = of;
  const items = objects.map((object) => served(resource, object));
  if (answer.as === "Table")
    return table(cluster, resource, objects, metadata, { version: answer.version, include: includeOf(of), columns: true });
  if (answer.as !== "object") {
    return {
      kind: "PartialObjectMetadataList",
      apiVersion: `meta.k8s.io/${answer.version}`,
      metadata,
      items: items.map((item) => partial(item, answer.version)),
    };
  }
  // Items of a list do not repeat what the list says; those of custom resources do.
  const shownItems = resource.custom === undefined ? items.map(({ apiVersion: _apiVersion, kind: _kind, ...rest }) => rest) : items;
  return { kind: `${resource.kind}List`, apiVersion: groupVersion(resource), metadata, items: shownItems };
}

export function watch(cluster: Cluster, of: ResourceRequest): () => void {
  const { resource, query, answer } = of;
  if (!resource.verbs.includes("watch")) throw methodNotAllowed();
  const include = includeOf(of);
  const timeout = query.get("timeoutSeconds");
  const apiVersion = groupVersion(resource);
  return serveWatch(
    cluster.store,
    {
      storage: resource.storage,
      namespace: resource.namespaced ? of.namespace : undefined,
      matches: selection(of),
      show: (object, first) =>
        answer.as === "Table"
          ? table(
              cluster,
              resource,
              [object],
              { resourceVersion: object.metadata.resourceVersion },
              { version: answer.version, include, columns: first },
            )
          : shown(cluster, resource, object, answer),
      bookmark: (version, initialEnd) => {
        const metadata = {
          resourceVersion: version,
          creationTimestamp: null,
          ...(initialEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {}),
        };
        if (answer.as === "Table")
          return {
            kind: "Table",
            apiVersion: `meta.k8s.io/${answer.version}`,
            metadata: { resourceVersion: version },
            columnDefinitions: null,
            rows: [],
          };
        return answer.as === "object"
          ? { kind: resource.kind, apiVersion, metadata }
          : { kind: "PartialObjectMetadata", apiVersion: `meta.k8s.io/${answer.version}`, metadata };
      },
      resourceVersion: query.get("resourceVersion") ?? "",
      bookmarks: query.get("allowWatchBookmarks") === "true",
      sendInitialEvents: query.get("sendInitialEvents") === "true",
      timeoutSeconds: timeout === null ? undefined : Number(timeout),
    },
    of.response,
  );
}
