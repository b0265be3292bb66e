import type { KubeObject } from "../object.ts";

/** One change, as watches are told it. `previous` is what the object was before; for a deletion `object` carries the deletion's own version. */
export interface Change {
  version: number;
  storage: string;
  type: "ADDED" | "MODIFIED" | "DELETED";
  object: KubeObject;
  previous?: KubeObject;
}

/** Changes kept for watches that start in the past; older ones are answered with 410, as by a compacted etcd. */
const HISTORY = 20_000;
/** A cluster that has been running for a while has a version well above zero. */
const FIRST_VERSION = 1000;

/** Of one namespace: by name, and as a list once somebody has asked for one since the last change. */
interface Names {
  byName: Map<string, KubeObject>;
  sorted: KubeObject[] | undefined;
}

type Objects = Map<string, Names>;

/**
 * All objects by storage (`apps/deployments`), namespace (empty for cluster-scoped ones) and name. Objects in here are never changed, only
 * replaced: what `get` returned stays what it was.
 */
export class Store {
  #version = FIRST_VERSION;
  #objects = new Map<string, Objects>();
  #dependents = new Map<string, Map<string, { storage: string; object: KubeObject }>>();
  #changes: Change[] = [];
  #forgotten = FIRST_VERSION;
  #listeners = new Set<(change: Change) => void>();

  /** Version of the last change. */
  get version(): number {
    return this.#version;
  }

  get(storage: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#objects
      .get(storage)
      ?.get(namespace ?? "")
      ?.byName.get(name);
  }

  /** Sorted by namespace and name, as a key-value store lists them. Without a namespace: those of all. */
  list(storage: string, namespace?: string): readonly KubeObject[] {
    const all = this.#objects.get(storage);
    if (all === undefined) return [];
    if (namespace !== undefined) return inOrder(all.get(namespace));
    return [...all.keys()].toSorted(order).flatMap((one) => inOrder(all.get(one)));
  }

  /** Storages that hold anything. */
  storages(): string[] {
    return [...this.#objects.keys()];
  }

  /** Objects that name this uid as an owner. */
  dependents(uid: string): { storage: string; object: KubeObject }[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  /** Adds or replaces; returns what was stored, with its new version. */
  put(storage: string, object: KubeObject): KubeObject {
    const { namespace, name } = object.metadata;
    const previous = this.get(storage, namespace, name);
    const stored: KubeObject = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } };
    let all = this.#objects.get(storage);
    if (all === undefined) this.#objects.set(storage, (all = new Map()));
    let names = all.get(namespace ?? "");
    if (names === undefined) all.set(namespace ?? "", (names = { byName: new Map(), sorted: undefined }));
    names.byName.set(name, stored);
    names.sorted = undefined;
    if (previous !== undefined) this.#unlink(previous);
    this.#link(storage, stored);
    this.#tell({
      version: this.#version,
      storage,
      type: previous === undefined ? "ADDED" : "MODIFIED",
      object: stored,
      ...(previous && { previous }),
    });
    return stored;
  }

  remove(storage: string, object: KubeObject): void {
    const { namespace, name } = object.metadata;
    const previous = this.get(storage, namespace, name);
    if (previous === undefined) return;
    const all = this.#objects.get(storage)!;
    const names = all.get(namespace ?? "")!;
    names.byName.delete(name);
    names.sorted = undefined;
    if (names.byName.size === 0) all.delete(namespace ?? "");
    this.#unlink(previous);
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } };
    this.#tell({ version: this.#version, storage, type: "DELETED", object: last, previous });
  }

  /** Changes after `version`, oldest first; `undefined` when some of them are forgotten. */
  since(version: number): Change[] | undefined {
    if (version < this.#forgotten) return undefined;
    let first = this.#changes.length;
    while (first > 0 && this.#changes[first - 1]!.version > version) first--;
    return this.#changes.slice(first);
  }

  /** Forgets all changes so far, as a compaction does: a watch from before now is answered with 410. */
  compact(): void {
    this.#changes = [];
    this.#forgotten = this.#version;
  }

  /** Calls back at every change until the returned function is called. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(change: Change): void {
    this.#changes.push(change);
    if (this.#changes.length > HISTORY * 1.5) {
      this.#changes = this.#changes.slice(-HISTORY);
      this.#forgotten = this.#changes[0]!.version - 1;
    }
    for (const listener of this.#listeners) listener(change);
  }

  #link(storage: string, object: KubeObject): void {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      let of = this.#dependents.get(uid);
      if (of === undefined) this.#dependents.set(uid, (of = new Map()));
      of.set(object.metadata.uid, { storage, object });
    }
  }

  #unlink(object: KubeObject): void {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const of = this.#dependents.get(uid);
      of?.delete(object.metadata.uid);
      if (of?.size === 0) this.#dependents.delete(uid);
    }
  }
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function inOrder(names: Names | undefined): readonly KubeObject[] {
  if (names === undefined) return [];
  names.sorted ??= [...names.byName.keys()].toSorted(order).map((name) => names.byName.get(name)!);
  return names.sorted;
}
