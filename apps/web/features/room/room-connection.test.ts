import { CLOSE, type ServerMessage } from "@interlock/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RoomConnection, type Answer, type Socket } from "./room-connection.ts";
import type { Link } from "./room-state.ts";
import type { TicketOutcome } from "./ticket.ts";

/** A socket whose other end is the test. */
class FakeSocket implements Socket {
  binaryType = "";
  readyState = 1;
  sent: { type: string; id?: number }[] = [];
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  onerror: Socket["onerror"] = null;
  readonly ticket: string;
  constructor(ticket: string) {
    this.ticket = ticket;
  }
  send(data: string) {
    this.sent.push(JSON.parse(data));
  }
  close() {
    this.readyState = 3;
  }
  says(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  drops(code: number, reason = "") {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
  /** Requests sent, pings left out. */
  requests() {
    return this.sent.filter((message) => message.type !== "ping");
  }
}

const snapshot = { type: "snapshot", snapshot: {} } as unknown as ServerMessage;

function setup(tickets: () => TicketOutcome = countedTickets(), onLive: () => void = () => undefined) {
  const sockets: FakeSocket[] = [];
  const links: Link[] = [];
  const frames: Uint8Array[] = [];
  const connection = new RoomConnection({
    ticket: async () => tickets(),
    open: (ticket) => {
      const socket = new FakeSocket(ticket);
      sockets.push(socket);
      return socket;
    },
    onMessage: () => undefined,
    onBinary: (frame) => frames.push(frame),
    onLive,
    onLink: (link) => links.push(link),
    onLatency: () => undefined,
    random: () => 1,
  });
  return { connection, sockets, links, frames };
}

function countedTickets(): () => TicketOutcome {
  let n = 0;
  return () => ({ ok: true, ticket: `t${++n}` });
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("every attempt has a ticket of its own, and waits grow", async () => {
  const { connection, sockets, links } = setup();
  connection.start();
  await settle();
  sockets[0]!.drops(1006);
  await vi.advanceTimersByTimeAsync(250);
  sockets[1]!.drops(1006);
  await vi.advanceTimersByTimeAsync(499);
  expect(sockets).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(sockets.map((socket) => socket.ticket)).toEqual(["t1", "t2", "t3"]);
  expect(links.map((link) => link.phase)).toEqual(["reconnecting", "reconnecting"]);
});

test("a request waits for the snapshot and is answered by its id", async () => {
  const { connection, sockets } = setup();
  connection.start();
  await settle();
  const held = connection.request({ type: "command.hold", commandId: "c" });
  expect(sockets[0]!.sent).toEqual([]);
  sockets[0]!.says(snapshot);
  const [message] = sockets[0]!.requests();
  sockets[0]!.says({ type: "reply", id: message!.id!, value: { fine: true } });
  expect(await held).toEqual({ ok: true, value: { fine: true } });
});

test("after a lost connection a proposal is sent again, with the same key, and a review is not", async () => {
  const { connection, sockets } = setup();
  connection.start();
  await settle();
  sockets[0]!.says(snapshot);
  const position = { tname: "content" };
  void connection.request({ type: "command.propose", key: "key-12345", documentId: "d", start: position, end: position, text: "SELECT 1" });
  let review: Answer | undefined;
  void connection.request({ type: "command.review", commandId: "c", digest: "d", decision: "approve" }).then((answer) => (review = answer));
  sockets[0]!.drops(1006);
  await settle();
  expect(review).toMatchObject({ ok: false, code: "connection_lost" });
  await vi.advanceTimersByTimeAsync(250);
  sockets[1]!.says(snapshot);
  expect(sockets[1]!.requests()).toMatchObject([{ type: "command.propose", key: "key-12345" }]);
});

test("a review written while there is no connection is sent once there is", async () => {
  const { connection, sockets } = setup();
  connection.start();
  void connection.request({ type: "command.review", commandId: "c", digest: "d", decision: "approve" });
  await settle();
  sockets[0]!.drops(1006);
  await vi.advanceTimersByTimeAsync(250);
  sockets[1]!.says(snapshot);
  expect(sockets[1]!.requests()).toHaveLength(1);
});

test("a refusal and an update of the server are final; a signed-out browser asks no more", async () => {
  for (const [code, phase] of [
    [CLOSE.forbidden, "refused"],
    [CLOSE.reload, "reload"],
  ] as const) {
    const { connection, sockets, links } = setup();
    connection.start();
    await settle();
    sockets[0]!.drops(code, "why");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets).toHaveLength(1);
    expect(links).toEqual([{ phase, why: "why" }]);
  }
  const { connection, sockets, links } = setup(() => ({ ok: false, signedOut: true, why: "gone" }));
  connection.start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sockets).toHaveLength(0);
  expect(links).toEqual([{ phase: "signed_out", why: "gone" }]);
});

test("a silent socket counts as dead", async () => {
  const { connection, sockets, links } = setup();
  connection.start();
  await settle();
  sockets[0]!.says(snapshot);
  await vi.advanceTimersByTimeAsync(16_000);
  expect(links[0]).toMatchObject({ phase: "reconnecting" });
  expect(sockets[0]!.readyState).toBe(3);
});

test("binary frames are handed on as they are", async () => {
  const { connection, sockets, frames } = setup();
  connection.start();
  await settle();
  sockets[0]!.onmessage?.({ data: new Uint8Array([1, 2]).buffer });
  expect(frames).toEqual([new Uint8Array([1, 2])]);
});

test("a stopped connection tells who waits, and stays closed", async () => {
  const { connection, sockets } = setup();
  connection.start();
  await settle();
  sockets[0]!.says(snapshot);
  const asked = connection.request({ type: "room.close" });
  connection.stop();
  expect(await asked).toMatchObject({ ok: false, code: "connection_lost" });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sockets).toHaveLength(1);
});

test("what nobody answers can be sent from the moment each connection is live", async () => {
  const sent: boolean[] = [];
  const { connection, sockets } = setup(countedTickets(), () => void sent.push(connection.notify({ type: "draft.blur", documentId: "d" })));
  connection.start();
  await settle();
  sockets[0]!.says(snapshot);
  sockets[0]!.drops(1006);
  await vi.advanceTimersByTimeAsync(250);
  expect(sent).toEqual([true]);
  sockets[1]!.says(snapshot);
  expect(sent).toEqual([true, true]);
  expect(sockets[1]!.requests()).toHaveLength(1);
});
