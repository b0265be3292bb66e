import type { FromDrawing, KeyFrame, ToDrawing } from "./key-frame.ts";
import { Screen } from "./screen.ts";

/** Bytes drawn of one terminal before the next has its turn: some ten milliseconds of whatever, and of plain lines an eighth is drawn. */
const TURN_BYTES = 512 * 1024;
/** How long bytes wait that nobody has asked for, and how many of them do not wait: most of a flood is gone again before anybody could see it. */
const LAZY = { ms: 50, bytes: 512 * 1024 } as const;

const encoder = new TextEncoder();

interface Drawn {
  id: string;
  screen: Screen;
  /** In the order it came; bytes next to each other are one. */
  queue: Exclude<ToDrawing, { do: "open" }>[];
  /** Bytes in it. */
  bytes: number;
  title: string;
  nextEvent: number;
  /** Asked for while a sequence was not whole. */
  waiting: number[];
}

/**
 * Screens of many terminals, drawn in turns, so that one that floods keeps none of the others waiting longer than its turn. Knows no thread: `say`
 * is told what happens, `later` runs the next turn.
 */
export class DrawingQueue {
  readonly #drawn = new Map<string, Drawn>();
  readonly #say: (message: FromDrawing) => void;
  readonly #later: (turn: () => void, ms: number) => void;
  /** When the next turn is to come: at once, or in a while. */
  #next: "now" | "later" | undefined;

  /** `later`: runs a turn after so many milliseconds; 0 for as soon as what has come is read. */
  constructor(say: (message: FromDrawing) => void, later: (turn: () => void, ms: number) => void) {
    this.#say = say;
    this.#later = later;
  }

  take(message: ToDrawing): void {
    if (message.do === "open") {
      const { id, columns, rows, scrollback } = message;
      this.#drawn.set(id, {
        id,
        screen: new Screen({ columns, rows }, scrollback),
        queue: [],
        bytes: 0,
        title: "",
        nextEvent: 0,
        waiting: [],
      });
      return;
    }
    const drawn = this.#drawn.get(message.id);
    if (drawn === undefined) return;
    if (message.do === "bytes") drawn.bytes += message.bytes.length;
    const last = drawn.queue.at(-1);
    if (message.do === "bytes" && last?.do === "bytes" && isNext(last.bytes, message.bytes)) last.bytes = joined(last.bytes, message.bytes);
    else drawn.queue.push(message);
    if (message.do === "frame" || message.do === "close" || drawn.bytes >= LAZY.bytes) this.#run("now");
    else if (this.#next === undefined) this.#run("later");
  }

  #run(when: "now" | "later"): void {
    if (this.#next === "now") return;
    this.#next = when;
    this.#later(() => this.#turn(when), when === "now" ? 0 : LAZY.ms);
  }

  /** Each terminal that has something to draw, once. */
  #turn(when: "now" | "later"): void {
    // It was in less of a hurry than the one that has come meanwhile.
    if (this.#next !== when) return;
    this.#next = undefined;
    for (const drawn of this.#drawn.values()) {
      try {
        this.#step(drawn);
      } catch (error) {
        this.#drop(drawn);
        this.#say({ did: "broke", id: drawn.id, why: error instanceof Error ? error.message : String(error) });
      }
    }
    if ([...this.#drawn.values()].some(({ queue }) => queue.length > 0)) this.#run("now");
  }

  #step(drawn: Drawn): void {
    for (let bytes = 0; bytes < TURN_BYTES;) {
      const next = drawn.queue.shift();
      if (next === undefined) break;
      if (next.do === "bytes") {
        const turn = next.bytes.subarray(0, TURN_BYTES - bytes);
        if (turn.length < next.bytes.length) drawn.queue.unshift({ ...next, bytes: next.bytes.subarray(turn.length) });
        drawn.screen.write(turn);
        bytes += turn.length;
        drawn.bytes -= turn.length;
        for (const request of drawn.waiting.splice(0)) this.#frame(drawn, request);
      } else if (next.do === "resize") {
        drawn.screen.resize(next);
        drawn.nextEvent = next.nextEvent;
      } else if (next.do === "title") {
        drawn.title = next.title;
        drawn.nextEvent = next.nextEvent;
      } else if (next.do === "frame") this.#frame(drawn, next.request);
      else {
        this.#drop(drawn);
        return;
      }
    }
    this.#say({ did: "drawn", id: drawn.id, offset: drawn.screen.offset });
  }

  #drop(drawn: Drawn): void {
    this.#drawn.delete(drawn.id);
    drawn.screen.dispose();
  }

  #frame(drawn: Drawn, request: number): void {
    const text = drawn.screen.draw();
    if (text === undefined) {
      drawn.waiting.push(request);
      return;
    }
    const frame: KeyFrame = {
      offset: drawn.screen.offset,
      lines: drawn.screen.lines,
      nextEvent: drawn.nextEvent,
      ...drawn.screen.size,
      alternate: drawn.screen.inAlternate,
      title: drawn.title,
      screen: encoder.encode(text),
    };
    this.#say({ did: "frame", id: drawn.id, frame, request });
  }
}

/** Whether these stand in memory behind those. */
const isNext = (bytes: Uint8Array, next: Uint8Array): boolean =>
  bytes.buffer === next.buffer && bytes.byteOffset + bytes.length === next.byteOffset;

const joined = (bytes: Uint8Array, next: Uint8Array): Uint8Array =>
  new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length + next.length);
