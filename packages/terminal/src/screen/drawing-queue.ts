import type { FromDrawing, KeyFrame, FrameSchedule, ToDrawing } from "./key-frame.ts";
import { Screen } from "./screen.ts";

/** Bytes drawn of one terminal before the next has its turn: some milliseconds. */
const TURN_BYTES = 64 * 1024;
/** Frames that nobody asked for take at most one part in this many of the thread's time. */
const FRAME_SHARE = 10;

const encoder = new TextEncoder();

interface Drawn {
  id: string;
  screen: Screen;
  schedule: FrameSchedule;
  /** In the order it came; bytes next to each other are one. */
  queue: Exclude<ToDrawing, { do: "open" }>[];
  title: string;
  nextEvent: number;
  frameOffset: number;
  /** When the first change since the last frame came; undefined for none. */
  changedAt: number | undefined;
  /** When the next frame that nobody asked for may be made. */
  notBefore: number;
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
  readonly #later: (turn: () => void) => void;
  readonly #now: () => number;
  #running = false;

  constructor(say: (message: FromDrawing) => void, later: (turn: () => void) => void, now: () => number = () => performance.now()) {
    this.#say = say;
    this.#later = later;
    this.#now = now;
  }

  take(message: ToDrawing): void {
    if (message.do === "open") {
      const { id, columns, rows, scrollback, schedule } = message;
      this.#drawn.set(id, {
        id,
        screen: new Screen({ columns, rows }, scrollback),
        schedule,
        queue: [],
        title: "",
        nextEvent: 0,
        frameOffset: 0,
        changedAt: undefined,
        notBefore: 0,
        waiting: [],
      });
      return;
    }
    this.#drawn.get(message.id)?.queue.push(message);
    this.#run();
  }

  /** Frames whose time has come; to be called now and then. */
  tick(): void {
    for (const drawn of this.#drawn.values()) this.#scheduled(drawn);
  }

  #run(): void {
    if (this.#running) return;
    this.#running = true;
    this.#later(() => this.#turn());
  }

  /** Each terminal that has something to draw, once. */
  #turn(): void {
    this.#running = false;
    for (const drawn of this.#drawn.values()) {
      try {
        this.#step(drawn);
      } catch (error) {
        this.#drop(drawn);
        this.#say({ did: "broke", id: drawn.id, why: error instanceof Error ? error.message : String(error) });
      }
    }
    if ([...this.#drawn.values()].some(({ queue }) => queue.length > 0)) this.#run();
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
        this.#changed(drawn);
        for (const request of drawn.waiting.splice(0)) this.#frame(drawn, request);
      } else if (next.do === "resize") {
        drawn.screen.resize(next);
        drawn.nextEvent = next.nextEvent;
        this.#changed(drawn);
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
    this.#scheduled(drawn);
  }

  #changed(drawn: Drawn): void {
    drawn.changedAt ??= this.#now();
  }

  #drop(drawn: Drawn): void {
    this.#drawn.delete(drawn.id);
    drawn.screen.dispose();
  }

  #scheduled(drawn: Drawn): void {
    if (drawn.changedAt === undefined) return;
    const now = this.#now();
    const due = drawn.screen.offset - drawn.frameOffset >= drawn.schedule.bytes || now - drawn.changedAt >= drawn.schedule.ms;
    if (due && now >= drawn.notBefore) this.#frame(drawn);
  }

  #frame(drawn: Drawn, request?: number): void {
    const began = this.#now();
    const text = drawn.screen.draw();
    if (text === undefined) {
      if (request !== undefined) drawn.waiting.push(request);
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
    drawn.frameOffset = frame.offset;
    drawn.changedAt = undefined;
    const now = this.#now();
    drawn.notBefore = now + (now - began) * FRAME_SHARE;
    this.#say({ did: "frame", id: drawn.id, frame, ...(request !== undefined && { request }) });
  }
}
