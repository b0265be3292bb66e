import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { LIMITS, problem, type ErrorCode } from "@interlock/protocol";
import type { Door } from "../door/door.ts";
import { isUpload } from "../rest/uploads.ts";
import { originAllowed } from "./origin.ts";
import { receiveBody } from "./request-body.ts";

export interface HttpParts {
  /** 0 lets the system choose. */
  port: number;
  host: string;
  origins: ReadonlySet<string>;
  door: Door;
  /** The REST application, answering everything below /api/v1. */
  rest: { fetch(request: Request): Response | Promise<Response> };
}

export interface HttpServer {
  port: number;
  /** Stops taking requests; resolves when those in flight are answered or `graceMs` is over. */
  close(graceMs: number): Promise<void>;
}

/** Listens where only the front process reaches it, which owns the public port. */
export async function serve({ port, host, origins, door, rest }: HttpParts): Promise<HttpServer> {
  const answer = getRequestListener((request) => rest.fetch(request), { overrideGlobalObjects: false });
  const server = createServer((request, response) => {
    if (!originAllowed(request, origins)) refuse(response, "origin_refused");
    else if (!request.url?.startsWith("/api/v1/")) refuse(response, "not_found");
    else if (isUpload(request.method ?? "", request.url.split("?", 1)[0]!)) void answer(request, response);
    else
      void receiveBody(request, LIMITS.requestBytes).then(
        (whole) =>
          whole ? answer(request, response) : refuse(response, "too_large", `A request body is at most ${LIMITS.requestBytes} bytes.`),
        () => request.destroy(),
      );
  });
  // Longer than the front process keeps an idle connection, so that it never sends a request into a closing one.
  server.keepAliveTimeout = 75_000;
  server.on("upgrade", (request, stream, head) => void door.upgrade(request, stream, head));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: (graceMs) => close(server, graceMs) };
}

function refuse(response: ServerResponse, code: ErrorCode, detail?: string): void {
  const document = problem(code, detail);
  response.writeHead(document.status, { "content-type": "application/problem+json", "cache-control": "no-store" });
  response.end(JSON.stringify(document));
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}
