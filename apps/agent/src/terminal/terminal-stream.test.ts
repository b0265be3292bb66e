import { TERMINAL_TAKEN, type TerminalFrame } from "@interlock/protocol";
import { expect, test } from "vitest";
import { createLog } from "../log.ts";
import { Mirrors, type Mirror } from "./mirrors.ts";
import type { Recorder } from "./recorder.ts";
import type { TerminalPeer } from "./terminal-socket.ts";
import { TerminalStream } from "./terminal-stream.ts";

const SIZE = { columns: 200, rows: 10 };

/** Only counts: what recordings hold has tests of its own. */
class CountingRecorder {
  bytes = 0;
  output(bytes: Uint8Array): void {
    this.bytes += bytes.byteLength;
  }
  onFailure(): void {}
  onPressure(): void {}
  resize(): void {}
  end(): Promise<{ recording: "sealed"; chunks: number; bytes: number; hash: string }> {
    return Promise.resolve({ recording: "sealed", chunks: 1, bytes: this.bytes, hash: "" });
  }
}

test.each([
  ["as they are", "x".repeat(16 * 1024 * 1024), 16 * 1024 * 1024],
  ["a few that ask for many", `🙂${"\u001b[120b🙂".repeat(200_000)}`, undefined],
])("more bytes at once than are kept do no harm: %s", { timeout: 30_000 }, async (_, text, length) => {
  const log = createLog("silent");
  const mirrors = new Mirrors(log);
  const recorder = new CountingRecorder();
  const stream = new TerminalStream(SIZE, {
    detectors: [],
    mirror: (drained) => mirrors.open("one", SIZE, drained),
    recorder: recorder as unknown as Recorder,
    log,
  });
  let [shown, over] = [0, -1];
  const page: TerminalPeer = {
    userId: "ann",
    send: (frame: TerminalFrame) => {
      if (frame.type === "end") over = frame.offset;
      else if (frame.type === "picture") shown = frame.offset;
      else if (frame.type === "output") {
        expect(frame.offset).toBe(shown);
        shown += frame.bytes.byteLength;
        expect(frame.bytes.byteLength).toBeLessThanOrEqual(2 * TERMINAL_TAKEN.bytes + 64 * 1024);
      }
    },
    end: (code) => expect.unreachable(`ended with ${code}`),
  };
  try {
    stream.add(page, 0);
    stream.push(Buffer.from(text));
    stream.settle();
    await stream.end({}, "sealed");
    if (length !== undefined) expect(stream.offset).toBe(length);
    // Fewer than sixteen times what came.
    expect(stream.offset).toBeLessThan(16 * Buffer.byteLength(text));
    expect([shown, over, recorder.bytes]).toEqual([stream.offset, stream.offset, stream.offset]);
  } finally {
    await mirrors.stop();
  }
});

test("of a screen that cannot be drawn any more those who come get the end of what was shown, and are told so", async () => {
  const broken: Mirror = {
    write: () => true,
    resize: () => {},
    picture: () => Promise.reject(new Error("the thread has ended")),
    close: () => {},
  };
  const recorder = new CountingRecorder() as unknown as Recorder;
  const stream = new TerminalStream(SIZE, { detectors: [], mirror: () => broken, recorder, log: createLog("silent") });
  const look = async (offset: number): Promise<string[]> => {
    const got: string[] = [];
    let next = offset;
    const page: TerminalPeer = {
      userId: "ann",
      send: (frame: TerminalFrame) => {
        if (frame.type === "picture") next = frame.offset;
        else if (frame.type === "output") {
          expect(frame.offset).toBe(next);
          next += frame.bytes.byteLength;
        }
        got.push("bytes" in frame ? Buffer.from(frame.bytes).toString() : frame.type);
      },
      end: (code) => expect.unreachable(`ended with ${code}`),
    };
    stream.add(page, offset);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(next).toBe(stream.offset);
    return got;
  };
  stream.push(Buffer.from("first\r\n"));
  stream.resize({ columns: 100, rows: 10 });
  stream.settle();
  const [said, ...rest] = await look(-1);
  expect(said).toContain("this screen cannot be drawn any more");
  expect(rest).toEqual(["first\r\n", "size"]);
  stream.push(Buffer.from(`${"x".repeat(99)}\n`.repeat(40_000)));
  stream.settle();
  const [again, ...lines] = await look(-1);
  expect(again).toBe(said);
  expect(lines.join("").length).toBeGreaterThan(250 * 1024);
  expect(lines.join("").length).toBeLessThanOrEqual(256 * 1024);
  expect(lines[0]!.startsWith(`${"x".repeat(99)}\n`)).toBe(true);
  // Who has all but the last line gets only that.
  expect((await look(stream.offset - 100)).join("")).toBe(`${"x".repeat(99)}\n`);
  await stream.end({}, "sealed");
});
