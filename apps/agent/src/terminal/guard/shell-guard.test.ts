import { expect, test, vi } from "vitest";
import { ANN, BOB, GUARD, ready, settled, shell } from "./shell-guard.testing.ts";

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
