import type { Db } from "@interlock/db";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Log } from "../log.ts";
import { RecordingChains, type ChainNews } from "./recording-chains.ts";

/** What was written together, each time; a write takes 20 ms. */
let writes: { terminalId: string; chunk: number }[][];
let errors: number;
let refuses: boolean;
let chains: RecordingChains;

beforeEach(() => {
  vi.useFakeTimers();
  [writes, errors, refuses] = [[], 0, false];
  const tx = {
    $queryRaw: () => Promise.resolve([{ seq: 0n, hash: "" }]),
    auditEvent: {
      createMany: ({ data }: { data: { data: string }[] }) => {
        writes.push(data.map((event) => JSON.parse(event.data) as { terminalId: string; chunk: number }));
        return Promise.resolve();
      },
    },
    auditHead: { updateMany: () => Promise.resolve({ count: 1 }) },
  };
  const db = {
    async $transaction(work: (with_: typeof tx) => Promise<unknown>) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (refuses) throw new Error("the database is gone");
      return work(tx);
    },
  };
  chains = new RecordingChains(db as unknown as Db, { error: () => errors++ } as unknown as Log);
});
afterEach(() => vi.useRealTimers());

const piece = (terminalId: string, chunk: number): ChainNews => ({ terminalId, roomId: "r", chunk, chain: `chain ${chunk}` });
const written = (): string[] => writes.map((events) => events.map(({ terminalId, chunk }) => `${terminalId}${chunk}`).join(" "));

test("a piece is in the log at once, those of the next second together, and each recording with its newest", async () => {
  chains.stored(piece("a", 0));
  await vi.advanceTimersByTimeAsync(20);
  expect(written()).toEqual(["a0"]);
  for (const [terminalId, chunk] of [
    ["a", 1],
    ["b", 0],
    ["a", 2],
    ["a", 3],
  ] as const)
    chains.stored(piece(terminalId, chunk));
  await vi.advanceTimersByTimeAsync(900);
  expect(written()).toEqual(["a0"]);
  await vi.advanceTimersByTimeAsync(200);
  expect(written()).toEqual(["a0", "a3 b0"]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(written()).toEqual(["a0", "a3 b0"]);
  chains.stored(piece("b", 1));
  await vi.advanceTimersByTimeAsync(20);
  expect(written().at(-1)).toBe("b1");
});

test("a flood of pieces writes once a second", async () => {
  for (let i = 0; i < 1_000; i++) {
    chains.stored(piece("a", i));
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(writes.length).toBeGreaterThanOrEqual(9);
  expect(writes.length).toBeLessThanOrEqual(11);
});

test("of a recording that has ended nothing is written behind its end", async () => {
  chains.stored(piece("a", 0));
  await vi.advanceTimersByTimeAsync(10);
  chains.stored(piece("a", 1));
  let over = false;
  const ended = chains.ended("a").then(() => (over = true));
  await vi.advanceTimersByTimeAsync(0);
  // The write that had begun comes first.
  expect([over, written()]).toEqual([false, []]);
  await vi.advanceTimersByTimeAsync(15);
  await ended;
  expect(written()).toEqual(["a0"]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(written()).toEqual(["a0"]);
});

test("what could not be written is written when that is possible again, and said once", async () => {
  refuses = true;
  chains.stored(piece("a", 0));
  chains.stored(piece("b", 0));
  await vi.advanceTimersByTimeAsync(5_000);
  chains.stored(piece("a", 1));
  await chains.ended("b");
  refuses = false;
  await vi.advanceTimersByTimeAsync(1_100);
  expect(written()).toEqual(["a1"]);
  expect(errors).toBe(1);
});
