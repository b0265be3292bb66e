import { describe, expect, test, vi } from "vitest";
import { ANN, BOB, GUARD, ready, settled, type shell } from "./shell-guard.testing.ts";

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
