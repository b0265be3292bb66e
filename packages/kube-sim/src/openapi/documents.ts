import { createHash } from "node:crypto";
import type { Fields } from "../object.ts";
import { groupVersion, type Resource } from "../registry/resource.ts";
import { pathsOf } from "./paths.ts";
import { SchemaWriter } from "./schemas.ts";

const INFO = { title: "Kubernetes", version: "v1.32.0" };

const pathOf = (resource: Resource): string => (resource.group === "" ? `api/${resource.version}` : `apis/${groupVersion(resource)}`);

/** The index at `/openapi/v3`; the hash in a URL changes with what it leads to, since clients keep documents by it. */
export function openApiIndex(resources: readonly Resource[]): Fields {
  const paths: Fields = {};
  for (const path of new Set(resources.map(pathOf))) {
    const seen = createHash("sha256")
      .update(JSON.stringify(openApiV3(resources, path)))
      .digest("hex")
      .slice(0, 32)
      .toUpperCase();
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${seen}` };
  }
  return { paths };
}

/** The document of one group version, by its path (`apis/apps/v1`); `undefined` when it is not served. */
export function openApiV3(resources: readonly Resource[], path: string): Fields | undefined {
  const own = resources.filter((resource) => pathOf(resource) === path);
  if (own.length === 0) return undefined;
  const writer = new SchemaWriter(3);
  const paths: Fields = {};
  for (const resource of own) {
    const name = writer.add(resource);
    if (resource.verbs.includes("list")) writer.addList(resource);
    Object.assign(paths, pathsOf(resource, 3, name));
  }
  return { openapi: "3.0.0", info: INFO, paths, components: { schemas: writer.schemas } };
}

/** All of it as one OpenAPI 2 document. */
export function openApiV2(resources: readonly Resource[]): Fields {
  const writer = new SchemaWriter(2);
  const paths: Fields = {};
  for (const resource of resources) Object.assign(paths, pathsOf(resource, 2, writer.add(resource)));
  return { swagger: "2.0", info: INFO, paths, definitions: writer.schemas };
}
