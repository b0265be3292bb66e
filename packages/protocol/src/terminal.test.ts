import { expect, test } from "vitest";
import { readTerminalFrame, TERMINAL_FRAME, writeTerminalFrame, type TerminalFrame } from "./terminal.ts";

const BYTES = Uint8Array.of(0, 27, 255);
const FRAMES: TerminalFrame[] = [
  { type: "output", offset: 2 ** 40 + 1, bytes: BYTES },
  { type: "picture", offset: 7, columns: 80, rows: 24, bytes: BYTES },
  { type: "size", offset: 0, columns: 500, rows: 200 },
  { type: "end", offset: 12 },
  { type: "begin", offset: -1 },
  { type: "input", bytes: BYTES },
  { type: "input", bytes: new Uint8Array() },
  { type: "taken", offset: 3 },
  { type: "resize", columns: 120, rows: 40 },
];

test.each(FRAMES)("a frame is read as it was written: $type", (frame) => {
  const padded = new Uint8Array([9, ...writeTerminalFrame(frame)]).subarray(1);
  expect(readTerminalFrame(padded)).toEqual(frame);
});

test("what is no frame is refused", () => {
  const end = writeTerminalFrame({ type: "end", offset: 1 });
  const offset = (value: number): Uint8Array => {
    const frame = end.slice();
    new DataView(frame.buffer).setFloat64(1, value);
    return frame;
  };
  for (const data of [
    new Uint8Array(),
    Uint8Array.of(0),
    Uint8Array.of(99, 1, 2),
    end.subarray(0, 8),
    new Uint8Array([...end, 1]),
    offset(-1),
    offset(1.5),
    offset(Number.NaN),
    offset(2 ** 60),
    Uint8Array.of(TERMINAL_FRAME.output, 0, 0),
  ])
    expect(readTerminalFrame(data)).toBeUndefined();
});
