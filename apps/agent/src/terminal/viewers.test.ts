import { FLOW_LIMITS, StreamRing } from "@interlock/terminal";
import { TERMINAL_TAKEN, type TerminalFrame } from "@interlock/protocol";
import { expect, test, vi } from "vitest";
import { createLog } from "../log.ts";
import { Mirrors } from "./mirrors.ts";
import type { TerminalPeer } from "./terminal-socket.ts";
import { Viewers, type SizeEvent } from "./viewers.ts";

const SIZE = { columns: 40, rows: 10 };
/** More than the ring keeps goes by while somebody is away. */
const PIECE = 24 * 1024;
const PEOPLE = 8;
const DISCONNECTS = 10_000;

/** Mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A page that holds every frame against what was shown. */
class Page implements TerminalPeer {
  readonly userId: string;
  readonly #truth: { bytes: Buffer };
  /** Up to which it has everything; -1 before the first picture. */
  offset: number;
  pictures = 0;
  ended = false;
  /** Where it was told that the stream ends. */
  over: number | undefined;
  readonly faults: string[] = [];

  constructor(userId: string, truth: { bytes: Buffer }, offset: number) {
    this.userId = userId;
    this.#truth = truth;
    this.offset = offset;
  }

  send(frame: TerminalFrame): void {
    if (frame.type === "picture") {
      if (frame.offset < this.offset) this.faults.push(`a picture of ${frame.offset} after ${this.offset}`);
      this.pictures++;
      this.offset = frame.offset;
    } else if (frame.type === "end") {
      if (frame.offset !== this.offset) this.faults.push(`an end at ${frame.offset} after ${this.offset}`);
      this.over = frame.offset;
    } else if (frame.type === "output") {
      if (frame.offset !== this.offset) this.faults.push(`${frame.offset} after ${this.offset}`);
      this.offset = frame.offset + frame.bytes.byteLength;
      if (!this.#truth.bytes.subarray(frame.offset, this.offset).equals(frame.bytes)) this.faults.push(`other bytes at ${frame.offset}`);
    }
  }

  end(): void {
    this.ended = true;
  }
}

test("the source goes on before a page has said the last of what it has drawn", () => {
  expect(FLOW_LIMITS.low).toBeGreaterThan(TERMINAL_TAKEN.bytes);
  expect(FLOW_LIMITS.high - FLOW_LIMITS.low).toBeGreaterThanOrEqual(TERMINAL_TAKEN.bytes);
});

test("those who watch get in one message what came soon after another, the driver at once, and a storm of sizes between them does no harm", async () => {
  const ring = new StreamRing<SizeEvent>();
  const truth = { bytes: Buffer.from("first second third fourth and more") };
  const viewers = new Viewers({
    ring,
    picture: () => Promise.reject(new Error("nobody is without")),
    on: { pressure: () => {}, behind: () => {} },
  });
  const [driver, watcher] = [new Page("driver", truth, 0), new Page("watcher", truth, 0)];
  for (const page of [driver, watcher]) viewers.add(page, 0);
  viewers.drive(driver);
  const show = (text: string): void => {
    ring.append(Buffer.from(text));
    viewers.output(Buffer.from(text));
  };
  const storm = (): void => {
    for (let columns = 1; columns <= 5_000; columns++) {
      ring.note({ columns, rows: 10 });
      viewers.size({ columns, rows: 10 });
    }
  };
  vi.useFakeTimers();
  try {
    show("first ");
    expect([driver.offset, watcher.offset]).toEqual([6, 6]);
    show("second ");
    show("third ");
    expect([driver.offset, watcher.offset]).toEqual([19, 6]);
    storm();
    expect(watcher.offset).toBe(19);
    show("fourth");
    expect([driver.offset, watcher.offset]).toEqual([25, 19]);
    storm();
    expect(watcher.offset).toBe(25);
    show(" and more");
    vi.advanceTimersByTime(8);
    expect([driver.offset, watcher.offset]).toEqual([34, 34]);
    expect([...driver.faults, ...watcher.faults]).toEqual([]);
  } finally {
    vi.useRealTimers();
    await viewers.end();
  }
});

test("whoever comes when nothing but its size has changed for long gets its picture", async () => {
  const ring = new StreamRing<SizeEvent>();
  const truth = { bytes: Buffer.from("quiet") };
  ring.append(truth.bytes);
  for (let columns = 1; columns <= 5_000; columns++) ring.note({ columns, rows: 10 });
  const picture = { ...SIZE, offset: ring.end, lines: 0, bytes: new Uint8Array(1), nextEvent: 5_000 };
  const viewers = new Viewers({
    ring,
    picture: () => Promise.resolve(picture),
    on: { pressure: () => {}, behind: () => {} },
  });
  const [late, back] = [new Page("late", truth, -1), new Page("back", truth, ring.end)];
  viewers.add(late, -1);
  viewers.add(back, ring.end);
  await vi.waitFor(() => expect([late.pictures, back.pictures]).toEqual([1, 1]));
  expect([late.ended, back.ended, late.faults, back.faults]).toEqual([false, false, [], []]);
  await viewers.end();
});

test("at the end who is behind, and who has no picture yet, gets the last screen before the end", async () => {
  const ring = new StreamRing<SizeEvent>();
  const truth = { bytes: Buffer.alloc(3 * FLOW_LIMITS.watcher, "all of it\r\n") };
  let draw = (): void => {};
  const viewers = new Viewers({
    ring,
    picture: () =>
      new Promise((resolve) => {
        draw = () => resolve({ ...SIZE, offset: ring.end, lines: 0, bytes: new Uint8Array(1), nextEvent: 0 });
      }),
    on: { pressure: () => {}, behind: () => {} },
  });
  const [slow, quick, late] = [new Page("slow", truth, 0), new Page("quick", truth, 0), new Page("late", truth, -1)];
  for (const page of [slow, quick]) viewers.add(page, 0);
  for (let at = 0; at < truth.bytes.length; at += 64 * 1024) {
    const piece = truth.bytes.subarray(at, at + 64 * 1024);
    ring.append(piece);
    viewers.output(piece);
    viewers.taken(quick, ring.end);
  }
  expect(viewers.isBehind("slow")).toBe(true);
  viewers.add(late, -1);
  const drawLate = draw;
  const over = viewers.end();
  expect([slow.over, quick.over, late.over]).toEqual([undefined, ring.end, undefined]);
  drawLate();
  draw();
  await over;
  expect([slow, quick, late].map(({ over: at, offset, pictures }) => [at, offset, pictures])).toEqual([
    [ring.end, ring.end, 1],
    [ring.end, ring.end, 0],
    [ring.end, ring.end, 1],
  ]);
  expect([slow, quick, late].flatMap(({ faults }) => faults)).toEqual([]);
});

test(`no byte is lost, doubled or another's over ${DISCONNECTS} disconnects at any moment`, { timeout: 600_000 }, async () => {
  const random = seeded(7);
  const log = createLog("silent");
  const mirrors = new Mirrors(log);
  let drained = (): void => {};
  const mirror = mirrors.open("one", SIZE, () => drained());
  const ring = new StreamRing<SizeEvent>();
  const truth = { bytes: Buffer.alloc(0), kept: Buffer.alloc(1 << 20) };
  const viewers = new Viewers({ ring, picture: () => mirror.picture(), on: { pressure: () => {}, behind: () => {} } });
  const faults: string[] = [];
  let pictures = 0;
  const pages: Page[] = [];
  const open = (index: number, offset: number): void => {
    const page = new Page(`person-${index}`, truth, offset);
    pages[index] = page;
    viewers.add(page, offset);
  };
  const leave = (index: number): number => {
    const page = pages[index]!;
    viewers.remove(page);
    faults.push(...page.faults);
    pictures += page.pictures;
    return page.offset;
  };
  let line = 0;
  const append = async (): Promise<void> => {
    let text = "";
    for (const length = 1 + random() ** 4 * PIECE; text.length < length; line++) text += `\u001b[3${line % 8}m${line} ünï\u001b[0m\r\n`;
    const bytes = Buffer.from(text);
    const end = truth.bytes.length + bytes.length;
    if (end > truth.kept.length) truth.kept = Buffer.concat([truth.kept], truth.kept.length * 2);
    bytes.copy(truth.kept, truth.bytes.length);
    truth.bytes = truth.kept.subarray(0, end);
    ring.append(bytes);
    viewers.output(bytes);
    if (!mirror.write(bytes)) await new Promise<void>((resolve) => (drained = resolve));
  };
  for (let index = 0; index < PEOPLE; index++) open(index, -1);
  viewers.drive(pages[0]);
  try {
    for (let gone = 0; gone < DISCONNECTS;) {
      const what = random();
      const index = Math.floor(random() * PEOPLE);
      if (what < 0.4) await append();
      else if (what < 0.6) viewers.taken(pages[index]!, Math.max(0, pages[index]!.offset));
      else if (what < 0.62) {
        const size = { columns: 20 + Math.floor(random() * 60), rows: 5 + Math.floor(random() * 20) };
        mirror.resize(size, ring.note(size).number + 1);
        viewers.size(size);
      } else {
        const had = leave(index);
        gone++;
        // Some come back at once with what they have, some as somebody new; who has seen nothing has nothing.
        open(index, random() < 0.1 ? -1 : had);
      }
      // Pictures come between any two of these, and seldom at once.
      if (random() < 0.1) await mirror.picture();
    }
    await append();
    const whole = (): boolean =>
      pages.every((page) => {
        viewers.taken(page, Math.max(0, page.offset));
        return page.offset === ring.end;
      });
    for (const end = Date.now() + 30_000; !whole() && Date.now() < end;) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(pages.map(({ offset, ended }) => [offset, ended])).toEqual(pages.map(() => [ring.end, false]));
    for (let index = 0; index < PEOPLE; index++) leave(index);
    expect(faults).toEqual([]);
    // Both ways were gone: on with the bytes, and by a picture.
    expect(pictures).toBeGreaterThan(DISCONNECTS / 20);
  } finally {
    await viewers.end();
    mirror.close();
    await mirrors.stop();
  }
});
