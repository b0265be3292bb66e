import { afterEach, describe, expect, it } from "vitest";
import { DrawingQueue } from "./drawing-queue.ts";
import type { FromDrawing, ToDrawing } from "./key-frame.ts";
import { KeyFrames } from "./key-frames.ts";
import { described, terminalOf, write } from "./screen.testing.ts";

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const SIZE = { columns: 40, rows: 10 };

const open: KeyFrames[] = [];
function frames(options: ConstructorParameters<typeof KeyFrames>[0] = {}): KeyFrames {
  const made = new KeyFrames({ scrollback: 50, ...options });
  open.push(made);
  return made;
}
afterEach(async () => void (await Promise.all(open.splice(0).map((one) => one.dispose()))));

describe("key frames", () => {
  it("make of a fresh terminal the one that saw everything, resizes and titles in their place", async () => {
    const keyFrames = frames();
    keyFrames.open("a", SIZE);
    const first = terminalOf(SIZE.columns, SIZE.rows, 50);
    const before = encode(`\u001b[31m${"some text that wraps ".repeat(20)}\r\nand\r\nmore\u001b[4;8r\u001b[?1h`);
    keyFrames.append("a", before);
    await write(first, before);
    keyFrames.title("a", "vim", 1);
    keyFrames.resize("a", { columns: 30, rows: 12 }, 2);
    first.resize(30, 12);
    const frame = await keyFrames.frame("a");
    expect(frame).toMatchObject({
      offset: before.length,
      lines: 2,
      nextEvent: 2,
      columns: 30,
      rows: 12,
      alternate: false,
      title: "vim",
    });
    const late = terminalOf(30, 12, 50);
    await write(late, frame.screen);
    expect(described(late)).toEqual(described(first));
    first.dispose();
    late.dispose();
  });

  it("say that a terminal is too far ahead, and when it no longer is", async () => {
    const drained: string[] = [];
    const keyFrames = frames({ drained: (id) => void drained.push(id) });
    keyFrames.open("flood", SIZE);
    const piece = encode("y\r\n".repeat(20_000));
    let room = true;
    let bytes = 0;
    while (room) {
      room = keyFrames.append("flood", piece);
      bytes += piece.length;
    }
    expect(bytes).toBeLessThan(5_000_000);
    await expect.poll(() => drained, { timeout: 10_000 }).toEqual(["flood"]);
    expect((await keyFrames.frame("flood")).offset).toBe(bytes);
  });

  it("are of every byte in its order, round the shared memory and beside it", async () => {
    const keyFrames = frames();
    keyFrames.open("a", SIZE);
    const first = terminalOf(SIZE.columns, SIZE.rows, 50);
    let number = 0;
    let bytes = 0;
    for (let round = 0; round < 12; round++) {
      // More at once than the memory holds in every third round, and then little.
      const size = round % 3 === 0 ? 1_400_000 : 300_000;
      for (let sent = 0; sent < size;) {
        const piece = encode(Array.from({ length: 1_000 }, () => `line ${number++}\r\n`).join(""));
        keyFrames.append("a", piece);
        await write(first, piece);
        sent += piece.length;
        bytes += piece.length;
      }
      const columns = 30 + round;
      keyFrames.resize("a", { columns, rows: SIZE.rows }, round);
      first.resize(columns, SIZE.rows);
    }
    const frame = await keyFrames.frame("a");
    expect(frame).toMatchObject({ offset: bytes, lines: number });
    const late = terminalOf(frame.columns, frame.rows, 50);
    await write(late, frame.screen);
    expect(described(late)).toEqual(described(first));
    first.dispose();
    late.dispose();
  });

  it("refuse what there is none of", async () => {
    const keyFrames = frames();
    keyFrames.open("a", SIZE);
    expect(() => keyFrames.open("a", SIZE)).toThrow("there is a terminal a");
    expect(() => keyFrames.append("b", encode("x"))).toThrow("there is no terminal b");
    await expect(keyFrames.frame("b")).rejects.toThrow("there is no terminal b");
    const asked = keyFrames.frame("a");
    keyFrames.close("a");
    await expect(asked).rejects.toThrow("has ended");
  });

  it("go on for the others when xterm cannot go on with one", async () => {
    const failed: (string | undefined)[] = [];
    const keyFrames = frames({ failed: (_, id) => void failed.push(id) });
    for (const id of ["broken", "well"]) keyFrames.open(id, SIZE);
    // What the filter never lets through: see `allowed-sequences.ts`.
    keyFrames.append("broken", encode("\u001b[10;40H\u001b[1J"));
    keyFrames.append("well", encode("fine"));
    await expect(keyFrames.frame("broken")).rejects.toThrow("isWrapped");
    expect(failed).toEqual(["broken"]);
    expect(keyFrames.append("broken", encode("x"))).toBe(true);
    await expect(keyFrames.frame("broken")).rejects.toThrow("isWrapped");
    expect((await keyFrames.frame("well")).offset).toBe(4);
  });
});

describe("turns", () => {
  function queue() {
    const told: FromDrawing[] = [];
    const turns: (() => void)[] = [];
    const slow: (() => void)[] = [];
    const drawing = new DrawingQueue(
      (message) => void told.push(message),
      (turn, ms) => void (ms === 0 ? turns : slow).push(turn),
    );
    const start = (id: string): void => drawing.take({ do: "open", id, ...SIZE, scrollback: 10 });
    return {
      drawing,
      told,
      start,
      take: (message: ToDrawing) => drawing.take(message),
      turn: () => turns.shift()?.(),
      wait: () => slow.shift()?.(),
    };
  }

  it("are taken one after the other, whoever floods", () => {
    const { told, start, take, turn } = queue();
    start("flood");
    start("calm");
    for (let i = 0; i < 50; i++) take({ do: "bytes", id: "flood", bytes: encode("z".repeat(64 * 1024)) });
    take({ do: "bytes", id: "calm", bytes: encode("$ ") });
    turn();
    expect(told).toEqual([
      { did: "drawn", id: "flood", offset: 512 * 1024 },
      { did: "drawn", id: "calm", offset: 2 },
    ]);
  });

  it("make a frame within a sequence of what was before it, or as soon as it is whole", () => {
    const { told, start, take, turn, wait } = queue();
    start("a");
    take({ do: "bytes", id: "a", bytes: encode("x\u001b]8;;http://a.b/") });
    take({ do: "bytes", id: "a", bytes: encode("\u001b") });
    take({ do: "frame", id: "a", request: 7 });
    turn();
    expect(told.filter(({ did }) => did === "frame")).toMatchObject([{ request: 7, frame: { offset: 1 } }]);
    // No output of the filter: longer than anything that is waited for.
    take({ do: "bytes", id: "a", bytes: encode(`\u001b]8;;${"x".repeat(5000)}`) });
    take({ do: "frame", id: "a", request: 8 });
    turn();
    expect(told.at(-1)).toMatchObject({ did: "drawn" });
    take({ do: "bytes", id: "a", bytes: encode("\u0007") });
    wait();
    wait();
    expect(told.filter(({ did }) => did === "frame").at(-1)).toMatchObject({ request: 8 });
  });
});
