import { Agent, createServer, type IncomingMessage, type OutgoingHttpHeaders, type Server, type ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { problem } from "@interlock/protocol";
import { createProxyServer } from "http-proxy-3";

export interface Backend {
  host: string;
  port: number;
}

export interface Backends {
  /** Where each is right now; undefined while it is down. */
  agent: () => Backend | undefined;
  web: () => Backend | undefined;
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const HEADERS: OutgoingHttpHeaders = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
};
const NO_FRAMES = "frame-ancestors 'none'";
/** Longer than the minute that the usual proxies before us keep an idle connection, so that none sends a request into a closing one. */
const IDLE_CONNECTION_MS = 75_000;
/** An answer that has not begun within this time is told of, in milliseconds: whoever waits for it sees nothing but a page that loads. */
const SLOW_MS = 30_000;

/**
 * The one origin of pages, REST and sockets: `/api/v1` and `/ws` go to the agent, all else to the web app, Host untouched. A request for a
 * host that is not ours is refused, so that no foreign name that resolves to this machine becomes an origin (DNS rebinding). `tell` gets a line
 * for the operator's log.
 */
export function createFront(backends: Backends, origins: readonly string[], tell: (line: string) => void, slowMs = SLOW_MS): Server {
  const hosts = new Map(origins.flatMap(hostsOf));
  const allowsLoopback = origins.some((origin) => LOOPBACK.has(new URL(origin).hostname));
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const proxy = createProxyServer({ agent, xfwd: false, proxyTimeout: 0, timeout: 0 });
  const upgrades = createProxyServer({ ws: true, xfwd: false });

  proxy.on("proxyRes", (answer, _, response) => {
    // How long a backend keeps its connection to us says nothing about how long we keep this one (RFC 9110, 7.6.1).
    delete answer.headers["keep-alive"];
    for (const [name, value] of Object.entries(HEADERS))
      if (answer.headers[name.toLowerCase()] === undefined) response.setHeader(name, value!);
    if (answer.headers["content-security-policy"] === undefined) response.setHeader("Content-Security-Policy", NO_FRAMES);
    // An answer that is broken off in the middle is broken off here, too: left open, a browser would wait for its rest for ever.
    answer.once("close", () => {
      if (!answer.complete) response.destroy();
    });
  });
  /** Asked a second time already. */
  const again = new WeakSet<IncomingMessage>();
  proxy.on("error", (error, request, response) => {
    if (response instanceof Socket) return void response.destroy();
    if (response.headersSent) return void response.destroy();
    const backend = isOvertaken(error, request) && !again.has(request) ? backendOf(request) : undefined;
    if (backend === undefined) return unavailable(request, response);
    again.add(request);
    proxy.web(request, response, { target: { protocol: "http:", ...backend }, agent: false });
  });
  upgrades.on("error", (_, _request, socket) => {
    if (socket instanceof Socket) socket.destroy();
  });

  const isAllowed = (request: IncomingMessage): boolean => {
    const host = (request.headers.host ?? "").toLowerCase();
    if (hosts.has(host)) return true;
    const name = host.replace(/:\d+$/, "");
    // Tunnels change the port; and a health check on the machine itself asks by loopback.
    return LOOPBACK.has(name) && (allowsLoopback || request.url === "/api/v1/health");
  };
  const stamp = (request: IncomingMessage): void => {
    const host = (request.headers.host ?? "").toLowerCase();
    // Whatever a browser claims to be forwarded is replaced by what we know.
    request.headers["x-forwarded-host"] = host;
    request.headers["x-forwarded-proto"] = hosts.get(host) ?? "http";
    if (hosts.get(host) !== "https") request.headers["x-forwarded-for"] = request.socket.remoteAddress ?? "";
  };
  const backendOf = (request: IncomingMessage): Backend | undefined => (isForAgent(request.url) ? backends.agent() : backends.web());

  const server = createServer((request, response) => {
    if (!isAllowed(request)) return refuseHost(response);
    const backend = backendOf(request);
    if (backend === undefined) return unavailable(request, response);
    stamp(request);
    const slow = setTimeout(() => {
      if (response.headersSent) return;
      const [path] = (request.url ?? "/").split("?");
      const of = isForAgent(request.url) ? "the agent" : "the web app";
      tell(`${new Date().toISOString()} ${request.method} ${path} has waited ${slowMs / 1000} s for an answer of ${of}`);
    }, slowMs).unref();
    response.once("close", () => clearTimeout(slow));
    // A browser that goes away ends what it asked for.
    proxy.web(request, response, { target: { protocol: "http:", ...backend } });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const backend = backendOf(request);
    if (!isAllowed(request) || backend === undefined || !(socket instanceof Socket)) {
      socket.end(
        `HTTP/1.1 ${isAllowed(request) ? "503 Service Unavailable" : "421 Misdirected Request"}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
      return;
    }
    socket.setNoDelay(true);
    stamp(request);
    upgrades.ws(request, socket, head, { target: { protocol: "http:", ...backend } });
  });
  // Results and pages may take as long as they need; a client must still finish its headers promptly (Node's default, one minute).
  server.requestTimeout = 0;
  server.keepAliveTimeout = IDLE_CONNECTION_MS;
  server.on("close", () => agent.destroy());
  return server;
}

/**
 * A connection that was kept open may be closed by the other side just as it is used again: nobody has taken the request then, and what only
 * reads may be asked anew. Without that a script of a page is missing now and then, and the page stays as it was sent.
 */
const isOvertaken = (error: NodeJS.ErrnoException, { method, headers }: IncomingMessage): boolean =>
  (method === "GET" || method === "HEAD") &&
  headers["content-length"] === undefined &&
  headers["transfer-encoding"] === undefined &&
  (error.code === "ECONNRESET" || error.code === "EPIPE");

/** Host → protocol of an origin; a default port may be written or not. */
function hostsOf(origin: string): [string, string][] {
  const { host, hostname, port, protocol } = new URL(origin);
  const name = protocol.slice(0, -1);
  return port === ""
    ? [
        [host, name],
        [`${hostname}:${name === "https" ? 443 : 80}`, name],
      ]
    : [[host, name]];
}

const isForAgent = (url = "/"): boolean => /^\/(api\/v1|ws)(?:[/?#]|$)/.test(url);

function refuseHost(response: ServerResponse): void {
  send(
    response,
    421,
    "application/problem+json",
    JSON.stringify({ ...problem("origin_refused", "This host name is not Interlock's."), status: 421 }),
  );
}

function unavailable(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("Retry-After", "1");
  if (isForAgent(request.url)) {
    const body = { ...problem("internal", "The agent is not running; it is being restarted."), status: 503 };
    send(response, 503, "application/problem+json", JSON.stringify(body));
  } else
    send(
      response,
      503,
      "text/html; charset=utf-8",
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>Interlock is starting</title>
<p>Interlock's pages are being restarted. This page tries again by itself.</p></html>`,
    );
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    ...HEADERS,
    "Content-Security-Policy": `default-src 'none'; ${NO_FRAMES}`,
    "Content-Type": type,
    "Cache-Control": "no-store",
  });
  response.end(body);
}
