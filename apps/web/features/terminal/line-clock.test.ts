import headless from "@xterm/headless";
import { expect, test } from "vitest";
import { LineClock } from "./line-clock.ts";

const [ROWS, KEPT] = [5, 40];

function stage() {
  const term = new headless.Terminal({ cols: 20, rows: ROWS, scrollback: KEPT, allowProposedApi: true });
  const clock = new LineClock(term as never);
  let offset = 0;
  const write = (text: string): Promise<void> =>
    new Promise((resolve) =>
      term.write(text, () => {
        offset += text.length;
        clock.drew(offset);
        resolve();
      }),
    );
  const text = (index: number | undefined) =>
    index === undefined ? undefined : term.buffer.normal.getLine(index)?.translateToString(true);
  return { term, clock, write, text, now: () => offset };
}

const lines = (from: number, to: number): string => Array.from({ length: to - from }, (_, at) => `line ${from + at}\r\n`).join("");

test("a line stays the one that was pointed at, while others scroll and the oldest are dropped", async () => {
  const { clock, write, text, now } = stage();
  for (let line = 0; line < 30; line++) await write(lines(line, line + 1));
  // The top of the screen is line 26: 30 lines and an empty one on five rows.
  const [there, above] = [now(), text(clock.index(now(), -3))];
  expect([text(clock.index(there, 0)), above]).toEqual(["line 26", "line 23"]);
  for (let line = 30; line < 60; line++) await write(lines(line, line + 1));
  expect([text(clock.index(there, 0)), text(clock.index(there, -3))]).toEqual(["line 26", "line 23"]);
  // Dropped: 41 lines are left above and at the top.
  expect(clock.index(there, -20)).toBeUndefined();
  for (let line = 60; line < 200; line++) await write(lines(line, line + 1));
  expect(clock.index(there, 0)).toBeUndefined();
  expect(text(clock.index(now(), -KEPT))).toBe("line 156");
});

test("programs that move lines on the screen do not move the count", async () => {
  const { clock, write, text, now } = stage();
  await write(lines(0, 30));
  const there = now();
  await write("\x1b[1;1H\x1b[2L\x1b[2;4r\x1b[4;1H\n\n\n\x1b[r\x1b[5;1H");
  await write(lines(30, 32));
  expect(text(clock.index(there, -1))).toBe("line 25");
});

test("what is not known is not told", async () => {
  const { clock, write, now } = stage();
  await write(lines(0, 10));
  const there = now();
  // More than is kept in one piece: how far it went cannot be told any more.
  await write(lines(10, 10 + KEPT * 3));
  expect(clock.index(there, 0)).toBeUndefined();
  await write(lines(0, 2));
  // In the middle of a piece that scrolled.
  expect(clock.index(now() - 5, 0)).toBeUndefined();
  expect(clock.index(now() + 1, 0)).toBeUndefined();
  clock.anew();
  expect(clock.index(now(), 0)).toBeUndefined();
});

test("the alternate screen leaves lines where they were", async () => {
  const { clock, write, text, now } = stage();
  await write(lines(0, 30));
  const there = now();
  await write("\x1b[?1049h\x1b[Hfull screen\r\n\n\n\n\n\n\n\n");
  await write("\x1b[?1049l");
  await write(lines(30, 31));
  expect(text(clock.index(there, 0))).toBe("line 26");
});
