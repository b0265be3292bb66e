import { TargetError, type Target, type TerminalChannel, type TerminalKill } from "@interlock/connector";
import type { Terminal as TerminalRow } from "@interlock/db";
import type { TerminalTerms } from "@interlock/policy";
import type { Role, Terminal } from "@interlock/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLog } from "../log.ts";
import type { Looker } from "./control.ts";
import { LiveTerminal } from "./live-terminal.ts";
import type { TerminalRecords } from "./terminal-records.ts";
import type { TerminalPeer } from "./terminal-socket.ts";
import type { TerminalStream } from "./terminal-stream.ts";

const TERMS: TerminalTerms = {
  decision: "allow",
  rules: ["r"],
  message: "",
  joining: "peer",
  moderators: [],
  whenModeratorLeaves: "pause",
  recordingRequired: false,
  keepMs: 60_000,
  reason: false,
  guard: [],
  integration: false,
};
const MODERATED = { joining: "moderated", moderators: [["platform"]] } as const;
const person = (id: string, role: Role = "responder", ...groups: string[]): Looker => ({ id, name: id, groups, identities: [], role });
const ANN = person("ann");
const EVE = person("eve", "responder", "platform");

/** A channel that does nothing by itself, and says what reached it. */
class TestChannel implements TerminalChannel {
  written = "";
  sizes: string[] = [];
  kills = 0;
  killed: Promise<TerminalKill> = Promise.resolve({ did: "closed the link." });
  readonly ended = new Promise<never>(() => undefined);
  onData(): void {}
  pause(): void {}
  resume(): void {}
  resize(columns: number, rows: number): void {
    this.sizes.push(`${columns}x${rows}`);
  }
  write(bytes: Uint8Array): Promise<void> {
    this.written += Buffer.from(bytes).toString();
    return Promise.resolve();
  }
  kill(): Promise<TerminalKill> {
    this.kills++;
    return this.killed;
  }
}

function stage(terms: Partial<TerminalTerms> = {}) {
  const events: string[] = [];
  const writing: { act?: Promise<unknown> } = {};
  const channel = new TestChannel();
  const { promise: opening, resolve: connected, reject: failed } = Promise.withResolvers<TerminalChannel>();
  let stored!: () => void;
  const storing = new Promise<void>((resolve) => (stored = resolve));
  const row = {
    id: "t1",
    roomId: "r1",
    connectionId: "c1",
    name: "api",
    openedById: "ann",
    openedAt: new Date(),
    endedAt: null,
    reason: null,
    pod: null,
    end: null,
    phase: "waiting",
    recording: "recording",
    columns: 80,
    rows: 24,
    terms: { ...TERMS, ...terms },
  } as unknown as TerminalRow;
  const records = {
    connecting: (one: TerminalRow) => Promise.resolve({ ...one, phase: "connecting" }),
    live: () => storing,
    act: (_: unknown, type: string) =>
      writing.act === undefined ? Promise.resolve(void events.push(type)) : writing.act.then(() => void events.push(type)),
    ended: (one: TerminalRow, end: object) => Promise.resolve({ ...one, phase: "ended", end }),
  };
  const stream = {
    on: () => undefined,
    offset: 0,
    settle: () => undefined,
    typed: () => undefined,
    command: () => undefined,
    remove: () => undefined,
    drive: () => undefined,
    resize: () => undefined,
    isBehind: () => false,
    last: () => Promise.reject(new Error("nothing was drawn")),
    close: () => undefined,
    end: () => Promise.resolve({ columns: 80, rows: 24, recording: "sealed", chunks: 0, bytes: 0, hash: "" }),
  };
  const views: Terminal[] = [];
  const terminal = new LiveTerminal({
    row,
    opener: ANN,
    target: () => Promise.resolve({ terminal: () => opening } as unknown as Target),
    stream: () => stream as unknown as TerminalStream,
    records: records as unknown as TerminalRecords,
    tell: (view) => void views.push(view),
    over: () => undefined,
    mask: (text) => text,
    log: createLog("silent"),
  });
  const page = (looker: Looker): TerminalPeer & { went: () => void } => {
    const peer = { userId: looker.id, send: () => undefined, end: () => undefined, went: () => undefined };
    peer.went = terminal.came(peer, looker) as () => undefined;
    return peer;
  };
  return {
    terminal,
    channel,
    events,
    writing,
    views,
    page,
    type: (peer: TerminalPeer, text: string) => terminal.input(peer, Buffer.from(text)),
    connect: async () => {
      connected(channel);
      await vi.advanceTimersByTimeAsync(1);
    },
    fail: async (error: TargetError) => {
      failed(error);
      await vi.advanceTimersByTimeAsync(1);
    },
    store: async () => {
      stored();
      await vi.advanceTimersByTimeAsync(1);
    },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("keys that a shell does not take are kept up to a bound, and then none of a paste before all of it is taken", async () => {
  const { terminal, channel, page, type, connect } = stage();
  const ann = page(ANN);
  await connect();
  const taking: (() => void)[] = [];
  channel.write = (bytes) => new Promise((resolve) => taking.push(() => resolve(void (channel.written += Buffer.from(bytes).toString()))));
  const piece = "x".repeat(16 * 1024);
  let taken = 0;
  while (type(ann, piece).ok) taken++;
  expect(taken).toBe(512);
  expect(type(ann, "y")).toMatchObject({ ok: false, code: "too_large" });
  expect(type(ann, "\u0003").ok).toBe(true);
  for (const take of taking.splice(0, 511)) take();
  await vi.advanceTimersByTimeAsync(1);
  expect(type(ann, "y").ok).toBe(false);
  for (const take of taking.splice(0)) take();
  await vi.advanceTimersByTimeAsync(500);
  // All of it is taken by now, and this is still of the paste.
  expect(type(ann, "y").ok).toBe(false);
  await vi.advanceTimersByTimeAsync(1_001);
  expect(type(ann, "z").ok).toBe(true);
  for (const take of taking.splice(0)) take();
  expect(channel.written.replaceAll("x", "")).toBe("\u0003z");
  await terminal.end({});
});

describe("while a shell is being opened", () => {
  test("its driver's page gets another size: the shell gets it once it is there", async () => {
    const { page, connect, terminal, channel } = stage();
    const ann = page(ANN);
    await vi.advanceTimersByTimeAsync(1);
    expect(terminal.resize(ann, { columns: 132, rows: 50 }).ok).toBe(true);
    await connect();
    expect(channel.sizes).toEqual(["132x50"]);
  });

  test("one that fails tells what stays at the target, once", async () => {
    const stays = "The debug container stays in the pod.";
    for (const [message, told] of [
      ["The shell did not begin.", stays],
      [`The shell did not begin. ${stays}`, undefined],
    ] as const) {
      const { page, fail, terminal } = stage();
      page(ANN);
      await vi.advanceTimersByTimeAsync(1);
      await fail(new TargetError("target_down", message, { mayStillRun: stays }));
      expect(terminal.view().end).toEqual({ why: message, code: "target_down", ...(told === undefined ? {} : { mayStillRun: told }) });
    }
  });

  test("it is ended: what was begun at the target and goes on is told", async () => {
    for (const late of ["fails", "comes"] as const) {
      const { page, connect, fail, terminal, channel } = stage();
      page(ANN);
      await vi.advanceTimersByTimeAsync(1);
      const stays = "The debug container stays in the pod.";
      channel.killed = Promise.resolve({ did: "closed the link.", mayStillRun: stays });
      const killed = terminal.kill({ ...ANN, role: "lead" } as never);
      if (late === "fails") await fail(new TargetError("target_down", "It was told to stop.", { mayStillRun: stays }));
      else await connect();
      await killed;
      expect(terminal.view().end?.mayStillRun).toBe(stays);
      expect(channel.kills).toBe(late === "fails" ? 0 : 1);
    }
  });
});

describe("a moderator who leaves", () => {
  test("while it is being opened: no key passes, not even before that it is live is stored", async () => {
    const { page, type, connect, store, terminal, channel, events } = stage(MODERATED);
    const [ann, eve] = [page(ANN), page(EVE)];
    await terminal.moderate(EVE, true);
    await vi.advanceTimersByTimeAsync(1);
    eve.went();
    await connect();
    expect(type(ann, "rm -rf /")).toMatchObject({ ok: false, code: "forbidden" });
    await store();
    expect(type(ann, "rm -rf /")).toMatchObject({ ok: false, code: "forbidden" });
    expect(channel.written).toBe("");
    expect(events).toEqual(["terminal.moderated", "terminal.moderated", "terminal.paused"]);
    expect(terminal.view()).toMatchObject({ phase: "live", paused: expect.stringContaining("platform") });
    page(EVE);
    // Not before it is in the log who watches, and that it goes on.
    void terminal.moderate(EVE, true);
    expect(type(ann, "ls")).toMatchObject({ ok: false, code: "forbidden" });
    await vi.advanceTimersByTimeAsync(1);
    expect(events.slice(3)).toEqual(["terminal.moderated", "terminal.resumed"]);
    expect(type(ann, "ls").ok).toBe(true);
  });

  test("while it is being opened ends it, where policy says so", async () => {
    const { page, connect, store, terminal, channel } = stage({ ...MODERATED, whenModeratorLeaves: "end" });
    page(ANN);
    const eve = page(EVE);
    await terminal.moderate(EVE, true);
    await vi.advanceTimersByTimeAsync(1);
    eve.went();
    await connect();
    await store();
    expect(channel.kills).toBe(1);
    expect(terminal.view()).toMatchObject({
      phase: "ended",
      end: { why: "somebody of platform had to watch over it, and nobody does any more" },
    });
  });

  test("of a shell that runs ends it, where policy says so", async () => {
    const { page, connect, store, terminal, channel } = stage({ ...MODERATED, whenModeratorLeaves: "end" });
    page(ANN);
    const eve = page(EVE);
    await terminal.moderate(EVE, true);
    await connect();
    await store();
    expect(terminal.view().phase).toBe("live");
    await terminal.moderate(EVE, false);
    await vi.advanceTimersByTimeAsync(1);
    expect([terminal.view().phase, channel.kills]).toEqual(["ended", 1]);
    eve.went();
  });
});

test("whoever comes while it is written down that somebody watches lets nobody type before that", async () => {
  const { page, type, connect, store, terminal, events, writing } = stage(MODERATED);
  const ann = page(ANN);
  page(EVE);
  await terminal.moderate(EVE, true);
  await connect();
  await store();
  await terminal.moderate(EVE, false);
  await vi.advanceTimersByTimeAsync(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  writing.act = promise;
  const moderated = terminal.moderate(EVE, true);
  page(person("bob"));
  await vi.advanceTimersByTimeAsync(1);
  expect(type(ann, "ls")).toMatchObject({ ok: false, code: "forbidden" });
  resolve();
  await moderated;
  await vi.advanceTimersByTimeAsync(1);
  expect(events.slice(-2)).toEqual(["terminal.moderated", "terminal.resumed"]);
  expect(type(ann, "ls").ok).toBe(true);
});

describe("who drives", () => {
  const BOB = person("bob");
  async function shared() {
    const one = stage();
    const [ann, bob] = [one.page(ANN), one.page(BOB)];
    await one.connect();
    await one.store();
    return { ...one, ann, bob };
  }

  test("types not before the log says that they do", async () => {
    const { terminal, writing, type, channel, ann, bob, events } = await shared();
    const { promise, resolve } = Promise.withResolvers<void>();
    writing.act = promise;
    const given = terminal.give({ ...ANN, name: "ann" }, "bob");
    expect(type(bob, "rm -rf /")).toMatchObject({ ok: false, code: "not_driving" });
    expect(type(ann, "rm -rf /")).toMatchObject({ ok: false, code: "not_driving" });
    resolve();
    await given;
    expect(events).toEqual(["terminal.control"]);
    expect(type(bob, "ls").ok).toBe(true);
    expect(channel.written).toBe("ls");
  });

  test("and becomes an observer while they are away drives no longer, which is in the log", async () => {
    const { terminal, ann, page, events } = await shared();
    ann.went();
    terminal.becameRole("ann", "observer");
    page(person("ann", "observer"));
    await vi.advanceTimersByTimeAsync(1);
    expect(events).toEqual(["terminal.control"]);
    expect(terminal.view().driverId).toBeUndefined();
  });

  test("and becomes an observer drives no longer, which is in the log", async () => {
    const { terminal, type, ann, events } = await shared();
    terminal.becameRole("ann", "observer");
    await vi.advanceTimersByTimeAsync(1);
    expect(type(ann, "ls").ok).toBe(false);
    expect(events).toEqual(["terminal.control"]);
  });

  test("in two windows has it as large as the one they typed in last", async () => {
    const { terminal, type, page, channel, ann } = await shared();
    const second = page(ANN);
    for (let time = 0; time < 3; time++) {
      terminal.resize(ann, { columns: 100, rows: 30 });
      terminal.resize(second, { columns: 200, rows: 60 });
    }
    expect(channel.sizes).toEqual(["100x30"]);
    type(second, "l");
    expect(channel.sizes).toEqual(["100x30", "200x60"]);
    terminal.resize(ann, { columns: 90, rows: 30 });
    expect(channel.sizes).toHaveLength(2);
    second.went();
    expect(channel.sizes.at(-1)).toBe("90x30");
    // A new window in which they type before it has told its size.
    const third = page(ANN);
    type(third, "s");
    terminal.resize(third, { columns: 150, rows: 40 });
    expect(channel.sizes.at(-1)).toBe("150x40");
  });

  test("types nothing in a room that is closed, where what runs goes on", async () => {
    const { terminal, type, channel, ann, views } = await shared();
    terminal.roomIs(false);
    expect(type(ann, "rm -rf /")).toMatchObject({ ok: false, code: "forbidden" });
    await vi.advanceTimersByTimeAsync(1);
    expect(views.at(-1)).toMatchObject({ phase: "live", paused: "Nothing can be typed: the room is closed." });
    terminal.roomIs(true);
    expect(type(ann, "ls").ok).toBe(true);
    expect([channel.written, channel.kills]).toEqual(["ls", 0]);
  });

  test("and resizes it as it ends is refused", async () => {
    const { terminal, channel, ann } = await shared();
    const over = terminal.end({ why: "enough" });
    expect(terminal.resize(ann, { columns: 99, rows: 30 })).toMatchObject({ ok: false, code: "terminal_ended" });
    await over;
    expect(channel.sizes).toEqual([]);
  });
});

test("it goes on without anybody for as long as policy keeps it, and a page that comes back begins that anew", async () => {
  const { page, connect, store, terminal } = stage({ keepMs: 10 * 60_000 });
  const first = page(ANN);
  await connect();
  await store();
  first.went();
  await vi.advanceTimersByTimeAsync(9 * 60_000);
  const second = page(ANN);
  second.went();
  await vi.advanceTimersByTimeAsync(9 * 60_000);
  expect(terminal.view().phase).toBe("live");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(terminal.view()).toMatchObject({ phase: "ended", end: { why: "nobody had looked at it for 10 minutes" } });
});

describe("ending it", () => {
  test.each<[string, Looker, boolean]>([
    ["who opened it", ANN, true],
    ["the lead", person("lee", "lead"), true],
    ["who moderates", EVE, true],
    ["another responder", person("bob"), false],
    ["an observer", person("ollie", "observer"), false],
  ])("by %s", async (_, who, may) => {
    const { page, connect, store, terminal, events } = stage(MODERATED);
    page(ANN);
    page(EVE);
    await terminal.moderate(EVE, true);
    await connect();
    await store();
    const done = terminal.kill({ ...who, name: who.name });
    await vi.advanceTimersByTimeAsync(1);
    expect((await done).ok).toBe(may);
    expect(terminal.view().phase).toBe(may ? "ended" : "live");
    expect(events).toEqual(["terminal.moderated", ...(may ? ["terminal.killed"] : [])]);
  });

  test("says that all may still run where the target does not say in time what became of it", async () => {
    const { page, connect, store, terminal, channel } = stage();
    page(ANN);
    await connect();
    await store();
    channel.killed = new Promise(() => undefined);
    const over = terminal.end({ why: "it was ended by ann" });
    await vi.advanceTimersByTimeAsync(3_000);
    await over;
    expect(terminal.view().end).toEqual({
      why: "it was ended by ann",
      mayStillRun: "The target has not said within 3 s that it has ended: all of it may still run.",
    });
  });
});
