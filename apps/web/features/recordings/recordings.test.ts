import { describe, expect, it, test, vi } from "vitest";
import { CastParser } from "./cast.ts";
import { secondsOf, wholeTime, withoutIdle } from "./played-time.ts";
import { checkSentence, clockText, keptSentence, momentOf, recordingPath, spokenTime, tookText } from "./recording-words.ts";
import { type CastState, loadCast } from "./use-cast.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const LINES = [
  '{"version":3,"term":{"cols":100,"rows":30},"timestamp":1}',
  '[0.1, "o", "$ ü\\r\\n"]',
  '[0.2, "m", "ls"]',
  '[0.001, "r", "120x40"]',
  '[1.5, "x", "0"]',
  "",
].join("\n");

describe("a cast", () => {
  it("is read however it is cut", () => {
    const bytes = encode(LINES);
    for (const size of [1, 7, bytes.length]) {
      const parser = new CastParser();
      for (let at = 0; at < bytes.length; at += size) parser.push(bytes.subarray(at, at + size));
      expect(parser.cast).toEqual({
        columns: 100,
        rows: 30,
        lastsMs: 1_801,
        events: [
          [100, "o", "$ ü\r\n"],
          [300, "m", "ls"],
          [301, "r", "120x40"],
        ],
      });
    }
  });

  it("says that it ends where it could not be read on", () => {
    const parser = new CastParser();
    parser.push(encode(`${LINES}# fault: chunk 2 was changed\n`));
    expect([parser.broken, parser.cast.events.length]).toEqual([true, 3]);
  });

  it("is none without its header", () => {
    expect(() => new CastParser().cast).toThrow("no beginning");
    // A connection that ends within the header has brought nothing to be played.
    const cut = new CastParser();
    cut.push(encode('{"version":3,"te'));
    expect(cut.begun).toBe(false);
    expect(() => new CastParser().push(encode('{"version":2}\n'))).toThrow("no asciicast v3");
  });
});

test.each<[string, Error | undefined, number, { events: number; lacks?: string }]>([
  ["all of it", undefined, 1_000, { events: 3 }],
  ["what a browser can keep, and is told to be more", undefined, 70, { events: 1, lacks: "long" }],
  ["what came before it broke off", new Error("reset"), 1_000, { events: 3, lacks: "lost" }],
])("of a recording there is shown %s", async (_, breaks, most, shown) => {
  const states: CastState[] = [];
  let cancelled = false;
  const lines = LINES.split("\n").map((line) => encode(`${line}\n`));
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const line = lines.shift();
      if (line !== undefined) controller.enqueue(line);
      else if (breaks === undefined) controller.close();
      else controller.error(breaks);
    },
    cancel: () => void (cancelled = true),
  });
  vi.stubGlobal("fetch", async () => new Response(body));
  await loadCast("one", new AbortController().signal, (state) => void states.push(state), most).finally(() => vi.unstubAllGlobals());
  const state = states.at(-1)!;
  if (state.phase !== "here") throw new Error(state.phase);
  expect({ events: state.cast.events.length, ...(state.lacks && { lacks: state.lacks }) }).toEqual(shown);
  expect(cancelled).toBe(shown.lacks === "long");
});

describe("time that is played", () => {
  it("reaches what is shown at a moment, and nothing behind it, whatever seconds are rounded to", () => {
    // A player compares with the milliseconds of an event; one in 135 would be missed.
    const missed = Array.from({ length: 100_000 }, (_, at) => at).filter((at) => Math.floor(secondsOf(at) * 1000) !== at);
    expect(missed).toEqual([]);
  });

  const events = [1_000, 1_500, 11_500, 12_000].map((at) => [at, "o", "x"] as const);
  it("leaves out what is too long of each pause", () => {
    const time = withoutIdle(events, 20_000, 2_000);
    expect(time.lastsMs).toBe(6_000);
    const moments: [number, number][] = [
      [0, 0],
      [1_500, 1_500],
      [3_000, 3_000],
      [9_000, 3_500],
      [11_500, 3_500],
      [12_000, 4_000],
      [20_000, 6_000],
    ];
    for (const [at, played] of moments) expect(time.toPlayed(at)).toBe(played);
    for (const [at, played] of moments.filter(([moment]) => moment !== 9_000)) expect(time.toRecorded(played)).toBe(at);
  });

  it("is all of it otherwise", () => {
    expect(wholeTime(5).toPlayed(3)).toBe(3);
    expect(withoutIdle(events, 12_000, 60_000).lastsMs).toBe(12_000);
  });
});

describe("words", () => {
  it.each([
    [0, "0:00", "0 seconds"],
    [67_900, "1:07", "1 minute 7 seconds"],
    [3_723_000, "1:02:03", "1 hour 2 minutes 3 seconds"],
  ])("%i ms is %s", (ms, clock, spoken) => expect([clockText(ms), spokenTime(ms)]).toEqual([clock, spoken]));

  it("says how long a command took", () => {
    expect([40, 1_240, 187_000].map(tookText)).toEqual(["40 ms", "1.2 s", "3:07"]);
  });

  it("says what a check found", () => {
    const size = { chunks: 12, bytes: 1, chain: "a" };
    const logged = { seq: 1234, at: "2026-11-22T00:00:00.000Z", chunk: 11, chain: "a" };
    expect(checkSentence({ verdict: "whole", ...size, logged })).toContain("All 12 pieces are as recorded");
    expect(checkSentence({ verdict: "whole", ...size, logged })).toContain("event 1,234");
    expect(checkSentence({ verdict: "broken", ...size, fault: { chunk: 3, why: "chunk 3 was changed" } })).toContain("chunk 3 was changed");
    expect(checkSentence({ verdict: "so_far", ...size, chunks: 1 })).toContain("Its one piece is");
  });

  it("says how long it is kept", () => {
    const date = (at: string): string => at.slice(0, 10);
    const sealed = { state: "sealed" } as never;
    expect(keptSentence(sealed, date)).toBe("No rule of the policy removes it.");
    expect(keptSentence({ state: "recording" } as never, date)).toBeUndefined();
    const removed = { at: "2026-01-02T00:00:00.000Z", rule: "ninety" };
    expect(keptSentence({ state: "removed", removed } as never, date)).toBe("Removed by retention on 2026-01-02 under the rule ninety.");
  });

  it("names moments in addresses", () => {
    expect(recordingPath("a")).toBe("/recordings/a");
    expect(recordingPath("a", 61_260, "no space")).toBe("/recordings/a?t=61.2&q=no+space");
    expect(["61.2", "", "-1", "x", undefined].map(momentOf)).toEqual([61_200, undefined, undefined, undefined, undefined]);
  });
});
