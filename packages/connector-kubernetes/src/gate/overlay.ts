import type { KubeObject } from "@interlock/kube-model";

export interface ObjectKey {
  group: string;
  resource: string;
  namespace?: string;
  name: string;
}

/** An object as the plan so far leaves it. */
export interface PlannedObject extends ObjectKey {
  /** Version of the API that `object` is written in. */
  version: string;
  /** Absent: deleted. Holds secret values unmasked. */
  object?: KubeObject;
  /** What the plan had made, and what then went with its namespace. */
  doomed?: KubeObject;
  /** What the cluster has under that name, when it has something. */
  live?: { uid: string; resourceVersion: string };
  /** Deleted so that what it owns stays. */
  orphans?: true;
  /** Index of the last planned write to it. */
  write: number;
  /** Place in the order of changes. */
  seq: number;
}

export const keyOf = ({ group, resource, namespace, name }: ObjectKey): string => `${group}/${resource}/${namespace ?? ""}/${name}`;

/**
 * Far above what a cluster counts to, and still a number of 64 bits: clients compare resource versions only for being the same, newer
 * ones as numbers.
 */
const FIRST_VERSION = 4_611_686_018_427_387_904n;

/** What the plan has changed so far. Reads see the cluster through it. */
export class Overlay {
  readonly #objects = new Map<string, PlannedObject>();
  /** Namespaces deleted in the plan: what the cluster has in them is gone, also when the name is used again. */
  readonly #emptied = new Set<string>();
  /** Those of them that the client which deleted them has not waited for yet. */
  readonly #emptying = new Set<string>();
  /** Of workloads: every state they had in the plan, which their controllers make revisions of. */
  readonly #history = new Map<string, KubeObject[]>();
  readonly #listeners = new Set<(change: PlannedObject) => void>();
  #seq = 0;
  #version = FIRST_VERSION;

  get seq(): number {
    return this.#seq;
  }

  nextResourceVersion(): string {
    return String(++this.#version);
  }

  static isPlannedVersion(resourceVersion: string | undefined): boolean {
    return resourceVersion !== undefined && /^[0-9]{19,20}$/.test(resourceVersion) && BigInt(resourceVersion) > FIRST_VERSION;
  }

  find(key: ObjectKey): PlannedObject | undefined {
    return this.#objects.get(keyOf(key));
  }

  /** What the plan makes of the object of the cluster with that uid. */
  byUid(uid: string): PlannedObject | undefined {
    for (const planned of this.#objects.values()) if (planned.live?.uid === uid) return planned;
    return undefined;
  }

  set(planned: Omit<PlannedObject, "seq">): PlannedObject {
    const change = { ...planned, seq: ++this.#seq };
    this.#objects.set(keyOf(planned), change);
    if (planned.group === "apps") {
      const key = keyOf(planned);
      if (planned.object === undefined) this.#history.delete(key);
      else this.#history.set(key, [...this.history(planned), planned.object]);
    }
    for (const listener of this.#listeners) listener(change);
    return change;
  }

  /** Every state that an object of the group `apps` had since the plan changed or made it, oldest first. */
  history(key: ObjectKey): readonly KubeObject[] {
    return this.#history.get(keyOf(key)) ?? [];
  }

  /** Everything in the namespace goes, what the plan made there included. */
  emptyNamespace(namespace: string, write: number): void {
    this.#emptied.add(namespace);
    this.#emptying.add(namespace);
    for (const planned of this.#objects.values()) {
      if (planned.namespace !== namespace || planned.object === undefined) continue;
      const { object: doomed, ...rest } = planned;
      this.set({ ...rest, doomed, write });
    }
  }

  /** Whether what the cluster has in that namespace no longer counts. */
  isEmptied(namespace: string | undefined): boolean {
    return namespace !== undefined && this.#emptied.has(namespace);
  }

  /**
   * Whether a delete still finds what was in the namespace: a cluster takes a while to empty it, and a client that deletes a file of things
   * goes on to the next one at once.
   */
  isEmptying(namespace: string | undefined): boolean {
    return namespace !== undefined && this.#emptying.has(namespace);
  }

  /** Another client begins: what was deleted is gone by now. */
  settle(): void {
    this.#emptying.clear();
  }

  get anyEmptied(): boolean {
    return this.#emptied.size > 0;
  }

  /** A namespace as the plan leaves it: undefined when the plan does not touch it. */
  namespaceState(namespace: string): "made" | "gone" | undefined {
    const planned = this.find({ group: "", resource: "namespaces", name: namespace });
    if (planned === undefined) return undefined;
    if (planned.object === undefined) return "gone";
    return planned.live === undefined || this.#emptied.has(namespace) ? "made" : undefined;
  }

  /** Objects of a resource, in one namespace or in all, deleted ones included. */
  of(group: string, resource: string, namespace: string | undefined): PlannedObject[] {
    if (this.#objects.size === 0) return [];
    return [...this.#objects.values()].filter(
      (planned) => planned.group === group && planned.resource === resource && (namespace === undefined || planned.namespace === namespace),
    );
  }

  touches(group: string, resource: string): boolean {
    return this.anyEmptied || this.of(group, resource, undefined).length > 0;
  }

  /** Calls for every change until the returned function is called. */
  listen(listener: (change: PlannedObject) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
