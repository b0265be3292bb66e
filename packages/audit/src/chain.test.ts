import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "./canonical-json.ts";
import { type AuditRow, type ChainHead, verifyChain } from "./chain.ts";
import { eventHash, GENESIS } from "./event-hash.ts";

type StoredRow = AuditRow & { data: string; at: string };

/** A chain as it lies in the database: `data` as canonical text. */
function chainOf(payloads: Record<string, unknown>[]): { rows: StoredRow[]; head: ChainHead } {
  let prev = GENESIS;
  const rows = payloads.map((payload, index) => {
    const event = {
      seq: index + 1,
      at: new Date(1_700_000_000_000 + index).toISOString(),
      type: "command.proposed",
      actor: "oncall",
      roomId: index % 2 === 0 ? "0192f0c1-room" : null,
      commandId: index % 3 === 0 ? "0192f0c1-command" : null,
      data: payload as Record<string, never>,
      prev,
    };
    prev = eventHash(event);
    return { ...event, data: canonicalJson(payload), hash: prev };
  });
  return { rows, head: { seq: rows.length, hash: prev } };
}

const three = () => chainOf([{ text: "select 1" }, { rows: 2, who: "a" }, { nested: { deep: [1, null] } }]);

describe("a chain as it was written", () => {
  test("is ok, with its number of events", async () => {
    const { rows, head } = three();
    expect(await verifyChain(rows, head)).toEqual({ ok: true, events: 3 });
    expect(await verifyChain([], { seq: 0, hash: GENESIS })).toEqual({ ok: true, events: 0 });
    expect(await verifyChain([], null)).toEqual({ ok: true, events: 0 });
  });

  test("is ok as the rows a driver returns and as the events REST returns", async () => {
    const { rows, head } = three();
    const driven = rows.map((row) => ({ ...row, seq: BigInt(row.seq), at: new Date(row.at) }));
    const events = rows.map((row) => ({ ...row, data: JSON.parse(row.data) as AuditRow["data"] }));
    expect(await verifyChain(driven, head)).toEqual({ ok: true, events: 3 });
    expect(await verifyChain(events, head)).toEqual({ ok: true, events: 3 });
  });

  test("is read one event at a time", async () => {
    const { rows } = three();
    rows[1]!.actor = "somebody";
    let read = 0;
    async function* counted() {
      for (const row of rows) {
        read++;
        yield row;
      }
    }
    await verifyChain(counted());
    expect(read).toBe(2);
  });
});

describe("names the first bad event and why", () => {
  test.each<[string, (rows: StoredRow[], head: ChainHead) => AuditRow[], number, RegExp]>([
    ["a missing event", (rows) => [rows[0]!, rows[2]!], 2, /event 2 is missing/],
    ["a missing first event", (rows) => rows.slice(1), 1, /event 1 is missing/],
    ["two events in each other's place", (rows) => [rows[1]!, rows[0]!, rows[2]!], 1, /event 1 is missing/],
    ["an event twice", (rows) => [rows[0]!, rows[0]!, rows[1]!], 2, /out of order/],
    ["a cut tail", (rows) => rows.slice(0, 2), 3, /tail is cut off/],
    ["all events gone", () => [], 1, /tail is cut off/],
    ["a changed actor", (rows) => rows.map((row) => (row.seq === 2 ? { ...row, actor: "admin" } : row)), 2, /hash does not match/],
    ["a space in the data", (rows) => rows.map((row) => (row.seq === 3 ? { ...row, data: ` ${row.data}` } : row)), 3, /canonical/],
    ["data that is no JSON", (rows) => rows.map((row) => (row.seq === 3 ? { ...row, data: "{" } : row)), 3, /not JSON/],
    ["a time out of time", (rows) => rows.map((row) => (row.seq === 1 ? { ...row, at: new Date(Number.NaN) } : row)), 1, /not a time/],
    [
      "an event changed and hashed again",
      (rows) => rows.map((row) => (row.seq === 1 ? rehashed({ ...row, actor: "admin" }) : row)),
      2,
      /prev is not the hash/,
    ],
    [
      "the last event changed and hashed again",
      (rows) => rows.map((row) => (row.seq === 3 ? rehashed({ ...row, actor: "admin" }) : row)),
      3,
      /head holds another hash/,
    ],
    ["another beginning", (rows) => [rehashed({ ...rows[0]!, prev: "1".repeat(64) })], 1, /prev is not the hash/],
  ])("%s", async (_, change, seq, reason) => {
    const { rows, head } = three();
    const verdict = await verifyChain(change(rows, head), head);
    expect(verdict).toMatchObject({ ok: false, seq });
    expect(verdict).toHaveProperty("reason", expect.stringMatching(reason));
  });

  test("a head that is gone or behind", async () => {
    const { rows } = three();
    expect(await verifyChain(rows, null)).toMatchObject({ ok: false, seq: 3 });
    expect(await verifyChain(rows, { seq: 2, hash: rows[1]!.hash })).toMatchObject({ ok: false, seq: 3 });
  });

  test("without repeating the data in the reason", async () => {
    const { rows } = three();
    rows[0]!.data = "secret-value";
    expect(JSON.stringify(await verifyChain(rows))).not.toContain("secret-value");
  });
});

test("any changed character in any field of any event is found, at that event", async () => {
  const payload = fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue());
  const fields = ["at", "type", "actor", "roomId", "commandId", "data", "prev", "hash"] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.array(payload, { minLength: 1, maxLength: 6 }),
      fc.nat(),
      fc.constantFrom(...fields),
      fc.nat(),
      fc.integer({ min: 1, max: 0x7e }),
      async (payloads, which, field, place, shift) => {
        const { rows, head } = chainOf(payloads);
        const row = rows[which % rows.length]!;
        const before = row[field];
        // A null becomes a text: that is a change of the row as well.
        const after = before === null ? String.fromCharCode(shift) : changed(before, place, shift);
        fc.pre(after !== before);
        const tampered = rows.map((each) => (each === row ? { ...each, [field]: after } : each));
        const verdict = await verifyChain(tampered, head);
        expect(verdict).toMatchObject({ ok: false, seq: row.seq });
      },
    ),
    { numRuns: 400 },
  );
});

test("a changed number of an event is found, at the first number that is wrong", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.nat(), fc.integer({ min: -3, max: 12 }), async (count, which, seq) => {
      const { rows, head } = chainOf(Array.from({ length: count }, (_, index) => ({ index })));
      const row = rows[which % count]!;
      fc.pre(seq !== row.seq);
      const verdict = await verifyChain(
        rows.map((each) => (each === row ? { ...each, seq } : each)),
        head,
      );
      expect(verdict).toMatchObject({ ok: false, seq: row.seq });
    }),
  );
});

function changed(text: string, place: number, shift: number): string {
  const at = place % Math.max(1, text.length);
  return text.slice(0, at) + String.fromCharCode((text.charCodeAt(at) || 0) ^ shift) + text.slice(at + 1);
}

function rehashed(row: StoredRow): StoredRow {
  return { ...row, hash: eventHash({ ...row, seq: Number(row.seq), data: JSON.parse(row.data) as Record<string, never> }) };
}
