import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { TargetError } from "@interlock/connector";
import type { Cluster } from "../cluster/cluster.ts";
import { ApiFacts } from "./api-facts.ts";
import { readBody } from "./body.ts";
import { createReads, type ReadRequest } from "./reads.ts";
import { Overlay } from "./overlay.ts";
import { Plan, type Mode } from "./plan.ts";
import type { PlannedWrite, RefusedRequest, Waiting } from "./planned-write.ts";
import { readRequestTarget, writePath } from "./request-target.ts";
import { sendAnswer } from "./send-answer.ts";
import { SecretValues, type SecretKey } from "./secret-values.ts";
import { failure } from "./status.ts";
import { Upstream } from "./upstream.ts";
import type { PlanView } from "./foreseen.ts";

export interface GateOptions {
  cluster: Cluster;
  /** `plan`: writes become dry runs and are kept. `read`: writes are refused. */
  mode: Mode;
  /** Makes fingerprints of secret values comparable between runs with the same key; random when absent. */
  fingerprintKey?: Buffer;
  /** Asked for every value of a Secret that is read; true leaves it as it is. What is shown is to be audited by who says so. None when absent. */
  showSecret?: (value: SecretKey) => boolean;
  /** Called when a client waits for an object that will stay Terminating: it would wait until somebody takes its finalizers off. */
  onWaiting?: (waiting: Waiting) => void;
  /** Called at the beginning of each request. */
  onRequest?: () => void;
}

/** An API server on loopback for one run of a client, in front of a cluster that it cannot change. */
export interface Gate {
  /** Server URL with the run's secret in its path. Give it to nobody but the client. */
  readonly url: string;
  /** What the client wanted to write, in order. */
  readonly writes: readonly PlannedWrite[];
  /** What was not let through; not empty: the plan is incomplete. */
  readonly refused: readonly RefusedRequest[];
  /** Why the client was answered otherwise than the cluster would have; not empty: what follows is not known. */
  readonly unshown: readonly string[];
  /** Reads that passed. */
  readonly reads: readonly ReadRequest[];
  /** Set when the cluster kept what it was asked only to try. */
  readonly fault: string | undefined;
  /** Tells that the next requests are of another client, for which deletions are over that the one before waited for. */
  nextClient(): void;
  /** Ends the connections of a client that is gone; when it resolves, what it had asked for is done or never will be. */
  hangUp(): Promise<void>;
  close(): Promise<void>;
}

/** As the API server's own limit for a request (3 MiB). */
const BODY_LIMIT = 3 * 1024 * 1024;
const WRITES = new Set(["POST", "PUT", "PATCH", "DELETE"]);
/** Headers whose repetition two programs may read differently. */
const SINGLE = new Set(["content-type", "content-length", "content-encoding", "transfer-encoding", "host", "accept", "expect"]);

/** Opens a gate on a free port of loopback. It takes HTTP/1.1 only, and passes on only what it has understood and written anew. */
export async function openGate(options: GateOptions): Promise<Gate> {
  const closing = new AbortController();
  const upstream = new Upstream(options.cluster, closing.signal);
  const overlay = new Overlay();
  const view: PlanView = { upstream, facts: new ApiFacts(upstream, overlay), overlay, unshown: [] };
  const secrets = new SecretValues(options.fingerprintKey ?? randomBytes(32), options.showSecret);
  const plan = new Plan(view, secrets, options.mode);
  const reads = createReads(view, secrets, plan, options.onWaiting);
  const secret = randomBytes(32).toString("base64url");
  const expected = createHash("sha256").update(secret).digest();
  const sockets = new Set<Socket>();

  /** The target after the secret; undefined for anybody who does not have it, in the same time whatever he has. */
  const afterSecret = (url: string): string | undefined => {
    const [, first = ""] = /^\/([^/?]*)/.exec(url) ?? [];
    const known = timingSafeEqual(createHash("sha256").update(first).digest(), expected);
    return known ? url.slice(1 + first.length) : undefined;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    options.onRequest?.();
    const url = afterSecret(request.url ?? "");
    if (url === undefined) return sendAnswer(response, failure(404, "the server could not find the requested resource"));
    const method = request.method ?? "";
    const refuse = (reason: string, status = 400): void => {
      plan.refuse(method, "", { effect: "unknown", reason });
      sendAnswer(response, failure(status, `Interlock does not let this request through: ${reason}`));
      // What follows on the connection may be the rest of what was refused.
      if (!request.complete) response.once("finish", () => request.socket.destroy());
    };
    const malformed = headersAtFault(request, server.address() as AddressInfo);
    if (malformed !== undefined) return refuse(malformed);
    const read = readRequestTarget(url);
    if (!read.ok) return refuse(read.reason);
    const { target, query } = read.value;
    if (plan.fault !== undefined) return sendAnswer(response, failure(500, plan.fault));
    if (method === "GET") {
      request.resume();
      return reads(request, response, target, query);
    }
    if (!WRITES.has(method)) return refuse(`requests by ${/^[A-Z]{1,10}$/.test(method) ? method : "that method"} are not known`, 405);
    const bytes = await wholeBody(request);
    if (bytes === undefined) return refuse(`its body is larger than ${BODY_LIMIT} bytes`, 413);
    if (target.kind === "plain") return refuse(`a write to ${writePath(target)} is not known`, 403);
    const body = readBody(method, request.headers["content-type"], bytes);
    if (!body.ok) return refuse(body.reason, 415);
    const userAgent = request.headers["user-agent"];
    const written = await plan.write({
      method: method as "POST" | "PUT" | "PATCH" | "DELETE",
      target,
      query,
      body: body.value,
      ...(userAgent !== undefined && /^[\x20-\x7e]{1,200}$/.test(userAgent) ? { userAgent } : {}),
    });
    sendAnswer(response, written);
  };

  const server = createServer({ insecureHTTPParser: false, maxHeaderSize: 32 * 1024, keepAliveTimeout: 60_000 }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) return void response.destroy();
      const message = error instanceof TargetError ? error.message : "the gate met a fault";
      // Clients carry on after some failures: what they ask then rests on what nobody knows (I3).
      view.unshown.push(message);
      sendAnswer(response, failure(error instanceof TargetError ? 503 : 500, message));
    });
  });
  // Upgrades lead to a shell in a workload, or to HTTP/2, in which the gate could not see.
  for (const event of ["upgrade", "connect"] as const) {
    server.on(event, (request: IncomingMessage, socket: Socket) => {
      const url = afterSecret(request.url ?? "");
      if (url !== undefined) {
        const read = readRequestTarget(url.split("?", 1)[0]!);
        const path = read.ok ? writePath(read.value.target) : "";
        plan.refuse(request.method ?? "", path, {
          effect: "privilege",
          reason: "it asks for a connection to a workload, which belongs in a terminal",
        });
      }
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    });
  }
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // After an upgrade nobody else listens, and a client that goes away then would end the process.
    socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${secret}`,
    writes: plan.writes,
    refused: plan.refused,
    unshown: view.unshown,
    reads: reads.passed,
    get fault() {
      return plan.fault;
    },
    nextClient: () => overlay.settle(),
    hangUp: async () => {
      for (const socket of sockets) socket.destroy();
      await plan.settled();
    },
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function headersAtFault(request: IncomingMessage, address: AddressInfo): string | undefined {
  if (request.httpVersion !== "1.1") return "it is not HTTP/1.1";
  const names = new Set<string>();
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index]!.toLowerCase();
    if (names.has(name) && SINGLE.has(name)) return `it has the header ${name} twice`;
    names.add(name);
  }
  if (names.has("content-length") && names.has("transfer-encoding")) return "it says its length twice";
  if (request.headers.host !== `127.0.0.1:${address.port}`) return "it is addressed to another host";
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") return "its body is compressed";
  const transfer = request.headers["transfer-encoding"];
  if (transfer !== undefined && transfer.toLowerCase() !== "chunked") return "its transfer encoding is not known";
  for (const name of names) if (/^x-(http-)?method(-override)?$/.test(name)) return "it names a second method";
  return undefined;
}

async function wholeBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
