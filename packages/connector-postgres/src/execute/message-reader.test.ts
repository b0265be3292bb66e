import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MESSAGE, type Message, MessageReader } from "./message-reader.ts";

function message(code: number, body: Uint8Array): Buffer {
  const bytes = Buffer.alloc(5 + body.length);
  bytes[0] = code;
  bytes.writeInt32BE(4 + body.length, 1);
  bytes.set(body, 5);
  return bytes;
}

/** Feeds `bytes` in pieces cut at `cuts` and returns what came out, runs of rows joined. */
function read(bytes: Buffer, cuts: number[]): { code: number; body: Buffer; rows: number }[] {
  const out: Message[] = [];
  const add = (each: Message): void => {
    const last = out.at(-1);
    if (each.code === MESSAGE.dataRow && last?.code === MESSAGE.dataRow)
      out[out.length - 1] = { ...last, body: Buffer.concat([last.body, each.body]), rows: last.rows + each.rows };
    else out.push({ ...each, body: Buffer.from(each.body) });
  };
  const held: { run: Buffer; copy: Buffer }[] = [];
  const reader = new MessageReader({
    message: add,
    rows(run, rows) {
      add({ code: MESSAGE.dataRow, body: run, rows });
      const inUse = held.length % 2 === 0;
      if (inUse) held.push({ run, copy: Buffer.from(run) });
      return inUse;
    },
  });
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  for (let i = 1; i < places.length; i++) reader.push(Buffer.from(bytes.subarray(places[i - 1], places[i])));
  for (const { run, copy } of held) expect(run.equals(copy)).toBe(true);
  return out;
}

describe("MessageReader", () => {
  const body = fc.uint8Array({ maxLength: 60 });
  const code = fc.constantFrom(MESSAGE.dataRow, MESSAGE.dataRow, MESSAGE.dataRow, MESSAGE.notice, MESSAGE.commandComplete);

  it("gives the same messages however the bytes are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(code, body), { maxLength: 60 }), fc.array(fc.nat(), { maxLength: 40 }), (messages, cuts) => {
        const bytes = Buffer.concat(messages.map(([type, content]) => message(type, content)));
        const out = read(bytes, cuts);
        expect(Buffer.concat(out.map((each) => (each.code === MESSAGE.dataRow ? each.body : message(each.code, each.body))))).toEqual(
          bytes,
        );
        expect(out.reduce((sum, each) => sum + each.rows, 0)).toBe(messages.filter(([type]) => type === MESSAGE.dataRow).length);
        expect(out.filter((each) => each.code !== MESSAGE.dataRow).map((each) => each.code)).toEqual(
          messages.map(([type]) => type).filter((type) => type !== MESSAGE.dataRow),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("joins a message of many chunks once, not with every chunk", () => {
    const bytes = message(MESSAGE.dataRow, new Uint8Array(32 * 1024 * 1024));
    const cuts = Array.from({ length: bytes.length / 8192 }, (_, i) => i * 8192);
    const start = performance.now();
    expect(read(bytes, cuts)).toMatchObject([{ rows: 1 }]);
    expect(performance.now() - start).toBeLessThan(1_500);
  });

  it("refuses lengths that no message has", () => {
    const bad = Buffer.from([MESSAGE.dataRow, 0xff, 0xff, 0xff, 0xff, 0]);
    expect(() => new MessageReader({ message() {}, rows: () => false }).push(bad)).toThrow("not of the PostgreSQL protocol");
    expect(() => new MessageReader({ message() {}, rows: () => false }).push(Buffer.from([MESSAGE.dataRow, 0, 0, 0, 3, 0]))).toThrow();
  });
});
