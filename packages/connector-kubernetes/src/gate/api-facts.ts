import { isRecord, type Json } from "@interlock/kube-model";
import { Overlay } from "./overlay.ts";
import { plannedType, schemaDocument, typesOf } from "./planned-types.ts";
import type { ResourceTarget } from "./request-target.ts";
import { TypeSchema } from "./type-schema.ts";
import type { Upstream } from "./upstream.ts";

/** Groups that kube-apiserver itself serves; all of them take a dry run since 1.18. */
export const BUILT_IN: ReadonlySet<string> = new Set([
  "",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "apps",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "internal.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
]);

/** What the cluster says of its types, asked once for each run. */
export class ApiFacts {
  readonly #upstream: Upstream;
  readonly #overlay: Overlay;
  readonly #documents = new Map<string, Promise<Json>>();
  readonly #local = new Map<string, Promise<boolean>>();
  readonly #kinds = new Map<string, Promise<ReadonlyMap<string, string>>>();

  /** `group/resource` of which a delete was seen to stay a dry run. */
  readonly keptDryRun = new Set<string>();

  /** Types that the plan itself makes are found in `overlay`. */
  constructor(upstream: Upstream, overlay: Overlay = new Overlay()) {
    this.#upstream = upstream;
    this.#overlay = overlay;
  }

  #document(group: string, version: string): Promise<Json> {
    const path = group === "" ? `api/${version}` : `apis/${group}/${version}`;
    return once(this.#documents, path, async () => {
      const answer = await this.#upstream.read({ kind: "plain", path: `/openapi/v3/${path}` });
      return answer.status === 200 ? answer.body : undefined;
    });
  }

  /** How a type is merged; undefined when the cluster does not say. */
  async schema(group: string, version: string, kind: string): Promise<TypeSchema | undefined> {
    const made = typesOf(this.#overlay).made.find((type) => type.group === group && type.version === version && type.kind === kind);
    const document: Json = made === undefined ? await this.#document(group, version) : schemaDocument(made);
    return TypeSchema.find(document, group, version, kind);
  }

  /** The kind a resource's objects have, e.g. `Deployment`. */
  async kind(target: ResourceTarget): Promise<string | undefined> {
    const made = plannedType(this.#overlay, target);
    if (made !== undefined) return made.kind;
    const { group, version } = target;
    const path = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
    const kinds = await once(this.#kinds, path, async () => {
      const answer = await this.#upstream.read({ kind: "plain", path });
      const resources: Json = answer.status === 200 ? answer.body["resources"] : undefined;
      return new Map<string, string>(Array.isArray(resources) ? resources.map((item) => [item.name, item.kind]) : []);
    });
    return kinds.get(target.resource);
  }

  /**
   * Whether a dry run of this write stays one. An API server behind an APIService may pass `dryRun` over and do it, so it is trusted only
   * where its OpenAPI document lists the parameter, which is what kubectl goes by as well.
   */
  async takesDryRun(method: string, target: ResourceTarget): Promise<boolean> {
    const { group, version } = target;
    if (BUILT_IN.has(group)) return true;
    if (plannedType(this.#overlay, target) !== undefined) return false;
    const local = await once(this.#local, `${version}.${group}`, async () => {
      const name = `${version}.${group}`;
      const answer = await this.#upstream.read({ ...APISERVICES, name });
      const spec: Json = answer.status === 200 ? answer.body["spec"] : undefined;
      return isRecord(spec) && (spec["service"] === undefined || spec["service"] === null);
    });
    if (local) return true;
    const paths: Json = (await this.#document(group, version))?.["paths"];
    if (!isRecord(paths)) return false;
    const scope = target.namespace === undefined ? "" : "/namespaces/{namespace}";
    const sub = target.subresource === undefined ? "" : `/${target.subresource}`;
    const path = `/apis/${group}/${version}${scope}/${target.resource}${target.name === undefined ? "" : "/{name}"}${sub}`;
    const item: Json = paths[path];
    const parameters: Json[] = [...(item?.["parameters"] ?? []), ...(item?.[method.toLowerCase()]?.["parameters"] ?? [])];
    return parameters.some((parameter) => parameter?.name === "dryRun" && parameter?.in === "query");
  }

  /** Whether versions of a resource have the same fields: those of built-in kinds that have several, and of resources without a converter. */
  async differsByName(group: string, resource: string): Promise<boolean> {
    if (BUILT_IN.has(group)) return true;
    const answer = await this.#upstream.read({ ...CRDS, name: `${resource}.${group}` });
    if (answer.status !== 200) return false;
    const strategy: Json = answer.body["spec"]?.["conversion"]?.["strategy"];
    return strategy === undefined || strategy === "None";
  }

  /** Path of the replica count in the parent of a `scale` subresource. */
  async replicasPath(target: ResourceTarget): Promise<string[]> {
    if (BUILT_IN.has(target.group)) return ["spec", "replicas"];
    const answer = await this.#upstream.read({ ...CRDS, name: `${target.resource}.${target.group}` });
    const versions: Json = answer.status === 200 ? answer.body["spec"]?.["versions"] : undefined;
    const version: Json = Array.isArray(versions) ? versions.find((item) => item.name === target.version) : undefined;
    const path: Json = version?.["subresources"]?.["scale"]?.["specReplicasPath"];
    return typeof path === "string" ? path.split(".").filter((part) => part !== "") : ["spec", "replicas"];
  }
}

const APISERVICES: ResourceTarget = { kind: "resource", group: "apiregistration.k8s.io", version: "v1", resource: "apiservices" };
const CRDS: ResourceTarget = { kind: "resource", group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" };

/** A fault is not kept: the next one asks again. */
function once<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const found = known.get(key);
  if (found !== undefined) return found;
  const asked = ask().catch((error: unknown) => {
    known.delete(key);
    throw error;
  });
  known.set(key, asked);
  return asked;
}
