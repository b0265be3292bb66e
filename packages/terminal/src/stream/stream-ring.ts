/** Bytes kept of a terminal's stream, when nothing else is said. */
export const RING_BYTES = 2 * 1024 * 1024;
/** Events kept; a terminal whose size changes without end may not take all memory. */
const MOST_EVENTS = 4096;

/** Something that happened between two bytes of a stream. */
export interface StreamEvent<Event> {
  /** Bytes before it. */
  offset: number;
  /** Its number; events of one stream are numbered without gaps, in their order, from 0. */
  number: number;
  event: Event;
}

/** What a stream holds from an offset on. */
export type Since<Event> =
  | { kind: "kept"; offset: number; bytes: Uint8Array; events: readonly StreamEvent<Event>[] }
  /** The ring has lost it: whoever asks needs a key frame. `oldest` is the least offset that can be asked for. */
  | { kind: "gone"; oldest: number };

/**
 * The end of a terminal's stream: the newest bytes, by their offset since its beginning, and what happened between them (sizes, titles, marks,
 * who drives) in its order. Offsets are counted in bytes as people see them, after filter and mask.
 */
export class StreamRing<Event = never> {
  readonly #ring: Uint8Array;
  #end = 0;
  #events: StreamEvent<Event>[] = [];
  #nextEvent = 0;
  /** The last event that was left behind while its place is still kept. */
  #lost: { offset: number; number: number } | undefined;

  constructor(bytes: number = RING_BYTES) {
    this.#ring = new Uint8Array(bytes);
  }

  /** Bytes of the whole stream so far. */
  get end(): number {
    return this.#end;
  }

  /** The least offset whose bytes are kept, and the events after `oldestEvent`. */
  get oldest(): number {
    return Math.max(0, this.#end - this.#ring.length, this.#lost?.offset ?? 0);
  }

  /** The first event that is kept at `oldest`. */
  get oldestEvent(): number {
    return this.#lost?.offset === this.oldest ? this.#lost.number + 1 : 0;
  }

  /** Adds output and returns the offset behind it. */
  append(bytes: Uint8Array): number {
    const size = this.#ring.length;
    const from = Math.max(0, bytes.length - size);
    let at = (this.#end + from) % size;
    for (let next = from; next < bytes.length;) {
      const count = Math.min(bytes.length - next, size - at);
      this.#ring.set(bytes.subarray(next, next + count), at);
      next += count;
      at = (at + count) % size;
    }
    this.#end += bytes.length;
    this.#forget();
    return this.#end;
  }

  /** Adds what happened after all bytes so far. */
  note(event: Event): StreamEvent<Event> {
    const noted = { offset: this.#end, number: this.#nextEvent++, event };
    this.#events.push(noted);
    if (this.#events.length > MOST_EVENTS) {
      // Half at once, so that not every event moves all others.
      const lost = this.#events.splice(0, MOST_EVENTS / 2);
      this.#lost = lost.at(-1)!;
    }
    return noted;
  }

  /**
   * What came from `offset` on, at most `most` bytes of it; events at the offset itself are those from number `fromEvent` on. Events at the end
   * of the bytes are part of it only where all bytes are, so that no event is told before its place or twice. Throws RangeError on an
   * offset that has not been yet.
   */
  since(offset: number, fromEvent = 0, most = Infinity): Since<Event> {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset > this.#end)
      throw new RangeError(`there is no offset ${offset} in ${this.#end} bytes`);
    if (offset < this.oldest || (offset === this.oldest && fromEvent < this.oldestEvent)) return { kind: "gone", oldest: this.oldest };
    const to = Math.min(this.#end, offset + most);
    const events = this.#events.filter(
      (event) => event.offset >= offset && event.number >= fromEvent && (event.offset < to || to === this.#end),
    );
    return { kind: "kept", offset, bytes: this.#bytes(offset, to), events };
  }

  #bytes(from: number, to: number): Uint8Array {
    const size = this.#ring.length;
    const bytes = new Uint8Array(to - from);
    const at = from % size;
    const first = Math.min(bytes.length, size - at);
    bytes.set(this.#ring.subarray(at, at + first));
    bytes.set(this.#ring.subarray(0, bytes.length - first), first);
    return bytes;
  }

  #forget(): void {
    const oldest = this.#end - this.#ring.length;
    let gone = 0;
    while (gone < this.#events.length && this.#events[gone]!.offset < oldest) gone++;
    // Not one by one: output that flows would move the list with each chunk.
    if (gone > 64 || gone === this.#events.length) this.#events.splice(0, gone);
  }
}
