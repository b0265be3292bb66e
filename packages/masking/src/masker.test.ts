import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMasker, maskText, type MaskColumn } from "./index.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

type Value = string | null;

function encodeRows(rows: Value[][]): Uint8Array {
  const parts = rows.map((row) => {
    const values = row.map((value) => (value === null ? null : encoder.encode(value)));
    const length = values.reduce((sum, value) => sum + 4 + (value?.length ?? 0), 6);
    const bytes = new Uint8Array(1 + length);
    const view = new DataView(bytes.buffer);
    bytes[0] = 0x44;
    view.setInt32(1, length);
    view.setInt16(5, row.length);
    let at = 7;
    for (const value of values) {
      view.setInt32(at, value?.length ?? -1);
      at += 4;
      if (value) bytes.set(value, at);
      at += value?.length ?? 0;
    }
    return bytes;
  });
  return new Uint8Array(Buffer.concat(parts));
}

function decodeRows(bytes: Uint8Array): Value[][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows: Value[][] = [];
  for (let at = 0; at < bytes.length;) {
    expect(bytes[at]).toBe(0x44);
    const end = at + 1 + view.getInt32(at + 1);
    const columns = view.getInt16(at + 5);
    const row: Value[] = [];
    at += 7;
    for (let column = 0; column < columns; column++) {
      const length = view.getInt32(at);
      at += 4;
      row.push(length < 0 ? null : decoder.decode(bytes.subarray(at, at + length)));
      at += Math.max(0, length);
    }
    expect(at).toBe(end);
    rows.push(row);
  }
  return rows;
}

const open: MaskColumn = { sources: ["s.t.note"], searchable: true };
const hidden: MaskColumn = { sources: ["s.t.secret"], searchable: true, stored: true };
const plain: MaskColumn = { sources: ["s.t.id"], searchable: false };
const rules = { maskedColumns: ["s.t.secret"], detectors: ["email", "card"] };

function maskOne(value: string, column = open): Value {
  const masker = createMasker({ columns: [column], ...rules });
  return decodeRows(masker.mask(encodeRows([[value]]), 1))[0]![0]!;
}

/** Independent of the detectors' own code: a plain regular expression and a plain sum. */
const EMAIL = /[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}/;
function luhn(digits: string): boolean {
  const sum = Array.from(digits)
    .toReversed()
    .reduce((total, digit, i) => {
      const value = Number(digit) * (i % 2 === 1 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}
function holdsCard(text: string): boolean {
  return [...text.matchAll(/\d(?:[ -]*\d){12,}/g)].some(([run]) => {
    const groups = run.split(/[ -]+/);
    return groups.some((_, from) =>
      groups.some((__, to) => {
        const digits = groups.slice(from, to + 1).join("");
        return to >= from && digits.length >= 13 && digits.length <= 19 && luhn(digits);
      }),
    );
  });
}

/** Digits with a check digit that makes them pass. */
const card = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 18 }), fc.constantFrom("", " ", "-", "  "))
  .map(([digits, separator]) => {
    const base = digits.join("");
    const number = base + [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].find((last) => luhn(base + last));
    return separator === "" ? number : number.replaceAll(/(\d{4})(?=\d)/g, `$1${separator}`);
  });
const email = fc
  .tuple(fc.stringMatching(/^[a-z0-9._%+-]{1,12}$/), fc.stringMatching(/^[a-z0-9]{1,8}(\.[a-z]{2,4}){1,2}$/))
  .map(([local, domain]) => `${local}@${domain}`);
const noise = fc.oneof(fc.string({ unit: "grapheme", maxLength: 12 }), fc.stringMatching(/^[0-9 @.a-z-]{0,30}$/));
const text = fc.array(fc.oneof(noise, card, email), { maxLength: 6 }).map((parts) => parts.join(""));

describe("a value worked out from masked ones", () => {
  it.each(["a@b.zebra", "4242424242424242", "4242 4242 4242 4242", "zebra"])("keeps no shape: %s", (value) => {
    const columns = [{ ...hidden, stored: false }];
    const masker = createMasker({ columns, maskedColumns: ["s.t.secret"], detectors: ["email", "card"] });
    expect(decodeRows(masker.mask(encodeRows([[value]]), 1))).toEqual([["••••"]]);
  });
});

describe("mask", () => {
  it("draws each kind as documented", () => {
    expect(maskOne("write to robin@example.com, please")).toBe("write to r••••@•••••.com, please");
    expect(maskOne("paid with 4242 4242 4242 4242 today")).toBe("paid with •••• 4242 today");
    expect(maskOne("5555-5555-5555-4444")).toBe("•••• 4444");
    expect(maskOne("Robin Example", hidden)).toBe("••••");
    expect(maskOne("robin@example.com", hidden)).toBe("r••••@•••••.com");
    expect(maskOne("4242424242424242", hidden)).toBe("•••• 4242");
    expect(maskOne("", hidden)).toBe("••••");
  });

  it.each([
    ["a card glued to digits", "ref4242424242424242999", "4242424242424242"],
    ["a card behind another number", "order 12 4242 4242 4242 4242", "4242 4242"],
    ["addresses that run into each other", "a@b.cd@e.fg", "@e.fg"],
    ["an address beyond ASCII", "jörg@exämple.de", "exämple"],
    ["a quoted local part", '"robin example"@example.com', "robin"],
    ["an address literal", "robin@[192.0.2.1]", "192"],
    ["an address in JSON", '{"e":"robin@example.com"}', "robin"],
    ["an address with a tag", "robin+orders@example.co.uk", "orders"],
  ])("does not let through %s", (_, value, rest) => expect(maskOne(value)).not.toContain(rest));

  it.each(["4242 4242 4242 4241", "2026-11-21 03:04:05.123456", "a @ b", "@robin", "robin@localhost", "1234567890", "42.50"])(
    "leaves %s alone",
    (value) => expect(maskOne(value)).toBe(value),
  );

  it("never leaves an address or a number that passes Luhn", () => {
    fc.assert(
      fc.property(text, (value) => {
        const masked = maskOne(value)!;
        expect(EMAIL.test(masked)).toBe(false);
        expect(holdsCard(masked)).toBe(false);
        expect(maskOne(masked)).toBe(masked);
      }),
      { numRuns: 3_000 },
    );
  });

  it("never changes rows, columns, NULLs or values it does not mask, and masks hidden ones whole", () => {
    const value = fc.option(text, { nil: null });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value, value, value), { maxLength: 20 }), (rows) => {
        const masker = createMasker({ columns: [plain, hidden, open, plain], ...rules });
        const out = decodeRows(masker.mask(encodeRows(rows), rows.length));
        expect(out.length).toBe(rows.length);
        for (const [i, row] of rows.entries()) {
          expect(out[i]!.map((cell) => cell === null)).toEqual(row.map((cell) => cell === null));
          expect(out[i]![0]).toBe(row[0]);
          expect(out[i]![3]).toBe(row[3]);
          if (row[1] !== null) expect(out[i]![1]).toMatch(/^(.?••••@•••••(\.[a-zA-Z]+)?|•••• \d{4}|••••)$/u);
          if (row[2] !== null) expect(out[i]![2]).toBe(maskOne(row[2]!));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("returns the same bytes when nothing is to be masked", () => {
    const rows = encodeRows([["1", "x"]]);
    expect(createMasker({ columns: [plain, plain], ...rules }).mask(rows, 1)).toBe(rows);
  });

  it("throws on anything that is not exactly the rows it was told of", () => {
    const masker = createMasker({ columns: [hidden, plain], ...rules });
    const good = encodeRows([
      ["a", "b"],
      [null, "longer"],
    ]);
    expect(() => masker.mask(good, 1)).toThrow();
    expect(() => masker.mask(good, 3)).toThrow();
    expect(() => masker.mask(good.subarray(0, good.length - 1), 2)).toThrow();
    expect(() => masker.mask(encodeRows([["a"]]), 1)).toThrow();
    expect(() => masker.mask(encodeRows([["a", "b", "c"]]), 1)).toThrow();
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const bad = good.slice();
        bad[at] = byte;
        let out: Uint8Array;
        try {
          out = masker.mask(bad, 2);
        } catch {
          return;
        }
        expect(decodeRows(out).map((row) => row.length)).toEqual([2, 2]);
      }),
    );
  });

  it("takes time in proportion to length for hostile values", () => {
    const hostile = [
      "@".repeat(200_000),
      "a@".repeat(100_000),
      '"@'.repeat(100_000),
      "4".repeat(200_000),
      "4 ".repeat(100_000),
      `${"a".repeat(200_000)}@`,
      "a.".repeat(100_000) + "@a",
      ("4242424242424242".repeat(15) + "x").repeat(800),
    ];
    for (const value of hostile) {
      const start = performance.now();
      maskOne(value);
      expect(performance.now() - start).toBeLessThan(1_000);
    }
  });
});

describe("modes", () => {
  const modeOf = (sources: MaskColumn["sources"], searchable: boolean, maskedColumns: string[], detectors: string[]) =>
    createMasker({ columns: [{ sources, searchable }], maskedColumns, detectors }).modes[0];

  it("masks whole what is matched or unknown, searches what is searchable", () => {
    expect(modeOf(["payments.customers.email"], true, ["payments.*.email"], [])).toBe("full");
    expect(modeOf(["a.b.c", "payments.customers.email"], false, ["*.*.email"], [])).toBe("full");
    expect(modeOf("unknown", false, ["x.y.z"], [])).toBe("full");
    expect(modeOf("unknown", false, [], ["card"])).toBe("full");
    expect(modeOf("unknown", true, [], [])).toBe("none");
    expect(modeOf(["a.b.c"], true, [], ["email"])).toBe("detect");
    expect(modeOf(["a.b.c"], false, [], ["email"])).toBe("none");
    expect(modeOf([], true, ["a.b.c"], [])).toBe("none");
    expect(modeOf(["odd.na.me.email"], false, ["*.*.email"], [])).toBe("full");
    expect(modeOf(["a.b.cxd"], false, ["a.b.c.d"], [])).toBe("none");
  });

  it("refuses a detector that does not exist", () => {
    expect(() => createMasker({ columns: [], maskedColumns: [], detectors: ["emial"] })).toThrow("emial");
  });
});

describe("maskText", () => {
  it.each([
    ['ERROR: duplicate key value violates unique constraint "u"\nDETAIL: Key (email)=(robin@example.com) already exists.', "robin"],
    ["ERROR: x\nDETAIL: Failing row contains (1, Robin (R.)\nExample, 3).", "Robin"],
    ['ERROR: invalid input syntax for type integer: "Robin "the" Example"', "Robin"],
    ['ERROR: relation "robin example" does not exist', "robin"],
    ['ERROR: value "5551234" is out of range for type integer', "5551234"],
    ['ERROR: invalid input syntax for type integer: "violates column "5a65627261""\nSQLSTATE: 22P02', "5a65627261"],
    ["ERROR: index 40000566 out of valid range, 0..0\nSQLSTATE: 2202E", "40000566"],
    ["ERROR: requested character too large for encoding: 55665556\nSQLSTATE: 54000", "55665556"],
    ['ERROR: invalid byte sequence for encoding "UTF8": 0xff 0xfe\nSQLSTATE: 22021', "xff"],
    ["NOTICE: paid 4242 4242 4242 4242", "4242 4242"],
    ["NOTICE: wrote to robin@example.com", "robin@"],
  ])("hides the value in %s", (text, value) => expect(maskText(text, "'violates column \"' || 'UTF8'")).not.toContain(value));

  it("leaves names of the schema and of the text readable", () => {
    const unique = 'ERROR: duplicate key value violates unique constraint "orders_pkey"';
    expect(maskText(unique)).toBe(unique);
    const missing = 'ERROR: relation "payments.ordres" does not exist';
    expect(maskText(missing, "select * from payments.ordres")).toBe(missing);
    const zero = "ERROR: division by zero\nSQLSTATE: 22012";
    expect(maskText(zero)).toBe(zero);
    const long = "ERROR: value too long for type character varying(20)\nSQLSTATE: 22001";
    expect(maskText(long)).toBe(long);
    const deadlock = "ERROR: deadlock detected\nDETAIL: Process 7 waits for ShareLock on transaction 42.\nSQLSTATE: 40P01";
    expect(maskText(deadlock)).toBe(deadlock);
  });
});
