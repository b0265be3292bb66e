import { RESULT_HEADER_BYTES, writeResultHeader } from "@interlock/protocol";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { ChunkIndex } from "./chunk-index.ts";
import { ResultStore, type Extent } from "./result-store.ts";

const EXECUTION = "0198a000-0000-7000-8000-000000000001";

/** A DataRow of the row's number and, as a second column, NULL. */
function dataRow(value: string): Uint8Array {
  const text = new TextEncoder().encode(value);
  const out = new Uint8Array(7 + 4 + text.length + 4);
  const view = new DataView(out.buffer);
  out[0] = 0x44;
  view.setUint32(1, out.length - 1);
  view.setUint16(5, 2);
  view.setInt32(7, text.length);
  out.set(text, 11);
  view.setInt32(11 + text.length, -1);
  return out;
}

function frame(chunk: number, firstRow: number, rows: number): Uint8Array {
  const body = Array.from({ length: rows }, (_, i) => dataRow(`row ${firstRow + i}`));
  const out = new Uint8Array(RESULT_HEADER_BYTES + body.reduce((sum, row) => sum + row.length, 0));
  writeResultHeader(out, { executionId: EXECUTION, statement: 0, chunk, firstRow, rows });
  let at = RESULT_HEADER_BYTES;
  for (const row of body) {
    out.set(row, at);
    at += row.length;
  }
  return out;
}

let pulls: number[];
let stops: number;
let connected: boolean;
let store: ResultStore;

beforeEach(() => {
  pulls = [];
  stops = 0;
  connected = true;
  store = new ResultStore({
    pull: (_execution, _statement, from, count) => connected && pulls.push(...Array.from({ length: count }, (_, i) => from + i)) > 0,
    stop: () => connected && ++stops > 0,
  });
});

const extent = (rows: number, chunks: number, done = true): Extent => ({ rows, chunks, done });
const row = (number: number) => store.row(EXECUTION, 0, number);
const want = (from: number, to: number, of: Extent) => store.want(EXECUTION, 0, from, to, of);

test("decodes a row of a chunk, NULL included", () => {
  store.receive(frame(1, 10, 5));
  expect(row(12)).toEqual(["row 12", null]);
  expect(row(9)).toBeUndefined();
  expect(row(15)).toBeUndefined();
});

test("anything but a result chunk is left alone", () => {
  expect(store.receive(new Uint8Array([7, 7, 7]))).toBe(false);
});

test("asks for a chunk once, and not again when it is here", () => {
  want(0, 10, extent(10, 1));
  want(0, 10, extent(10, 1));
  expect(pulls).toEqual([0]);
  store.receive(frame(0, 0, 10));
  want(0, 10, extent(10, 1));
  expect(pulls).toEqual([0]);
});

test("asks for the chunk that is being written, too", () => {
  store.receive(frame(0, 0, 10));
  want(0, 14, extent(14, 1, false));
  expect(pulls).toEqual([1]);
});

test("a jump takes back what was asked for before", () => {
  want(0, 30, extent(100_000, 1_000));
  const before = pulls.length;
  want(90_000, 90_030, extent(100_000, 1_000));
  expect(stops).toBe(1);
  expect(pulls.slice(before)[0]).toBe(900);
});

test("without a connection nothing counts as asked for; after it everything is asked again", () => {
  connected = false;
  want(0, 10, extent(10, 1));
  connected = true;
  want(0, 10, extent(10, 1));
  expect(pulls).toEqual([0]);
  store.reconnected();
  want(0, 10, extent(10, 1));
  expect(pulls).toEqual([0, 0]);
});

test("the least recently used chunk is forgotten and fetched again", () => {
  for (let chunk = 0; chunk < 256; chunk++) store.receive(frame(chunk, chunk, 1));
  expect(row(0)).toBeDefined();
  store.receive(frame(256, 256, 1));
  expect(row(0)).toBeDefined();
  expect(row(1)).toBeUndefined();
  want(1, 2, extent(257, 257));
  expect(pulls).toEqual([1]);
});

test("rows() waits for what is not here, and stops when told", async () => {
  store.receive(frame(0, 0, 3));
  const rows = store.rows(EXECUTION, 0, 1, 5, extent(6, 2), new AbortController().signal);
  await Promise.resolve();
  store.receive(frame(1, 3, 3));
  expect((await rows).map(([value]) => value)).toEqual(["row 1", "row 2", "row 3", "row 4"]);
  const controller = new AbortController();
  const never = store.rows(EXECUTION, 0, 5, 8, extent(9, 3), controller.signal);
  controller.abort(new Error("enough"));
  await expect(never).rejects.toThrow("enough");
});

test("whatever the sizes of chunks, guessing finds the chunk of a row, and soon", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 300 }),
      fc.double({ min: 0, max: 0.9999, noNaN: true }),
      (sizes, at) => {
        const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
        const total = starts.at(-1)! + sizes.at(-1)!;
        const wanted = Math.floor(at * total);
        const index = new ChunkIndex();
        let steps = 0;
        while (index.holding(wanted) === undefined) {
          const chunk = index.guess(wanted, total, sizes.length)!;
          index.add({ chunk, firstRow: starts[chunk]!, rows: sizes[chunk]! });
          expect(++steps).toBeLessThanOrEqual(sizes.length);
        }
        expect(starts[index.holding(wanted)!.chunk]).toBe(index.holding(wanted)!.firstRow);
      },
    ),
  );
});

test("who follows a result gets every row once and in order, also over a lost connection and beside somebody who scrolls", () => {
  const asked: [from: number, count: number][] = [];
  let stopped = 0;
  const followed = new ResultStore({
    pull: (_execution, _statement, from, count) => asked.push([from, count]) > 0,
    stop: () => ++stopped > 0,
  });
  const taken: [string | null, number][] = [];
  const unfollow = followed.follow(EXECUTION, 0, (rows, firstRow) =>
    rows.forEach(([value], index) => taken.push([value!, firstRow + index])),
  );
  expect(asked).toEqual([[0, 1_000_000]]);
  followed.receive(frame(0, 0, 2));
  followed.receive(frame(1, 2, 1));
  // A chunk that somebody else had asked for comes a second time, or too early.
  followed.receive(frame(0, 0, 2));
  followed.receive(frame(3, 9, 1));
  followed.reconnected();
  expect(asked.at(-1)).toEqual([2, 1_000_000]);
  // Asking for other places takes back what was on its way: it is asked for again.
  followed.want(EXECUTION, 0, 500, 501, extent(1_000, 40));
  followed.want(EXECUTION, 0, 900, 901, extent(1_000, 40));
  expect(stopped).toBe(1);
  expect(asked.filter(([from, count]) => from === 2 && count === 1_000_000)).toHaveLength(2);
  followed.receive(frame(2, 3, 6));
  followed.receive(frame(3, 9, 1));
  expect(taken).toEqual(Array.from({ length: 10 }, (_, number) => [`row ${number}`, number]));
  // Who draws rows of it, too, is told to ask again: what was on the way to them was taken back.
  let drawn = 0;
  followed.subscribe(EXECUTION, 0, () => drawn++);
  unfollow();
  expect(drawn).toBe(1);
  followed.receive(frame(4, 10, 1));
  expect([taken.length, stopped]).toEqual([10, 2]);
});
