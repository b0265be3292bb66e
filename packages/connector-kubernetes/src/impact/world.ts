import { isRecord, type Json, type KubeObject, type Labels, labelsOf, selects } from "@interlock/kube-model";
import { keyOfType, objectName, type ResourceType, type ResourceTypes } from "./resource-types.ts";

export interface Owner {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller: boolean;
  /** Deleted in the foreground, the owner waits for it. */
  blocks: boolean;
}

/** What is kept of an object: names and ties, and for kinds that are looked into what `kept.ts` keeps of it. */
export interface WorldObject {
  type: ResourceType;
  namespace?: string;
  name: string;
  uid: string;
  owners: readonly Owner[];
  finalizers: readonly string[];
  /** Somebody has deleted it already and it waits for its finalizers. */
  terminating: boolean;
  /** Uid of the ServiceAccount whose token a Secret is. */
  tokenOf?: string;
  body?: KubeObject;
}

/** Owner, finalizers and names out of an object's metadata, whole or metadata only. */
export function worldObject(type: ResourceType, object: KubeObject, body?: KubeObject): WorldObject {
  const metadata: Json = object.metadata ?? {};
  const owners: Json[] = Array.isArray(metadata.ownerReferences) ? metadata.ownerReferences : [];
  const finalizers: Json[] = Array.isArray(metadata.finalizers) ? metadata.finalizers : [];
  const tokenOf: Json = metadata.annotations?.["kubernetes.io/service-account.uid"];
  return {
    type,
    ...(typeof metadata.namespace === "string" && type.namespaced ? { namespace: metadata.namespace } : {}),
    name: String(metadata.name),
    uid: typeof metadata.uid === "string" ? metadata.uid : "",
    owners:
      owners.length === 0
        ? NONE
        : owners.map(({ apiVersion, kind, name, uid, controller, blockOwnerDeletion }) => ({
            apiVersion,
            kind,
            name,
            uid,
            controller: controller === true,
            blocks: blockOwnerDeletion === true,
          })),
    finalizers: finalizers.length === 0 ? NONE : finalizers.map(String),
    terminating: metadata.deletionTimestamp !== undefined,
    ...(typeof tokenOf === "string" && type.resource === "secrets" ? { tokenOf } : {}),
    ...(body === undefined ? {} : { body }),
  };
}

const NONE: readonly never[] = [];

export const nameOf = (object: WorldObject): string => objectName(object.type, object.namespace, object.name);
const place = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`;

/** The part of a cluster that an impact is worked out from, as it is before or after a write. */
export class World {
  readonly types: ResourceTypes;
  readonly #objects = new Map<string, Map<string, Map<string, WorldObject>>>();
  readonly #uids = new Map<string, WorldObject>();
  readonly #dependents = new Map<string, Set<WorldObject>>();
  /** Pods by namespace and label, so that what a Service selects is found without looking at every pod. */
  readonly #labelled = new Map<string, Set<WorldObject>>();

  readonly #covered = new Set<string>();

  constructor(types: ResourceTypes) {
    this.types = types;
  }

  /** Adds, or replaces what has that name. An object that is known under another group's name for it stays under the first. */
  put(object: WorldObject): void {
    const known = this.find(keyOfType(object.type), object.namespace, object.name);
    if (known === undefined && object.uid !== "" && object.body === undefined && this.#uids.has(object.uid)) return;
    if (known !== undefined) this.remove(known);
    const kept =
      object.body === undefined && known?.body !== undefined && known.uid === object.uid ? { ...object, body: known.body } : object;
    const byNamespace = entry(this.#objects, keyOfType(kept.type), () => new Map<string, Map<string, WorldObject>>());
    entry(byNamespace, kept.namespace ?? "", () => new Map<string, WorldObject>()).set(kept.name, kept);
    if (kept.uid !== "") this.#uids.set(kept.uid, kept);
    for (const owner of kept.owners) entry(this.#dependents, owner.uid, () => new Set<WorldObject>()).add(kept);
    for (const label of podLabels(kept)) entry(this.#labelled, label, () => new Set<WorldObject>()).add(kept);
  }

  remove(object: WorldObject): void {
    const here = this.#objects.get(keyOfType(object.type))?.get(object.namespace ?? "");
    const known = here?.get(object.name);
    if (here === undefined || known === undefined) return;
    here.delete(object.name);
    if (this.#uids.get(known.uid) === known) this.#uids.delete(known.uid);
    for (const owner of known.owners) this.#dependents.get(owner.uid)?.delete(known);
    for (const label of podLabels(known)) this.#labelled.get(label)?.delete(known);
  }

  find(key: string, namespace: string | undefined, name: string): WorldObject | undefined {
    return this.#objects
      .get(key)
      ?.get(namespace ?? "")
      ?.get(name);
  }

  has(key: string, namespace: string | undefined, name: string): boolean {
    return this.find(key, namespace, name) !== undefined;
  }

  /** Says that everything of a resource is in here, of one namespace or of all. */
  cover(key: string, namespace?: string): void {
    this.#covered.add(namespace === undefined ? key : `${key} ${namespace}`);
  }

  covers(key: string, namespace: string | undefined): boolean {
    return this.#covered.has(key) || (namespace !== undefined && this.#covered.has(`${key} ${namespace}`));
  }

  /** Whether it is sure that there is no such object: what was not asked for, or not told, is not taken to be missing. */
  lacks(key: string, namespace: string | undefined, name: string): boolean {
    return this.covers(key, namespace) && !this.has(key, namespace, name);
  }

  byUid(uid: string): WorldObject | undefined {
    return uid === "" ? undefined : this.#uids.get(uid);
  }

  dependents(uid: string): Iterable<WorldObject> {
    return uid === "" ? NONE : (this.#dependents.get(uid) ?? NONE);
  }

  /** All of a resource (`apps/deployments`), of one namespace where one is given. */
  *all(key: string, namespace?: string): Iterable<WorldObject> {
    const byNamespace = this.#objects.get(key);
    if (byNamespace === undefined) return;
    if (namespace !== undefined) yield* byNamespace.get(namespace)?.values() ?? NONE;
    else for (const objects of byNamespace.values()) yield* objects.values();
  }

  /** Everything there is in a namespace, or everything there is. */
  *everything(namespace?: string): Iterable<WorldObject> {
    for (const byNamespace of this.#objects.values()) {
      if (namespace !== undefined) yield* byNamespace.get(namespace)?.values() ?? NONE;
      else for (const objects of byNamespace.values()) yield* objects.values();
    }
  }

  /** The pods of a namespace that a LabelSelector selects. */
  pods(namespace: string, selector: Json): WorldObject[] {
    const equal: Json = selector?.["matchLabels"];
    const narrowest = isRecord(equal)
      ? Object.entries(equal)
          .map(([key, value]) => this.#labelled.get(`${namespace}/${key}=${String(value)}`) ?? new Set<WorldObject>())
          .toSorted((left, right) => left.size - right.size)[0]
      : undefined;
    const found: WorldObject[] = [];
    for (const pod of narrowest ?? this.all("/pods", namespace)) if (selects(selector, labelsOf(pod.body))) found.push(pod);
    return found;
  }
}

function podLabels(object: WorldObject): string[] {
  if (object.type.resource !== "pods" || object.type.group !== "") return [];
  const labels: Labels = labelsOf(object.body);
  return Object.entries(labels).map(([key, value]) => `${place(object.namespace, key)}=${value}`);
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
