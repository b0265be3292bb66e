import type { RoomSnapshot } from "@interlock/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RoomSession } from "./room-session.ts";

/** A browser's socket whose other end is the test. */
class FakeSocket {
  static made: FakeSocket[] = [];
  readyState = 1;
  readonly sent: { type: string; [field: string]: unknown }[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  constructor() {
    FakeSocket.made.push(this);
  }
  send(data: string) {
    this.sent.push(JSON.parse(data));
  }
  close() {
    this.readyState = 3;
  }
  isLive() {
    this.onmessage?.({ data: JSON.stringify({ type: "snapshot", snapshot: SNAPSHOT }) });
  }
  /** What it was sent of these kinds. */
  of(...types: string[]) {
    return this.sent.filter(({ type }) => types.includes(type));
  }
}

const SNAPSHOT = {
  me: { id: "me" },
  connections: [],
  documents: [],
  commands: [],
  timeline: [],
  drafts: [],
  terminals: [],
  role: "responder",
} as unknown as RoomSnapshot;
const EXECUTION = "0198a000-0000-7000-8000-000000000001";
const SCOPE = { connectionId: "c", kind: "/pods", namespace: "shop" };

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ ticket: "t" })));
  vi.stubGlobal("window", Object.assign(new EventTarget(), { location: { href: "http://localhost/" } }));
  vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible" }));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function opened() {
  const session = new RoomSession("r", undefined);
  session.open();
  await vi.advanceTimersByTimeAsync(0);
  return session;
}

test("what is followed is followed again after the socket was dropped", async () => {
  const session = await opened();
  // A list that is opened before there is a connection is asked for once there is.
  session.objects.watch(SCOPE);
  session.results.follow(EXECUTION, 0, () => undefined);
  for (const lives of [1, 2]) {
    const socket = FakeSocket.made.at(-1)!;
    expect(FakeSocket.made).toHaveLength(lives);
    expect(socket.sent).toEqual([]);
    socket.isLive();
    expect(socket.of("objects.watch", "result.pull")).toEqual([
      { type: "result.pull", executionId: EXECUTION, statement: 0, from: 0, count: 1_000_000 },
      { type: "objects.watch", ...SCOPE },
    ]);
    socket.onclose?.({ code: 1006, reason: "" });
    await vi.advanceTimersByTimeAsync(1_000);
  }
  session.close();
});

test("the palette proposes from what is in front, never from what is behind it", async () => {
  const session = await opened();
  const proposed: string[] = [];
  let front: string | undefined = "object b";
  session.offerPanels(() => front);
  session.offerEditor({
    documentId: "a",
    insert: () => undefined,
    insertLine: () => true,
    propose: (dryRun) => proposed.push(`document, ${dryRun}`),
  });
  const withdraw = session.offerProposer("object b", (dryRun) => proposed.push(`object, ${dryRun}`));
  session.propose(false);
  front = "document a";
  session.propose(true);
  expect(proposed).toEqual(["object, false", "document, true"]);
  front = "object b";
  withdraw();
  session.propose(false);
  front = undefined;
  session.propose(false);
  expect(proposed).toHaveLength(2);
  session.close();
});
