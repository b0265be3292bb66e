import { randomUUID } from "node:crypto";
import { TargetError } from "@interlock/connector";
import {
  CLOSE,
  ClientMessage,
  LIMITS,
  problem,
  refuse,
  type ErrorCode,
  type Outcome,
  type Principal,
  type Role,
  type ServerMessage,
} from "@interlock/protocol";
import type { PositionJson } from "../document/frozen-range.ts";
import type { LiveSocket } from "../door/live-socket.ts";
import { handleMessage, type RoomActs } from "./room-acts.ts";
import type { RoomSocket } from "./room-socket.ts";

/** Requests of one browser that may be worked on at once. */
const IN_FLIGHT = 32;
/** Messages that are not of the protocol before the socket is closed. */
const STRIKES = 10;
/** Messages held back until the snapshot is sent. */
const EARLY = 1_000;

/** Where others may follow somebody to; see `look` in the protocol. */
export type RoomLook = Extract<ServerMessage, { type: "looks" }>;

/** One browser in one room: decodes, asks, answers. What a message does is in room-acts.ts. */
export class RoomSession implements RoomSocket {
  readonly roomId: string;
  /** Documents this page has said its cursor is in. */
  readonly focused = new Set<string>();
  /** Where they are in documents, as said last: answers to the database may come in another order. */
  readonly cursors = new Map<string, { anchor: PositionJson; head: PositionJson }>();
  /** What its person has in front of them here, where others may follow. */
  looks: RoomLook | undefined;
  /** When the database last said that the session lives. */
  sessionSeenAt = 0;
  role: Role;
  readonly #socket: LiveSocket;
  readonly #acts: RoomActs;
  /** Holds what happens between joining the hub and the snapshot, which must come first. */
  #early: string[] | undefined = [];
  #inFlight = 0;
  #strikes = 0;

  constructor(socket: LiveSocket, roomId: string, role: Role, acts: RoomActs) {
    this.#socket = socket;
    this.#acts = acts;
    this.roomId = roomId;
    this.role = role;
    socket.onMessage((data, binary) => void this.#receive(data, binary));
  }

  get id(): string {
    return this.#socket.id;
  }

  get principal(): Principal {
    return this.#socket.principal;
  }

  get sessionId(): string {
    return this.#socket.sessionId;
  }

  get closed(): AbortSignal {
    return this.#socket.closed;
  }

  send(message: ServerMessage): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(json: string): void {
    if (this.#early === undefined) this.#socket.send(json);
    else if (this.#early.push(json) > EARLY) this.#socket.end(CLOSE.slow, "slow_consumer" satisfies ErrorCode);
  }

  sendBinary(frame: Uint8Array, sent?: () => void): Promise<void> {
    return this.#socket.sendAndDrain(frame, sent);
  }

  async sendPaced(message: ServerMessage): Promise<void> {
    if (this.#early === undefined) await this.#socket.sendAndDrain(JSON.stringify(message));
    else this.send(message);
  }

  /** Sends the snapshot, then what has happened since it was asked for. */
  begin(snapshot: ServerMessage & { type: "snapshot" }): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    this.#socket.send(JSON.stringify(snapshot));
    for (const json of early) this.#socket.send(json);
  }

  end(code: number, reason: ErrorCode): void {
    this.#socket.end(code, reason);
  }

  /** Never rejects. */
  async #receive(data: Buffer, binary: boolean): Promise<void> {
    if (data.byteLength > LIMITS.roomMessageBytes) {
      this.send({ type: "problem", problem: problem("too_large", `a message holds at most ${LIMITS.roomMessageBytes} bytes`) });
      this.#socket.end(CLOSE.tooLarge, `too_large: at most ${LIMITS.roomMessageBytes} bytes`);
      return;
    }
    const json = binary ? undefined : parse(data);
    const read = ClientMessage.safeParse(json);
    if (!read.success) {
      const issue = read.error.issues[0];
      const where = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
      this.#answer(idOf(json), refuse("malformed_frame", binary ? "only text is understood" : `${where}${issue?.message ?? "not JSON"}`));
      if (++this.#strikes >= STRIKES) this.#socket.end(CLOSE.malformed, "malformed_frame" satisfies ErrorCode);
      return;
    }
    const message = read.data;
    const id = "id" in message ? message.id : undefined;
    if (this.#inFlight >= IN_FLIGHT) {
      this.#answer(id, refuse("too_many_requests", `at most ${IN_FLIGHT} at once`));
      return;
    }
    this.#inFlight++;
    const outcome = await this.#handle(message);
    this.#inFlight--;
    if (id !== undefined || !outcome.ok) this.#answer(id, outcome);
  }

  async #handle(message: ClientMessage): Promise<Outcome<Record<string, unknown>>> {
    try {
      return await handleMessage(this.#acts, this, message);
    } catch (error) {
      if (error instanceof TargetError) return refuse(error.code);
      const faultId = randomUUID();
      this.#acts.log.error({ err: error, faultId, message: message.type, roomId: this.roomId }, "a message could not be handled");
      return refuse("internal", `id ${faultId}`);
    }
  }

  #answer(id: number | undefined, outcome: Outcome<Record<string, unknown>>): void {
    if (outcome.ok) this.sendText(JSON.stringify({ type: "reply", id, value: outcome.value }));
    else {
      const said = problem(outcome.code, outcome.detail);
      this.send(id === undefined ? { type: "problem", problem: said } : { type: "reply", id, problem: said });
    }
  }
}

function parse(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString("utf8"));
  } catch {
    // Undefined fails the schema, which refuses the message.
    return undefined;
  }
}

/** The id of a request that is otherwise wrong, so that its sender learns which one. */
function idOf(json: unknown): number | undefined {
  const id = typeof json === "object" && json !== null && "id" in json ? json.id : undefined;
  return typeof id === "number" && Number.isInteger(id) && id >= 0 ? id : undefined;
}
