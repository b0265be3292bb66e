import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createFront } from "../src/proxy.ts";

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

async function listen<T extends Server>(server: T): Promise<number> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  open.push(server);
  return (server.address() as AddressInfo).port;
}

/** Answers the first request of each connection, keeps that open, and closes it as soon as it is used again. */
async function overtaking(): Promise<{ port: number; connections: () => number }> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    let asked = 0;
    socket.on("error", () => socket.destroy());
    socket.on("data", () => {
      if (asked++ > 0) socket.resetAndDestroy();
      else socket.write("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok");
    });
  });
  open.push({ close: () => sockets.forEach((socket) => socket.destroy()) });
  return { port: await listen(server), connections: () => connections };
}

test("what only reads is asked again when a kept connection ends as it is used, and what writes is not", async () => {
  const backend = await overtaking();
  const at = { host: "127.0.0.1", port: backend.port };
  const front = await listen(createFront({ agent: () => at, web: () => at }, ["http://localhost"], () => {}));
  const ask = async (method: string) => (await fetch(`http://127.0.0.1:${front}/script.js`, { method })).status;
  expect(await ask("GET")).toBe(200);
  expect(await ask("GET")).toBe(200);
  expect(backend.connections()).toBe(2);
  // The second connection was not kept: this is the first of a third.
  expect(await ask("GET")).toBe(200);
  expect(await ask("POST")).toBe(503);
});

test("an answer that is broken off in the middle is broken off for who asked", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
      setImmediate(() => socket.destroy());
    });
  });
  const at = { host: "127.0.0.1", port: await listen(server) };
  const front = await listen(createFront({ agent: () => at, web: () => at }, ["http://localhost"], () => {}));
  const answer = await fetch(`http://127.0.0.1:${front}/api/v1/export`);
  await expect(answer.text()).rejects.toThrow("terminated");
});

test("what a backend promises about its own connection is not promised to who asked, and a proxy before us is outlived", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", () =>
      socket.write("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=600\r\nContent-Length: 2\r\n\r\nok"),
    );
    open.push({ close: () => socket.destroy() });
  });
  const at = { host: "127.0.0.1", port: await listen(server) };
  const front = createFront({ agent: () => at, web: () => at }, ["http://localhost"], () => {});
  const answer = await fetch(`http://127.0.0.1:${await listen(front)}/`);
  expect(await answer.text()).toBe("ok");
  expect(answer.headers.get("keep-alive") ?? "").not.toContain("600");
  // nginx keeps an idle connection for 60 s, so do the load balancers of AWS.
  expect(front.keepAliveTimeout).toBeGreaterThan(60_000);
});

test("an answer that does not begin is told of, without what the address asks for", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    open.push({ close: () => socket.destroy() });
  });
  const at = { host: "127.0.0.1", port: await listen(server) };
  const lines: string[] = [];
  const front = await listen(createFront({ agent: () => at, web: () => at }, ["http://localhost"], (line) => void lines.push(line), 50));
  const leave = new AbortController();
  const answer = fetch(`http://127.0.0.1:${front}/api/v1/rooms?ticket=secret`, { signal: leave.signal });
  await expect.poll(() => lines).toHaveLength(1);
  expect(lines[0]).toMatch(/Z GET \/api\/v1\/rooms has waited 0\.05 s for an answer of the agent$/);
  leave.abort();
  await expect(answer).rejects.toThrow();
});
