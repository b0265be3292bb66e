import { Worker } from "node:worker_threads";
import { SCROLLBACK_LINES, type FromDrawing, type KeyFrame, type ScreenSize, type ToThread } from "./key-frame.ts";
import { SharedRing } from "./shared-ring.ts";

export interface KeyFramesOptions {
  /** Lines of scrollback; browsers keep as many. */
  scrollback?: number;
  /** A terminal that was ahead of its screen is no longer; called after `append` said false. */
  drained?: (id: string) => void;
  /** No key frames of this terminal can be had any more, or of any where `id` is undefined. */
  failed?: (why: string, id: string | undefined) => void;
}

/** Bytes a terminal may be ahead of its screen before its source should wait; so many have room in the memory that is shared. */
const MOST_AHEAD = 1024 * 1024;
/** Fewer, and it goes on: soon, or who has interrupted a flood would wait for its picture. */
const DRAINED = 896 * 1024;
/** Bytes told to the thread in one message. */
const MESSAGE_BYTES = 64 * 1024;
/** Memory of the thread, in MiB: a screen with a thousand lines of scrollback takes some three. */
const THREAD_MIB = 1024;

interface Followed {
  /** Bytes so far, and those that were drawn. */
  appended: number;
  drawn: number;
  ring: SharedRing;
  /** Bytes that went through the ring, and those of them that the thread was told of. */
  put: number;
  told: number;
  ahead: boolean;
  asked: Map<number, { resolve: (frame: KeyFrame) => void; reject: (error: Error) => void }>;
  /** Why there are no key frames of it any more. */
  broke?: string;
}

/**
 * Key frames of many terminals, drawn by one thread off the way of the bytes: a headless xterm for each is told what people see. One owner,
 * which closes it.
 */
export class KeyFrames {
  readonly #worker: Worker;
  readonly #options: KeyFramesOptions;
  readonly #followed = new Map<string, Followed>();
  #telling: NodeJS.Immediate | undefined;
  #requests = 0;
  #failure: string | undefined;
  #closing = false;

  constructor(options: KeyFramesOptions = {}) {
    this.#options = options;
    this.#worker = new Worker(new URL("./key-frame-worker.ts", import.meta.url), {
      name: "key frames",
      resourceLimits: { maxOldGenerationSizeMb: THREAD_MIB },
    });
    // The thread alone keeps no process alive.
    this.#worker.unref();
    this.#worker.on("message", (message: FromDrawing) => this.#told(message));
    this.#worker.on("error", (error) => this.#fail(error instanceof Error ? error.message : String(error)));
    this.#worker.on("exit", () => this.#fail("the thread that draws key frames has ended"));
  }

  open(id: string, size: ScreenSize): void {
    if (this.#followed.has(id)) throw new Error(`there is a terminal ${id}`);
    // Twice as many: lines of a flood lie in one piece more often.
    const ring = new SharedRing(2 * MOST_AHEAD);
    this.#followed.set(id, {
      appended: 0,
      drawn: 0,
      ring,
      put: 0,
      told: 0,
      ahead: false,
      asked: new Map(),
    });
    const { scrollback = SCROLLBACK_LINES } = this.#options;
    this.#post({ do: "open", id, ...size, scrollback, ring: ring.memory });
  }

  /** The terminal's stream goes on. False where its source should wait until `drained`: the screen is too far behind. */
  append(id: string, bytes: Uint8Array): boolean {
    const followed = this.#get(id);
    // Nobody draws it any more.
    if (followed.broke !== undefined || this.#failure !== undefined) return true;
    followed.appended += bytes.length;
    if (followed.appended - followed.drawn <= MOST_AHEAD) {
      followed.ring.put(followed.put, bytes);
      followed.put += bytes.length;
      if (followed.put - followed.told >= MESSAGE_BYTES) this.#tell(id, followed);
      else this.#telling ??= setImmediate(() => this.#tellAll());
      return !followed.ahead;
    }
    followed.ahead = true;
    this.#tell(id, followed);
    // A copy: what goes to a thread is gone here.
    const copy = new Uint8Array(bytes);
    this.#worker.postMessage({ do: "bytes", id, bytes: copy } satisfies ToThread, [copy.buffer]);
    return false;
  }

  /** `nextEvent`: number of the event after the resize. */
  resize(id: string, size: ScreenSize, nextEvent: number): void {
    this.#tell(id, this.#get(id));
    this.#post({ do: "resize", id, ...size, nextEvent });
  }

  title(id: string, title: string, nextEvent: number): void {
    this.#tell(id, this.#get(id));
    this.#post({ do: "title", id, title, nextEvent });
  }

  /** A key frame of all that was appended, but for a sequence at its end that is not whole. Rejects when there can be none any more. */
  frame(id: string): Promise<KeyFrame> {
    if (this.#failure !== undefined) return Promise.reject(new Error(this.#failure));
    const followed = this.#followed.get(id);
    if (followed === undefined) return Promise.reject(new Error(`there is no terminal ${id}`));
    if (followed.broke !== undefined) return Promise.reject(new Error(followed.broke));
    this.#tell(id, followed);
    const request = this.#requests++;
    return new Promise((resolve, reject) => {
      followed.asked.set(request, { resolve, reject });
      this.#post({ do: "frame", id, request });
    });
  }

  close(id: string): void {
    const followed = this.#followed.get(id);
    if (followed === undefined) return;
    this.#post({ do: "close", id });
    this.#forget(id, followed, "the terminal has ended");
  }

  async dispose(): Promise<void> {
    this.#closing = true;
    clearImmediate(this.#telling);
    for (const [id, followed] of this.#followed) this.#forget(id, followed, "the terminal has ended");
    await this.#worker.terminate();
  }

  #get(id: string): Followed {
    const followed = this.#followed.get(id);
    if (followed === undefined) throw new Error(`there is no terminal ${id}`);
    return followed;
  }

  #forget(id: string, followed: Followed, why: string): void {
    this.#followed.delete(id);
    for (const { reject } of followed.asked.values()) reject(new Error(why));
    followed.asked.clear();
  }

  #post(message: ToThread): void {
    if (this.#failure === undefined) this.#worker.postMessage(message);
  }

  #tellAll(): void {
    this.#telling = undefined;
    for (const [id, followed] of this.#followed) this.#tell(id, followed);
  }

  /** Tells the thread of what is in the ring, before anything that comes after it. */
  #tell(id: string, followed: Followed): void {
    const bytes = followed.put - followed.told;
    if (bytes === 0) return;
    followed.told = followed.put;
    this.#post({ do: "appended", id, bytes });
  }

  #told(message: FromDrawing): void {
    const followed = this.#followed.get(message.id);
    if (followed === undefined) return;
    switch (message.did) {
      case "drawn":
        followed.drawn = message.offset;
        if (followed.ahead && followed.appended - followed.drawn < DRAINED) this.#drained(message.id, followed);
        return;
      case "frame":
        followed.asked.get(message.request)?.resolve(message.frame);
        followed.asked.delete(message.request);
        return;
      case "broke":
        followed.broke = message.why;
        // Nothing waits for the screen any more.
        followed.drawn = Infinity;
        for (const { reject } of followed.asked.values()) reject(new Error(message.why));
        followed.asked.clear();
        if (followed.ahead) this.#drained(message.id, followed);
        this.#options.failed?.(message.why, message.id);
    }
  }

  #drained(id: string, followed: Followed): void {
    followed.ahead = false;
    this.#options.drained?.(id);
  }

  #fail(why: string): void {
    if (this.#closing || this.#failure !== undefined) return;
    this.#failure = why;
    for (const [id, followed] of this.#followed) {
      for (const { reject } of followed.asked.values()) reject(new Error(why));
      followed.asked.clear();
      // Nobody waits for a thread that is gone.
      if (followed.ahead) this.#drained(id, followed);
    }
    this.#options.failed?.(why, undefined);
  }
}
