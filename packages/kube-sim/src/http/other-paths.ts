import { noSuchPath } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import { openApiIndex, openApiV2, openApiV3 } from "../openapi/documents.ts";
import { OPENAPI_V2_CONTENT, OPENAPI_V2_PROTOBUF, writeOpenApiV2 } from "../openapi/protobuf-v2.ts";
import { aggregated, coreVersions, groupList, oneGroup, resourceList } from "../registry/discovery.ts";
import { parseAccept } from "./media-type.ts";

/** The version the simulated server says it is. */
export const VERSION = {
  major: "1",
  minor: "32",
  gitVersion: "v1.32.4",
  gitCommit: "59526cd4867447956156ae3a602fcbac10a2c335",
  gitTreeState: "clean",
  buildDate: "2025-04-22T15:56:35Z",
  goVersion: "go1.23.6",
  compiler: "gc",
  platform: "linux/amd64",
};

/** An answer that is no object of a resource. A text, or bytes, are sent as such. */
export interface OtherReply {
  document: unknown;
  contentType?: string;
}

/** Health, version, discovery and OpenAPI. Throws 404 for any other path. */
export function otherPath(cluster: Cluster, path: string, accept: string | undefined, address: string): OtherReply {
  const resources = cluster.registry.all();
  if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) return { document: "ok", contentType: "text/plain; charset=utf-8" };
  if (path === "/version" || path === "/version/") return { document: VERSION };
  if (path === "/api" || path === "/apis" || path === "/api/" || path === "/apis/") {
    const core = path.startsWith("/api") && !path.startsWith("/apis");
    const version = aggregatedVersion(accept);
    if (version !== undefined) {
      return {
        document: aggregated(resources, core, version, staleVersions(cluster)),
        contentType: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
      };
    }
    return { document: core ? coreVersions(address) : groupList(resources) };
  }
  if (path === "/openapi/v2") {
    const document = openApiV2(resources);
    const wanted = parseAccept(accept).find(
      ({ type }) => type === OPENAPI_V2_PROTOBUF || type === OPENAPI_V2_CONTENT || type === "application/json" || type === "*/*",
    );
    return wanted?.type === OPENAPI_V2_PROTOBUF || wanted?.type === OPENAPI_V2_CONTENT
      ? { document: writeOpenApiV2(document), contentType: OPENAPI_V2_CONTENT }
      : { document };
  }
  if (path === "/openapi/v3" || path === "/openapi/v3/") return { document: openApiIndex(resources) };
  if (path.startsWith("/openapi/v3/")) return found(openApiV3(resources, path.slice("/openapi/v3/".length)));
  if (path === "/")
    return { document: { paths: ["/api", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"] } };
  const parts = path.split("/").filter((part) => part !== "");
  if (parts[0] === "api" && parts.length === 2) return found(resourceList(resources, parts[1]!));
  if (parts[0] === "apis" && parts.length === 2) return found(oneGroup(resources, parts[1]!));
  if (parts[0] === "apis" && parts.length === 3) return found(resourceList(resources, `${parts[1]}/${parts[2]}`));
  throw noSuchPath();
}

function found(document: unknown): OtherReply {
  if (document === undefined) throw noSuchPath();
  return { document };
}

function aggregatedVersion(accept: string | undefined): "v2" | "v2beta1" | undefined {
  for (const { type, parameters } of parseAccept(accept)) {
    if (type !== "application/json" && type !== "*/*") continue;
    if (parameters["g"] !== "apidiscovery.k8s.io" || parameters["as"] !== "APIGroupDiscoveryList") return undefined;
    if (parameters["v"] === "v2" || parameters["v"] === "v2beta1") return parameters["v"];
  }
  return undefined;
}

/** Versions that an APIService hands to a service: nothing answers for them here. */
export const staleVersions = (cluster: Cluster): { group: string; version: string }[] =>
  cluster.store
    .list("apiregistration.k8s.io/apiservices")
    .filter((one) => one["spec"]?.service !== undefined)
    .map((one) => ({ group: one["spec"].group, version: one["spec"].version }));
