import { maskWords } from "@interlock/masking";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Clock } from "../clock.ts";
import { scan } from "../scan.testing.ts";
import { MaskedStream } from "./masked-stream.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

/** A clock that stands still until it is told to go on. */
class HeldClock implements Clock {
  #time = 0;
  #due: { at: number; work: () => void }[] = [];
  now(): number {
    return this.#time;
  }
  after(ms: number, work: () => void): () => void {
    const timer = { at: this.#time + ms, work };
    this.#due.push(timer);
    return () => void (this.#due = this.#due.filter((one) => one !== timer));
  }
  pass(ms: number): void {
    this.#time += ms;
    const due = this.#due.filter(({ at }) => at <= this.#time);
    this.#due = this.#due.filter(({ at }) => at > this.#time);
    for (const { work } of due) work();
  }
}

function open(columns = 80, cover = false) {
  const clock = new HeldClock();
  const parts: Uint8Array[] = [];
  const notes: [string, number][] = [];
  const stream = new MaskedStream<string>(
    { columns, clock, cover },
    { bytes: (bytes) => void parts.push(bytes), note: (note, offset) => void notes.push([note, offset]) },
  );
  return {
    stream,
    clock,
    notes,
    push: (text: string) => stream.push(encode(text)),
    /** What came out since the last time. */
    out: () => decode(new Uint8Array(Buffer.concat(parts.splice(0)))),
  };
}

function masked(pieces: readonly string[], columns = 80): string {
  const { stream, push, out } = open(columns);
  for (const piece of pieces) push(piece);
  stream.end();
  return out();
}

const E = "\u001b";

describe("what people would read", () => {
  it.each<[string, string[], string]>([
    ["in one piece", ["card 4242424242424242 of robin@example.com\r\n"], "card ••••••••••••4242 of r••••@•••••••.com\r\n"],
    ["with spaces and dashes", ["4242 4242 4242 4242, 4242-4242-4242-4242"], "•••• •••• •••• 4242, ••••-••••-••••-4242"],
    ["over two frames", ["card 4242 4242 42", "42 4242!"], "card •••• •••• •••• 4242!"],
    ["over many frames", [..."x 4242424242424242 robin@example.com y"], "x ••••••••••••4242 r••••@•••••••.com y"],
    [
      "with colours between",
      [`${E}[1m4242${E}[0m 4242 ${E}[32m4242`, ` 4242${E}[m.`],
      `${E}[1m••••${E}[0m •••• ${E}[32m••••`.concat(` 4242${E}[m.`),
    ],
    ["with other sequences that move nothing", [`ro${E}[?25lbin@exam${E}[Kple.com `], `r•${E}[?25l•••@••••${E}[K•••.com `],
    ["with a gap of a cell", [`4242${E}[C4242${E}[C4242${E}[C4242 `], `••••${E}[C••••${E}[C••••${E}[C4242 `],
    ["in a link", [`${E}]8;;mailto:robin@example.com${E}\\mail${E}]8;;${E}\\`], `${E}]8;;${E}\\mail${E}]8;;${E}\\`],
    ["in a link, encoded", [`a ${E}]8;;https://x.y/?u=robin%40example.com${E}\\mail${E}]8;;${E}\\`], `a ${E}]8;;${E}\\mail${E}]8;;${E}\\`],
    ["more digits behind it", ["4242424242424242 99"], "•••••••••••••••• 99"],
    ["two columns for a wide character", ["漢字@example.com "], "••••@•••••••.com "],
    ["a quoted local part", ['"robin ', 'lee"@example.com '], "•••••••••••@•••••••.com "],
  ])("%s", (_, pieces, expected) => expect(masked(pieces)).toBe(expected));

  it("goes on where a full line wraps, and not where a line ends", () => {
    expect(masked(["pay: 4242 42\r\n42 4242 4242"], 12)).toBe("pay: •••• ••\r\n•• •••• 4242");
    expect(masked(["pay: 4242 42", "\r", "\n42 4242 4242"], 12)).toBe("pay: •••• ••\r\n•• •••• 4242");
    expect(masked(["\r\n", "字 4242 4242", "\r\n4242 4242 "], 12)).toBe("\r\n字 •••• ••••\r\n•••• 4242 ");
    expect(masked(["4242\r\n4242\r\n4242\r\n4242\r\n"], 12)).toBe("4242\r\n4242\r\n4242\r\n4242\r\n");
  });

  it("goes on where a line editor wraps its line, and not where something is drawn over", () => {
    expect(masked(["pay: 4242 42 \r42 4242 4242 "], 12)).toBe("pay: •••• •• \r•• •••• 4242 ");
    expect(masked([..."pay: 4242 42 \r42 4242 4242 "], 12)).toBe("pay: •••• •• \r•• •••• 4242 ");
    expect(masked(["a robin@exam \rple.com "], 12)).toBe("a r••••@•••• \r•••.com ");
    expect(masked([..."a robin@exam \rple.com "], 12)).toBe("a r••••@•••• \r•••.com ");
    // zsh draws the first character of the next line twice.
    expect(masked([`pay: 4242424 \r${E}[K2`, "\r2", "42424242 "], 12)).toMatch(/^pay: ••••••• \r.*\r•••••4242 $/);
    // Over two lines.
    expect(masked(["x 4242424242 \r424242 "], 12)).toBe("x •••••••••• \r••4242 ");
    for (const text of ["4242 4242 \r4242 4242 ", "50% of 4242424242 \r51% of 4242424242 "]) expect(masked([text])).toBe(text);
  });

  it("does not go on where the cursor is sent elsewhere", () => {
    const text = `4242 4242${E}[5;5H4242 4242`;
    expect(masked([text])).toBe(text);
  });

  it("masks a run of hundreds of digits, whatever it is", () => {
    expect(masked([`${"1".repeat(700)}\r\n`])).toBe(`${"•".repeat(696)}1111\r\n`);
  });
});

describe("holding back", () => {
  it("lets at once go what can be part of nothing", () => {
    const { push, out } = open();
    push("$ ");
    expect(out()).toBe("$ ");
    push(`${E}[2J${E}[Hdone.\r\n`);
    expect(out()).toBe(`${E}[2J${E}[Hdone.\r\n`);
  });

  it("lets the rest go in time, and knows afterwards what it was", () => {
    const { push, out, clock } = open();
    push("card 4242 4242");
    expect(out()).toBe("card ");
    clock.pass(49);
    expect(out()).toBe("");
    clock.pass(1);
    expect(out()).toBe("4242 4242");
    push(" 4242 4242 done");
    expect(out()).toBe(" •••• •••• ");
    clock.pass(50);
    expect(out()).toBe("done");
  });

  it("shows no part of what may go on", () => {
    const { push, out, clock } = open();
    push("robin@example.co");
    clock.pass(50);
    expect(out()).toBe("r••••@••••••••••");
    push("m 4242424242424242");
    clock.pass(50);
    expect(out()).toBe("• ••••••••••••••••");
    push("\r\n");
    expect(out()).toBe("\r\n");
  });

  it("counts from the oldest byte that is held", () => {
    const { push, out, clock } = open();
    push("aaa");
    clock.pass(40);
    push("bbb");
    clock.pass(10);
    expect(out()).toBe("aaabbb");
    push("c d");
    expect(out()).toBe("c ");
    clock.pass(49);
    expect(out()).toBe("");
    clock.pass(1);
    expect(out()).toBe("d");
  });

  it("holds no more than a detector needs", () => {
    const { push, out } = open();
    push("x".repeat(100_000));
    expect(out().length).toBe(100_000 - 1024);
  });
});

describe("covering what is not known in time", () => {
  it.each([
    ["4242 4242 42", " card 4242 ", ["•••• •••• ••", " card 4242 "]],
    ["4242 4242 4242 ", "4242 4242.", ["•••• •••• •••• ", "•••• ••••."]],
    ["robin@", "example.com.", ["••••••", "•••••••••••."]],
    ["123456", "7 done ", ["123456", "7 done "]],
    ["robin", "@example.com ", ["robin", "@••••••••••• "]],
  ])("%j, and then %j", (first, second, shown) => {
    const { push, out, clock } = open(80, true);
    push(first);
    clock.pass(50);
    const before = out();
    push(second);
    clock.pass(50);
    expect([before, out()]).toEqual(shown);
  });
});

describe("a flood of what moves nothing, while a word is held", () => {
  /** Bytes that may be held of pieces of one byte, the word included. */
  const FEW = 8 * 1024;
  const ALL = 300 * 1024;

  it("is not kept: ten million shifts in the middle of a card number", () => {
    const { stream, push, out, clock } = open();
    const flood = new Uint8Array(100_000).fill(0x0f);
    push("card 4242 4242 42");
    const before = out();
    let passed = 0;
    for (let pushed = 0; pushed < 10_000_000; pushed += flood.length) {
      // Nothing of it waits for a time that may be seconds away.
      stream.push(flood);
      const part = out();
      const shown = part.replaceAll("\u000f", "");
      passed += part.length - shown.length;
      expect(pushed + flood.length - passed).toBeLessThan(FEW);
      expect(shown).toBe(pushed === 0 ? "•••• •••• ••" : "");
      expect(part.startsWith(shown)).toBe(true);
    }
    push("42 4242.");
    clock.pass(50);
    expect([before, passed, out()]).toEqual(["card ", 10_000_000, "•• ••••."]);
  });

  it.each<[string, string, number, number]>([
    ["shifts", "\u000f", 20_000, FEW],
    ["styles", `${E}[38;2;255;255;255;48;2;255;255;255m`, 20_000, ALL],
    ["links", `${E}]8;;https://x.y/${"z".repeat(2000)}${E}\\`, 200, ALL],
    ["ends of a line that is full", "\r\n", 20_000, 2 * FEW],
    ["wraps of a line editor", " \r", 20_000, 2 * FEW],
  ])("keeps its place and its bytes, and parts no number: %s", (_, sequence, times, most) => {
    const flood = sequence.repeat(times);
    for (const cover of [false, true])
      for (const size of [100, 1_000, flood.length]) {
        const { stream, push, out } = open(8, cover);
        push("\r\n42424242");
        for (let at = 0; at < flood.length; at += size) push(flood.slice(at, at + size));
        expect(flood.length - stream.offset).toBeLessThan(most);
        push("42424242");
        stream.end();
        expect(out() === `\r\n••••••••${flood}••••••••`).toBe(true);
      }
  });

  it("leaves readable no more than the issuer of a number that is cut again and again", () => {
    const { stream, push, out } = open();
    const flood = "\u000f".repeat(5_000);
    for (const digit of "4242424242424242") push(digit + flood);
    stream.end();
    expect(out().replaceAll("\u000f", "")).toBe("424242••••••••••");
  });

  it("is none where the words are decided: each is shown as what it is", () => {
    const lines = (card: string): string => `${E}[1m12345678${E}[m is paid by ${E}[1m${card}${E}[m, `.repeat(5_000);
    expect(masked(["x", lines("4242424242424242")]) === `x${lines("••••••••••••4242")}`).toBe(true);
  });

  it("keeps as many notes, also where only a return waits for what follows", () => {
    for (const held of ["4242", "\r"]) {
      const { stream, push, notes, out, clock } = open();
      push(held);
      let most = 0;
      for (let i = 0; i < 20_000; i++) {
        stream.note(String(i));
        most = Math.max(most, i + 1 - notes.length);
      }
      expect(most).toBeLessThan(5_000);
      push("x");
      clock.pass(50);
      expect(notes.map(([note]) => Number(note))).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
      expect(out()).toBe(`${held}x`);
    }
  });

  it("takes no time squared where a full line beyond ASCII ends without end", () => {
    const began = performance.now();
    const flood = `${"é".repeat(80)}${"\r\n".repeat(40_000)}`;
    expect(masked([flood]) === flood).toBe(true);
    // A fiftieth of a second; it would be a minute.
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe("echo of what the driver typed", () => {
  it("is shown at once and as it is", () => {
    const { stream, push, out } = open();
    for (const key of "mail robin@example.com") {
      stream.echoed(encode(key));
      push(key);
      expect(out()).toBe(key);
    }
  });

  it("is known when a line is drawn anew", () => {
    const { stream, push, out } = open();
    push("$ ");
    stream.echoed(encode("l"));
    push("l");
    stream.echoed(encode("s"));
    push(`\b${E}[32mls${E}[39m`);
    expect(out()).toBe(`$ l\b${E}[32mls${E}[39m`);
  });

  it("is nothing else: a card that only begins with it is masked", () => {
    const { stream, push, out, clock } = open();
    stream.echoed(encode("42"));
    push("4242 4242 4242 4242\r\n");
    expect(out()).toBe("42•• •••• •••• 4242\r\n");
    stream.echoed(encode("4242424242424242\r"));
    clock.pass(20_000);
    push("4242424242424242\r\n");
    expect(out()).toBe("••••••••••••4242\r\n");
  });

  it.each([
    ["parts of which were typed", "printf '4242%s\\n' 424242424242\r", "printf '4242%s\\n' 424242424242\r\n"],
    ["whose digits were typed in other places, without an echo", `cat cards #${"0123456789".repeat(20)}\r`, ""],
    ["that is drawn like a line typed before", "4242 4242 4242 424\r", `4242 4242 4242 424\b${E}[A`],
  ])("does not show a card %s", (_what, typed, echo) => {
    const { stream, push, out } = open();
    stream.echoed(encode(typed));
    push(echo);
    out();
    push("4242424242424242\r\n");
    expect(out()).toBe("••••••••••••4242\r\n");
  });
});

it("tells notes where they stand, in bytes of what came out", () => {
  const { stream, push, notes, out } = open();
  push("a b");
  stream.note("held");
  push("c@example.org ");
  stream.note("free");
  stream.end();
  const text = out();
  expect(text).toBe("a b•@•••••••.org ");
  expect(notes).toEqual([
    ["held", "a b".length],
    ["free", encode(text).length],
  ]);
  expect(stream.offset).toBe(encode(text).length);
});

describe("any output", () => {
  const secret = fc.constantFrom(
    "4242424242424242",
    "4000-0566-5566-5556",
    "robin@example.com",
    '"a b"@example.org',
    "5555 5555 5555 4444",
    "a.b@c.de@f.gh",
  );
  const text = fc.oneof(
    { weight: 3, arbitrary: secret },
    fc.constantFrom(" ", "-", "7", "42", "x", ".", "@", '"', "[", ",", "\r\n", "\n", "\r", "\t", "\b", "漢", "ü", "•"),
    fc.stringMatching(/^[ -~]{0,6}$/),
  );
  const still = fc.constantFrom(`${E}[31m`, `${E}[m`, `${E}[K`, `${E}[?25h`, `${E}(B`, "\u0007");
  const output = fc.array(fc.oneof({ weight: 4, arbitrary: text }, still), { maxLength: 25 }).map((parts) => parts.join(""));
  const cuts = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 });
  const cut = (whole: string, sizes: readonly number[]): string[] => {
    let at = 0;
    return [...sizes.map((size) => whole.slice(at, (at += size))), whole.slice(at)];
  };

  it("comes out the same however it is cut", () =>
    fc.assert(
      fc.property(output, cuts, (whole, sizes) => {
        expect(masked(cut(whole, sizes), 16)).toBe(masked([whole], 16));
      }),
      { numRuns: 800 },
    ));

  it("is told in advance as it would come, and comes as if it had not been", () =>
    fc.assert(
      fc.property(output, cuts, fc.boolean(), (whole, sizes, cover) => {
        const pieces = cut(whole, sizes);
        const fed = (count: number, each: (stream: MaskedStream<string>) => void = () => {}) => {
          const one = open(16, cover);
          for (const [i, piece] of pieces.slice(0, count).entries()) {
            one.stream.note(String(i));
            one.push(piece);
            each(one.stream);
          }
          return one;
        };
        let told = { text: "", notes: [] as [string, number][] };
        const asked = fed(pieces.length, (stream) => {
          told = { text: "", notes: [] };
          stream.preview({ bytes: (bytes) => void (told.text += decode(bytes)), note: (...note) => void told.notes.push(note) });
        });
        const flushed = fed(pieces.length);
        const before = { text: flushed.out(), notes: flushed.notes.splice(0) };
        flushed.stream.flush();
        expect(told).toEqual({ text: flushed.out(), notes: flushed.notes });
        const same = fed(pieces.length);
        for (const one of [asked, same]) one.stream.end();
        expect([asked.out(), asked.notes]).toEqual([same.out(), same.notes]);
        expect(asked.notes.slice(0, before.notes.length)).toEqual(before.notes);
      }),
      { numRuns: 400 },
    ));

  it("shows nothing that masking finds in what is read line by line, and keeps every width and sequence", () =>
    fc.assert(
      fc.property(output, cuts, (whole, sizes) => {
        const before = scan(encode(whole));
        const after = scan(encode(masked(cut(whole, sizes))));
        expect(after.sequences).toEqual(before.sequences);
        const [lines, shown] = [before.text, after.text].map((one) => one.replaceAll("\b", "\n").split(/[\r\n\t]/));
        expect(shown!.length).toBe(lines!.length);
        for (const [i, line] of shown!.entries()) {
          expect(maskWords(line)).toBe(line);
          expect([...line].length).toBe([...lines![i]!].length + widened(lines![i]!, line));
        }
      }),
      { numRuns: 800 },
    ));

  /** A masked wide character is two bullets. */
  const widened = (before: string, after: string): number => before.split("漢").length - after.split("漢").length;

  it("leaves what holds nothing as it is", () =>
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9 .,\r\n]{0,80}$/), cuts, (whole, sizes) => {
        fc.pre(maskWords(whole) === whole && whole.replaceAll(/\D/g, "").length < 13);
        expect(masked(cut(whole, sizes))).toBe(whole);
      }),
    ));
});
