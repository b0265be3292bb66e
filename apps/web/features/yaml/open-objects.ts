import type { ObjectKind, ObjectRef } from "@interlock/protocol";
import type { RoomState } from "../room/room-state.ts";
import { createStore, type Store } from "../room/store.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { type KeptEdit, keepObjects, keptObjects, type KeptStorage } from "./kept-edits.ts";
import { type DiscardedEdit, ObjectBuffer, type ObjectPort } from "./object-buffer.ts";

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
  /** What lives as long as the browser's tab. */
  storage: KeptStorage | undefined;
}

/** Of an object's pane. */
export const objectKey = ({ connectionId, kind, namespace = "", name }: ObjectRef): string =>
  `object ${JSON.stringify([connectionId, kind, namespace, name])}`;

export const objectTitle = ({ namespace, name }: Pick<ObjectTarget, "namespace" | "name">): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

/** Edits are kept once nothing has been typed for this long, in milliseconds, and when the room or the page is left. */
const SETTLED = 300;

/**
 * The objects this browser has open, and what was written into them. An edit outlives its pane and the room's page: opening the object again goes
 * on with it. The page asks before it is left.
 */
export class OpenObjects {
  readonly panes: Store<readonly OpenObject[]> = createStore<readonly OpenObject[]>([]);
  /** Keys of objects with edits that are not saved. */
  readonly edited: Store<ReadonlySet<string>> = createStore<ReadonlySet<string>>(new Set());
  readonly #options: OpenObjectsOptions;
  readonly #buffers = new Map<string, { buffer: ObjectBuffer; target: ObjectTarget }>();
  /** Of earlier visits, until their objects are opened. */
  readonly #kept = new Map<string, KeptEdit>();
  #userId: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: OpenObjectsOptions) {
    this.#options = options;
    if (typeof window === "undefined") return;
    window.addEventListener("beforeunload", this.#leaving);
    window.addEventListener("pagehide", this.#keep);
  }

  /** The room has said who is here: what this person had open, and had not saved, is here again. Only the first time. */
  enter(userId: string): void {
    const { storage, roomId } = this.#options;
    if (this.#userId !== undefined || storage === undefined) return;
    this.#userId = userId;
    const { panes, edits } = keptObjects(userId, roomId, storage);
    for (const edit of edits) this.#kept.set(objectKey(edit.target), edit);
    this.edited.set(new Set([...this.edited.get(), ...this.#kept.keys()]));
    for (const target of panes) this.open(target);
  }

  readonly #leaving = (event: BeforeUnloadEvent): void => {
    if (this.edited.get().size > 0) event.preventDefault();
  };

  /** The key of the pane, which is made when there is none. */
  open(target: ObjectTarget): string {
    const { connectionId } = target;
    const key = objectKey(target);
    if (!this.#buffers.has(key)) {
      const { roomId, room, ask, objects } = this.#options;
      const connection = () => room.get().connections.find(({ id }) => id === connectionId)?.name ?? connectionId;
      const buffer = new ObjectBuffer(
        target,
        {
          roomId,
          ask,
          connection,
          watch: (told) => this.#watch(objects, target, told),
          command: (commandId) => room.get().commands.find(({ id }) => id === commandId),
          onCommands: (listener) => room.subscribe(listener),
        },
        this.#kept.get(key),
      );
      this.#kept.delete(key);
      buffer.state.subscribe(() => this.#edits(key, buffer));
      this.#buffers.set(key, { buffer, target });
      this.#edits(key, buffer);
    }
    if (!this.panes.get().some((pane) => pane.key === key)) this.panes.update((panes) => [...panes, { key, target }]);
    this.#keepSoon();
    return key;
  }

  buffer(key: string): ObjectBuffer | undefined {
    return this.#buffers.get(key)?.buffer;
  }

  /** The key of the pane, in which an edit that was discarded goes on; it is opened where it was closed meanwhile. */
  bringBack(target: ObjectTarget, edit: DiscardedEdit): string {
    const key = this.open(target);
    this.buffer(key)!.bringBack(edit);
    return key;
  }

  /** Edits that are not saved, with their texts. */
  unsaved(): KeptEdit[] {
    const written = [...this.#buffers.values()].flatMap(({ buffer, target }) => {
      const { base, text, proposed } = buffer.state.get();
      if (base === undefined || !buffer.edited) return [];
      const { full: _, ...rest } = base;
      return [{ target, base: rest, text, ...(proposed === undefined ? {} : { proposed }) }];
    });
    return [...this.#kept.values(), ...written];
  }

  /** Its pane is gone. An edit stays. Whether one does. */
  close(key: string): boolean {
    this.panes.update((panes) => panes.filter((pane) => pane.key !== key));
    this.#keepSoon();
    const kept = this.edited.get().has(key);
    if (!kept) this.forget(key);
    return kept;
  }

  forget(key: string): void {
    this.#buffers.get(key)?.buffer.dispose();
    this.#buffers.delete(key);
    this.edited.update((keys) => (keys.has(key) ? new Set([...keys].filter((one) => one !== key)) : keys));
  }

  dispose(): void {
    if (typeof window !== "undefined") {
      window.removeEventListener("beforeunload", this.#leaving);
      window.removeEventListener("pagehide", this.#keep);
    }
    this.#keep();
    this.#userId = undefined;
    for (const key of [...this.#buffers.keys()]) this.forget(key);
  }

  #keepSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#keep, SETTLED);
  }

  readonly #keep = (): void => {
    clearTimeout(this.#timer);
    const { storage, roomId } = this.#options;
    if (storage === undefined || this.#userId === undefined) return;
    keepObjects(this.#userId, roomId, { panes: this.panes.get().map(({ target }) => target), edits: this.unsaved() }, storage);
  };

  #edits(key: string, buffer: ObjectBuffer): void {
    const edited = buffer.edited;
    if (edited || this.edited.get().has(key)) this.#keepSoon();
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
