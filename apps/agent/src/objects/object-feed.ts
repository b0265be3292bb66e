import type { ObjectEntry, ObjectsChange, ObjectScope } from "@interlock/protocol";
import type { ObjectExplorer } from "@interlock/connector";
import type { RoomSocket } from "../room/room-socket.ts";

/** Objects told in one message: some 100 KB. */
const AT_ONCE = 500;

/**
 * What one page is told of one scope. A page that reads slowly is sent the newest state of an object, not every state: what waits for it is
 * one entry for each object at most.
 */
export class ObjectFeed {
  readonly #socket: RoomSocket;
  readonly #scope: ObjectScope;
  /** Whether this person may still look; what follows a no is that they are told so. */
  readonly #may: () => string | undefined;
  readonly #following: { close(): void };
  readonly #waiting = new Map<string, ObjectEntry | undefined>();
  #state: Pick<ObjectsChange, "phase" | "why"> = { phase: "loading" };
  #reset = false;
  #telling = false;
  #closed = false;

  constructor(socket: RoomSocket, scope: ObjectScope, explorer: ObjectExplorer, may: () => string | undefined) {
    this.#socket = socket;
    this.#scope = scope;
    this.#may = may;
    this.#following = explorer.follow(scope.kind, scope.namespace, (change) => this.#take(change));
    socket.closed.addEventListener("abort", this.#end, { once: true });
  }

  readonly #end = (): void => this.close();

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.closed.removeEventListener("abort", this.#end);
    this.#following.close();
    this.#waiting.clear();
  }

  #take({ phase, why, reset, put, gone }: ObjectsChange): void {
    if (this.#closed) return;
    if (reset) {
      this.#reset = true;
      this.#waiting.clear();
    }
    this.#state = { phase, ...(why === undefined ? {} : { why }) };
    for (const entry of put) this.#waiting.set(entry.uid, entry);
    for (const uid of gone) this.#waiting.set(uid, undefined);
    if (!this.#telling) void this.#tell();
  }

  /** Never rejects. */
  async #tell(): Promise<void> {
    this.#telling = true;
    do {
      const refusal = this.#may();
      if (refusal !== undefined) {
        await this.#send({ phase: "refused", why: refusal, reset: true, put: [], gone: [] });
        this.close();
        break;
      }
      const batch = [...this.#waiting].slice(0, AT_ONCE);
      for (const [uid] of batch) this.#waiting.delete(uid);
      const { phase, ...words } = this.#state;
      await this.#send({
        // A list is there once all of it is told.
        phase: phase === "live" && this.#waiting.size > 0 ? "loading" : phase,
        ...words,
        reset: this.#reset,
        put: batch.flatMap(([, entry]) => entry ?? []),
        gone: batch.flatMap(([uid, entry]) => (entry === undefined ? [uid] : [])),
      });
    } while (!this.#closed && this.#waiting.size > 0);
    this.#telling = false;
  }

  #send(change: ObjectsChange): Promise<void> {
    this.#reset = false;
    return this.#socket.sendPaced({ type: "objects", ...this.#scope, change });
  }
}
