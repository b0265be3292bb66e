import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StreamRing } from "./stream-ring.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("a stream's ring", () => {
  it("gives what came since an offset, or says that it is gone", () => {
    const ring = new StreamRing(8);
    expect(ring.append(encode("abcdef"))).toBe(6);
    expect(ring.since(2)).toMatchObject({ kind: "kept", bytes: encode("cdef") });
    expect(ring.append(encode("ghij"))).toBe(10);
    expect(ring.since(1)).toEqual({ kind: "gone", oldest: 2 });
    expect(ring.since(2)).toMatchObject({ kind: "kept", bytes: encode("cdefghij") });
    expect(ring.since(10)).toMatchObject({ kind: "kept", bytes: encode("") });
    expect(() => ring.since(11)).toThrow(RangeError);
    ring.append(encode("0123456789ABCDEF"));
    expect(ring.since(18)).toMatchObject({ kind: "kept", bytes: encode("89ABCDEF") });
  });

  it("keeps events at their place, each to be had once", () => {
    const ring = new StreamRing<string>(1024);
    ring.note("first");
    ring.append(encode("abc"));
    ring.note("second");
    ring.note("third");
    ring.append(encode("def"));
    const part = ring.since(0, 0, 3);
    expect(part).toMatchObject({ kind: "kept", events: [{ offset: 0, number: 0, event: "first" }] });
    expect(ring.since(3, 1)).toMatchObject({ events: [{ number: 1, event: "second" }, { number: 2 }] });
    expect(ring.since(3, 2)).toMatchObject({ events: [{ offset: 3, number: 2, event: "third" }] });
  });

  it("forgets events with their bytes, and never without saying so", () => {
    const ring = new StreamRing<number>(1_000_000);
    for (let i = 0; i < 10_000; i++) {
      ring.append(encode("x"));
      ring.note(i);
    }
    expect(ring.since(0)).toMatchObject({ kind: "gone" });
    const kept = ring.since(ring.oldest, ring.oldestEvent);
    expect(kept).toMatchObject({ kind: "kept" });
    if (kept.kind === "kept")
      expect(kept.events.map(({ event }) => event)).toEqual(
        Array.from({ length: kept.events.length }, (_, i) => 10_000 - kept.events.length + i),
      );
  });

  it("can be joined at its end however many events have come there", () => {
    const ring = new StreamRing<number>();
    ring.append(encode("abc"));
    for (let i = 0; i < 10_000; i++) ring.note(i);
    expect(ring.since(3, 0)).toEqual({ kind: "gone", oldest: 3 });
    expect(ring.since(3, 9_999)).toMatchObject({ kind: "kept", events: [{ event: 9_999 }] });
    ring.append(encode("d"));
    expect(ring.since(3, 10_000)).toMatchObject({ kind: "kept", bytes: encode("d"), events: [] });
  });

  it("loses nothing over random readers", () =>
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ maxLength: 12 }), fc.integer()), { maxLength: 40 }),
        fc.array(fc.nat(6)),
        (steps, reads) => {
          const ring = new StreamRing<number>(16);
          let all = "";
          const told: [number, number][] = [];
          const seen: [number, number][] = [];
          const reader = { offset: 0, event: 0, text: "", gone: false };
          const read = (most?: number): void => {
            const since = ring.since(reader.offset, reader.event, most);
            if (since.kind === "gone") {
              reader.gone = true;
              return;
            }
            reader.text += Buffer.from(since.bytes).toString("latin1");
            reader.offset += since.bytes.length;
            for (const { offset, number, event } of since.events) {
              seen.push([offset, event]);
              reader.event = number + 1;
            }
          };
          for (const [i, step] of steps.entries()) {
            if (typeof step === "string") {
              all += Buffer.from(step).toString("latin1");
              ring.append(Buffer.from(step));
            } else {
              told.push([all.length, step]);
              ring.note(step);
            }
            if (reads[i] !== undefined) read(reads[i]);
            if (reader.gone) return;
          }
          for (let i = 0; i < 3; i++) read();
          if (reader.gone) return;
          expect(reader.text).toBe(all);
          expect(seen).toEqual(told);
        },
      ),
      { numRuns: 300 },
    ));
});
