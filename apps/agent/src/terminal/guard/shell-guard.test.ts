import type { GuardTerms } from "@interlock/policy";
import type { Outcome } from "@interlock/protocol";
import { describe, expect, test, vi } from "vitest";
import { ShellGuard } from "./shell-guard.ts";

const ANN = { id: "ann", name: "ann", identities: [] };
const BOB = { id: "bob", name: "bob", identities: [] };
const GUARD: GuardTerms[] = [
  { rule: "prod", confirm: ["modify"], ask: ["delete"], deny: ["schema"], reviews: [{ count: 1, group: "platform" }] },
];
const settled = () => new Promise((resolve) => setImmediate(resolve));

function shell(guard = GUARD, record: () => Promise<boolean> = () => Promise.resolve(true)) {
  let sent = "";
  const now: { stopped?: string } = {};
  const marks: unknown[] = [];
  const events: { type: string; actor: string; data: Record<string, string | string[]> }[] = [];
  const made = new ShellGuard({
    guard,
    send: (bytes) => void (sent += Buffer.from(bytes).toString("latin1")),
    mark: (mark) => void marks.push(mark),
    changed: () => undefined,
    record: (type, actor, data) => {
      events.push({ type, actor, data });
      return record();
    },
    mask: (text) => text.replaceAll("4242", "••••"),
    stopped: () => now.stopped,
  });
  const word = (verb: string, rest = "", nonce = made.nonce) => made.told({ kind: "word", nonce, verb, rest });
  const mark = (kind: "prompt" | "output") => made.told({ kind: "mark", mark: { kind, nonce: made.nonce } });
  const type = (who: typeof ANN, text: string): string => {
    const passes = made.input(who.id, new TextEncoder().encode(text), () => who);
    return passes === undefined || passes === "lost" ? "" : new TextDecoder().decode(passes);
  };
  let number = 0;
  return {
    guard: made,
    now,
    marks,
    events,
    word,
    mark,
    type,
    finished: (exitCode: number) => made.told({ kind: "mark", mark: { kind: "finished", exitCode, nonce: made.nonce } }),
    took: (): string => {
      const out = sent;
      sent = "";
      return out.replaceAll("\u001e", "|");
    },
    ask(line: string, flags = ""): string {
      const token = `t${++number}`;
      word("text", `$'${line}'`);
      word("ask", `${token};${flags}`);
      return token;
    },
    decide: (actor: typeof ANN, decision: "run" | "back" | "approve" | "reject", more = {}): Promise<Outcome<void>> => {
      const line = made.state.line;
      return made.decide(
        { ...actor, role: "responder", groups: ["platform"], drives: actor === ANN, ...more },
        { lineId: line?.id ?? "none", digest: line?.digest ?? "", decision },
      );
    },
  };
}

function ready(...more: Parameters<typeof shell>) {
  const one = shell(...more);
  one.word("began", "bash 5.2;guard");
  one.word("folder", "/srv");
  one.mark("prompt");
  return one;
}

test("only words with the nonce count", () => {
  const one = shell();
  one.word("began", "bash 5.2;guard", "forged");
  one.guard.told({ kind: "mark", mark: { kind: "prompt" } });
  expect(one.guard.state).toEqual({ guard: "starting" });
  one.word("began", "bash 5.2;guard");
  expect(one.guard.state).toMatchObject({ guard: "guarded", name: "bash 5.2" });
  one.word("text", "rm", "forged");
  one.word("ask", "t;", "forged");
  expect(one.took()).toBe("");
});

test("a line that may runs at once, and its command is told with its end and folder", () => {
  const one = ready();
  const token = one.ask("ls 4242");
  expect(one.took()).toBe(`|${token};run|`);
  one.word("done", `${token};run`);
  one.mark("output");
  expect(one.guard.state.running).toMatchObject({ text: "ls ••••" });
  one.finished(2);
  one.mark("prompt");
  expect(one.marks).toEqual([
    { kind: "started", text: "ls ••••", folder: "/srv" },
    { kind: "finished", exitCode: 2 },
  ]);
  expect(one.guard.state.last).toEqual({ text: "ls ••••", exitCode: 2 });
  expect(one.events).toEqual([]);
});

test("keys typed while a line is judged are for what comes after, in their order, those before the question first", () => {
  const one = ready();
  expect(one.type(ANN, "a")).toBe("a");
  const token = one.ask("ls");
  one.took();
  expect(one.type(ANN, "third")).toBe("");
  one.word("typed", "$'first\\n'");
  one.word("done", `${token};run`);
  expect(one.took()).toBe("first\nthird");
  expect(one.type(ANN, "x")).toBe("x");
});

test("of a paste that is more than is kept meanwhile no half goes on", () => {
  const one = ready();
  const token = one.ask("cat > f");
  one.took();
  for (let piece = 0; piece < 64; piece++) expect(one.type(ANN, "x".repeat(16 * 1024))).toBe("");
  const passes = () => one.guard.input(ANN.id, new TextEncoder().encode("y"), () => ANN);
  expect(passes()).toBe("lost");
  one.word("typed", "first");
  one.word("done", `${token};run`);
  expect(one.took()).toBe("");
  expect(one.type(ANN, "z")).toBe("z");
});

test("behind a Ctrl-C at a prompt no more is kept than while a line is judged, however it is cut", () => {
  const one = ready();
  const lost = (text: string): boolean => one.guard.input(ANN.id, new TextEncoder().encode(text), () => ANN) === "lost";
  expect(one.type(ANN, "\u0003")).toBe("\u0003");
  let kept = 0;
  // Some 30 of each, since each is waited for by itself afterwards.
  const piece = `\u0003${"x".repeat(1023)}`.repeat(16);
  while (!lost(piece)) kept += piece.length;
  expect(kept).toBe(1024 * 1024);
  expect(lost("rest of the paste")).toBe(true);
  one.mark("prompt");
  expect(one.took()).toBe("");
  expect(one.type(ANN, "z")).toBe("z");
});

test("where what was typed before the question is not whole, what came behind it does not go on either", () => {
  const one = ready();
  const token = one.ask("ls");
  one.took();
  expect(one.type(ANN, "rest of a paste\r")).toBe("");
  one.word("typed", `$'${"x".repeat(300 * 1024)}`);
  one.word("done", `${token};run`);
  expect(one.took()).toBe("");
});

test("keys that come behind a Ctrl-C that is on its way are for the new prompt", () => {
  const one = ready();
  one.ask("ls");
  one.took();
  expect(one.type(BOB, "pwd\r")).toBe("");
  one.mark("prompt");
  expect(one.took()).toBe("\u0015pwd\r");
});

describe("a line that waits for others", () => {
  async function waiting(...more: Parameters<typeof shell>) {
    const one = ready(...more);
    one.type(ANN, "rm x\r");
    const first = one.ask("rm x");
    expect(one.took()).toBe(`|${first};check|`);
    const token = one.ask("rm x", "whole");
    await settled();
    return { ...one, token };
  }

  test("is shown with its bytes' digest, and runs once another human of the group has agreed, which is in the log before", async () => {
    const one = await waiting();
    const line = one.guard.state.line!;
    expect(line).toMatchObject({ text: "rm x", decision: "ask", typedBy: ["ann"], effect: "delete", rules: ["prod"] });
    expect(one.took()).toContain(`|${one.token};wait;`);
    expect(await one.decide(ANN, "run")).toMatchObject({ ok: false, code: "forbidden" });
    expect(await one.decide(ANN, "approve", { drives: false })).toMatchObject({ ok: false, code: "self_review" });
    expect(await one.decide({ ...BOB, identities: ["ann"] } as never, "approve")).toMatchObject({ code: "self_review" });
    expect(await one.decide(BOB, "approve", { groups: [] })).toMatchObject({ code: "not_a_reviewer" });
    expect(await one.decide(BOB, "approve", { role: "observer" })).toMatchObject({ code: "observer" });
    expect(one.took()).toBe("");
    expect(await one.decide(BOB, "approve")).toEqual({ ok: true, value: undefined });
    expect(one.events.map(({ type, actor, data }) => [type, actor, data["outcome"] ?? data["decision"]])).toEqual([
      ["terminal.line_asked", "ann", "ask"],
      ["terminal.line_reviewed", "bob", "approve"],
      ["terminal.line_decided", "bob", "run"],
    ]);
    expect(one.took()).toMatch(/\|t2;run\|$/u);
    expect(one.guard.state.line).toBeUndefined();
  });

  test("keys reach nobody meanwhile, and Ctrl-C gives it back without what was pasted behind it", async () => {
    const one = await waiting();
    one.took();
    expect(one.type(ANN, "y\r")).toBe("");
    expect(one.type(BOB, "y\r")).toBe("");
    one.word("typed", "rm\\ y");
    expect(one.type(ANN, "\u0003")).toBe("");
    await settled();
    expect(one.took()).toContain(`|${one.token};back|`);
    // A key that comes before the shell has gone on is for the line that was given back.
    expect(one.type(ANN, "\r")).toBe("");
    one.word("done", `${one.token};back`);
    expect(one.took()).toBe("\r");
    expect(one.type(ANN, "z")).toBe("z");
  });

  test("keys that come while it is written down that it was given back are for that line, and it is shown until then", async () => {
    const written = Promise.withResolvers<boolean>();
    let writes = 0;
    const one = await waiting(GUARD, () => (writes++ === 0 ? Promise.resolve(true) : written.promise));
    one.took();
    one.type(ANN, "\u0003");
    expect(one.guard.state.line).toBeDefined();
    expect(await one.decide(BOB, "approve")).toMatchObject({ ok: false, code: "wrong_state" });
    for (const key of ["\u0003", "s", "h", "\r"]) expect(one.type(ANN, key)).toBe("");
    written.resolve(true);
    await settled();
    expect(one.guard.state.line).toBeUndefined();
    one.took();
    one.word("done", `${one.token};back`);
    // What comes together with a Ctrl-C a shell throws away.
    expect(one.took()).toBe("\u0003");
    expect(one.type(ANN, "ls\r")).toBe("");
    one.mark("prompt");
    expect(one.took()).toBe("sh\rls\r");
    expect(one.type(ANN, "z")).toBe("z");
  });

  test("what follows a Ctrl-C that a program takes does not wait for a prompt", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const one = ready();
      const token = one.ask("less log");
      one.took();
      one.type(ANN, "\u0003:q\u0003");
      one.type(ANN, "!\r");
      one.word("done", `${token};run`);
      expect(one.took()).toBe("\u0003");
      vi.advanceTimersByTime(100);
      expect(one.took()).toBe(":q\u0003");
      vi.advanceTimersByTime(100);
      expect(one.took()).toBe("!\r");
    } finally {
      vi.useRealTimers();
    }
  });

  test("whose keys follow a Ctrl-C that was kept is counted for the line behind its prompt", async () => {
    const one = await waiting();
    one.type(ANN, "\u0003");
    await settled();
    for (const key of ["\u0003", "rm y\r"]) one.type(BOB, key);
    one.word("done", `${one.token};back`);
    one.mark("prompt");
    expect(one.took()).toContain("rm y\r");
    one.ask("rm y", "whole");
    await settled();
    expect(one.guard.state.line?.typedBy).toContain("bob");
    expect(await one.decide(BOB, "approve")).toMatchObject({ ok: false, code: "self_review" });
  });

  test("keys that come while it is written down that it was agreed to are for nobody: who types does not know it yet", async () => {
    const written = Promise.withResolvers<boolean>();
    let writes = 0;
    const one = await waiting(GUARD, () => (writes++ < 2 ? Promise.resolve(true) : written.promise));
    const decided = one.decide(BOB, "approve");
    await settled();
    expect(one.type(ANN, "y\r")).toBe("");
    written.resolve(true);
    await decided;
    one.took();
    one.word("done", `${one.token};run`);
    expect(one.took()).toBe("");
  });

  test("whoever adds to a line that was given back cannot agree to it", async () => {
    const one = await waiting();
    one.type(BOB, "\u0003 -rf /srv\r");
    await settled();
    one.word("done", `${one.token};back`);
    expect(one.took()).toContain(" -rf /srv\r");
    one.ask("rm x -rf /srv", "whole");
    await settled();
    expect(one.guard.state.line?.typedBy.toSorted()).toEqual(["ann", "bob"]);
    expect(await one.decide(BOB, "approve")).toMatchObject({ ok: false, code: "self_review" });
    // A prompt may hold it again (zsh); behind a Ctrl-C there the line is Ann's alone.
    one.type(ANN, "\u0003");
    await settled();
    one.mark("prompt");
    one.type(ANN, "\u0003");
    one.mark("prompt");
    one.type(ANN, "rm y\r");
    one.ask("rm y", "whole");
    await settled();
    expect(one.guard.state.line?.typedBy).toEqual(["ann"]);
  });

  test.each([
    ["approve", "run"],
    ["reject", "back"],
  ] as const)("the rest of a paste does not get through where somebody decides (%s) in the middle of it", async (decision, answer) => {
    const one = await waiting();
    expect(one.type(ANN, "rm -r /srv/old")).toBe("");
    await one.decide(BOB, decision);
    expect(one.type(ANN, "/tmp\rdone\r")).toBe("");
    expect(one.took()).toContain(`|${one.token};${answer}|`);
    one.word("done", `${one.token};${answer}`);
    expect(one.took()).toBe("");
    expect(one.type(ANN, "z")).toBe("z");
  });

  test("Ctrl-C takes it back as long as it is written down that it runs, and is for the program behind that", async () => {
    const written = Promise.withResolvers<boolean>();
    let writes = 0;
    const one = await waiting(GUARD, () => (writes++ === 2 ? written.promise : Promise.resolve(true)));
    const decided = one.decide(BOB, "approve");
    await settled();
    one.type(ANN, "\u0003");
    written.resolve(true);
    await decided;
    expect(one.took()).toContain(`|${one.token};back|`);
    expect(one.events.at(-1)).toMatchObject({ type: "terminal.line_decided", actor: "ann", data: { outcome: "back" } });

    const other = await waiting();
    await other.decide(BOB, "approve");
    other.took();
    other.type(ANN, "\u0003");
    other.word("done", `${other.token};run`);
    expect(other.took()).toBe("\u0003");
  });

  test("does not run where nobody watches over it any more once its approval is written", async () => {
    const written = Promise.withResolvers<boolean>();
    let writes = 0;
    const one = ready(GUARD, () => (++writes === 3 ? written.promise : Promise.resolve(true)));
    const token = one.ask("rm -rf old", "whole");
    await settled();
    one.took();
    const decided = one.decide(BOB, "approve");
    await settled();
    one.now.stopped = "Nothing can be typed until somebody of platform watches over it again.";
    written.resolve(true);
    expect(await decided).toMatchObject({ ok: false, code: "forbidden", detail: one.now.stopped });
    expect(one.took()).toBe(`|${token};wait;interlock: not run, ${one.now.stopped}||${token};back|`);
    expect(one.events.at(-1)).toMatchObject({
      type: "terminal.line_decided",
      actor: "system",
      data: { outcome: "back", why: one.now.stopped },
    });
  });

  test("is back, with nothing behind it, where the shell heard no answer in time", async () => {
    const one = await waiting();
    await one.decide(BOB, "approve");
    one.took();
    one.word("typed", "rm\\ -rf\\ /srv");
    one.word("done", `${one.token};lost`);
    expect(one.took()).toBe("");
    one.mark("output");
    expect(one.guard.state.running?.text).toBeUndefined();
  });

  test("is shown once it is in the log that it was asked, and one that is denied never is", async () => {
    const written = Promise.withResolvers<boolean>();
    const one = await waiting([{ ...GUARD[0]!, deny: ["delete"] }], () => written.promise);
    expect(one.guard.state.line).toBeUndefined();
    written.resolve(true);
    await settled();
    expect(one.guard.state.line).toBeUndefined();
    expect(one.took()).toContain(`|${one.token};back|`);
  });

  test("an approval that comes twice at once is written once", async () => {
    const one = await waiting([{ ...GUARD[0]!, reviews: [{ count: 2, group: "platform" }] }]);
    await Promise.all([one.decide(BOB, "approve"), one.decide(BOB, "approve")]);
    expect(one.events.filter(({ type }) => type === "terminal.line_reviewed")).toHaveLength(1);
  });

  test("runs without what was pasted behind it, where the rest of that came too late", async () => {
    const one = ready();
    one.type(ANN, "rm x\r");
    const first = one.ask("rm x");
    expect(one.type(ANN, "rm -r /srv/old")).toBe("");
    const token = one.ask("rm x", "whole");
    await settled();
    expect(one.type(ANN, "/tmp\rls\r")).toBe("");
    await one.decide(BOB, "approve");
    await settled();
    expect(one.took()).toContain(`|${first};check|`);
    one.word("done", `${token};run`);
    expect(one.took()).not.toContain("rm -r");
  });

  test("does not run where the log cannot be written", async () => {
    let writes = 0;
    const one = await waiting(GUARD, () => Promise.resolve(writes++ === 0));
    expect(await one.decide(BOB, "approve")).toMatchObject({ ok: false, code: "audit_unavailable" });
    expect(one.took()).not.toContain(";run|");
    const other = await waiting(GUARD, () => Promise.resolve(false));
    expect(other.took()).toContain(`|${other.token};back|`);
  });

  test("is over when the shell gives it up by itself, and an answer to it is an answer to nothing", async () => {
    const one = await waiting();
    const { id, digest } = one.guard.state.line!;
    one.took();
    one.mark("prompt");
    expect(one.guard.state.line).toBeUndefined();
    expect(one.took()).toBe("\u0015");
    const late = await one.guard.decide(
      { ...BOB, role: "responder", groups: ["platform"], drives: false },
      { lineId: id, digest, decision: "approve" },
    );
    expect(late).toMatchObject({ ok: false, code: "wrong_state" });
    expect(one.took()).toBe("");
  });

  test("is kept waiting with a word now and then, and not for ever", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "clearTimeout", "clearInterval", "Date"] });
    try {
      const one = await waiting();
      one.took();
      vi.advanceTimersByTime(45_000);
      expect(one.took()).toBe(`|${one.token};still||${one.token};still|`);
      vi.advanceTimersByTime(15 * 60_000);
      await settled();
      expect(one.took()).toContain(`|${one.token};back|`);
    } finally {
      vi.useRealTimers();
    }
  });
});

test("a command that was never handed over is noticed, and the shell not called guarded until it asks again", () => {
  const one = ready();
  one.mark("output");
  expect(one.guard.state).toMatchObject({ guard: "told", why: "a line ran that was not handed over" });
  one.finished(0);
  one.mark("prompt");
  const token = one.ask("echo a\\necho b");
  expect(one.guard.state.guard).toBe("guarded");
  one.word("done", `${token};run`);
  for (let at = 0; at < 2; at++) {
    one.mark("output");
    expect(one.guard.state.guard).toBe("guarded");
    one.finished(0);
    one.mark("prompt");
  }
});

test("whose keys are in a line are all who typed since the last prompt, and ahead of it", async () => {
  const one = ready();
  one.type(ANN, "sleep 1\r");
  one.word("done", `${one.ask("sleep 1")};run`);
  one.mark("output");
  one.type(BOB, "rm ");
  one.finished(0);
  one.mark("prompt");
  one.type(ANN, "x\r");
  one.ask("rm x", "whole");
  await settled();
  expect(one.guard.state.line?.typedBy.toSorted()).toEqual(["ann", "bob"]);
});

test("what follows a Ctrl-C at a prompt waits for the next one, and in a program for nothing", () => {
  const one = ready();
  expect(one.type(ANN, "rm \u0003ls")).toBe("rm \u0003");
  expect(one.type(ANN, "\r")).toBe("");
  one.mark("prompt");
  expect(one.took()).toBe("ls\r");
  one.word("done", `${one.ask("ls")};run`);
  one.mark("output");
  expect(one.type(ANN, "\u0003:q")).toBe("\u0003:q");
});

test("a line that came back is its typists' in the next prompt, too, however long that takes", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const one = ready();
    one.type(BOB, "rm y\r");
    const token = one.ask("rm y", "whole");
    await settled();
    await one.decide(ANN, "back");
    await settled();
    vi.advanceTimersByTime(60_000);
    one.word("done", `${token};back`);
    one.mark("prompt");
    one.type(ANN, "\r");
    one.ask("rm y", "whole");
    await settled();
    expect(one.guard.state.line?.typedBy.toSorted()).toEqual(["ann", "bob"]);
  } finally {
    vi.useRealTimers();
  }
});

test("whoever took out with Ctrl-C what they had typed is in no line", async () => {
  const one = ready();
  one.type(ANN, "rm -rf /");
  one.type(ANN, "\u0003");
  one.mark("prompt");
  one.type(BOB, "rm y\r");
  one.ask("rm y", "whole");
  await settled();
  expect(one.guard.state.line?.typedBy).toEqual(["bob"]);
});

test("what was kept goes nowhere once nobody may type any more, or another one does", () => {
  const one = ready();
  expect(one.type(ANN, "\u0003touch a\r")).toBe("\u0003");
  one.guard.forget();
  one.mark("prompt");
  expect(one.took()).toBe("");
  expect(one.type(ANN, "z")).toBe("z");
  const token = one.ask("ls");
  one.type(ANN, "rm y\r");
  one.guard.forget();
  one.took();
  one.word("done", `${token};run`);
  expect(one.took()).toBe("");
});

test("keys that were on their way while a prompt was drawn are counted for the line that they are in", async () => {
  const one = ready();
  // The prompt that the Ctrl-C brings comes when all of this is sent.
  one.type(BOB, "\u0003");
  one.type(BOB, "rm y\r");
  one.mark("prompt");
  one.ask("rm y", "whole");
  await settled();
  expect(one.guard.state.line?.typedBy).toEqual(["bob"]);

  // One that the shell gave up meanwhile.
  const third = ready();
  third.type(BOB, "rm x\r");
  third.type(BOB, "\u0003");
  third.type(BOB, "rm y\r");
  third.ask("rm x");
  third.mark("prompt");
  third.ask("rm y", "whole");
  await settled();
  expect(third.guard.state.line?.typedBy).toEqual(["bob"]);

  // A shell that tells no prompt any more.
  const fourth = ready();
  fourth.type(ANN, ". ~/.bashrc\r");
  fourth.word("done", `${fourth.ask(". x")};run`);
  fourth.mark("output");
  fourth.type(BOB, "rm y\r");
  fourth.ask("rm y", "whole");
  await settled();
  expect(fourth.guard.state.line?.typedBy).toContain("bob");

  const other = ready();
  other.word("done", `${other.ask("ls")};run`);
  // What was let run has not said that it does.
  other.type(BOB, "rm y\r");
  other.mark("output");
  other.finished(0);
  other.mark("prompt");
  other.ask("rm y", "whole");
  await settled();
  expect(other.guard.state.line?.typedBy).toEqual(["bob"]);
});

test("what is denied is said and given back; what nobody can read is unknown", async () => {
  const one = ready([{ ...GUARD[0]!, deny: ["unknown"] }]);
  const token = one.ask("\\377", "whole");
  await settled();
  expect(one.took()).toContain(`|${token};back|`);
  expect(one.guard.state.line).toBeUndefined();
  expect(one.events[0]?.data["decision"]).toBe("deny");
});

test("a shell that never says what it is is not called guarded", () => {
  vi.useFakeTimers();
  try {
    const one = shell();
    // Somebody is waited for who has to be there.
    vi.advanceTimersByTime(60_000);
    expect(one.guard.state).toEqual({ guard: "starting" });
    one.guard.begin();
    vi.advanceTimersByTime(20_000);
    expect(one.guard.state).toMatchObject({ guard: "none" });
  } finally {
    vi.useRealTimers();
  }
});
