import { setTimeout as pause } from "node:timers/promises";
import { TargetError, type Connector, type HostPrograms, type Target } from "@interlock/connector";
import { appendAudit, openSecret, sealSecret, type Connection as ConnectionRow, type Db } from "@interlock/db";
import { maskRules } from "@interlock/policy";
import { Environment, ok, refuse, type Connection, type Outcome } from "@interlock/protocol";
import type { Logger } from "pino";
import { labelsOf } from "../command/judgement.ts";
import type { HostKeyService } from "../host-keys/host-key-service.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import type { RoomHub } from "../room/room-hub.ts";
import type { Timeline } from "../timeline.ts";
import { socketsFor, type AllowedSocket } from "./agent-sockets.ts";
import { CONNECTORS } from "./connectors.ts";

/** Milliseconds between two looks at every target while a room is open in a browser. */
const PING_EVERY_MS = 10_000;
/** How long a target may take to answer one. */
const PING_MS = 3_000;

export interface NewConnection {
  name: string;
  connector: string;
  environment: Environment;
  labels: Record<string, string>;
  /** The connector's own shape; sealed at once and never shown again (I9). */
  secret: unknown;
}

interface RegistryParts {
  db: Db;
  hub: Pick<RoomHub, "all" | "broadcast">;
  timeline: Timeline;
  policy: Pick<PolicyFile, "current">;
  key: Uint8Array;
  hostKeys: Pick<HostKeyService, "of">;
  log: Logger;
  host?: HostPrograms;
  /** Default: none. */
  agentSockets?: readonly AllowedSocket[];
  /** Default: every connector there is. */
  connectors?: readonly Connector[];
}

/** The named targets, and one open Target for each that is in use. The only place where a stored credential is opened. */
export class ConnectionRegistry {
  readonly #parts: RegistryParts;
  readonly #connectors: Map<string, Connector>;
  readonly #targets = new Map<string, Promise<Target>>();
  readonly #status = new Map<string, Pick<Connection, "status" | "lacks">>();
  readonly #stopping = new AbortController();
  #watching: Promise<void> | undefined;

  constructor(parts: RegistryParts) {
    this.#parts = parts;
    this.#connectors = new Map((parts.connectors ?? CONNECTORS).map((connector) => [connector.name, connector]));
  }

  connector(name: string): Connector | undefined {
    return this.#connectors.get(name);
  }

  /** In the order they were made: what people began with comes first. */
  async list(): Promise<Connection[]> {
    const rows = await this.#parts.db.connection.findMany({ orderBy: [{ createdAt: "asc" }, { name: "asc" }] });
    return rows.map((row) => this.#view(row));
  }

  async byId(id: string): Promise<Connection | undefined> {
    const row = await this.#parts.db.connection.findUnique({ where: { id } });
    return row === null ? undefined : this.#view(row);
  }

  async byName(name: string): Promise<Connection | undefined> {
    const row = await this.#parts.db.connection.findUnique({ where: { name } });
    return row === null ? undefined : this.#view(row);
  }

  /** The open target of a connection. Rejects with TargetError `unknown_connection` when there is none, or none that can be opened. */
  target(connectionId: string): Promise<Target> {
    const known = this.#targets.get(connectionId);
    if (known !== undefined) return known;
    const opening = this.#open(connectionId);
    this.#targets.set(connectionId, opening);
    // A failure is not kept: the connection may be made or mended later.
    opening.catch(() => this.#targets.delete(connectionId));
    return opening;
  }

  async create(input: NewConnection, actor = "system"): Promise<Outcome<Connection>> {
    const connector = this.#connectors.get(input.connector);
    if (connector === undefined) return refuse("bad_request", `There is no connector ${input.connector}.`);
    const { db, key } = this.#parts;
    try {
      connector.readSecret(input.secret);
    } catch (error) {
      return refuse("bad_request", error instanceof Error ? error.message : "The secret is not of this connector's shape.");
    }
    const id = crypto.randomUUID();
    const { name, environment, labels } = input;
    const secret = sealSecret(key, id, input.secret);
    const { row, event } = await db.$transaction(async (tx) => {
      const made = await tx.connection.create({ data: { id, name, connector: input.connector, environment, labels, secret } });
      const data = { connectionId: id, name, connector: input.connector, environment };
      return { row: made, event: await appendAudit(tx, { type: "connection.created", actor, data }) };
    });
    await this.#parts.timeline.publish(event);
    return ok(this.#view(row));
  }

  /** Asks once whether the target answers, and tells every room when that has changed. */
  async ping(connectionId: string): Promise<Connection["status"]> {
    const asked = await this.#ask(connectionId);
    const known = this.#status.get(connectionId);
    if ((known?.status === asked.status && known.lacks === asked.lacks) || this.#stopping.signal.aborted) return asked.status;
    this.#status.set(connectionId, asked);
    const connection = await this.byId(connectionId);
    const rooms = new Set([...this.#parts.hub.all()].map((socket) => socket.roomId));
    if (connection !== undefined) for (const roomId of rooms) this.#parts.hub.broadcast(roomId, { type: "connection", connection });
    return asked.status;
  }

  async #ask(connectionId: string): Promise<Pick<Connection, "status" | "lacks">> {
    try {
      const target = await this.target(connectionId);
      await target.ping(AbortSignal.any([AbortSignal.timeout(PING_MS), this.#stopping.signal]));
      const lacks = await target.lacks?.();
      return { status: "up", ...(lacks === undefined ? {} : { lacks }) };
    } catch (error) {
      this.#parts.log.debug({ err: error, connectionId }, "a target does not answer");
      return { status: "down" };
    }
  }

  /** Keeps the status fresh while anybody looks. */
  watch(): void {
    this.#watching ??= this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
    const opened = await Promise.allSettled(this.#targets.values());
    await Promise.allSettled(opened.flatMap((open) => (open.status === "fulfilled" ? [open.value.close()] : [])));
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    for (let first = true; !signal.aborted; first = false) {
      const watched = first || !this.#parts.hub.all()[Symbol.iterator]().next().done;
      try {
        if (watched) await Promise.all((await this.list()).map(({ id }) => this.ping(id)));
      } catch (error) {
        this.#parts.log.warn({ err: error }, "the status of targets could not be read");
      }
      // It rejects only when we stop, which the loop looks at.
      await pause(PING_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #open(connectionId: string): Promise<Target> {
    const row = await this.#parts.db.connection.findUnique({ where: { id: connectionId } });
    const connector = row === null ? undefined : this.#connectors.get(row.connector);
    if (row === null || connector === undefined) throw new TargetError("unknown_connection", "There is no such connection.");
    const secret = connector.readSecret(openSecret(this.#parts.key, row.id, row.secret));
    return connector.open({
      connectionName: row.name,
      secret,
      maskedColumns: () => maskRules(this.#parts.policy.current).columns,
      hostKeys: this.#parts.hostKeys.of(row),
      host: { ...this.#parts.host, agentSockets: socketsFor(row.name, this.#parts.agentSockets ?? []) },
    });
  }

  #view({ id, name, connector, environment, labels }: ConnectionRow): Connection {
    return {
      id,
      name,
      connector,
      environment: Environment.parse(environment),
      labels: labelsOf(labels),
      ...(this.#status.get(id) ?? { status: "unknown" }),
    };
  }
}
