import { checkEscalation } from "../access/escalation.ts";
import { review } from "../access/reviews.ts";
import { issueToken } from "../access/service-account-tokens.ts";
import type { Tokens } from "../access/users.ts";
import { badRequest, methodNotAllowed, notFound, unsupportedMediaType } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import { clone, type Fields, type KubeObject } from "../object.ts";
import { builtin } from "@interlock/kube-model/schema";
import type { Resource } from "../registry/resource.ts";
import { bind } from "../write/bind.ts";
import { create } from "../write/create.ts";
import { evict } from "../write/evict.ts";
import { APPLY_PATCH, patch, patched } from "../write/patch.ts";
import { readDeleteOptions, remove } from "../write/remove.ts";
import { readScale, writeScale } from "../write/scale.ts";
import { update } from "../write/update.ts";
import { readDocument, readJson, readYaml } from "./body.ts";
import { parseMediaType } from "./media-type.ts";
import { selection, shown, shownList } from "./reading.ts";
import { type Reply, type ResourceRequest, writeOptions } from "./request-context.ts";

const success = (details?: Fields, code = 200): Reply => ({
  code,
  document: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", ...(details === undefined ? { code } : { details }) },
});

/** Runs one writing request. Throws ApiError. */
export function write(cluster: Cluster, tokens: Tokens, of: ResourceRequest): Reply {
  switch (of.method) {
    case "POST":
      return of.name === undefined ? createObject(cluster, tokens, of) : createSubresource(cluster, tokens, of);
    case "PUT":
      return putObject(cluster, of);
    case "PATCH":
      return patchObject(cluster, of);
    case "DELETE":
      return of.name === undefined ? deleteCollection(cluster, of) : deleteObject(cluster, of);
    default:
      throw methodNotAllowed();
  }
}

const reply = (cluster: Cluster, of: ResourceRequest, object: KubeObject, code: number): Reply => ({
  code,
  document: shown(cluster, of.resource, object, of.answer),
});

function createObject(cluster: Cluster, tokens: Tokens, of: ResourceRequest): Reply {
  const { resource, user } = of;
  const body = readDocument(of.body, of.contentType);
  if (resource.group === "authentication.k8s.io" || resource.group === "authorization.k8s.io") {
    return { code: 201, document: review(cluster, tokens, user, resource.kind, of.namespace, body) };
  }
  const options = writeOptions(of);
  if (resource.plural === "bindings") {
    bind(cluster, cluster.registry.find("", "v1", "pods")!, of.namespace!, body["metadata"]?.name ?? "", body, options.dryRun);
    return success(undefined, 201);
  }
  checkEscalation(cluster, user, resource, { metadata: {}, ...body } as KubeObject);
  const sent =
    resource.plural === "certificatesigningrequests"
      ? { ...body, spec: { ...body["spec"], username: user.name, groups: user.groups } }
      : body;
  return reply(cluster, of, create(cluster, resource, of.namespace, sent, options), 201);
}

function createSubresource(cluster: Cluster, tokens: Tokens, of: ResourceRequest): Reply {
  const body = readDocument(of.body, of.contentType);
  const options = writeOptions(of);
  const namespace = of.namespace!;
  const name = of.name!;
  switch (of.subresource ?? "") {
    case "eviction":
      evict(cluster, of.resource, namespace, name, body, options);
      return success(undefined, 201);
    case "binding":
      bind(cluster, of.resource, namespace, name, body, options.dryRun);
      return success(undefined, 201);
    case "token":
      return { code: 201, document: issueToken({ cluster, tokens, namespace, name, body, dryRun: options.dryRun, warnings: of.warnings }) };
    default:
      throw methodNotAllowed();
  }
}

/** Kinds that an update creates where they are not there, by storage. Source: `AllowCreateOnUpdate` of the kinds in Kubernetes 1.32. */
const CREATED_BY_UPDATE = new Set([
  "endpoints",
  "events",
  "limitranges",
  "services",
  "coordination.k8s.io/leases",
  "rbac.authorization.k8s.io/roles",
  "rbac.authorization.k8s.io/rolebindings",
  "rbac.authorization.k8s.io/clusterroles",
  "rbac.authorization.k8s.io/clusterrolebindings",
]);

function putObject(cluster: Cluster, of: ResourceRequest): Reply {
  const { resource, namespace } = of;
  if (of.name === undefined) throw methodNotAllowed();
  const name = of.name;
  const body = readDocument(of.body, of.contentType);
  const options = writeOptions(of);
  if (of.subresource === "scale") return { code: 200, document: writeScale(cluster, resource, namespace, name, () => body, options) };
  checkNames(body, resource, namespace, name);
  checkEscalation(cluster, of.user, resource, body as KubeObject);
  if (
    CREATED_BY_UPDATE.has(resource.storage) &&
    of.subresource === undefined &&
    cluster.store.get(resource.storage, namespace, name) === undefined
  ) {
    return reply(cluster, of, create(cluster, resource, namespace, body, options), 201);
  }
  return reply(
    cluster,
    of,
    update(cluster, resource, namespace, name, () => ({ body }), options),
    200,
  );
}

function checkNames(body: Fields, resource: Resource, namespace: string | undefined, name: string): void {
  const metadata: Fields = body["metadata"] ?? {};
  if (metadata["name"] !== name)
    throw badRequest(`the name of the object (${metadata["name"] ?? ""}) does not match the name on the URL (${name})`);
  if (resource.namespaced && metadata["namespace"] !== undefined && metadata["namespace"] !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
}

function patchObject(cluster: Cluster, of: ResourceRequest): Reply {
  const { resource, namespace } = of;
  if (of.name === undefined) throw methodNotAllowed();
  const { type } = parseMediaType(of.contentType ?? "");
  const body = type === APPLY_PATCH ? readYaml(of.body) : readJson(of.body);
  const options = writeOptions(of);
  if (of.subresource === "scale") {
    const scale: Resource = { ...resource, type: builtin("autoscaling1.Scale") };
    const change = type === APPLY_PATCH ? undefined : patched(scale, type, body);
    if (change === undefined)
      throw unsupportedMediaType(type, [
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/strategic-merge-patch+json",
      ]);
    return { code: 200, document: writeScale(cluster, resource, namespace, of.name, change, options) };
  }
  const { object, created } = patch(cluster, resource, namespace, of.name, type, body, options);
  checkEscalation(cluster, of.user, resource, object);
  return reply(cluster, of, object, created ? 201 : 200);
}

/** Kinds whose deletion is answered with the object even when it is gone at once, by storage. */
const RETURNED = new Set([
  "pods",
  "services",
  "serviceaccounts",
  "persistentvolumes",
  "persistentvolumeclaims",
  "podtemplates",
  "resourcequotas",
  "namespaces",
]);

function deleteObject(cluster: Cluster, of: ResourceRequest): Reply {
  const { resource } = of;
  if (of.subresource !== undefined) throw methodNotAllowed();
  const body = of.body.length === 0 ? {} : readDocument(of.body, of.contentType);
  const { how, dryRun } = readDeleteOptions(body, of.query);
  const { object, gone } = remove(cluster, resource, of.namespace, of.name!, how, { ...writeOptions(of), dryRun });
  if (!gone || RETURNED.has(resource.storage)) return reply(cluster, of, object, 200);
  const { name, uid } = object.metadata;
  return success({ name, ...(resource.group === "" ? {} : { group: resource.group }), kind: resource.plural, uid });
}

function deleteCollection(cluster: Cluster, of: ResourceRequest): Reply {
  const { resource } = of;
  if (!resource.verbs.includes("deletecollection")) throw methodNotAllowed();
  const body = of.body.length === 0 ? {} : readDocument(of.body, of.contentType);
  const { how, dryRun } = readDeleteOptions(body, of.query);
  const picked = cluster.store.list(resource.storage, of.namespace).filter(selection(of));
  const options = { ...writeOptions(of), dryRun };
  const objects = picked.map(
    (object) => remove(cluster, resource, object.metadata.namespace, object.metadata.name, clone(how), options).object,
  );
  return { code: 200, document: shownList(cluster, of, objects, { resourceVersion: String(cluster.store.version) }) };
}

/** `status`, `scale` and the like are read like the object they belong to. */
export function readSubresource(cluster: Cluster, of: ResourceRequest): Reply {
  const { resource, namespace } = of;
  if (of.subresource === "scale") return { code: 200, document: readScale(cluster, resource, namespace, of.name!) };
  const object = cluster.store.get(resource.storage, namespace, of.name!);
  if (object === undefined) throw notFound(resource, of.name!);
  return reply(cluster, of, object, 200);
}
