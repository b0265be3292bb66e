import type { ObjectKind, ObjectRef } from "@interlock/protocol";
import type { RoomState } from "../room/room-state.ts";
import { createStore, type Store } from "../room/store.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { ObjectBuffer, type ObjectPort } from "./object-buffer.ts";

/** An object of a target, with what a pane says of it. */
export interface ObjectTarget extends ObjectRef {
  /** e.g. `Deployment`. */
  kindName: ObjectKind["kind"];
}

export interface OpenObject {
  /** Of its pane. */
  key: string;
  target: ObjectTarget;
}

export interface OpenObjectsOptions extends Pick<ObjectPort, "ask" | "roomId"> {
  room: Store<RoomState>;
  objects: ObjectStore;
}

export const objectTitle = ({ namespace, name }: Pick<ObjectTarget, "namespace" | "name">): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

/**
 * The objects this browser has open, and what was written into them. An edit outlives its pane: opening the object again goes on with it, and
 * the page asks before it is left.
 */
export class OpenObjects {
  readonly panes: Store<readonly OpenObject[]> = createStore<readonly OpenObject[]>([]);
  /** Keys of objects with edits that are not saved. */
  readonly edited: Store<ReadonlySet<string>> = createStore<ReadonlySet<string>>(new Set());
  readonly #options: OpenObjectsOptions;
  readonly #buffers = new Map<string, ObjectBuffer>();

  constructor(options: OpenObjectsOptions) {
    this.#options = options;
    if (typeof window !== "undefined") window.addEventListener("beforeunload", this.#leaving);
  }

  readonly #leaving = (event: BeforeUnloadEvent): void => {
    if (this.edited.get().size > 0) event.preventDefault();
  };

  /** The key of the pane, which is made when there is none. */
  open(target: ObjectTarget): string {
    const { connectionId, kind, namespace = "", name } = target;
    const key = `object ${JSON.stringify([connectionId, kind, namespace, name])}`;
    if (!this.#buffers.has(key)) {
      const { roomId, room, ask, objects } = this.#options;
      const connection = () => room.get().connections.find(({ id }) => id === connectionId)?.name ?? connectionId;
      const buffer = new ObjectBuffer(target, {
        roomId,
        ask,
        connection,
        watch: (told) => this.#watch(objects, target, told),
        command: (commandId) => room.get().commands.find(({ id }) => id === commandId),
        onCommands: (listener) => room.subscribe(listener),
      });
      buffer.state.subscribe(() => this.#edits(key, buffer));
      this.#buffers.set(key, buffer);
    }
    if (!this.panes.get().some((pane) => pane.key === key)) this.panes.update((panes) => [...panes, { key, target }]);
    return key;
  }

  buffer(key: string): ObjectBuffer | undefined {
    return this.#buffers.get(key);
  }

  /** Its pane is gone. An edit stays. Whether one does. */
  close(key: string): boolean {
    this.panes.update((panes) => panes.filter((pane) => pane.key !== key));
    const kept = this.edited.get().has(key);
    if (!kept) this.forget(key);
    return kept;
  }

  forget(key: string): void {
    this.#buffers.get(key)?.dispose();
    this.#buffers.delete(key);
    this.edited.update((keys) => (keys.has(key) ? new Set([...keys].filter((one) => one !== key)) : keys));
  }

  dispose(): void {
    if (typeof window !== "undefined") window.removeEventListener("beforeunload", this.#leaving);
    for (const key of [...this.#buffers.keys()]) this.forget(key);
  }

  #edits(key: string, buffer: ObjectBuffer): void {
    const edited = buffer.edited;
    this.edited.update((keys) => {
      if (keys.has(key) === edited) return keys;
      return edited ? new Set([...keys, key]) : new Set([...keys].filter((one) => one !== key));
    });
  }

  /** Tells when the object is of another version than before, or gone. */
  #watch(
    objects: ObjectStore,
    { connectionId, kind, namespace, name }: ObjectRef,
    told: (version: string | undefined) => void,
  ): () => void {
    const scope = { connectionId, kind, ...(namespace === undefined ? {} : { namespace }) };
    const stop = objects.watch(scope);
    let last: string | undefined;
    let seen: unknown;
    const look = (): void => {
      const now = objects.scope(scope);
      if (now === undefined || now.phase !== "live" || now.entries === seen) return;
      seen = now.entries;
      const version = [...now.entries.values()].find((entry) => entry.name === name)?.version;
      if (version === last) return;
      last = version;
      told(version);
    };
    const unsubscribe = objects.changes.subscribe(look);
    look();
    return () => {
      unsubscribe();
      stop();
    };
  }
}
