import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OutputFilter } from "../filter/output-filter.ts";
import { MaskedStream } from "../mask/masked-stream.ts";
import { forbidden, scan } from "../scan.testing.ts";
import { drawScreen } from "./draw-screen.ts";
import { Screen, wholeEnd } from "./screen.ts";
import { described, terminalOf, write } from "./screen.testing.ts";

/** What programs wrote to a terminal of 80 × 24, byte for byte: bash with ls and grep, less, tmux with vim in it, top, vim. */
const folder = new URL("./recorded/", import.meta.url);
const programs = readdirSync(folder).map((name): [string, Uint8Array] => [name, readFileSync(new URL(name, folder))]);

/** What people would see of it, in the pieces in which it comes out. */
function shown(output: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const mask = new MaskedStream({ columns: 80 }, { bytes: (bytes) => void pieces.push(bytes), note: () => {} });
  const filter = new OutputFilter({ columns: 80, rows: 24 }, { bytes: (bytes) => mask.push(bytes), note: () => {} });
  for (let at = 0; at < output.length; at += size) filter.push(output.subarray(at, at + size));
  filter.end();
  mask.end();
  return pieces;
}

describe.each(programs)("%s", (_, output) => {
  it("keeps its text and loses what makes a terminal answer", () => {
    const whole = new Uint8Array(Buffer.concat(shown(output, output.length)));
    expect(forbidden(whole)).toEqual([]);
    expect(Buffer.concat(shown(output, 13)).equals(whole)).toBe(true);
    // Nothing here is masked, and no control that shows something is lost.
    expect(scan(whole).text).toBe(scan(output).text);
    expect(scan(output).sequences.length).toBeGreaterThan(scan(whole).sequences.length * 0.95);
  });

  it("is the same screen from a key frame at any place", async () => {
    const pieces = shown(output, 97);
    const first = terminalOf(80, 24, 30);
    const every = Math.ceil(pieces.length / 4);
    for (const [i, piece] of pieces.entries()) {
      await write(first, piece);
      if (i % every !== 3) continue;
      const frame = drawScreen(first)!;
      const late = terminalOf(80, 24, 30);
      await write(late, frame);
      expect(described(late)).toEqual(described(first));
      const rest = terminalOf(80, 24, 30);
      await write(rest, Buffer.concat(pieces.slice(0, i + 1)));
      for (const after of pieces.slice(i + 1)) {
        await write(late, after);
        await write(rest, after);
      }
      expect(described(late)).toEqual(described(rest));
      late.dispose();
      rest.dispose();
    }
    first.dispose();
  });
});

describe("a screen", () => {
  it("draws whole sequences and characters only, so that it can be asked at any time", () => {
    const [, vim] = programs.find(([name]) => name.startsWith("vim"))!;
    const bytes = new Uint8Array(Buffer.concat(shown(vim, vim.length)));
    const screen = new Screen({ columns: 80, rows: 24 });
    for (let at = 0; at < bytes.length; at++) {
      screen.write(bytes.subarray(at, at + 1));
      expect(at + 1 - screen.offset).toBeLessThan(64);
      if (at % 50 === 0) expect(screen.draw()).toBeDefined();
    }
    expect(screen.offset).toBe(bytes.length);
    screen.dispose();
  });

  it("knows where a piece ends whole", () => {
    const end = (text: string, cut = 0): number => wholeEnd(new TextEncoder().encode(text).subarray(0, cut === 0 ? undefined : cut));
    expect(end("abc")).toBe(3);
    expect(end("abc\u001b[3")).toBe(3);
    expect(end("abc\u001b[3m")).toBe(7);
    expect(end("abc\u001b")).toBe(3);
    expect(end("ab漢", 4)).toBe(2);
    expect(end("ab漢")).toBe(5);
    expect(end("")).toBe(0);
  });

  it("gives the same again after a resize", async () => {
    for (const [before, after] of [
      [
        { columns: 80, rows: 24 },
        { columns: 40, rows: 10 },
      ],
      [
        { columns: 40, rows: 10 },
        { columns: 100, rows: 30 },
      ],
    ] as const) {
      const [, output] = programs.find(([name]) => name.startsWith("bash"))!;
      const first = terminalOf(before.columns, before.rows, 30);
      await write(first, Buffer.concat(shown(output, 4096)).subarray(0, 4000));
      first.resize(after.columns, after.rows);
      await write(first, "\u001b[32mmore\r\n");
      const late = terminalOf(after.columns, after.rows, 30);
      await write(late, drawScreen(first)!);
      expect(described(late)).toEqual(described(first));
      // What was wrapped is still known to be, so it flows into another width in the same way.
      for (const terminal of [first, late]) terminal.resize(60, 20);
      expect(described(late)).toEqual(described(first));
      first.dispose();
      late.dispose();
    }
  });
});
