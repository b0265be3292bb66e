import { expect, test } from "vitest";
import { readTerminalFrame, TERMINAL_FRAME, writeTerminalFrame, type TerminalFrame } from "./terminal.ts";

const BYTES = Uint8Array.of(0, 27, 255);
const SPAN = { fromRow: -1_000, fromColumn: 499, toRow: -801, toColumn: 0, alternate: false };
const FRAMES: TerminalFrame[] = [
  { type: "output", offset: 2 ** 40 + 1, bytes: BYTES },
  { type: "picture", offset: 7, columns: 80, rows: 24, lines: 3, bytes: BYTES },
  { type: "size", offset: 0, columns: 500, rows: 200 },
  { type: "end", offset: 12 },
  { type: "begin", offset: -1, page: 2 ** 52 },
  { type: "input", bytes: BYTES },
  { type: "input", bytes: new Uint8Array() },
  { type: "taken", offset: 3 },
  { type: "resize", columns: 120, rows: 40 },
  { type: "point", offset: 9, span: SPAN },
  { type: "pointed", offset: 9, span: { fromRow: 0, fromColumn: 3, toRow: 0, toColumn: 3, alternate: true }, userId: "user-ä" },
  { type: "view", offset: 9, row: -1_000 },
  { type: "viewed", offset: 9, row: 0, userId: "user-ä" },
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

test.each([
  ["ends before it begins", { toRow: -1_001 }],
  ["ends before it begins in its line", { toRow: -1_000, toColumn: 498 }],
  ["longer than a screen", { toRow: -800 }],
  ["above what is kept", { fromRow: -1_001 }],
  ["below every screen", { fromRow: 200, toRow: 200 }],
  ["right of every screen", { toColumn: 500 }],
  ["above the alternate screen, which keeps nothing", { alternate: true }],
])("nobody points at what cannot be: %s", (_what, wrong) => {
  expect(readTerminalFrame(writeTerminalFrame({ type: "point", offset: 0, span: { ...SPAN, ...wrong } }))).toBeUndefined();
});

test.each([1, -1_001])("nobody has scrolled to %s", (row) => {
  expect(readTerminalFrame(writeTerminalFrame({ type: "view", offset: 0, row }))).toBeUndefined();
});
