import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OutputFilter } from "../filter/output-filter.ts";
import { lateLine, plainRun, stylesOf } from "./plain-lines.ts";
import { program, style } from "./programs.testing.ts";
import { drawScreen } from "./draw-screen.ts";
import { Screen, wholeEnd } from "./screen.ts";
import { terminalOf } from "./screen.testing.ts";
import { stateOf } from "./xterm-state.ts";

const E = "\u001b";
const [COLUMNS, ROWS, SCROLLBACK] = [10, 4, 5];
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What the filter lets through of a program. */
function passed(text: string): Uint8Array {
  const parts: Uint8Array[] = [];
  const filter = new OutputFilter({ columns: COLUMNS, rows: ROWS }, { bytes: (bytes) => void parts.push(bytes.slice()), note: () => {} });
  filter.push(encode(text));
  filter.end();
  return Buffer.concat(parts);
}

describe("a run of plain lines", () => {
  it("goes on over text, styles, tabs and line ends, and to anything else", () => {
    const text = `a\tb ${E}[1;38:5:3mé${E}[m\r\n\n\r漢\r\n`;
    for (const after of [`${E}[H`, `${E}7`, "\b", "\u0007", "\u000e", "\u000b", `${E}[3`, E])
      expect(plainRun(encode(`xx${text}${after}y\n`), 2)).toEqual({ start: 2, end: 2 + encode(text).length, feeds: 3 });
    expect(plainRun(encode("a\n"), 2)).toEqual({ start: 2, end: 2, feeds: 0 });
  });

  it("has a late line that begins in the first column", () => {
    const bytes = encode("1\r\n2\r\n3\r\n4\n5\r\n6\r\n7");
    const at = (kept: number, least: number): string | undefined => {
      const late = lateLine(bytes, plainRun(bytes, 0), kept, least);
      return late === undefined ? undefined : Buffer.from(bytes.subarray(late)).toString();
    };
    expect(at(0, 0)).toBe("7");
    expect(at(1, 0)).toBe("6\r\n7");
    // The line after 4 begins in the second column.
    expect(at(2, 0)).toBe("4\n5\r\n6\r\n7");
    expect(at(2, 2)).toBe("4\n5\r\n6\r\n7");
    expect(at(2, 3)).toBeUndefined();
    expect(at(6, 0)).toBeUndefined();
  });

  it("leaves the styles that are in force", () => {
    const styles = (text: string): string => Buffer.from(stylesOf(encode(text), 0, encode(text).length)).toString();
    expect(styles(`${E}[31mred${E}[1mbold\r\n`)).toBe(`${E}[31m${E}[1m`);
    expect(styles(`${E}[31mred${E}[mplain${E}[4munder\r\n`)).toBe(`${E}[m${E}[4m`);
    expect(styles(`${E}[31mred${E}[0mplain\r\n`)).toBe(`${E}[0m`);
    expect(styles(`${E}[38;5;10mten\r\n`)).toBe(`${E}[38;5;10m`);
    expect(styles("none\r\n")).toBe("");
  });
});

describe("a screen of much output", () => {
  const word = fc.constantFrom("", "a", "some text", "much more text than is in one line of it", "漢字", "e\u0301", "\t", " \t x", "👩‍👩‍👧");
  const line = fc
    .tuple(fc.option(style), word, fc.option(style), fc.constantFrom("\r\n", "\r\n", "\r\n", "\n", "\r\r\n", "\r\n\n", "\rb\r\n"))
    .map(([before, text, after, end]) => `${before ?? ""}${text}${after ?? ""}${end}`);
  /** More lines than are kept, or a few. */
  const lines = fc
    .tuple(fc.array(line, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 30 }))
    .map(([few, times]) => few.join("").repeat(times));

  it("is the one of which everything was drawn", { timeout: 60_000 }, () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(program, lines), { minLength: 1, maxLength: 3 }), program, fc.nat(3_000), (parts, last, cut) => {
        const bytes = passed(parts.flat().join("") + last);
        const screen = new Screen({ columns: COLUMNS, rows: ROWS }, SCROLLBACK);
        const whole = terminalOf(COLUMNS, ROWS, SCROLLBACK);
        // Cut at the same place: xterm joins characters otherwise where they come apart.
        const at = wholeEnd(bytes.subarray(0, cut));
        for (const part of [bytes.subarray(0, at), bytes.subarray(at)]) {
          screen.write(part);
          stateOf(whole).writeSync(part);
        }
        expect(screen.draw()).toBe(drawScreen(whole));
        expect([screen.lines, screen.offset]).toEqual([bytes.filter((byte) => byte === 10).length, bytes.length]);
        screen.dispose();
        whole.dispose();
      }),
      { numRuns: Number(process.env["SCREENS"] ?? 300) },
    ),
  );
});
