import headless from "@xterm/headless";
import { describe, expect, test } from "vitest";
import { PredictiveEcho } from "./predictive-echo.ts";

/** Numbers that look random and are the same for a seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A line discipline with a shell behind it: echoes, or asks for a password and does not. */
class FakeShell {
  line = "";
  silent = false;
  readonly #say: (text: string) => void;
  constructor(say: (text: string) => void) {
    this.#say = say;
  }
  key(key: string): void {
    if (key === "\r") return this.#enter();
    if (key === "\u007f") {
      if (this.line === "") return;
      this.line = this.line.slice(0, -1);
      if (!this.silent) this.#say("\b \b");
    } else if (key === "\t") {
      if (!this.silent) this.#say("tab/");
      this.line += "tab/";
    } else {
      this.line += key;
      if (!this.silent) this.#say(key);
    }
  }
  #enter(): void {
    const was = this.line;
    this.line = "";
    this.#say("\r\n");
    if (this.silent) this.silent = false;
    else if (was.startsWith("sudo")) {
      this.silent = true;
      return this.#say("Password: ");
    } else if (was !== "") this.#say(`${was.toUpperCase()}\r\n`);
    this.#say("$ ");
  }
}

/** One person, one shell, and a link of `ms` each way between them; time goes by in steps. */
function stage(ms: number, pieces: () => number = () => 1) {
  const options = { cols: 60, rows: 8, scrollback: 100, allowProposedApi: true };
  // The second one is as if nothing were ever guessed.
  const [term, plain] = [new headless.Terminal(options), new headless.Terminal(options)];
  let now = 0;
  const onItsWay: { at: number; run: () => void | Promise<void> }[] = [];
  const echo = new PredictiveEcho(term as never, () => now);
  const write = async (text: string): Promise<void> => {
    await Promise.all([term, plain].map((one) => new Promise<void>((resolve) => one.write(text, resolve))));
    echo.drew();
  };
  const shell = new FakeShell((text) => {
    // A packet may hold any part of it.
    const cut = Math.floor(pieces() * text.length);
    for (const part of [text.slice(0, cut), text.slice(cut)]) if (part !== "") onItsWay.push({ at: now + ms, run: () => write(part) });
  });
  const pass = async (time: number): Promise<void> => {
    for (const end = now + time; ;) {
      const next = onItsWay.findIndex(({ at }) => at <= end);
      if (next < 0) return void (now = end);
      const [{ at, run }] = onItsWay.splice(next, 1) as [{ at: number; run: () => void | Promise<void> }];
      now = Math.max(now, at);
      await run();
    }
  };
  const type = (key: string): void => {
    echo.typed(key);
    onItsWay.push({ at: now + ms, run: () => shell.key(key) });
  };
  const typeAll = async (text: string, every: number): Promise<void> => {
    for (const key of text) {
      type(key);
      await pass(every);
    }
  };
  const rows = (one: typeof term): string[] =>
    Array.from({ length: one.buffer.active.length }, (_, row) => one.buffer.active.getLine(row)!.translateToString());
  /** The line of the cursor as it is seen, guesses included. */
  const seen = (): string => {
    const { active } = term.buffer;
    const line = active.getLine(active.baseY + active.cursorY)!.translateToString();
    const guess = echo.guess();
    if (guess === undefined) return line.trimEnd();
    expect(guess.index).toBe(active.baseY + active.cursorY);
    return (line.slice(0, guess.column) + guess.text.padEnd(guess.until - guess.column) + line.slice(guess.until)).trimEnd();
  };
  return { echo, shell, type, typeAll, pass, write, seen, rows: () => [rows(term), rows(plain)], term };
}

/** Far enough for the link's slowness to be known, at an empty prompt. */
async function slow(ms = 100) {
  const all = stage(ms);
  await all.write("$ ");
  await all.typeAll("true\r", 500);
  return all;
}

test("on a slow link what is typed is there at once, and nothing of it once it has come", async () => {
  const { echo, type, pass, seen } = await slow();
  expect(echo.echoMs).toBe(200);
  type("l");
  type("s");
  // The first of a line are not known to be echoed yet.
  expect(seen()).toBe("$");
  await pass(250);
  type(" ");
  type("x");
  expect(seen()).toBe("$ ls x");
  type("\u007f");
  type("y");
  expect(seen()).toBe("$ ls y");
  await pass(1_000);
  expect([seen(), echo.guess()]).toEqual(["$ ls y", undefined]);
});

test("erasing what has come already is guessed, and no more than was typed", async () => {
  const { type, typeAll, pass, seen } = await slow();
  await typeAll("abc", 300);
  for (let times = 0; times < 5; times++) type("\u007f");
  expect(seen()).toBe("$");
  await pass(1_000);
  expect(seen()).toBe("$");
});

test("on a fast link nothing is guessed", async () => {
  const { echo, type, typeAll } = await (async () => slow(20))();
  await typeAll("echo ", 100);
  type("x");
  expect(echo.guess()).toBeUndefined();
});

test("a person may have guesses always, or never; how slow the link is goes on being measured", async () => {
  const quick = await slow(20);
  quick.echo.mode = "on";
  await quick.typeAll("ec", 100);
  quick.type("x");
  expect(quick.seen()).toBe("$ ecx");
  // Also then nothing is shown where nothing is echoed.
  await quick.pass(1_000);
  await quick.typeAll("\u007f\u007f\u007fsudo id\r", 300);
  for (const key of "secret") {
    quick.type(key);
    expect(quick.echo.guess()).toBeUndefined();
  }
  const late = await slow();
  late.echo.mode = "off";
  await late.typeAll("ec", 300);
  late.type("x");
  expect(late.echo.guess()).toBeUndefined();
  expect(late.echo.echoMs).toBe(200);
  late.echo.mode = "auto";
  expect(late.seen()).toBe("$ ecx");
});

test("where nothing is echoed nothing is shown, and what comes instead takes guesses back", async () => {
  const { echo, type, typeAll, pass, write, seen } = await slow();
  await typeAll("sudo id\r", 300);
  await pass(1_000);
  expect(seen()).toBe("Password:");
  for (const key of "secret") {
    type(key);
    expect(echo.guess()).toBeUndefined();
    await pass(90);
    expect(echo.guess()).toBeUndefined();
  }
  await typeAll("\r", 1_000);
  await typeAll("ec", 300);
  type("h");
  expect(seen()).toBe("$ ech");
  // Something that runs in the background writes a line meanwhile.
  await write("\r\ndone\r\n$ ec");
  expect(echo.guess()).toBeUndefined();
  await pass(2_000);
  expect(echo.guess()).toBeUndefined();
});

test("what cannot be known is not guessed: other keys, wide characters, the right edge, programs with a screen of their own", async () => {
  const { echo, type, typeAll, pass, write, seen } = await slow();
  await typeAll("ab", 300);
  type("\t");
  type("c");
  expect(seen()).toBe("$ ab");
  await pass(1_000);
  expect(seen()).toBe("$ abtab/c");
  await typeAll("de", 300);
  type("字");
  type("f");
  expect(echo.guess()).toBeUndefined();
  await pass(2_000);
  await typeAll("\r", 1_000);
  await typeAll("x".repeat(56), 250);
  type("y");
  type("z");
  type("z");
  expect(echo.guess()).toBeUndefined();
  await pass(2_000);
  await write("\x1b[?1049h~\r\n~\x1b[H");
  type("i");
  type("j");
  expect(echo.guess()).toBeUndefined();
});

describe("whatever is typed, however it comes back", () => {
  test.each(Array.from({ length: 8 }, (_, seed) => seed + 1))("seed %i", async (seed) => {
    const next = random(seed);
    const among = <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)]!;
    const all = stage(40 + next() * 200, next);
    const { echo, type, pass, write, rows } = all;
    await write("$ ");
    let shown = 0;
    // The same shell without a link: whether what is typed now will be a password, also when it is typed before it is asked for.
    const ahead = new FakeShell(() => {});
    for (let step = 0; step < 70; step++) {
      const key = among(["a", "b", "e", "s", "sudo", "-", " ", "\u007f", "\r", "\t", "é"]);
      for (const one of key === "sudo" ? "sudo" : [key]) {
        const sent = ahead.silent ? one.toUpperCase() : one;
        type(sent);
        ahead.key(sent);
      }
      await pass(next() * 250);
      if (next() < 0.02) await write("\r\n[1] done\r\n");
      const guess = echo.guess();
      if (guess === undefined) continue;
      shown++;
      // Passwords are written in capitals here.
      expect(guess.text).not.toMatch(/[A-Z]/);
      expect(guess.cursor).toBeLessThan(60);
    }
    await pass(5_000);
    const [drawn, plain] = rows();
    expect(drawn).toEqual(plain);
    expect(echo.guess()).toBeUndefined();
    if (echo.echoMs! > 100) expect(shown).toBeGreaterThan(0);
  });
});
