import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { liveSession, redeemTicket, type Db, type LiveSession } from "@interlock/db";
import { CLOSE, LIMITS, ok, PROTOCOL_VERSION, refuse, type ErrorCode, type Outcome } from "@interlock/protocol";
import { WebSocketServer } from "ws";
import type { Log } from "../log.ts";
import { LiveSocket } from "./live-socket.ts";
import type { OpenSockets } from "./open-sockets.ts";
import { refuseUpgrade } from "./refused-upgrade.ts";

/** Takes over an accepted socket for a room, a document or a terminal. */
export type Welcome = (socket: LiveSocket, id: string) => Promise<void>;

export interface DoorParts {
  db: Db;
  origins: ReadonlySet<string>;
  sockets: OpenSockets;
  log: Log;
  welcome: Record<Visit["kind"], Welcome>;
}

/** Largest frame that is read at all; larger than any limit a message is judged by, so that the error can name that limit. */
const MAX_FRAME = 2 * Math.max(LIMITS.documentMessageBytes, LIMITS.roomMessageBytes);

/** Everything that is checked before a socket exists (I13): path, Origin, version, ticket, session, number of sockets. */
export class Door {
  readonly #parts: DoorParts;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME, perMessageDeflate: false, clientTracking: false });

  constructor(parts: DoorParts) {
    this.#parts = parts;
  }

  /** For the HTTP server's `upgrade`. Never rejects. */
  async upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    // The peer may go away at any time; without a listener that would end the process.
    const gone = (): void => void stream.destroy();
    stream.on("error", gone);
    try {
      const visit = readVisit(request);
      const admitted = visit.ok ? await this.#admit(request, visit.value) : visit;
      if (!admitted.ok) refuseUpgrade(stream, admitted.code, admitted.detail);
      else if (!stream.destroyed) {
        stream.off("error", gone);
        this.#open(request, stream, head, visit.ok ? visit.value : undefined, admitted.value);
      }
    } catch (error) {
      this.#parts.log.error({ err: error }, "a socket could not be opened");
      refuseUpgrade(stream, "internal");
    }
  }

  async #admit(request: IncomingMessage, visit: Visit): Promise<Outcome<LiveSession | undefined>> {
    const { db, origins, sockets } = this.#parts;
    const { origin } = request.headers;
    if (origin === undefined || !origins.has(origin)) return refuse("origin_refused");
    // Told over the socket: a browser cannot read the status of a refused upgrade, and must know that it has to reload.
    if (visit.version !== String(PROTOCOL_VERSION)) return ok(undefined);
    const holder = visit.ticket === null || visit.ticket.length > 200 ? undefined : await redeemTicket(db, visit.ticket);
    if (holder === undefined) return refuse("ticket_invalid");
    const session = await liveSession(db, holder.sessionId);
    if (session === undefined || session.principal.id !== holder.userId) return refuse("unauthenticated");
    if (!sockets.admits(session.principal.id)) return refuse("too_many_requests", "too many open sockets");
    return ok(session);
  }

  #open(request: IncomingMessage, stream: Duplex, head: Buffer, visit: Visit | undefined, session: LiveSession | undefined): void {
    const { sockets, welcome, log } = this.#parts;
    this.#server.handleUpgrade(request, stream, head, (ws) => {
      if (visit === undefined || session === undefined) {
        ws.on("error", () => {});
        ws.close(CLOSE.reload, "protocol_version" satisfies ErrorCode);
        setTimeout(() => ws.terminate(), 1_000).unref();
        return;
      }
      const socket = new LiveSocket(ws, stream, session);
      sockets.add(socket);
      // Read nothing before somebody listens.
      socket.pause();
      welcome[visit.kind](socket, visit.id)
        .catch((error: unknown) => {
          log.error({ err: error, kind: visit.kind, id: visit.id }, "a socket could not be welcomed");
          socket.end(CLOSE.restart, "internal" satisfies ErrorCode);
        })
        .finally(() => socket.resume());
    });
  }
}

interface Visit {
  kind: "room" | "doc" | "term";
  id: string;
  ticket: string | null;
  version: string | null;
}

function readVisit(request: IncomingMessage): Outcome<Visit> {
  const url = URL.parse(request.url ?? "", "http://agent");
  const match = url === null ? null : /^\/ws\/(room|doc|term)\/([0-9a-f-]{36})$/i.exec(url.pathname);
  if (url === null || match === null) return refuse("not_found");
  const kind = match[1]!.toLowerCase() as Visit["kind"];
  return ok({ kind, id: match[2]!, ticket: url.searchParams.get("ticket"), version: url.searchParams.get("v") });
}
