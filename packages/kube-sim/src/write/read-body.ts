import { type ApiError, badRequest } from "../api-error.ts";
import { type Fields, isFields, type KubeObject, type NewObject } from "../object.ts";
import { groupVersion, type Resource } from "../registry/resource.ts";
import { decode, prune } from "../schema/decode.ts";
import type { WriteOptions } from "./options.ts";

/** The document of a request in the form it is stored in. Unknown fields are treated as the request wants them treated. */
export function readBody(resource: Resource, body: unknown, options: WriteOptions): NewObject {
  if (!isFields(body)) throw badRequest("the object provided is unrecognized (must be of type Object)");
  const expected = groupVersion(resource);
  const given: Fields = { ...body, apiVersion: body["apiVersion"] ?? expected, kind: body["kind"] ?? resource.kind };
  if (given["kind"] !== resource.kind || given["apiVersion"] !== expected) {
    throw badRequest(
      `${given["kind"]} in version ${JSON.stringify(String(given["apiVersion"]).split("/").at(-1))} cannot be handled as a ${resource.kind}: converting (${given["apiVersion"]}.${given["kind"]}) to (${expected}.${resource.kind}): unknown conversion`,
    );
  }
  const { object, unknown } =
    resource.custom === undefined ? decode(given, resource.type, expected, resource.kind) : prune(given, resource.type);
  if (unknown.length > 0) {
    const list = unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
    if (options.fieldValidation === "Strict") throw strictError(resource, list);
    if (options.fieldValidation === "Warn") options.warnings.push(...list);
  }
  object["metadata"] ??= {};
  return (resource.conversion?.toStored(object) ?? object) as NewObject;
}

function strictError(resource: Resource, list: readonly string[]): ApiError {
  const why = `strict decoding error: ${list.join(", ")}`;
  const { kind, version } = resource;
  return badRequest(
    resource.custom === undefined ? `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}` : why,
  );
}

/** The stored object in the version asked for. */
export const served = (resource: Resource, stored: KubeObject): KubeObject => resource.conversion?.fromStored(stored) ?? stored;

/** The resource as it is stored: that of another version where this one is converted. */
export const isStored = (resource: Resource): boolean => resource.conversion === undefined;
