import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { readEvent, readHeader } from "./asciicast.ts";
import { CHUNK_MS, type CastChunk, type ChunkStore } from "./cast-chunk.ts";
import { exportV2, exportV3 } from "./cast-export.ts";
import { checkCast, interruptCast, readCast } from "./cast-reader.ts";
import { searchCast } from "./cast-search.ts";
import { all, encode, HEADER, lines, MemoryStore, NAME, recorder } from "./cast.testing.ts";
import { CHUNK_BYTES, linesOf, packContent, unpackContent } from "./chunk-content.ts";
import { commandsOf } from "./command-index.ts";

/** Chunks as bytes one after the other, as a file has them: a tail that is not whole is no chunk. */
class FileLikeStore implements ChunkStore {
  bytes = Buffer.alloc(0);
  async append(chunks: readonly CastChunk[]): Promise<void> {
    for (const chunk of chunks) {
      const body = Buffer.from(JSON.stringify({ ...chunk, content: Buffer.from(chunk.content).toString("base64") }));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(body.length);
      this.bytes = Buffer.concat([this.bytes, length, body]);
    }
  }
  async read(number: number): Promise<CastChunk | undefined> {
    for (let at = 0, i = 0; at + 4 <= this.bytes.length; i++) {
      const length = this.bytes.readUInt32BE(at);
      if (at + 4 + length > this.bytes.length) return undefined;
      if (i === number) {
        const chunk = JSON.parse(this.bytes.toString("utf8", at + 4, at + 4 + length)) as CastChunk & { content: string };
        return { ...chunk, content: new Uint8Array(Buffer.from(chunk.content, "base64")) };
      }
      at += 4 + length;
    }
    return undefined;
  }
}

describe("a recording", () => {
  it("is an asciicast v3, and a v2 on demand", async () => {
    const { writer, clock, store } = recorder();
    writer.output(encode("$ "));
    clock.time = 1500;
    writer.typed(encode("secret"));
    writer.command({ kind: "started", text: "ls", folder: "/srv" });
    writer.resize(100, 30);
    clock.time = 1750;
    writer.output(encode("a\r\nb\r\n"));
    clock.time = 2000;
    writer.command({ kind: "finished", exitCode: 0 });
    writer.marker("handover");
    clock.time = 2100;
    const last = await writer.seal({ code: 3 });
    expect(last).toMatchObject({ end: "sealed" });
    expect(await lines(exportV3(store, NAME))).toEqual([
      { version: 3, term: { cols: 80, rows: 24, type: "xterm-256color" }, timestamp: HEADER.timestamp, title: "db-1" },
      [0, "o", "$ "],
      [1.5, "m", "ls"],
      [0, "r", "100x30"],
      [0.25, "o", "a\r\nb\r\n"],
      [0.25, "m", "handover"],
      [0.1, "x", "3"],
    ]);
    expect(await lines(exportV2(store, NAME))).toEqual([
      { version: 2, width: 80, height: 24, timestamp: HEADER.timestamp, title: "db-1", env: { TERM: "xterm-256color" } },
      [0, "o", "$ "],
      [1.5, "m", "ls"],
      [1.5, "r", "100x30"],
      [1.75, "o", "a\r\nb\r\n"],
      [2, "m", "handover"],
    ]);
    expect((await commandsOf(store, NAME)).commands).toEqual([
      { at: 1500, offset: 2, text: "ls", folder: "/srv", endedAt: 2000, endOffset: 8, exitCode: 0 },
    ]);
  });

  it("ends the command that ended its shell with the exit code of that, and no command that had an end", async () => {
    for (const [open, exit, expected] of [
      ["exit 3", { code: 3 }, { text: "exit 3", endedAt: 1000, exitCode: 3 }],
      // Ended from outside: nobody knows how it ended.
      ["sleep 60", {}, { text: "sleep 60" }],
    ] as const) {
      const { writer, clock, store } = recorder();
      writer.command({ kind: "started", text: "false" });
      writer.command({ kind: "finished", exitCode: 1 });
      writer.command({ kind: "started", text: open });
      clock.time += 1000;
      await writer.seal(exit);
      expect((await commandsOf(store, NAME)).commands).toEqual([
        expect.objectContaining({ text: "false", endedAt: 0, exitCode: 1 }),
        { at: 0, offset: 0, ...expected },
      ]);
    }
  });

  it("tells the commands before a piece that was changed, and that there is no more to be told", async () => {
    const { writer, store } = recorder();
    for (const text of ["first", "second", "third"]) {
      writer.command({ kind: "started", text });
      writer.command({ kind: "finished", exitCode: 0 });
      await writer.flush();
    }
    await writer.seal();
    store.chunks[1]!.content[3]! ^= 1;
    const { commands, fault } = await commandsOf(store, NAME);
    expect(commands.map(({ text }) => text)).toEqual(["first"]);
    expect(fault?.chunk).toBe(1);
  });

  it("has what is typed only when it was opened for it", async () => {
    const { writer, store } = recorder(new MemoryStore(), { input: true });
    writer.typed(encode("hunter2"));
    await writer.seal();
    expect(await lines(exportV3(store, NAME))).toContainEqual([0, "i", "hunter2"]);
  });

  it("gives the output back byte by byte, wherever it was cut", () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.array(fc.tuple(fc.nat(9), fc.nat(30))), async (text, cuts) => {
        const { writer, clock, store } = recorder();
        const bytes = encode(text);
        let at = 0;
        for (const [size, wait] of cuts) {
          clock.time += wait;
          writer.output(bytes.subarray(at, (at += size)));
          if (size === 4) await writer.flush();
        }
        writer.output(bytes.subarray(at));
        await writer.seal();
        const events = (await all(readCast(store, NAME))).flatMap((item) =>
          "event" in item && item.event.code === "o" ? [item.event.data] : [],
        );
        expect(events.join("")).toBe(text);
        expect(writer.offset).toBe(bytes.length);
      }),
      { numRuns: 60 },
    ));

  it("has U+FFFD for what is no UTF-8, as a decoder does, and any control as JSON has it", () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.array(fc.nat(5)), async (bytes, cuts) => {
        const { writer, store } = recorder();
        let at = 0;
        for (const size of cuts) writer.output(bytes.subarray(at, (at += size)));
        writer.output(bytes.subarray(at));
        await writer.seal();
        const text = (await all(readCast(store, NAME))).flatMap((item) => ("event" in item ? [item.event.data] : [])).join("");
        expect(text).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
      }),
      { numRuns: 200 },
    ));

  it("keeps its chunks short whatever is written", async () => {
    const TOTAL = 3 * CHUNK_BYTES;
    for (const byte of [0x00, 0x1b, 0x22, 0xff, 0xc3])
      for (const size of [10_007, 500_000]) {
        const { writer, store } = recorder();
        for (let written = 0; written < TOTAL; written += size) writer.output(new Uint8Array(size).fill(byte));
        await writer.seal();
        expect(store.chunks.length).toBeGreaterThan(3);
        for (const { content } of store.chunks) expect((await unpackContent(content)).length).toBeLessThanOrEqual(CHUNK_BYTES);
        expect(await checkCast(store, NAME)).toMatchObject({ end: "sealed" });
        const text = (await all(readCast(store, NAME))).flatMap((item) => ("event" in item ? [item.event.data] : [])).join("");
        const expected = new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array(Math.ceil(TOTAL / size) * size).fill(byte));
        expect(text === expected).toBe(true);
      }
  });

  it("is stored as lines that a person can read, with output as it came", async () => {
    const { writer, clock, store } = recorder();
    writer.output(encode("ä\n[1]\n"));
    clock.time = 20;
    writer.resize(100, 30);
    await writer.seal({ code: 0 });
    expect(Buffer.from(await unpackContent(store.chunks[0]!.content)).toString()).toBe(
      [
        `{"version":3,"term":{"cols":80,"rows":24,"type":"xterm-256color"},"timestamp":${HEADER.timestamp},"title":"db-1"}`,
        '[0, "o",       7]',
        "ä",
        "[1]",
        "",
        '[0.02, "r", "100x30"]',
        '[0, "x", "0"]',
        "",
      ].join("\n"),
    );
  });

  it("has output in the order in which it came, with times that never go back", async () => {
    const { writer, clock, store } = recorder();
    clock.time = 100;
    writer.output(encode("live"));
    const held = `${"x".repeat(64 * 1024)}\n[0, "m", "forged"]\ntail`;
    writer.output(encode(held), 97);
    await writer.seal();
    const events = (await all(readCast(store, NAME))).flatMap((item) => ("event" in item ? [item.event] : []));
    expect(events.every(({ code, at }) => code === "o" && at === 100)).toBe(true);
    expect(events.map(({ data }) => data).join("")).toBe(`live${held}`);
  });

  it("is said to be of an earlier version where it is, and not to be changed", async () => {
    const store = new MemoryStore();
    const sha = (text: string): string => createHash("sha256").update(text).digest("hex");
    const lines = '{"version":3,"term":{"cols":80,"rows":24}}\n';
    const chunk = { number: 0, at: 0, offset: 0, sha256: sha(lines) };
    const chain = sha(["interlock cast 1", NAME, 0, 0, 0, "", chunk.sha256, "0".repeat(64)].join("\n"));
    store.chunks.push({ ...chunk, chain, content: packContent(encode(lines)) });
    expect((await checkCast(store, NAME)).fault?.why).toContain("stored by an earlier version");
  });

  it("cannot be read where a chunk is none of ours, however well it is hashed", async () => {
    expect(() => [...linesOf(encode('[0, "o",   7]\nab'))]).toThrow("output breaks off");
    expect(() => [...linesOf(encode('[0, "r", "80x24"]'))]).toThrow("a line breaks off");
    expect(() => [...linesOf(encode('[-0.003, "o",   2]\nab\n'))]).toThrow("neither an event nor a header");
    await expect(unpackContent(packContent(new Uint8Array(17 * 1024 * 1024)))).rejects.toThrow();
    await expect(unpackContent(encode('[0, "o", "a"]\n'))).rejects.toThrow();
  });

  it("is stored within a second and in chunks of a MiB", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const stored: CastChunk[] = [];
      const { writer } = recorder(new MemoryStore(), { stored: (chunk) => void stored.push(chunk) });
      writer.output(encode("once"));
      await vi.advanceTimersByTimeAsync(CHUNK_MS);
      expect(stored).toHaveLength(1);
      for (let i = 0; i < 640; i++) writer.output(encode(`${"x".repeat(9_998)}\r\n`));
      await writer.seal();
      expect(stored.length).toBeGreaterThan(5);
    } finally {
      vi.useRealTimers();
    }
  });

  it("tells of a command without its text the line that it was typed on", async () => {
    const store = new MemoryStore();
    const { writer } = recorder(store);
    writer.output(encode("Welcome.\r\n\u001b[1mann@db\u001b[0m:~$ "));
    writer.output(encode("ls -l\r\n"));
    writer.command({ kind: "started" });
    writer.output(encode(`${"total ".repeat(20)}\r\n${"x".repeat(81)}\r\n`));
    writer.command({ kind: "finished", exitCode: 0 });
    writer.output(encode("$ w\r\n"));
    writer.command({ kind: "started" });
    writer.command({ kind: "finished" });
    writer.command({ kind: "started", text: "pwd" });
    writer.command({ kind: "finished" });
    writer.output(encode(`$ echo ${"a".repeat(73)} \r${"b".repeat(80)}c\r${"c".repeat(5)}\r\n`));
    writer.command({ kind: "started" });
    writer.output(encode(`${"x".repeat(80)} \r\n$ id\r\n`));
    writer.command({ kind: "started" });
    await writer.seal();
    expect((await commandsOf(store, NAME)).commands.map(({ text, line }) => [text, line])).toEqual([
      [undefined, "ann@db:~$ ls -l"],
      [undefined, "$ w"],
      ["pwd", undefined],
      [undefined, `$ echo ${"a".repeat(73)}${"b".repeat(80)}ccccc`],
      [undefined, "$ id"],
    ]);
  });

  it("stores what has come meanwhile together, in its order", async () => {
    const store = new MemoryStore();
    const together: number[] = [];
    const { writer } = recorder({
      append: async (chunks) => {
        together.push(chunks.length);
        await new Promise(setImmediate);
        await store.append(chunks);
      },
      read: (number) => store.read(number),
    });
    for (let line = 0; line < 3_000; line++) writer.output(encode(`line ${line} ${"x".repeat(10_000)}\r\n`));
    const last = await writer.seal();
    expect(store.chunks.map(({ number }) => number)).toEqual(Array.from({ length: last.number + 1 }, (_, number) => number));
    expect(together.length).toBeLessThan(store.chunks.length / 4);
    expect(await checkCast(store, NAME)).toMatchObject({ end: "sealed" });
  });

  it("tells once that it cannot be stored, and records nothing behind the hole", async () => {
    const failures: unknown[] = [];
    const store = new MemoryStore();
    let full = false;
    const { writer } = recorder(
      { append: (chunks) => (full ? Promise.reject(new Error("full")) : store.append(chunks)), read: (number) => store.read(number) },
      { failed: (error) => void failures.push(error) },
    );
    writer.output(encode("kept"));
    await writer.flush();
    full = true;
    writer.output(encode("lost"));
    await expect(writer.flush()).rejects.toThrow("full");
    full = false;
    writer.output(encode("after"));
    await expect(writer.seal()).rejects.toThrow("full");
    expect(failures).toHaveLength(1);
    expect(await checkCast(store, NAME)).toMatchObject({ chunks: 1, end: "open" });
  });
});

describe("what happens to a recording", () => {
  async function recorded(): Promise<FileLikeStore> {
    const store = new FileLikeStore();
    const { writer, clock } = recorder(store);
    for (let i = 0; i < 5; i++) {
      clock.time += 500;
      writer.output(encode(`line ${i}\r\n`));
      await writer.flush();
    }
    await writer.seal({ code: 0 });
    return store;
  }

  it("is readable up to the last whole chunk, whichever byte its writer died at", async () => {
    const { bytes } = await recorded();
    const whole = new FileLikeStore();
    whole.bytes = bytes;
    const full = await all(exportV3(whole, NAME));
    for (let length = 0; length <= bytes.length; length += 7) {
      const cut = new FileLikeStore();
      cut.bytes = bytes.subarray(0, length);
      const some = await all(exportV3(cut, NAME));
      expect(some).toEqual(full.slice(0, some.length));
      const check = await checkCast(cut, NAME);
      expect(check.fault).toBeUndefined();
      expect(check.end).toBe(length === bytes.length ? "sealed" : "open");
    }
  });

  it("is ended as interrupted afterwards, once", async () => {
    const store = await recorded();
    const chunks = new MemoryStore();
    for (let i = 0; i < 4; i++) chunks.chunks.push((await store.read(i))!);
    const last = await interruptCast(chunks, NAME, "the agent was restarted");
    expect(last).toMatchObject({ number: 4, at: 2000, offset: 32, end: "interrupted" });
    expect(await interruptCast(chunks, NAME, "again")).toEqual(last);
    expect(await checkCast(chunks, NAME)).toMatchObject({ chunks: 5, end: "interrupted", chain: last.chain });
    expect((await lines(exportV3(chunks, NAME))).at(-1)).toEqual([0, "m", "the agent was restarted"]);
    expect(await interruptCast(new MemoryStore(), NAME, "before the first")).toMatchObject({ number: 0, end: "interrupted" });
  });

  it("shows every change", async () => {
    const store = await recorded();
    const chunks: CastChunk[] = [];
    for (let i = 0; ; i++) {
      const chunk = await store.read(i);
      if (chunk === undefined) break;
      chunks.push(chunk);
    }
    const last = chunks.at(-1)!;
    const changed = async (change: (list: CastChunk[]) => void, known?: { chunk: number; chain: string }) => {
      const other = new MemoryStore();
      other.chunks = structuredClone(chunks);
      change(other.chunks);
      return (await checkCast(other, NAME, known)).fault?.chunk;
    };
    expect(await changed(() => {})).toBeUndefined();
    expect(await changed((list) => void (list[1]!.content[3]! ^= 1))).toBe(1);
    expect(await changed((list) => void (list[1]!.at = 7))).toBe(1);
    expect(await changed((list) => void (list[1]!.offset = 7))).toBe(1);
    expect(await changed((list) => void list.splice(2, 1))).toBe(2);
    expect(await changed((list) => void list.splice(1, 2, list[2]!, list[1]!))).toBe(1);
    expect(await changed((list) => void (list.at(-1)!.end = "interrupted"))).toBe(last.number);
    expect(await changed((list) => void list.push(structuredClone(list[0]!)))).toBe(last.number + 1);
    // A tail that was cut off is only missed by who knows of it.
    const known = { chunk: last.number, chain: last.chain };
    expect(await changed((list) => void list.pop())).toBeUndefined();
    expect(await changed((list) => void list.pop(), known)).toBe(last.number);
    expect(await changed(() => {}, { ...known, chain: chunks[0]!.chain })).toBe(last.number);
    expect((await checkCast(store, "another recording")).fault).toMatchObject({ chunk: 0 });
  });
});

describe("search", () => {
  it("finds text as it was read, with its moment", async () => {
    const { writer, clock, store } = recorder();
    writer.output(encode("$ systemctl re"));
    clock.time = 300;
    writer.output(
      encode("\u001b[1msta\u001b[0mrt nginx\r\nFailed\b\b\bled: Unit \u001b]8;;http://a.b/\u001b\\nginx\u001b]8;;\u001b\\ not found\r\n"),
    );
    clock.time = 900;
    writer.output(encode("top\u001b[5;1HMem: 99%\u001b[6;1Hdone (nginx)"));
    await writer.seal();
    const found = async (text: string) => (await all(searchCast(store, NAME, text))).map(({ at, line, from }) => [at, line, from]);
    expect(await found("RESTART")).toEqual([[0, "$ systemctl restart nginx", 12]]);
    expect(await found("nginx")).toEqual([
      [300, "$ systemctl restart nginx", 20],
      [300, "Failed: Unit nginx not found", 13],
      [900, "done (nginx)", 6],
    ]);
    expect(await found("topMem")).toEqual([]);
    expect(await found("http")).toEqual([]);
    expect(await all(searchCast(store, NAME, "nginx", 1))).toHaveLength(1);
  });

  it.each<[string, (string | { columns: number })[], string, [at: number, line: string][]]>([
    ["bash", ["u@h$ : abcdefghijkl", "m \r", "n", "o\r\n"], "LMNO", [[0, "u@h$ : abcdefghijklmno"]]],
    ["bash, from the edge on", ["u@h$ : abcdefghijkl", "m \r", "n", "o\r\n"], "no", [[200, "u@h$ : abcdefghijklmno"]]],
    ["bash, cut at the edge", ["u@h$ : abcdefghijklm", " ", "\r", "no\r\n"], "mno", [[0, "u@h$ : abcdefghijklmno"]]],
    ["zsh", ["h$ : abcdefghijklmn", "o \r\u001b[K", "p", "\rpq", "r\r\r\n"], "opqr", [[100, "h$ : abcdefghijklmnopqr"]]],
    // The p is written twice.
    ["zsh, from the edge on", ["h$ : abcdefghijklmno \r\u001b[K", "p", "\rpq", "r\r\r\n"], "pqr", [[100, "h$ : abcdefghijklmnopqr"]]],
    ["a narrower terminal", ["a\r\n", { columns: 10 }, "$ abcdefgh \r", "ij\r\n"], "hij", [[200, "$ abcdefghij"]]],
    ["a wider terminal", [{ columns: 40 }, "u@h$ : abcdefghijklm \r", "no\r\n"], "mno", []],
    ["a program", ["abcdefghijklmnopqrst \r\n", "uv\r\n"], "tuv", []],
    ["a program, cut at the line's end", ["abcdefghijklmnopqrst \r", "\n", "uv\r\n"], "tuv", []],
  ])("finds text that was typed past the right edge as one line, and no other: %s", async (_, pieces, text, expected) => {
    for (const chunkEach of [false, true]) {
      const { writer, clock, store } = recorder(new MemoryStore(), { header: { ...HEADER, columns: 20 } });
      for (const piece of pieces) {
        if (typeof piece === "string") writer.output(encode(piece));
        else writer.resize(piece.columns, 24);
        if (chunkEach) await writer.flush();
        clock.time += 100;
      }
      await writer.seal();
      expect(store.chunks.length > pieces.length).toBe(chunkEach);
      const found = await all(searchCast(store, NAME, text));
      expect(found.map(({ at, line }) => [at, line])).toEqual(expected);
      for (const { line, from, to } of found) expect(line.slice(from, to)).toBe(text.toLowerCase());
    }
  });
});

it("takes no more memory for a long recording than for a short one", async () => {
  // The store keeps nothing, as one on a disk would.
  const { writer } = recorder({ append: async () => {}, read: async () => undefined }, {});
  const piece = encode(`${"\u001b[32mok\u001b[m some output of a build \r\n".repeat(500)}`);
  const memory = (): number => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  for (let i = 0; i < 20; i++) writer.output(piece);
  await writer.flush();
  const before = memory();
  let most = 0;
  for (let i = 0; i < 1000; i++) {
    writer.output(piece);
    if (writer.waiting > 1_000_000) await writer.flush();
    if (i % 100 === 0) most = Math.max(most, memory());
  }
  await writer.seal();
  expect(most - before).toBeLessThan(60_000_000);
});

it("passes over lines of others", () => {
  for (const text of ["# a comment", "[1]", '[1,"z","x"]', "[1,", "{}", '"o"']) expect(readEvent(text)).toBeUndefined();
  for (const text of ["{}", "[]", "null", '{"version":2,"width":80,"height":24}', "{"]) expect(readHeader(text)).toBeUndefined();
});
