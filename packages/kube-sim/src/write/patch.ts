import { ApiError, badRequest, conflict, invalid, type FieldProblem, required, unsupportedMediaType } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import { type Fields, isFields, type KubeObject } from "../object.ts";
import { apply } from "../patch/apply.ts";
import { jsonPatch } from "../patch/json-patch.ts";
import { mergePatch } from "../patch/merge-patch.ts";
import { strategicMerge } from "../patch/strategic-merge.ts";
import { groupVersion, type Resource } from "../registry/resource.ts";
import { decode, prune } from "../schema/decode.ts";
import { create } from "./create.ts";
import type { WriteOptions } from "./options.ts";
import { update } from "./update.ts";

export const JSON_PATCH = "application/json-patch+json";
export const MERGE_PATCH = "application/merge-patch+json";
export const STRATEGIC_PATCH = "application/strategic-merge-patch+json";
export const APPLY_PATCH = "application/apply-patch+yaml";

const PATCHES = [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH];

/** Patches an object; an apply creates it where it is not there. Says whether it was created. */
export function patch(
  cluster: Cluster,
  resource: Resource,
  namespace: string | undefined,
  name: string,
  mediaType: string,
  body: unknown,
  options: WriteOptions,
): { object: KubeObject; created: boolean } {
  if (mediaType === APPLY_PATCH) return serverSideApply(cluster, resource, namespace, name, body, options);
  const changed = patched(resource, mediaType, body);
  return { object: update(cluster, resource, namespace, name, (current) => ({ body: changed(current) }), options), created: false };
}

/** The patch as a function of the object it is applied to. Throws 415 for a kind of patch the resource does not take. */
export function patched(resource: Resource, mediaType: string, body: unknown): (current: KubeObject) => unknown {
  const supported = resource.custom === undefined ? PATCHES : PATCHES.filter((one) => one !== STRATEGIC_PATCH);
  if (!supported.includes(mediaType)) throw unsupportedMediaType(mediaType, supported);
  if (mediaType === JSON_PATCH) return (current) => jsonPatch(current, body);
  if (!isFields(body)) throw badRequest("error decoding patch: the patch is no object");
  if (mediaType === MERGE_PATCH) return (current) => mergePatch(current, body);
  return (current) => strategicMerge(current, body, resource.type);
}

function serverSideApply(
  cluster: Cluster,
  resource: Resource,
  namespace: string | undefined,
  name: string,
  body: unknown,
  options: WriteOptions,
): { object: KubeObject; created: boolean } {
  const config = readConfiguration(resource, namespace, name, body, options);
  const by = {
    name: options.fieldManager,
    apiVersion: groupVersion(resource),
    time: cluster.now(),
    ...(options.subresource && { subresource: options.subresource }),
  };
  const live = cluster.store.get(resource.storage, namespace, name);
  if (live === undefined) {
    if (config["metadata"].uid !== undefined)
      throw conflict(
        resource,
        name,
        `uid mismatch: the provided object specified uid ${config["metadata"].uid}, and no existing object was found`,
      );
    const { managedFields } = apply(undefined, config, resource.type, by, false);
    return { object: create(cluster, resource, namespace, config, options, { managedFields }), created: true };
  }
  const object = update(
    cluster,
    resource,
    namespace,
    name,
    (current) => {
      const applied = apply(current, config, resource.type, by, options.force === true);
      keepLastApplied(applied.object, config, options.fieldManager);
      return { body: applied.object, managedFields: applied.managedFields };
    },
    options,
  );
  return { object, created: false };
}

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Where client-side apply was used before, the server keeps its annotation in step, so that one can go back to it. */
function keepLastApplied(object: Fields, config: Fields, manager: string): void {
  const annotations = object["metadata"]?.annotations;
  if (manager !== "kubectl" || annotations?.[LAST_APPLIED] === undefined) return;
  object["metadata"] = { ...object["metadata"], annotations: { ...annotations, [LAST_APPLIED]: `${JSON.stringify(config)}\n` } };
}

function readConfiguration(resource: Resource, namespace: string | undefined, name: string, body: unknown, options: WriteOptions): Fields {
  const problems: FieldProblem[] = [];
  if (options.fieldManager === "") problems.push(required("fieldManager", "is required for apply patch"));
  if (problems.length > 0) throw invalid({ group: "meta.k8s.io", plural: "patchoptions", kind: "PatchOptions" }, "", problems);
  if (!isFields(body)) throw badRequest("error decoding YAML: the configuration is no object");
  const expected = groupVersion(resource);
  if (body["kind"] !== resource.kind || body["apiVersion"] !== expected) {
    throw badRequest(
      `Incorrect version or kind specified in apply patch. Specified patch kind: ${body["apiVersion"]}, ${body["kind"]}. Expected: ${expected}, ${resource.kind}`,
    );
  }
  const metadata: Fields = { ...body["metadata"] };
  if (metadata["managedFields"] !== undefined && metadata["managedFields"] !== null) throw badRequest("metadata.managedFields must be nil");
  if (metadata["name"] !== undefined && metadata["name"] !== name) {
    throw badRequest(`the name of the object (${metadata["name"]}) does not match the name on the URL (${name})`);
  }
  if (resource.namespaced && metadata["namespace"] !== undefined && metadata["namespace"] !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  metadata["name"] = name;
  if (resource.namespaced) metadata["namespace"] = namespace;
  const config: Fields = { ...body, metadata };
  const { object, unknown } =
    resource.custom === undefined ? decode(config, resource.type, expected, resource.kind) : prune(config, resource.type);
  if (unknown.length > 0) {
    if (options.fieldValidation === "Strict" || resource.custom === undefined) {
      const scope = namespace === undefined ? `/${name}` : `${namespace}/${name}`;
      const fields = unknown.map((path) => `.${path}: field not declared in schema`).join(", ");
      throw new ApiError(
        500,
        "InternalError",
        `failed to create typed patch object (${scope}; ${expected}, Kind=${resource.kind}): ${fields}`,
      );
    }
    if (options.fieldValidation === "Warn") options.warnings.push(...unknown.map((path) => `unknown field ${JSON.stringify(path)}`));
  }
  // What the decoder leaves out because it is empty was still said: the manager wants it empty.
  return resource.custom === undefined ? { ...object, metadata: { ...object["metadata"], name } } : object;
}
