import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forbidden, scan } from "../scan.testing.ts";
import type { TerminalNote } from "./operating-command.ts";
import { OutputFilter, type DroppedOutput } from "./output-filter.ts";

interface Filtered {
  out: string;
  bytes: Uint8Array;
  notes: TerminalNote[];
  dropped: [DroppedOutput, number][];
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

function filtered(input: string | Uint8Array, pieces: readonly number[] = [], now: () => number = () => 0): Filtered {
  const bytes = typeof input === "string" ? encode(input) : input;
  const [parts, notes, dropped]: [Uint8Array[], TerminalNote[], [DroppedOutput, number][]] = [[], [], []];
  const filter = new OutputFilter(
    { columns: 80, rows: 24, now },
    {
      bytes: (part) => void parts.push(part.slice()),
      note: (note) => void notes.push(note),
      dropped: (what, times) => void dropped.push([what, times]),
    },
  );
  let at = 0;
  for (const piece of pieces) filter.push(bytes.subarray(at, (at += piece)));
  filter.push(bytes.subarray(at));
  filter.end();
  const all = new Uint8Array(Buffer.concat(parts));
  return { out: decode(all), bytes: all, notes, dropped };
}

const E = "\u001b";

describe("what passes", () => {
  it.each([
    "plain text\r\n\tand tabs\b",
    "Übung, 漢字, 👩‍👩‍👧, e\u0301",
    `${E}[0;1;38;5;196m${E}[38;2;1;2;3m${E}[4:3m${E}[58:2::1:2:3m${E}[m`,
    `${E}[H${E}[2J${E}[3J${E}[K${E}[10;20H${E}[5A${E}[2;20r${E}[L${E}[3M${E}[4@${E}[2P${E}[X`,
    `${E}[?1049h${E}[?25l${E}[?1h${E}=${E}[?2004h${E}[?1000;1002;1006h${E}[?2026h${E}[?2026l${E}[?1049l`,
    `${E}(0lqqk${E}(B${E})0\u000e\u000f${E}7${E}8${E}D${E}M${E}E${E}H${E}[g${E}[3g${E}#8${E}c${E}[!p`,
    `${E}[4h${E}[4l${E}[2 q${E}[s${E}[u`,
    `${E}]8;id=a;https://example.com/x${E}\\link${E}]8;;${E}\\`,
  ])("%j", (text) => expect(filtered(text).out).toBe(text));

  it("makes the 7-bit form of encoded C1 controls", () => {
    expect(filtered("\u009b31mred\u0085\u008d\u009d8;;http://a.b/\u009cx").out).toBe(`${E}[31mred${E}E${E}M${E}]8;;http://a.b/${E}\\x`);
  });

  it("writes a repeated character out, for a line at most", () => {
    expect(filtered(`-${E}[4b`).out).toBe("-----");
    expect(filtered(`漢${E}[2b`).out).toBe("漢漢漢");
    expect(filtered(`-${E}[m${E}[4b`).out).toBe(`-${E}[m`);
    expect(filtered(`-${E}[99999999b`).out).toHaveLength(81);
  });

  it("repeats a character once, and none without an end", () => {
    expect(filtered(`-${E}[4b${E}[4b`).out).toBe("-----");
    expect(filtered(`e\u0301${E}[4b`).out).toBe("e\u0301");
    // The whole of a large screen, drawn by it.
    expect(filtered(`─${E}[79b`.repeat(500)).dropped).toEqual([]);
    const flood = filtered(`─${E}[79b`.repeat(20_000));
    expect(flood.out.length).toBeLessThan(20_000 * 9 * 8);
    expect(flood.dropped).toEqual([["overlong", expect.any(Number)]]);
  });

  it.each([
    ["marks", "a", "\u0301"],
    ["joiners", "a", "\u200d"],
    ["people who are joined", "👩", "\u200d👩"],
    ["leading consonants", "\u1100", "\u1100"],
    ["tags", "🏴", "\u{e0067}"],
    ["marks with bells between them, of which most are left out", "a", "\u0301\u0007"],
  ])("joins no more %s to a character than anybody writes, and goes on behind them", (_, first, more) => {
    const { out, dropped } = filtered(`${first}${more.repeat(10_000)}\r\n${first}${more}b`);
    const cells = [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(out)].map(({ segment }) => [...segment].length);
    expect(Math.max(...cells)).toBeLessThanOrEqual(1 + 32);
    expect(out.split("\r\n")[1]?.replaceAll("\u0007", "")).toBe(`${first}${more}b`.replaceAll("\u0007", ""));
    expect(dropped).toContainEqual(["overlong", expect.any(Number)]);
  });

  it("leaves text of every script as it is", () => {
    const text = "한글 각 가각힣 สวัสดีครับ नमस्ते العَرَبِيَّةُ 👨‍👩‍👧‍👦🏳️‍🌈🇩🇪🇫🇷 ﾊﾟ Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤";
    expect(filtered(text)).toMatchObject({ out: text, dropped: [] });
  });

  it("cuts counts to the screen", () => {
    expect(filtered(`${E}[2147483647L${E}[999999S${E}[999@${E}[99999999A`).out).toBe(`${E}[24L${E}[24S${E}[80@${E}[65535A`);
  });
});

describe("what is dropped", () => {
  it.each([
    ["device attributes", `${E}[c${E}[0c${E}[>c${E}[=c${E}Z`],
    ["status reports", `${E}[5n${E}[6n${E}[?6n${E}[?996n\u0005`],
    ["modes asked for", `${E}[?2026$p${E}[4$p`],
    ["DECRQSS, XTGETTCAP, sixel, user-defined keys", `${E}P$qm${E}\\${E}P+q544e${E}\\${E}Pq#0~~${E}\\${E}P0;1|17/41${E}\\`],
    ["version and keyboard", `${E}[>q${E}[>0q${E}[?u${E}[>1u${E}[<u${E}[=1;1u${E}[>4;2m`],
    ["windows", `${E}[8;50;200t${E}[14t${E}[21t${E}[?3h${E}[?40h`],
    ["printing", `${E}[i${E}[5i${E}[?5i`],
    ["the clipboard", `${E}]52;c;Y3VybCBldmlsfHNo${E}\\${E}]52;c;?\u0007`],
    ["colours, set and asked for", `${E}]4;1;?\u0007${E}]10;?${E}\\${E}]11;#000${E}\\${E}]104\u0007`],
    ["pictures and other strings", `${E}]1337;File=:AAAA\u0007${E}_Gf=100;AAAA${E}\\${E}^pm${E}\\${E}Xsos${E}\\`],
    ["encoded C1 strings", "\u0090$qm\u009c\u009d52;c;?\u009c\u009fapc\u009c"],
    ["broken sequences", `${E}[1;2${E}[3\u0018${E}[1:2H${E}[${"1;".repeat(40)}m`],
    ["what breaks the terminal of a browser", `${E}[1J${E}[?1J`],
    ["blinking that programs choose", `${E}[?12h`],
    ["controls that show nothing", "\u0000\u0001\u007f\u0011\u0013"],
  ])("%s", (_, input) => expect(filtered(input).out).toBe(""));

  it("keeps what is allowed of a list of modes", () => expect(filtered(`${E}[?12;25h`).out).toBe(`${E}[?25h`));

  it("shows what is no UTF-8 as U+FFFD, just as a decoder does, and never a raw C1", () => {
    const bytes = new Uint8Array([
      0x61, 0x9b, 0x33, 0x31, 0x6d, 0xc0, 0xaf, 0xe2, 0x82, 0x62, 0xed, 0xa0, 0x80, 0xf5, 0x80, 0xf0, 0x9f, 0x98,
    ]);
    expect(filtered(bytes).out).toBe(new TextDecoder().decode(bytes));
  });

  it("ends links that may not be, so that their text belongs to none", () => {
    for (const address of ["javascript:alert(1)", "file:///etc/passwd", "http://a b", "HTTPS:x"])
      expect(filtered(`${E}]8;;${address}${E}\\x`).out).toBe(`${E}]8;;${E}\\x`);
  });

  it("lets a few bells a second through", () => {
    let time = 0;
    const bells = (): number =>
      filtered(
        "\u0007".repeat(3000),
        Array.from({ length: 30 }, () => 100),
        () => (time += 100),
      ).out.length;
    expect(bells()).toBeGreaterThan(3);
    expect(bells()).toBeLessThan(3000);
    expect(filtered("\u0007".repeat(50))).toMatchObject({ out: "\u0007".repeat(4), dropped: [["bell", 46]] });
  });
});

describe("strings without an end", () => {
  it("drops what is beyond the bound up to the end, tells it, and goes on", () => {
    const long = filtered(`a${E}]0;${"x".repeat(5000)}\u0007b`);
    expect(long).toMatchObject({ out: "ab", notes: [] });
    expect(long.dropped).toContainEqual(["overlong", 1]);
    for (const end of ["\u0018", "\u001a", `${E}[m`]) expect(filtered(`${E}]0;${"x".repeat(9999)}${end}after`).out).toContain("after");
    expect(filtered(`${E}Pq${"~".repeat(9999)}${E}[1mafter`).out).toBe(`${E}[1mafter`);
  });

  it("takes no memory for them", () => {
    const filter = new OutputFilter({ columns: 80, rows: 24 }, { bytes: () => {}, note: () => {} });
    filter.push(encode(`${E}P`));
    const before = process.memoryUsage().arrayBuffers;
    const piece = encode("x".repeat(65_536));
    for (let i = 0; i < 500; i++) filter.push(piece);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8_000_000);
  });
});

describe("what a program says about itself", () => {
  it("is told, not shown", () => {
    const { out, notes } = filtered(
      `${E}]0;vim \u202eevil\u0007${E}]2;ok${E}\\${E}]7;file://db-1/var/lib%20x${E}\\${E}]133;A\u0007${E}]633;E;ls\\x3b -l;n1\u0007${E}]133;C\u0007${E}]133;D;2\u0007${E}]633;P;Cwd=/srv\u0007`,
    );
    expect(out).toBe("");
    expect(notes).toEqual([
      { kind: "title", title: "vim evil" },
      { kind: "title", title: "ok" },
      { kind: "folder", path: "/var/lib x", host: "db-1" },
      { kind: "mark", mark: { kind: "prompt" } },
      { kind: "mark", mark: { kind: "command", text: "ls; -l", nonce: "n1" } },
      { kind: "mark", mark: { kind: "output" } },
      { kind: "mark", mark: { kind: "finished", exitCode: 2 } },
      { kind: "folder", path: "/srv" },
    ]);
  });

  it("has its place between the bytes", () => {
    const order: string[] = [];
    const filter = new OutputFilter(
      { columns: 80, rows: 24 },
      { bytes: (bytes) => void order.push(decode(bytes)), note: (note) => void order.push(note.kind) },
    );
    filter.push(encode(`a${E}]133;A\u0007b${E}]0;t\u0007`));
    expect(order).toEqual(["a", "mark", "b", "title"]);
  });
});

describe("any input", () => {
  /** Pieces of sequences, put together at random: right, wrong and cut off. */
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 6 }).map(encode),
    fc.uint8Array({ maxLength: 6 }),
    fc
      .constantFrom(
        E,
        `${E}[`,
        `${E}]`,
        `${E}P`,
        `${E}]8;;http://a/`,
        `${E}]52;c;`,
        `${E}\\`,
        "\u0007",
        "\u009b",
        "\u009d",
        "\u009c",
        "\u0090",
        "\u0018",
        "─\u001b[79b",
        "\u0301".repeat(12),
        "\u200d👩",
        "\u1100\u1100",
        "\r\n",
      )
      .map(encode),
    fc
      .constantFrom("1", ";", "?", ":", ">", "$", " ", "!", "h", "l", "m", "H", "c", "n", "t", "b", "q", "p", "u", "8", "25", "c")
      .map(encode),
  );
  const program = fc.array(piece, { maxLength: 60 }).map((pieces) => new Uint8Array(Buffer.concat(pieces)));

  it("gives the same however it is cut", () =>
    fc.assert(
      fc.property(program, fc.array(fc.integer({ min: 0, max: 7 })), (bytes, pieces) => {
        const whole = filtered(bytes);
        const cut = filtered(bytes, pieces);
        expect(cut.out).toBe(whole.out);
        expect(cut.notes).toEqual(whole.notes);
      }),
      { numRuns: 600 },
    ));

  it("leaves nothing that is forbidden, and passes what it made", () =>
    fc.assert(
      fc.property(program, (bytes) => {
        const once = filtered(bytes);
        expect(forbidden(once.bytes)).toEqual([]);
        expect(filtered(once.bytes).out).toBe(once.out);
      }),
      { numRuns: 600 },
    ));

  it("shows text without sequences as a decoder reads it", () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        const bytes = noise.filter((byte, i) => byte >= 0x20 && byte !== 0x7f && !(noise[i - 1] === 0xc2 && byte < 0xa0));
        const clean = bytes.filter((byte, i) => !(bytes[i - 1] === 0xc2 && byte >= 0x80 && byte < 0xa0));
        expect(scan(filtered(clean).bytes).text).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(clean));
      }),
    ));
});
