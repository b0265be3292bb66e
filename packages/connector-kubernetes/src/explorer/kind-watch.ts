import { setTimeout as pause } from "node:timers/promises";
import { TargetError } from "@interlock/connector";
import type { ObjectEntry, ObjectsChange, ObjectsPhase } from "@interlock/protocol";
import type { ObjectSource, Trouble } from "./object-source.ts";

/** Changes of this long are told together, in milliseconds. */
const GATHER_MS = 100;
/** First and longest pause before the cluster is asked again after it did not answer, in milliseconds. */
const RETRY_MS = { first: 500, most: 15_000 };
/** How often somebody who looks at a list that was refused is asked for again: rights change. In milliseconds. */
const REFUSED_MS = 30_000;

/** A watch that held this long was a good one, in milliseconds. */
const STEADY_MS = 5_000;

export interface WatchTimes {
  gatherMs: number;
  retryMs: { first: number; most: number };
  refusedMs: number;
}

/** What one change of the whole list is for a follower of it. */
type Told = (change: ObjectsChange) => void;

interface Follower {
  told: Told;
  namespace: string | undefined;
}

/**
 * The one stream of a kind from the cluster, for everybody who looks at it: a list, then a watch from there, begun again where it ends, and
 * listed anew when the server remembers no longer what was since (410 Gone). Holds the metadata of every object once.
 */
export class KindWatch {
  readonly #source: Pick<ObjectSource, "list" | "watch">;
  readonly #times: WatchTimes;
  readonly #entries = new Map<string, ObjectEntry>();
  readonly #followers = new Set<Follower>();
  readonly #ending = new AbortController();
  readonly #changed = new Map<string, ObjectEntry>();
  #phase: { phase: ObjectsPhase; why?: string } = { phase: "loading" };
  #phaseTold = true;
  #timer: NodeJS.Timeout | undefined;

  constructor(source: Pick<ObjectSource, "list" | "watch">, times: Partial<WatchTimes> = {}) {
    this.#source = source;
    this.#times = { gatherMs: GATHER_MS, retryMs: RETRY_MS, refusedMs: REFUSED_MS, ...times };
    void this.#run();
  }

  get phase(): ObjectsPhase {
    return this.#phase.phase;
  }

  /** Tells what is known now, then every change, of one namespace where it is given. */
  follow(namespace: string | undefined, told: Told): { close(): void } {
    const follower = { told, namespace };
    // What waits to be told is in what it is told first; the others hear it with the next turn.
    this.#followers.add(follower);
    told({ ...this.#phase, reset: true, put: [...this.#entries.values()].filter((entry) => isOf(entry, namespace)), gone: [] });
    return { close: () => void this.#followers.delete(follower) };
  }

  get followers(): number {
    return this.#followers.size;
  }

  stop(): void {
    this.#ending.abort();
    clearTimeout(this.#timer);
    this.#followers.clear();
    this.#entries.clear();
    this.#changed.clear();
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { signal } = this.#ending;
    let wait = this.#times.retryMs.first;
    let expired = 0;
    while (!signal.aborted) {
      const trouble = await this.#once(signal).catch((error: unknown): Trouble => ({ trouble: "failed", why: wordsOf(error) }));
      if (signal.aborted) return;
      if (trouble.trouble === "expired") {
        // At once the first time; a server that forgets faster than it can be listed is not asked without end.
        await this.#pause(this.#times.retryMs.first * expired++);
        continue;
      }
      expired = 0;
      // The clock starts again whenever it was live for a while in between.
      if (this.#phase.phase === "live") wait = this.#times.retryMs.first;
      if (trouble.trouble === "refused") {
        this.#forget("refused", trouble.why);
        await this.#pause(this.#times.refusedMs);
      } else if (trouble.trouble === "missing") {
        this.#forget("gone", trouble.why);
        await this.#pause(this.#times.refusedMs);
      } else {
        this.#say("behind", trouble.why);
        await this.#pause(wait);
        wait = Math.min(wait * 2, this.#times.retryMs.most);
      }
    }
  }

  /** Lists, then watches until something is wrong. */
  async #once(signal: AbortSignal): Promise<Trouble> {
    const seen = new Set<string>();
    const listed = await this.#source.list((entries) => {
      for (const entry of entries) {
        seen.add(entry.uid);
        this.#put(entry);
      }
    }, signal);
    if ("trouble" in listed) return listed;
    for (const uid of this.#entries.keys()) if (!seen.has(uid)) this.#remove(uid);
    this.#say("live");
    let { version } = listed;
    let failures = 0;
    while (!signal.aborted) {
      const begun = performance.now();
      try {
        for await (const event of this.#source.watch(version, signal)) {
          if ("trouble" in event) return event;
          this.#say("live");
          if (event.type === "put") {
            this.#put(event.entry);
            version = event.entry.version;
          } else if (event.type === "gone") this.#remove(event.uid);
          else version = event.version;
        }
      } catch (error) {
        if (signal.aborted) break;
        this.#say("behind", wordsOf(error));
      }
      // A watch ends in its time and is begun again; one that ends at once is not begun again and again without a pause.
      failures = performance.now() - begun > STEADY_MS ? 0 : failures + 1;
      await this.#pause(Math.min(this.#times.retryMs.first * 2 ** (failures - 1), this.#times.retryMs.most));
    }
    return { trouble: "failed", why: "" };
  }

  #put(entry: ObjectEntry): void {
    const known = this.#entries.get(entry.uid);
    if (known?.version === entry.version) return;
    this.#entries.set(entry.uid, entry);
    this.#changed.set(entry.uid, entry);
    this.#soon();
  }

  #remove(uid: string): void {
    const known = this.#entries.get(uid);
    if (known === undefined) return;
    this.#entries.delete(uid);
    this.#changed.set(uid, known);
    this.#soon();
  }

  #forget(phase: ObjectsPhase, why: string): void {
    for (const uid of this.#entries.keys()) this.#remove(uid);
    this.#say(phase, why);
  }

  #say(phase: ObjectsPhase, why?: string): void {
    if (this.#phase.phase === phase && this.#phase.why === why) return;
    this.#phase = { phase, ...(why === undefined ? {} : { why }) };
    this.#phaseTold = false;
    this.#soon();
  }

  #soon(): void {
    if (!this.#ending.signal.aborted) this.#timer ??= setTimeout(() => this.#tell(), this.#times.gatherMs);
  }

  #tell(): void {
    this.#timer = undefined;
    const changed = [...this.#changed.values()];
    this.#changed.clear();
    const phaseTold = this.#phaseTold;
    this.#phaseTold = true;
    for (const { told, namespace } of this.#followers) {
      const own = changed.filter((entry) => isOf(entry, namespace));
      if (own.length === 0 && phaseTold) continue;
      // One that was removed and made again under the same uid is there; anything else that is known no more is gone.
      const put = own.flatMap(({ uid }) => this.#entries.get(uid) ?? []);
      const gone = own.flatMap(({ uid }) => (this.#entries.has(uid) ? [] : [uid]));
      told({ ...this.#phase, reset: false, put, gone });
    }
  }

  /** Rejects never: the loops look at the signal. */
  async #pause(ms: number): Promise<void> {
    if (ms > 0) await pause(ms, undefined, { signal: this.#ending.signal, ref: false }).catch(() => undefined);
  }
}

const isOf = (entry: ObjectEntry, namespace: string | undefined): boolean => namespace === undefined || entry.namespace === namespace;

const wordsOf = (error: unknown): string => (error instanceof TargetError ? error.message : "the cluster's answer could not be read");
