import { DOCUMENT_ACK, DOCUMENT_REFUSED, problem } from "@interlock/protocol";
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import * as sync from "y-protocols/sync";
import * as Y from "yjs";
import { DocumentConnection, type DocumentStatus } from "./document-connection.ts";

// Before the imports: lib0 keeps the Date.now it finds when it loads, and the provider's watchdog goes by that.
vi.hoisted(() => vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

/** A socket to a server that is a Y.Doc in the test's hands. */
class ServerSocket {
  static readonly opened: ServerSocket[] = [];
  static readonly OPEN = 1;
  readonly OPEN = 1;
  readyState = 0;
  binaryType = "";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: Uint8Array }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly url: string;
  readonly sent: Uint8Array[] = [];
  constructor(url: string) {
    this.url = url;
    ServerSocket.opened.push(this);
  }
  send(data: Uint8Array) {
    this.sent.push(data);
  }
  close() {
    this.readyState = 3;
  }
  accept(server: Y.Doc) {
    this.readyState = 1;
    this.onopen?.();
    this.frame(0, (encoder) => sync.writeSyncStep1(encoder, server));
    this.frame(0, (encoder) => sync.writeSyncStep2(encoder, server));
  }
  ack(messages: number) {
    this.frame(DOCUMENT_ACK, (encoder) => encoding.writeVarUint(encoder, messages));
  }
  frame(type: number, write: (encoder: encoding.Encoder) => void = () => undefined) {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, type);
    write(encoder);
    this.onmessage?.({ data: encoding.toUint8Array(encoder) });
  }
  drop(code = 1006) {
    this.readyState = 3;
    this.onclose?.({ code, reason: "" });
  }
  /** Sync messages of a type: 1 everything that is missing, 2 one update. */
  syncs(type: number) {
    return this.sent.filter((data) => {
      const decoder = decoding.createDecoder(data);
      return decoding.readVarUint(decoder) === 0 && decoding.readVarUint(decoder) === type;
    });
  }
}

let tickets = 0;
let status: DocumentStatus;
let refused: string | undefined;
let connection: DocumentConnection;
const server = new Y.Doc();
server.getText("content").insert(0, "SELECT 1");

beforeEach(async () => {
  ServerSocket.opened.length = 0;
  tickets = 0;
  refused = undefined;
  connection = new DocumentConnection({
    documentId: "doc",
    server: "ws://host/ws/doc",
    ticket: async () => ({ ok: true, ticket: `t${++tickets}` }),
    onStatus: (next) => (status = next),
    onRefused: ({ code }) => (refused = code),
    socket: ServerSocket as unknown as typeof WebSocket,
  });
  await vi.advanceTimersByTimeAsync(0);
});

afterEach(() => connection.dispose());

test("opens with a ticket and the protocol version, and shows the server's text", () => {
  const [socket] = ServerSocket.opened;
  expect(socket!.url).toBe("ws://host/ws/doc/doc?ticket=t1&v=1");
  socket!.accept(server);
  expect(connection.text.toString()).toBe("SELECT 1");
  expect(status).toEqual({ synced: true, unsaved: 0 });
});

test("an edit is unsaved until it is acked", () => {
  const [socket] = ServerSocket.opened;
  socket!.accept(server);
  connection.text.insert(0, "a");
  connection.text.insert(0, "b");
  expect(status.unsaved).toBe(2);
  expect(socket!.syncs(2)).toHaveLength(2);
  // The first message is the answer to the server's state vector, sent before: it covers no edit.
  socket!.ack(1);
  expect(status.unsaved).toBe(2);
  socket!.ack(2);
  expect(status.unsaved).toBe(1);
  socket!.ack(3);
  expect(status.unsaved).toBe(0);
});

test("every attempt has a new ticket, none is used twice, and there is never a second socket", async () => {
  ServerSocket.opened[0]!.accept(server);
  for (let i = 0; i < 3; i++) {
    ServerSocket.opened.at(-1)!.drop();
    expect(status.synced).toBe(false);
    await vi.advanceTimersByTimeAsync(20_000);
  }
  expect(ServerSocket.opened.map(({ url }) => new URL(url).searchParams.get("ticket"))).toEqual(["t1", "t2", "t3", "t4"]);
});

test("the provider's own watchdog does not come back with a spent ticket", async () => {
  ServerSocket.opened[0]!.accept(server);
  await vi.advanceTimersByTimeAsync(60_000);
  const used = ServerSocket.opened.map(({ url }) => url);
  expect(used.length).toBeGreaterThan(1);
  expect(new Set(used).size).toBe(used.length);
});

test("what was typed without a connection is still unsaved after it, as one message", async () => {
  ServerSocket.opened[0]!.accept(server);
  ServerSocket.opened[0]!.drop();
  connection.text.insert(0, "a");
  connection.text.insert(0, "b");
  expect(status.unsaved).toBe(2);
  await vi.advanceTimersByTimeAsync(1_000);
  const socket = ServerSocket.opened[1]!;
  socket.accept(server);
  expect(status).toEqual({ synced: true, unsaved: 2 });
  expect(socket.syncs(1)).toHaveLength(1);
  socket.ack(1);
  expect(status.unsaved).toBe(0);
});

test("a refused document tells why and does not come back", async () => {
  ServerSocket.opened[0]!.accept(server);
  ServerSocket.opened[0]!.frame(DOCUMENT_REFUSED, (encoder) =>
    encoding.writeVarString(encoder, JSON.stringify(problem("struct_not_yours"))),
  );
  ServerSocket.opened[0]!.drop(4403);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(refused).toBe("struct_not_yours");
  expect(ServerSocket.opened).toHaveLength(1);
});
