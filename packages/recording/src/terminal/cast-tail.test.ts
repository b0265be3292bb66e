import { describe, expect, it } from "vitest";
import type { CastChunk, CastTail } from "./cast-chunk.ts";
import { exportV3 } from "./cast-export.ts";
import { checkCast, interruptCast } from "./cast-reader.ts";
import type { ShownOutput } from "./cast-writer.ts";
import { encode, lines, MemoryStore, NAME, recorder } from "./cast.testing.ts";
import { packContent } from "./chunk-content.ts";

describe("a recording whose writer died while something was held back", () => {
  /** A writer behind which the word is held, its letters shown every 100 ms from now on. */
  function typing(store = new MemoryStore()) {
    const held: ShownOutput[] = [];
    const { writer, clock } = recorder(store, { held: () => held });
    const type = (word: string): void => {
      for (const letter of word) {
        held.push({ bytes: encode(letter), shown: clock.time });
        clock.time += 100;
      }
    };
    /** It comes, in the form that it was found to have. */
    const comes = (text: string): void => {
      held.splice(0);
      writer.output(encode(text));
    };
    const kept = async (): Promise<void> => {
      writer.keep();
      await writer.flush();
    };
    return { store, writer, clock, type, comes, kept };
  }
  const ended = async (store: MemoryStore) => {
    const last = await interruptCast(store, NAME, "restarted", { newest: store.chunks.length - 1, tail: store.tail });
    expect(store.tail).toBeUndefined();
    expect(await interruptCast(store, NAME, "again")).toEqual(last);
    expect(await checkCast(store, NAME)).toMatchObject({ end: "interrupted", chain: last.chain });
    return (await lines(exportV3(store, NAME))).slice(1) as [number, string, string][];
  };
  const text = (events: [number, string, string][]): string => events.map(([, , data]) => data).join("");

  it("ends with it, each letter at its time", async () => {
    const { store, writer, clock, type, kept } = typing();
    clock.time = 500;
    writer.output(encode("$ "));
    clock.time = 1_000;
    type("ech");
    await kept();
    expect(await ended(store)).toEqual([
      [0.5, "o", "$ "],
      [0.5, "o", "e"],
      [0.1, "o", "c"],
      [0.1, "o", "h"],
      [0, "m", "restarted"],
    ]);
    // Lists tell how long it lasts by where its last piece begins.
    expect(store.chunks.at(-1)).toMatchObject({ at: 1_200, offset: 5 });
  });

  it("ends with the newest of what was kept, also where nothing else was to be stored", async () => {
    const { store, writer, type, kept } = typing();
    writer.output(encode("$ "));
    type("ec");
    await kept();
    type("ho");
    await kept();
    expect(store.chunks).toHaveLength(1);
    expect(text(await ended(store))).toBe("$ echorestarted");
  });

  it("has what is still held beside every chunk that is stored, and what stands between", async () => {
    const { store, writer, type } = typing();
    type("ec");
    writer.output(encode("$ "));
    await writer.flush();
    writer.resize(90, 20);
    writer.output(encode("more "));
    type("ho");
    // What is stored now is the chunk before; the open one has not been cut.
    writer.keep();
    writer.output(encode("open "));
    await writer.flush();
    expect((await ended(store)).map(([, , data]) => data)).toEqual(["$ ", "90x20", "more ", "open ", "e", "c", "h", "o", "restarted"]);
  });

  it("ends without it where it came in another form, of which nothing stays", async () => {
    const { store, writer, type, comes, kept } = typing();
    writer.output(encode("$ "));
    type("4242");
    await kept();
    expect(store.tail).toBeDefined();
    comes("••••");
    await kept();
    expect(store.tail).toBeUndefined();
    expect(text(await ended(store))).toBe("$ ••••restarted");
  });

  it("is kept by a store that is slower than what comes", async () => {
    const waiting: (() => void)[] = [];
    const slow = new (class extends MemoryStore {
      fast = false;
      override async append(chunks: readonly CastChunk[], tail?: CastTail): Promise<void> {
        if (!this.fast) await new Promise<void>((resolve) => waiting.push(resolve));
        await super.append(chunks, tail);
      }
    })();
    const { store, writer, type } = typing(slow);
    for (let i = 0; i < 12; i++) {
      writer.output(encode(`${i} `));
      type("x");
      writer.keep();
      if (i % 2 === 1) waiting.shift()?.();
      await new Promise(setImmediate);
      // Whatever is stored has what follows it.
      if (slow.chunks.length > 0) expect(slow.tail?.number).toBe(slow.chunks.length);
    }
    expect(slow.chunks.length).toBeGreaterThan(4);
    slow.fast = true;
    for (const go of waiting) go();
    await writer.flush();
    expect(text(await ended(store))).toBe("0 1 2 3 4 5 6 7 8 9 10 11 xxxxxxxxxxxxrestarted");
  });

  it("goes on with a character whose beginning was recorded", async () => {
    const held: ShownOutput[] = [];
    const { store, writer, clock } = recorder(new MemoryStore(), { held: () => held });
    writer.output(encode("ü").subarray(0, 1));
    held.push({ bytes: encode("ü!").subarray(1), shown: clock.time });
    writer.keep();
    await writer.flush();
    expect(text(await ended(store))).toBe("ü!restarted");
  });

  it("has no tail once it is sealed", async () => {
    const { store, writer, type, comes, kept } = typing();
    type("ls");
    await kept();
    comes("ls");
    await writer.seal({ code: 0 });
    expect(store.tail).toBeUndefined();
    expect((await lines(exportV3(store, NAME))).slice(1).map((event) => (event as unknown[])[2])).toEqual(["ls", "0"]);
  });

  it("is not ended with what is none of ours", async () => {
    for (const content of [encode("{}"), packContent(encode("junk"))]) {
      const { store, writer } = typing();
      await writer.flush();
      const ending = interruptCast(store, NAME, "restarted", { tail: { number: 1, content } });
      await expect(ending).rejects.toThrow("chunk 1 of the recording: it cannot be read");
      expect(store.chunks).toHaveLength(1);
    }
  });

  it("is over when it cannot be kept", async () => {
    const failed: unknown[] = [];
    const store = { append: () => Promise.reject(new Error("full")), read: () => Promise.resolve(undefined) };
    const held = [{ bytes: encode("x"), shown: 0 }];
    const { writer } = recorder(store, { held: () => held, failed: (error) => failed.push(error) });
    writer.keep();
    await expect(writer.flush()).rejects.toThrow("full");
    expect(failed).toEqual([new Error("full")]);
  });
});
