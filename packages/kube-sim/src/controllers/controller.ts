import { ApiError } from "../api-error.ts";
import { type Cluster, SYSTEM } from "../cluster.ts";
import { clone, type Fields, type KubeObject, type NewObject, same } from "../object.ts";
import { trackUpdate } from "../patch/managed-fields.ts";
import type { Change } from "../store/store.ts";
import { create } from "../write/create.ts";
import type { DeleteOptions, WriteOptions } from "../write/options.ts";
import { remove } from "../write/remove.ts";
import { isGone } from "../write/update.ts";
import { recordEvent } from "./events.ts";

/** Acts once after some milliseconds; nothing where the same key is pending. */
export type Later = (key: string, ms: number, act: () => void) => void;

/** How long things take, in milliseconds. */
export interface Pace {
  /** From a pod being scheduled to its containers being ready. */
  startMs: number;
  /** From a pod being asked to stop to its being gone; never longer than its grace period. */
  stopMs: number;
  /** How long a pod that is to finish runs. */
  runMs: number;
}

/**
 * One control loop. It is told the namespace (empty for cluster-scoped objects) in which anything it watches has changed, and brings what is
 * there closer to what is wanted; it must be idempotent, since it is called again until nothing changes.
 */
export interface Controller {
  name: string;
  /** Storages whose changes concern it; `*` for all. */
  watches: readonly string[];
  /** Told once with an empty namespace wherever the change was. */
  clusterWide?: boolean;
  /** Of those, the changes that matter. Default: all. */
  concerns?(change: Change): boolean;
  reconcile(hands: Hands, namespace: string): void;
}

/** What a controller does things with. Each has its own, since writes carry its name. */
export class Hands {
  readonly cluster: Cluster;
  readonly pace: Pace;
  readonly name: string;
  readonly #after: Later;
  readonly #again: (namespace: string) => void;

  /** `again` has the controller look at a namespace once more after a while. */
  constructor(cluster: Cluster, pace: Pace, name: string, after: Later, again: (namespace: string) => void) {
    this.cluster = cluster;
    this.pace = pace;
    this.name = name;
    this.#after = after;
    this.#again = again;
  }

  /** Acts once after a while; asking again with the same key while it is pending changes nothing. */
  after(key: string, ms: number, act: () => void): void {
    this.#after(`${this.name} ${key}`, ms, act);
  }

  /** Has this controller look at a namespace again in a while, since something could not be done. */
  tryAgain(namespace: string): void {
    this.#again(namespace);
  }

  get(storage: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.cluster.store.get(storage, namespace, name);
  }

  list(storage: string, namespace?: string): readonly KubeObject[] {
    return this.cluster.store.list(storage, namespace);
  }

  /** Objects of a storage that `owner` controls. */
  owned(storage: string, owner: KubeObject): KubeObject[] {
    return this.cluster.store
      .dependents(owner.metadata.uid)
      .filter(
        (one) =>
          one.storage === storage &&
          one.object.metadata.ownerReferences!.some((ref) => ref.uid === owner.metadata.uid && ref.controller === true),
      )
      .map((one) => one.object)
      .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  /** Creates as any client would, admission included. Returns the refusal instead of throwing it; it is tried again in a while. */
  create(object: NewObject): KubeObject | ApiError {
    const resource = this.cluster.registry.byKind(object.apiVersion, object.kind)!;
    const made = this.#refusal(() => create(this.cluster, resource, object.metadata.namespace, object, this.#options()));
    if (made instanceof ApiError) this.tryAgain(object.metadata.namespace ?? "");
    return made;
  }

  remove(storage: string, object: KubeObject, how: DeleteOptions = { propagationPolicy: "Background" }): ApiError | undefined {
    const resource = this.cluster.registry.stored(storage)!;
    const { namespace, name, uid } = object.metadata;
    const result = this.#refusal(() =>
      remove(this.cluster, resource, namespace, name, { preconditions: { uid }, ...how }, this.#options()),
    );
    return result instanceof ApiError ? result : undefined;
  }

  /** Stores a changed object as it is, if it is changed; an object nothing holds any more goes. Returns what is stored. */
  put(storage: string, next: KubeObject, subresource?: "status"): KubeObject {
    const before = this.get(storage, next.metadata.namespace, next.metadata.name);
    if (before === undefined || before.metadata.uid !== next.metadata.uid) return next;
    if (same(before, next)) return before;
    const resource = this.cluster.registry.stored(storage)!;
    const by = { name: this.name, apiVersion: next.apiVersion, time: this.cluster.now(), ...(subresource && { subresource }) };
    const after = clone(next);
    after.metadata.managedFields = trackUpdate(before, after, resource.type, by);
    if (isGone(after)) {
      this.cluster.store.remove(storage, after);
      return after;
    }
    if (subresource === undefined && before.metadata.generation !== undefined && !same(before["spec"], after["spec"]))
      after.metadata.generation = before.metadata.generation + 1;
    return this.cluster.store.put(storage, after);
  }

  setStatus(storage: string, object: KubeObject, status: Fields): KubeObject {
    return this.put(storage, { ...object, status }, "status");
  }

  dropFinalizer(storage: string, object: KubeObject, name: string): void {
    const finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== name);
    const { finalizers: _, ...metadata } = object.metadata;
    this.put(storage, { ...object, metadata: finalizers.length > 0 ? { ...metadata, finalizers } : metadata });
  }

  record(about: KubeObject, type: "Normal" | "Warning", reason: string, message: string, component = this.name): void {
    recordEvent(this.cluster, about, type, reason, message, component);
  }

  #options(): WriteOptions {
    return { user: SYSTEM, dryRun: false, fieldManager: this.name, fieldValidation: "Ignore", warnings: [] };
  }

  #refusal<T>(act: () => T): T | ApiError {
    try {
      return act();
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
  }
}

/** A condition list with one condition set; its transition time moves only when its status does. */
export function withCondition(list: readonly Fields[] | undefined, now: string, condition: Fields): Fields[] {
  const before = list?.find((one) => one["type"] === condition["type"]);
  const unchanged = before?.["status"] === condition["status"];
  const next: Fields = { ...condition, lastTransitionTime: unchanged ? before!["lastTransitionTime"] : now };
  if (before === undefined) return [...(list ?? []), next];
  return list!.map((one) => (one === before ? next : one));
}
