import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RecordedEcho } from "./recorded-echo.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
let wrote: { text: string; shown: number | undefined }[];
/** What was to be kept, each time. */
let kept: { text: string; shown: number }[][];
/** Characters that were written or kept by then: those outlive the agent. */
let safe: number[];
let echo: RecordedEcho;

beforeEach(() => {
  vi.useFakeTimers();
  wrote = [];
  [kept, safe] = [[], []];
  echo = new RecordedEcho({
    columns: 80,
    detectors: ["card", "email"],
    write: (bytes, shown) => wrote.push({ text: new TextDecoder().decode(bytes), shown }),
    keep: () => {
      const tail = echo.held().map(({ bytes, shown }) => ({ text: new TextDecoder().decode(bytes), shown }));
      kept.push(tail);
      safe.push(text().length + tail.map((one) => one.text).join("").length);
    },
  });
});
afterEach(() => {
  echo.end();
  vi.useRealTimers();
});
const text = (): string => wrote.map((one) => one.text).join("");
function type(keys: string, everyMs: number): void {
  for (const key of keys) {
    echo.typed();
    echo.output(encode(key));
    vi.advanceTimersByTime(everyMs);
  }
}

test.each([30, 180, 900])("a card number and an address that are typed with %i ms between keys are masked", (ms) => {
  echo.output(encode("$ "));
  type("pay 4242424242424242 for robin.smith@example.com ", ms);
  type("\r\n", ms);
  expect(text()).not.toMatch(/4242424|robin|example/);
  // Who takes longer than is waited for leaves nothing readable.
  expect(text()).toMatch(ms > 500 ? /^\$ pay •+ for •+ \r\n$/ : /^\$ pay •+4242 for r•+@•+\.com \r\n$/);
});

test.each([30, 180, 900])("what is typed with %i ms between keys is kept within a second, and nothing of it that is to be masked", (ms) => {
  echo.output(encode("$ "));
  const typedAt: number[] = [];
  for (const key of "pay 4242424242424242 for robin.smith@example.com \r\n") {
    type(key, 0);
    typedAt.push(performance.now());
    vi.advanceTimersByTime(ms);
    const aSecondAgo = typedAt.filter((at) => at <= performance.now() - 1_000).length;
    expect(Math.max("$ ".length, ...safe) - "$ ".length).toBeGreaterThanOrEqual(aSecondAgo);
  }
  vi.advanceTimersByTime(2_000);
  expect(Math.max(...safe)).toBe(text().length);
  // Nothing is held any more: what was written is to be stored.
  expect(kept.at(-1)).toEqual([]);
  for (const tail of kept) expect(tail.map((one) => one.text).join("")).not.toMatch(/\d{7}|smith@|example/);
});

test("what is kept has the times of its letters, and is written all the same", () => {
  const began = performance.now();
  type("kubectl", 200);
  const times = kept.at(-1)!.map(({ text: letter, shown }) => [letter, Math.round(shown - began)]);
  expect(times).toEqual([..."kubect"].map((letter, i) => [letter, i * 200]));
  vi.advanceTimersByTime(1_600);
  expect(text()).toBe("kubectl");
});

test("nothing is kept of what goes through at once", () => {
  echo.output(encode("unfinished"));
  vi.advanceTimersByTime(5_000);
  expect(kept).toEqual([]);
});

test("who pauses in the middle of a number has typed no more of it than its issuer", () => {
  type("424242424242", 100);
  vi.advanceTimersByTime(5_000);
  type("4242 ", 100);
  echo.end();
  expect(text().replaceAll("•", "")).toBe(" ");
});

test.each([
  // As bash and zsh wrote them in a terminal of 30 columns.
  ["bash", "41111111", ["1", " \r", "1", "111111 "]],
  ["bash, in one piece", "41111111", ["1 \r", "1", "111111 "]],
  ["zsh", "41111111", ["1", " \r\u001b[K1\r", "1", "111111 "]],
  ["zsh, in pieces", "41111111", ["1", " ", "\r\u001b[K", "1", "\r", "1", "111111 "]],
  ["bash, an address", "rita.wong@ex", [" \r", "a", "mple.com "]],
])("what wraps while it is typed is masked all the same (%s)", (_, before, behind) => {
  echo.resize(30);
  echo.output(encode("$ "));
  type(before, 100);
  for (const piece of behind) {
    echo.typed();
    echo.output(encode(piece));
    vi.advanceTimersByTime(100);
  }
  echo.end();
  const left = text()
    .replaceAll("\u001b[K", "")
    .replaceAll(/[ \r•$]/gu, "");
  expect(left).toMatch(/^(?:1111|r@\.com)$/);
});

test("what is typed after something else was shown is no part of what was typed before", () => {
  type("kill 42424242", 100);
  vi.advanceTimersByTime(2_000);
  echo.output(encode("\r\nloading\r\n$ "));
  type("42424242 ok ", 100);
  vi.advanceTimersByTime(2_000);
  expect(text()).toBe("kill ••••••••\r\nloading\r\n$ 42424242 ok ");
});

test("what is shown while nobody types goes through at once and as it is", () => {
  echo.output(encode("unfinished"));
  expect(wrote).toEqual([{ text: "unfinished", shown: undefined }]);
});

test("a word keeps the time of its letters, and is written soon after the last key", () => {
  const began = performance.now();
  type("ls", 200);
  expect(wrote).toEqual([]);
  vi.advanceTimersByTime(1_500);
  expect(text()).toBe("ls");
  expect(wrote.map(({ shown }) => Math.round((shown ?? 0) - began))).toEqual([0, 200]);
});

test.each([
  [20_000, 1],
  [50, 20_000],
])("a flood that comes while a number is typed is written, not kept (%i times %i bytes)", (times, size) => {
  type("42424242", 100);
  const flood = encode("\u000f".repeat(size));
  let [written, counted] = [0, 0];
  for (let i = 1; i <= times; i++) {
    echo.typed();
    echo.output(flood);
    for (; counted < wrote.length; counted++) written += wrote[counted]!.text.length;
    expect(i * size - written).toBeLessThan(8 * 1024);
  }
  type("42424242 ", 100);
  echo.end();
  expect(text() === `${"•".repeat(8)}${"\u000f".repeat(times * size)}${"•".repeat(8)} `).toBe(true);
});
