import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { CHANNEL, message, PROTOCOLS } from "../src/terminal/channels.ts";
import { PodStream } from "../src/terminal/pod-stream.ts";

/** One end of the protocol alone, against a server that does what no real one should. */
let server: WebSocketServer;
let accepted: Promise<WebSocket>;
let protocols: readonly string[];

beforeAll(async () => {
  server = new WebSocketServer({ host: "127.0.0.1", port: 0, autoPong: false, handleProtocols: () => protocols[0]! });
  await new Promise((resolve) => server.once("listening", resolve));
});
afterAll(() => {
  for (const client of server.clients) client.terminate();
  server.close();
});
beforeEach(() => {
  protocols = PROTOCOLS;
  accepted = new Promise((resolve) => server.once("connection", resolve));
});

async function open({ raw = false, silentMs = 10_000 } = {}): Promise<{ stream: PodStream; far: WebSocket; shown: () => string }> {
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, [...PROTOCOLS]);
  await new Promise((resolve) => socket.once("open", resolve));
  socket.pause();
  const stream = new PodStream(socket, { raw, times: { pingMs: 20, silentMs } });
  let text = "";
  stream.onData((bytes) => (text += Buffer.from(bytes).toString("utf8")));
  return { stream, far: await accepted, shown: () => text };
}

const status = Buffer.from('{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}');

test("a server that is silent is given up, but not for what it says while nobody reads", async () => {
  const { stream } = await open({ silentMs: 100 });
  await sleep(250);
  expect(stream.over).toBe(false);
  stream.resume();
  expect(await stream.ended).toEqual({ broken: "the cluster has not answered for a while" });
});

test("a status in pieces, after empty messages and channels nobody knows; output before it is not lost", async () => {
  const { stream, far, shown } = await open();
  stream.resume();
  for (const channel of [CHANNEL.stdout, CHANNEL.error, 9, 77]) far.send(message(channel, new Uint8Array()));
  far.send(message(77, Buffer.from("what?")));
  far.send(Buffer.alloc(0));
  far.send(message(CHANNEL.stdout, Buffer.from("last words")));
  far.send(message(CHANNEL.error, status.subarray(0, 40)));
  far.send(message(CHANNEL.error, status.subarray(40)));
  // Nor does it close what it has said the end of.
  expect(await stream.ended).toEqual({ status: { exitCode: 3 } });
  expect(shown()).toBe("last words");
});

test("what was sent before a close is told, although nobody read at that time", async () => {
  const { stream, far, shown } = await open();
  far.send(message(CHANNEL.stdout, Buffer.alloc(300_000, "x")));
  far.send(message(CHANNEL.error, status));
  far.close(1000);
  await sleep(50);
  expect(shown()).toBe("");
  stream.resume();
  expect(await stream.ended).toEqual({ status: { exitCode: 3 } });
  expect(shown()).toHaveLength(300_000);
});

test("paused, the socket is not read: the far end is what waits", async () => {
  const { stream, far, shown } = await open();
  stream.resume();
  far.send(message(CHANNEL.stdout, Buffer.from("a")));
  while (shown() === "") await sleep(2);
  stream.pause();
  for (let sent = 0; sent < 400; sent++) far.send(message(CHANNEL.stdout, Buffer.alloc(32_768, "x")));
  await sleep(200);
  // The kernel's buffers are a few MiB at most; all else is with the sender.
  expect(far.bufferedAmount).toBeGreaterThan(1_000_000);
  expect(shown()).toBe("a");
  stream.resume();
  while (shown().length < 1 + 400 * 32_768) await sleep(5);
  stream.close("enough");
  expect(await stream.ended).toEqual({ broken: "enough" });
});

test("writes, and the end of the input after them, keep their order; a size does not wait for them", async () => {
  const { stream, far } = await open();
  const heard: Buffer[] = [];
  far.on("message", (data: Buffer) => heard.push(data));
  const paste = Buffer.alloc(100_000, "p");
  const writes = [stream.write(paste), stream.write(Buffer.from("keys")), stream.write(new Uint8Array()), stream.write(Buffer.from("!"))];
  expect(stream.endInput()).toBe(true);
  stream.resize(90, 30);
  expect(stream.unwritten).toBe(100_005);
  await Promise.all(writes);
  expect(stream.unwritten).toBe(0);
  while (heard.at(-1)?.[0] !== CHANNEL.close) await sleep(2);
  const input = heard.filter(([channel]) => channel === CHANNEL.stdin).map((data) => data.subarray(1));
  expect(Buffer.concat(input).toString()).toBe(`${paste.toString()}keys!`);
  expect(heard.slice(0, 2).map(([channel]) => channel)).toContain(CHANNEL.resize);
  stream.close("");
});

test("a close does not wait for input that nobody reads; every write that waits is told the end", async () => {
  const { stream, far } = await open();
  stream.resume();
  far.pause();
  const size = 32 * 1024 * 1024;
  const writes = [stream.write(Buffer.alloc(size, "x")), stream.write(Buffer.from("keys")), stream.write(Buffer.from("more"))];
  const settled = Promise.allSettled(writes);
  // Until the kernel's buffers, which are a few MiB at most, take no more.
  for (let left = -1; left !== stream.unwritten; await sleep(100)) left = stream.unwritten;
  expect(stream.unwritten).toBeGreaterThan(size / 2);
  stream.close("enough");
  expect(await stream.ended).toEqual({ broken: "enough" });
  expect(stream.unwritten).toBe(0);
  const ended = { status: "rejected", reason: expect.objectContaining({ code: "terminal_ended" }) };
  expect(await settled).toEqual([ended, ended, ended]);
});

test("the end of the input is told where the protocol can; lines without a terminal end as a screen wants them", async () => {
  const five = await open({ raw: true });
  const heard = new Promise<Buffer>((resolve) => five.far.once("message", (data: Buffer) => resolve(data)));
  expect(five.stream.endInput()).toBe(true);
  expect([...(await heard)]).toEqual([255, 0]);
  five.stream.resume();
  five.far.send(message(CHANNEL.stderr, Buffer.from("one\ntwo\n")));
  while (five.shown() === "") await sleep(2);
  expect(five.shown()).toBe("one\r\ntwo\r\n");
  five.stream.close("");

  protocols = [PROTOCOLS[1]];
  accepted = new Promise((resolve) => server.once("connection", resolve));
  const four = await open();
  expect(four.stream.endInput()).toBe(false);
  four.stream.close("");
  await four.stream.ended;
  await expect(four.stream.write(Buffer.from("x"))).rejects.toMatchObject({ code: "terminal_ended" });
});
