import { alreadyExists, badRequest, invalid, required } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import { setDefaults } from "../defaults/defaults.ts";
import type { KubeObject, NewObject } from "../object.ts";
import { trackUpdate } from "../patch/managed-fields.ts";
import { groupVersion, type Resource } from "../registry/resource.ts";
import { validate } from "../validate/validate.ts";
import { admit, admitToNamespace, mutateNew } from "./admit.ts";
import type { WriteOptions } from "./options.ts";
import { prepareNew } from "./prepare.ts";
import { readBody } from "./read-body.ts";

/** Longest prefix of a generated name that leaves room for its random end. */
const GENERATED_PREFIX = 58;

/**
 * Creates what a client sent, in the order of the server: read, name, admit (mutating), default, validate, admit (validating), store. Returns the
 * stored object, or in a dry run what would be stored. Throws ApiError. `keepStatus` and `managedFields` are for objects that come with a
 * history of their own (loaded content, server-side apply).
 */
export function create(
  cluster: Cluster,
  resource: Resource,
  namespace: string | undefined,
  body: unknown,
  options: WriteOptions,
  kept: { status?: boolean; managedFields?: KubeObject["metadata"]["managedFields"] } = {},
): KubeObject {
  const given = readBody(resource, body, options);
  const object = named(cluster, resource, namespace, given);
  if (resource.namespaced) admitToNamespace(cluster, resource, namespace!, object.metadata.name);
  setDefaults(resource.storage, object);
  mutateNew(cluster, resource, object);
  // A plug-in may have added what has defaults of its own, such as a volume.
  setDefaults(resource.storage, object);
  prepareNew(cluster, resource, object, kept.status === true);
  admit(cluster, resource, "CREATE", object, options);
  const problems = validate(resource.conversion === undefined ? resource : cluster.registry.stored(resource.storage)!, object);
  if (problems.length > 0) throw invalid(resource, object.metadata.name, problems);
  if (cluster.store.get(resource.storage, object.metadata.namespace, object.metadata.name) !== undefined) {
    throw alreadyExists(resource, object.metadata.name);
  }
  const by = { name: options.fieldManager, apiVersion: groupVersion(resource), time: cluster.now() };
  object.metadata.managedFields = kept.managedFields ?? trackUpdate(undefined, object, resource.type, by);
  if (object.metadata.managedFields.length === 0) delete object.metadata.managedFields;
  return options.dryRun ? object : cluster.store.put(resource.storage, object);
}

function named(cluster: Cluster, resource: Resource, namespace: string | undefined, given: NewObject): KubeObject {
  const { metadata } = given;
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== "")
    throw badRequest("resourceVersion should not be set on objects to be created");
  if (resource.namespaced) {
    if (metadata.namespace !== undefined && metadata.namespace !== namespace) {
      throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
    }
  }
  let name = metadata.name ?? "";
  if (name === "") {
    if (!metadata.generateName) throw invalid(resource, "", [required("metadata.name", "name or generateName is required")]);
    name = metadata.generateName.slice(0, GENERATED_PREFIX) + cluster.random.suffix();
  }
  const {
    selfLink: _selfLink,
    managedFields: _managed,
    deletionTimestamp: _deletion,
    deletionGracePeriodSeconds: _grace,
    ...rest
  } = metadata;
  if (!resource.namespaced) delete rest.namespace;
  return {
    ...given,
    apiVersion: given.apiVersion,
    kind: given.kind,
    metadata: {
      ...rest,
      name,
      ...(resource.namespaced ? { namespace } : {}),
      uid: cluster.random.uuid(),
      resourceVersion: "",
      creationTimestamp: cluster.now(),
    } as KubeObject["metadata"],
  };
}
