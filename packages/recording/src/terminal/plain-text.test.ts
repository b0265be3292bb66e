import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PlainText, type SpokenLine } from "./plain-text.ts";

function lines(output: string, columns = 20, cuts: readonly number[] = []): SpokenLine[] {
  const plain = new PlainText();
  plain.resize(columns);
  const ends = [...cuts.map((cut) => cut % output.length), output.length].toSorted((a, b) => a - b);
  return [...ends.flatMap((end, at) => plain.push(output.slice(ends[at - 1] ?? 0, end), at)), ...plain.end()];
}

const texts = (...of: Parameters<typeof lines>): string[] => lines(...of).map(({ text }) => text);

/** What was typed past the right edge of 20 columns, as bash 5.2 and zsh 5.9 write it, and the lines that are read. */
const TYPED: [string, string, ...string[]][] = [
  ["bash", "u@h$ : abcdefghijklm \rno\r\n", "u@h$ : abcdefghijklmno"],
  ["bash, a space at the edge", "$ : abcdefghijklmnop \r q\r\n", "$ : abcdefghijklmnop q"],
  ["bash, two edges", `$ : abcdefghijklmnop \r${"q".repeat(19)}r \rs\r\n`, `$ : abcdefghijklmnop${"q".repeat(19)}rs`],
  ["bash, up to the edge and no further", "u@h$ : abcdefghijklm \r\r\n$ ls\r\n", "u@h$ : abcdefghijklm ", "$ ls"],
  ["bash, the next character known", "$ : abcdefghijklmnopq\rqr\r\n", "$ : abcdefghijklmnopqr"],
  [
    "bash, taken back over the edge",
    `$ : abcdefghijklmnop \rq\r\u001b[K\u001b[A${"\u001b[C".repeat(19)}\u001b[Kx \ryz\r\n`,
    "$ : abcdefghijklmnopq",
    "xyz",
  ],
  ["bash, wide letters", "u@h$ : a漢字漢字漢字 \r語字\r\n", "u@h$ : a漢字漢字漢字語字"],
  // Bash fills the column for which the letter is too wide; the space stays in the line.
  [
    "bash, a wide letter that the edge moved",
    "u@h$ : 漢字漢字漢字 \u001b[K漢字漢字漢字漢字漢字 \r語\r\n",
    "u@h$ : 漢字漢字漢字 漢字漢字漢字漢字漢字語",
  ],
  [
    "a wide letter that the terminal moved",
    "u@h$ : 漢字漢字漢字漢字漢字漢字漢字漢字 \r語\r\n",
    "u@h$ : 漢字漢字漢字漢字漢字漢字漢字漢字語",
  ],
  ["bash, letters of two code points", "$ : abcdefghijklmnoe\u0301 \rx\r\n", "$ : abcdefghijklmnoe\u0301x"],
  ["bash, emoji", "\u{1f680} : abcdefghijklmno \rpq\r\n", "\u{1f680} : abcdefghijklmnopq"],
  ["zsh", "h$ :\b: abcdefghijklmno \r\u001b[Kp\rpqr\u001b[?2004l\r\r\n", "h$ : abcdefghijklmnopqr"],
  [
    "zsh, two edges",
    ":\b: abcdefghijklmnopqr \r\u001b[Ks\rstuvwxyzabcdefghijkl \r\u001b[Km\rmn\r\r\n",
    ": abcdefghijklmnopqrstuvwxyzabcdefghijklmn",
  ],
  ["zsh, in colour", "h$ : abcdefghijklmno \r\u001b[K\u001b[32mp\u001b[39m\r\u001b[32mpq\u001b[39m\r\r\n", "h$ : abcdefghijklmnopq"],
  [
    "zsh, a prompt on the right",
    "h$ \u001b[K\u001b[12C[rp]\u001b[16D:\b: abcdefghij\u001b[Kklmno \r\u001b[Kp\rpq\r\r\n",
    "h$ [rp]: abcdefghijklmnopq",
  ],
  [
    "zsh, behind what did not end its line",
    `ab#${" ".repeat(19)}\r \r\r\u001b[Jh$ : abcdefghijklmno \r\u001b[Kp\rpq\r\r\n`,
    `ab#${" ".repeat(19)}`,
    " ",
    "h$ : abcdefghijklmnopq",
  ],
  ["behind a tab", "$ \tabcdefghijkl \rm\r\n", "$ abcdefghijklm"],
];

const ROW = "abcdefghijklmnopqrst";

/** What only looks like it. */
const APART: [string, string, ...string[]][] = [
  ["a row with a space behind it", `${ROW} \r\nuv\r\n`, `${ROW} `, "uv"],
  ["such a row through two terminals", `${ROW} \r\r\nuv\r\n`, `${ROW} `, "uv"],
  ["a row that ends at the edge", `${ROW}\r\nuv\r\n`, ROW, "uv"],
  ["a row that is written again", `${ROW}\r${ROW}\r`, ROW, ROW],
  ["a character that is written again", "a\rab\r\n", "a", "ab"],
  ["one behind a row that ran over the edge", `${ROW}xyz\ra\rab\r\n`, `${ROW}xyz`, "a", "ab"],
  ["one that was taken back", `${ROW}x\b\rtuv\r\n`, ROW, "tuv"],
  ["progress", "50% \r51% \r", "50% ", "51% "],
  ["progress past the edge, another than before", `${ROW}x\ruv\r`, `${ROW}x`, "uv"],
  ["a cursor that moved before it went back", `${ROW}xy \u001b[2D\r uv\r\n`, `${ROW}xy `, " uv"],
  ["a cursor that moved behind the edge", `${ROW} \r\u001b[2Cuv\r\n`, `${ROW} `, "uv"],
  ["a cursor that went back from behind the edge", `${ROW} \r\buv\r\n`, `${ROW} `, "uv"],
  ["a cursor that moved to another row", `${ROW} \r\u001b[2Buv\r\n`, `${ROW} `, "uv"],
  ["a cursor that was put elsewhere", `\u001b[3;5H${ROW} \ruv\r\n`, `${ROW} `, "uv"],
  ["a cursor that was put back elsewhere", `\u001b8${ROW} \ruv\r\n`, `${ROW} `, "uv"],
];

describe("a line", () => {
  it.each(TYPED)("goes on past the right edge where it was typed: %s", (_, output, ...expected) => {
    expect(texts(output)).toEqual(expected);
  });

  it.each(APART)("ends where the terminal ends it: %s", (_, output, ...expected) => {
    expect(texts(output)).toEqual(expected);
  });

  it("has no edge where the terminal has another width, or none", () => {
    for (const columns of [19, 21, 0]) expect(texts(`${ROW} \ruv\r\n`, columns)).toEqual([`${ROW} `, "uv"]);
  });

  it("is the same wherever the output is cut, with moments in their order", () =>
    fc.assert(
      fc.property(fc.constantFrom(...TYPED, ...APART), fc.array(fc.nat(99), { maxLength: 8 }), ([, output, ...expected], cuts) => {
        const found = lines(output, 20, cuts);
        expect(found.map(({ text }) => text)).toEqual(expected);
        for (const { text, times } of found) {
          expect(times[0]?.from).toBe(0);
          for (const [i, { from, at }] of times.entries()) {
            expect(from).toBeLessThan(times[i + 1]?.from ?? text.length);
            expect(at).toBeLessThan(times[i + 1]?.at ?? Infinity);
          }
        }
      }),
      { numRuns: 500 },
    ));

  it("goes on as the next one after 4 Ki characters, however often it goes past the edge", () => {
    const rows = Array.from({ length: 1000 }, (_, row) => String(row).padStart(20, "."));
    const found = texts(rows.map((row) => `${row} \r`).join(""));
    expect(found.map(({ length }) => length <= 4097)).not.toContain(false);
    expect(found.join("").replaceAll(" ", "")).toBe(rows.join(""));
    expect(found).toHaveLength(5);
  });

  it("keeps no moment of what was taken back", () => {
    const plain = new PlainText();
    for (let at = 0; at < 1000; at++) plain.push("-\b", at);
    plain.push("done", 1000);
    expect(plain.end()).toEqual([{ text: "done", times: [{ from: 0, at: 1000 }] }]);
  });
});
