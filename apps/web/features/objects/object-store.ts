import { ObjectCount, ObjectKinds, type ObjectEntry, type ObjectScope, type ObjectsPhase, type ServerMessage } from "@interlock/protocol";
import { createStore, type Store } from "../room/store.ts";
import type { Answer, Notice, Request } from "../room/room-connection.ts";

/** What is known of the objects of one kind in one namespace, or everywhere. */
export interface Scope {
  phase: ObjectsPhase;
  why: string | undefined;
  /** By uid. */
  entries: ReadonlyMap<string, ObjectEntry>;
}

/** What was asked for once: the kinds of a target, the numbers of a namespace. */
export type Asked<T> = { phase: "loading"; value?: T } | { phase: "here"; value: T } | { phase: "failed"; why: string; value?: T };

interface Watched {
  scope: ObjectScope;
  watchers: number;
  phase: ObjectsPhase;
  why: string | undefined;
  entries: Map<string, ObjectEntry>;
}

export interface ObjectPort {
  ask: (request: Request) => Promise<Answer>;
  notify: (message: Notice) => boolean;
}

const keyOf = ({ connectionId, kind, namespace = "" }: ObjectScope): string => JSON.stringify([connectionId, kind, namespace]);

/** Objects of the room's targets that this page looks at. It holds what it was told, and asks again after a reconnect. */
export class ObjectStore {
  /** Raised at every change of anything here. */
  readonly changes: Store<number> = createStore(0);
  readonly #port: ObjectPort;
  readonly #watched = new Map<string, Watched>();
  readonly #kinds = new Map<string, Asked<ObjectKinds>>();
  readonly #counts = new Map<string, Asked<ReadonlyMap<string, ObjectCount>>>();

  constructor(port: ObjectPort) {
    this.#port = port;
  }

  /** Follows a scope until the function it returns is called. Whoever else follows it shares it. */
  watch(scope: ObjectScope): () => void {
    const key = keyOf(scope);
    let watched = this.#watched.get(key);
    if (watched === undefined) {
      watched = { scope, watchers: 0, phase: "loading", why: undefined, entries: new Map() };
      this.#watched.set(key, watched);
      this.#port.notify({ type: "objects.watch", ...scope });
    }
    watched.watchers++;
    const mine = watched;
    let done = false;
    return () => {
      if (done) return;
      done = true;
      if (--mine.watchers > 0 || this.#watched.get(key) !== mine) return;
      this.#watched.delete(key);
      this.#port.notify({ type: "objects.unwatch", ...scope });
    };
  }

  /** Undefined while nobody follows it. */
  scope(scope: ObjectScope): Scope | undefined {
    return this.#watched.get(keyOf(scope));
  }

  kinds(connectionId: string): Asked<ObjectKinds> | undefined {
    return this.#kinds.get(connectionId);
  }

  counts(connectionId: string, namespace: string | undefined): Asked<ReadonlyMap<string, ObjectCount>> | undefined {
    return this.#counts.get(JSON.stringify([connectionId, namespace ?? ""]));
  }

  loadKinds(connectionId: string): Promise<void> {
    return this.#load(this.#kinds, connectionId, { type: "objects.kinds", connectionId }, (value) => ObjectKinds.safeParse(value).data);
  }

  loadCounts(connectionId: string, namespace: string | undefined): Promise<void> {
    const key = JSON.stringify([connectionId, namespace ?? ""]);
    return this.#load(this.#counts, key, { type: "objects.counts", connectionId, namespace }, ({ counts }) => {
      const read = ObjectCount.array().safeParse(counts);
      return read.success ? new Map(read.data.map((count) => [count.kind, count])) : undefined;
    });
  }

  receive({ change, ...message }: Extract<ServerMessage, { type: "objects" }>): void {
    const watched = this.#watched.get(keyOf(message));
    // What was on its way when it was left.
    if (watched === undefined) return;
    // Each change is another map only where something in it has changed: rows are made anew then.
    if (change.reset || change.put.length + change.gone.length > 0) {
      const entries = change.reset ? new Map<string, ObjectEntry>() : new Map(watched.entries);
      for (const entry of change.put) entries.set(entry.uid, entry);
      for (const uid of change.gone) entries.delete(uid);
      watched.entries = entries;
    }
    watched.phase = change.phase;
    watched.why = change.why;
    this.#changed();
  }

  /** The agent knows of no watch any more. */
  reconnected(): void {
    for (const { scope } of this.#watched.values()) this.#port.notify({ type: "objects.watch", ...scope });
  }

  async #load<T>(into: Map<string, Asked<T>>, key: string, request: Request, read: (value: Record<string, unknown>) => T | undefined) {
    const known = into.get(key);
    if (known?.phase === "loading") return;
    const kept = known?.value === undefined ? {} : { value: known.value };
    into.set(key, { phase: "loading", ...kept });
    if (known === undefined) this.#changed();
    const answer = await this.#port.ask(request);
    const value = answer.ok ? read(answer.value) : undefined;
    if (value !== undefined) into.set(key, { phase: "here", value });
    else {
      const why = answer.ok ? "The answer is not of the form this page knows." : (answer.detail ?? answer.title);
      into.set(key, { phase: "failed", why, ...kept });
    }
    this.#changed();
  }

  #changed(): void {
    this.changes.update((n) => n + 1);
  }
}
