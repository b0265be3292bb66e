import { TargetError } from "@interlock/connector";
import { expect, test, vi } from "vitest";
import { WholeReads, type WholeRead } from "./whole-reads.ts";

/** A read that ends when it is told to. */
function slow(what: string, more: Partial<WholeRead<string>> = {}) {
  const begun: AbortSignal[] = [];
  const ended = Promise.withResolvers<string>();
  const read = (signal: AbortSignal): Promise<string> => {
    begun.push(signal);
    return ended.promise;
  };
  return { begun, end: ended.resolve, fail: ended.reject, whole: { what, limitMs: 10_000, read, ...more } };
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("whoever asks for what is being read joins, and who comes later gets what was read a moment ago", async () => {
  const reads = new WholeReads();
  const { begun, end, whole } = slow("posture", { freshMs: 60_000 });
  const asked = Array.from({ length: 50 }, () => reads.of("c", whole));
  end("read");
  expect(new Set(await Promise.all(asked))).toEqual(new Set(["read"]));
  expect(await reads.of("c", whole)).toBe("read");
  expect(begun).toHaveLength(1);
  // What is only shared while it is under way is read anew afterwards.
  await reads.of("c", { ...whole, freshMs: 0 });
  expect(begun).toHaveLength(2);
});

test("what was read is let go after its time", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
  try {
    const reads = new WholeReads();
    const { begun, end, whole } = slow("posture", { freshMs: 5_000, keptMs: 60_000 });
    end("read");
    await reads.of("c", whole);
    vi.advanceTimersByTime(6_000);
    await reads.of("c", { ...whole, freshMs: 60_000 });
    expect(begun).toHaveLength(1);
    vi.advanceTimersByTime(60_000);
    await reads.of("c", { ...whole, freshMs: Infinity });
    expect(begun).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

test("of one target two things are read at once, of another one nobody waits", async () => {
  const reads = new WholeReads();
  const [one, two, three, elsewhere] = [slow("a"), slow("b"), slow("c"), slow("a")];
  const asked = [one, two, three].map(({ whole }) => reads.of("c", whole));
  const other = reads.of("d", elsewhere.whole);
  await soon();
  expect([one, two, three, elsewhere].map(({ begun }) => begun.length)).toEqual([1, 1, 0, 1]);
  one.end("1");
  await soon();
  expect(three.begun).toHaveLength(1);
  for (const each of [two, three, elsewhere]) each.end("done");
  await Promise.all([...asked, other]);
});

test("a failure is told to all who wait for it, and not again", async () => {
  const reads = new WholeReads();
  const { fail, whole } = slow("posture", { freshMs: 60_000 });
  const asked = [reads.of("c", whole), reads.of("c", whole)];
  fail(new TargetError("target_down", "It is down."));
  for (const one of asked) await expect(one).rejects.toMatchObject({ code: "target_down" });
  expect(await reads.of("c", { ...whole, read: () => Promise.resolve("back") })).toBe("back");
});

test("what takes too long is said to, whatever the request was told, and so is a turn that does not come", async () => {
  const reads = new WholeReads();
  const down = new TargetError("target_down", "The cluster has taken the request and does not answer it.");
  const silent = (what: string): Promise<string> =>
    reads.of("c", {
      what,
      limitMs: 20,
      read: (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(down))),
    });
  await expect(silent("a")).rejects.toMatchObject({ code: "analysis_timeout", message: "The target did not answer within 0.02 s." });
  const [one, two] = [slow("b"), slow("c")];
  const busy = [one, two].map(({ whole }) => reads.of("c", whole));
  await expect(silent("d")).rejects.toMatchObject({ code: "analysis_timeout", message: /no turn came within 0.02 s/ });
  for (const each of [one, two]) each.end("done");
  await Promise.all(busy);
});

test("what was read before something was written, or is being read then, is read anew", async () => {
  const reads = new WholeReads();
  const [first, second, third] = [
    slow("roles", { freshMs: 60_000 }),
    slow("roles", { freshMs: 60_000 }),
    slow("roles", { freshMs: 60_000 }),
  ];
  const before = reads.of("c", first.whole);
  await soon();
  reads.changed("c");
  const during = reads.of("c", second.whole);
  first.end("old");
  second.end("new");
  expect([await before, await during]).toEqual(["old", "new"]);
  reads.changed("d");
  expect(await reads.of("c", third.whole)).toBe("new");
  reads.changed("c");
  third.end("newest");
  expect(await reads.of("c", third.whole)).toBe("newest");
});
