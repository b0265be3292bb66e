import { CLOSE, problem, readTerminalFrame, writeTerminalFrame, type TerminalFrame } from "@interlock/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TerminalLink, type FrameSocket, type Screen } from "./terminal-link.ts";

const PAGE = expect.any(Number) as number;

/** A socket whose other end is the test. */
class FakeSocket implements FrameSocket {
  binaryType = "";
  closed = false;
  readonly sent: TerminalFrame[] = [];
  onopen: FrameSocket["onopen"] = null;
  onmessage: FrameSocket["onmessage"] = null;
  onclose: FrameSocket["onclose"] = null;
  onerror: FrameSocket["onerror"] = null;
  send(data: Uint8Array) {
    this.sent.push(readTerminalFrame(data)!);
  }
  close() {
    this.closed = true;
  }
  says(frame: TerminalFrame) {
    this.onmessage?.({ data: writeTerminalFrame(frame).buffer });
  }
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (said: string) => new TextEncoder().encode(said);
const output = (offset: number, said: string): TerminalFrame => ({ type: "output", offset, bytes: bytes(said) });

function stage() {
  const sockets: FakeSocket[] = [];
  const drawn: string[] = [];
  const waiting: (() => void)[] = [];
  const screen: Screen = {
    output: (said, done) => {
      drawn.push(text(said));
      waiting.push(done);
    },
    picture: (columns, rows, said, done) => {
      drawn.push(`[${columns}x${rows} ${text(said)}]`);
      waiting.push(done);
    },
    size: (columns, rows) => drawn.push(`<${columns}x${rows}>`),
  };
  const link = new TerminalLink({
    terminalId: "t",
    ticket: async () => ({ ok: true, ticket: "x" }),
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    random: () => 1,
  });
  link.start(screen);
  /** The newest socket, once it is there and open. */
  const open = async () => {
    await vi.runOnlyPendingTimersAsync();
    const socket = sockets.at(-1)!;
    socket.onopen?.();
    return socket;
  };
  return { link, sockets, drawn, open, restart: () => link.start(screen), draw: () => waiting.splice(0).forEach((done) => done()) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("begins with nothing, draws a picture and what follows it, and says what is drawn", async () => {
  const { open, drawn, draw } = stage();
  const socket = await open();
  expect(socket.sent).toEqual([{ type: "begin", offset: -1, page: PAGE }]);
  socket.says({ type: "picture", offset: 100, columns: 80, rows: 24, lines: 0, bytes: bytes("p") });
  socket.says(output(100, "ab"));
  socket.says({ type: "size", offset: 102, columns: 90, rows: 30 });
  socket.says(output(102, "c"));
  expect(drawn).toEqual(["[80x24 p]", "ab", "<90x30>", "c"]);
  await vi.advanceTimersByTimeAsync(500);
  expect(socket.sent).toHaveLength(1);
  draw();
  await vi.advanceTimersByTimeAsync(500);
  expect(socket.sent.slice(1)).toEqual([{ type: "taken", offset: 103 }]);
});

test("on another screen nothing is sent before it is connected there, and a key says so", async () => {
  const { link, open, restart } = stage();
  await open();
  expect(link.state.get()).toEqual({ phase: "live" });
  restart();
  expect(link.state.get()).toEqual({ phase: "connecting" });
  expect(link.type(bytes("rm"))).toBe(false);
  const socket = await open();
  expect(link.state.get()).toEqual({ phase: "live", lostKeys: true });
  link.resize(80, 25);
  expect(socket.sent).toEqual([
    { type: "begin", offset: -1, page: PAGE },
    { type: "resize", columns: 80, rows: 25 },
  ]);
});

test("on another screen the connection before is kept until there is one, so that nobody seems to have gone", async () => {
  const { link, sockets, open, drawn, restart } = stage();
  const first = await open();
  restart();
  restart();
  first.says(output(0, "old"));
  expect([sockets.length, first.closed, drawn]).toEqual([1, false, []]);
  const second = await open();
  expect([sockets.length, first.closed]).toEqual([2, false]);
  second.says({ type: "picture", offset: 3, columns: 80, rows: 24, lines: 0, bytes: bytes("p") });
  expect([first.closed, second.closed, drawn]).toEqual([true, false, ["[80x24 p]"]]);
  restart();
  link.dispose();
  expect(second.closed).toBe(true);
});

test("goes on where it was after a reconnect, drawing nothing twice", async () => {
  const { link, open, drawn } = stage();
  (await open()).says(output(0, "abc"));
  (await open()).onclose?.({ code: 1006, reason: "" });
  expect(link.state.get()).toMatchObject({ phase: "reconnecting", why: "The connection was lost." });
  const again = await open();
  expect(again.sent).toEqual([{ type: "begin", offset: 3, page: PAGE }]);
  again.says(output(1, "bcde"));
  again.says(output(2, "cd"));
  expect(drawn).toEqual(["abc", "de"]);
  expect(link.state.get()).toEqual({ phase: "live" });
});

test("a gap is never drawn over: what is missing is asked for", async () => {
  const { link, open, drawn } = stage();
  const socket = await open();
  socket.says(output(0, "a\nc"));
  socket.says(output(5, "fg"));
  expect(socket.closed).toBe(true);
  expect(drawn).toEqual(["a\nc"]);
  await vi.advanceTimersByTimeAsync(0);
  const again = await open();
  expect(again.sent).toEqual([{ type: "begin", offset: 3, page: PAGE }]);
  again.says({ type: "picture", offset: 9, columns: 80, rows: 24, lines: 5, bytes: bytes("p") });
  expect(link.state.get()).toEqual({ phase: "live", missed: { bytes: 6, lines: 4, ms: expect.any(Number) } });
  // Told together until it is read.
  again.says(output(9, "\n"));
  again.says({ type: "picture", offset: 20, columns: 80, rows: 24, lines: 8, bytes: bytes("q") });
  expect(link.state.get().missed).toMatchObject({ bytes: 16, lines: 6 });
  link.forgive();
  expect(link.state.get()).toEqual({ phase: "live" });
});

test("an absence in which nothing was missed is told, too", async () => {
  const { link, open } = stage();
  (await open()).says(output(0, "abc"));
  link.suspect();
  expect(link.state.get()).toMatchObject({ phase: "reconnecting", why: "The connection was lost." });
  await vi.advanceTimersByTimeAsync(30_000);
  const again = await open();
  expect(again.sent).toEqual([{ type: "begin", offset: 3, page: PAGE }]);
  expect(link.state.get().away).toBeGreaterThan(2_000);
  link.forgive();
  expect(link.state.get()).toEqual({ phase: "live" });
});

test("what others point at comes through, and one's own is sent while there is a connection", async () => {
  const { link, open } = stage();
  const span = { fromRow: 0, fromColumn: 1, toRow: 0, toColumn: 3, alternate: false };
  link.point(1, span);
  const heard: unknown[] = [];
  link.onGesture((gesture) => heard.push(gesture));
  const socket = await open();
  link.point(3, span);
  link.view(3, -5);
  socket.says({ type: "pointed", offset: 3, span, userId: "ann" });
  expect(socket.sent.slice(1)).toEqual([
    { type: "point", offset: 3, span },
    { type: "view", offset: 3, row: -5 },
  ]);
  expect(heard).toEqual([{ type: "pointed", offset: 3, span, userId: "ann" }]);
});

test("keys are not kept while there is no connection, and that is told", async () => {
  const { link, open } = stage();
  (await open()).onclose?.({ code: 1006, reason: "" });
  expect(link.type(bytes("rm"))).toBe(false);
  const again = await open();
  expect(again.sent).toEqual([{ type: "begin", offset: -1, page: PAGE }]);
  expect(link.state.get()).toEqual({ phase: "live", lostKeys: true });
});

test("keys that were followed by nothing before a break are said to be in doubt, and every connection is of the same page", async () => {
  const { link, open } = stage();
  const first = await open();
  await vi.advanceTimersByTimeAsync(10);
  link.type(bytes("a"));
  await vi.advanceTimersByTimeAsync(10);
  first.says(output(0, "a"));
  link.suspect();
  const second = await open();
  expect(link.state.get()).toEqual({ phase: "live" });
  await vi.advanceTimersByTimeAsync(10);
  link.type(bytes("rm\r"));
  await vi.advanceTimersByTimeAsync(12_000);
  link.suspect();
  const third = await open();
  expect(link.state.get()).toEqual({ phase: "live", unsureKeys: true });
  link.forgive();
  // What was pressed so long ago has arrived, or the break would have been noticed.
  link.type(bytes("secret"));
  await vi.advanceTimersByTimeAsync(60_000);
  link.suspect();
  await open();
  expect(link.state.get()).toEqual({ phase: "live" });
  const [one, two, three] = [first, second, third].map(({ sent }) => sent[0] as Extract<TerminalFrame, { type: "begin" }>);
  expect(one!.page).toBeGreaterThan(0);
  expect([two!.page, three!.page]).toEqual([one!.page, one!.page]);
});

test("a paste is sent in pieces that the agent takes, whole and in order", async () => {
  const { link, open } = stage();
  const socket = await open();
  const paste = Uint8Array.from({ length: 40_000 }, (_, index) => index % 251);
  link.type(paste);
  const sent = socket.sent.flatMap((frame) => (frame.type === "input" ? [frame.bytes] : []));
  expect(Math.max(...sent.map((piece) => piece.byteLength))).toBeLessThanOrEqual(16 * 1024);
  expect(Buffer.concat(sent).equals(paste)).toBe(true);
});

test("keys that were too many for a moment are said to have gone nowhere, another refusal is the room's to tell", async () => {
  const { link, open } = stage();
  const socket = await open();
  socket.onmessage?.({ data: JSON.stringify(problem("not_driving")) });
  expect(link.state.get().lostKeys).toBeUndefined();
  socket.onmessage?.({ data: JSON.stringify(problem("too_large", "More was typed than is kept.")) });
  expect(link.state.get().lostKeys).toBe("More was typed than is kept.");
});

test("an end behind what has come says what did not", async () => {
  const { link, open } = stage();
  const socket = await open();
  socket.says({ type: "output", offset: 0, bytes: new TextEncoder().encode("half") });
  socket.says({ type: "end", offset: 1_004 });
  expect(link.state.get()).toMatchObject({ phase: "over", missed: { bytes: 1_000 } });
});

test("an end and a refusal are not tried again", async () => {
  const ended = stage();
  const socket = await ended.open();
  socket.says({ type: "end", offset: 0 });
  socket.onclose?.({ code: 1000, reason: "" });
  const refused = stage();
  (await refused.open()).onclose?.({ code: CLOSE.forbidden, reason: "not_found" });
  await vi.advanceTimersByTimeAsync(60_000);
  expect([ended.link.state.get().phase, ended.sockets.length]).toEqual(["over", 1]);
  expect([refused.link.state.get(), refused.sockets.length]).toEqual([{ phase: "refused", why: "There is no such thing." }, 1]);
});
