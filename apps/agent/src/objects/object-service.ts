import { TargetError, type ObjectExplorer, type ObjectPlace } from "@interlock/connector";
import type { Db } from "@interlock/db";
import { maskRules } from "@interlock/policy";
import {
  ok,
  refuse,
  type AuditType,
  type Connection,
  type Impact,
  type ObjectEdit,
  type ObjectRef,
  type ObjectScope,
  type ObjectText,
  type Outcome,
  type Principal,
} from "@interlock/protocol";
import { AnalysisAudit } from "../draft/analysis-audit.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import { RateLimit } from "../rest/rate-limit.ts";
import type { RoomSocket } from "../room/room-socket.ts";
import type { ConnectionRegistry } from "../target/connection-registry.ts";
import type { Timeline } from "../timeline.ts";
import { maskedLines } from "./masked-lines.ts";
import { ObjectFeed } from "./object-feed.ts";
import { readRefusal, READ_ALL, readOf } from "./read-judgement.ts";

/** Longest wait for one answer of a target, in milliseconds. */
const ASK_MS = 10_000;
/** Scopes one page may watch at once. */
const WATCHES = 100;
/** How long a judgement of the policy holds for somebody who watches, in milliseconds: rules go by the clock as well. */
const JUDGED_MS = 10_000;

interface ObjectParts {
  db: Db;
  policy: Pick<PolicyFile, "current">;
  connections: Pick<ConnectionRegistry, "byId" | "target">;
  timeline: Timeline;
}

/** Who looks, and from which room. */
interface Visitor {
  principal: Principal;
  roomId: string;
}

/**
 * Looking at the objects of a target. Judged by the policy as a read of it is, and in the log before anything is asked (I1): that somebody
 * looks through a target once in a while, each object that is opened by name. Nothing here writes; an edit becomes the text of a command.
 */
export class ObjectService {
  readonly #parts: ObjectParts;
  readonly #audits: Record<"objects.listed" | "object.opened", AnalysisAudit>;
  readonly #rate = new RateLimit({ burst: 300, perSecond: 20 });
  /** By socket, then by scope. */
  readonly #feeds = new WeakMap<RoomSocket, Map<string, ObjectFeed>>();

  constructor(parts: ObjectParts) {
    this.#parts = parts;
    const audit = (type: AuditType): AnalysisAudit => new AnalysisAudit(parts.db, parts.timeline, type);
    this.#audits = { "objects.listed": audit("objects.listed"), "object.opened": audit("object.opened") };
  }

  kinds(who: Visitor, connectionId: string): Promise<Outcome<Record<string, unknown>>> {
    return this.#list(who, connectionId, async (objects) => ({ ...(await objects.kinds(soon())) }));
  }

  counts(who: Visitor, connectionId: string, namespace: string | undefined): Promise<Outcome<Record<string, unknown>>> {
    return this.#list(who, connectionId, async (objects) => ({ counts: await objects.counts(namespace, soon()) }));
  }

  schema(who: Visitor, connectionId: string, kind: string): Promise<Outcome<Record<string, unknown>>> {
    return this.#list(who, connectionId, async (objects) => {
      const schema = await objects.schema(kind, soon());
      return schema === undefined ? {} : { schema };
    });
  }

  /** Tells `socket` until it is unwatched or gone. A refusal is told as one of the scope's phases, too. */
  async watch(socket: RoomSocket, scope: ObjectScope): Promise<Outcome<Record<string, unknown>>> {
    const feeds = this.#feeds.get(socket) ?? new Map<string, ObjectFeed>();
    this.#feeds.set(socket, feeds);
    const key = keyOf(scope);
    if (feeds.get(key)?.closed === false) return ok({});
    const watched = await this.#list(socket, scope.connectionId, (objects, connection) => {
      // Another message of the same page may have been quicker.
      if (feeds.get(key)?.closed === false || socket.closed.aborted) return Promise.resolve({});
      if (feeds.size >= WATCHES) throw new TargetError("too_many_requests", `A page watches at most ${WATCHES} lists at once.`);
      feeds.set(key, new ObjectFeed(socket, scope, objects, this.#stillMay(socket, connection)));
      return Promise.resolve({});
    });
    if (!watched.ok) {
      const why = watched.detail ?? watched.code;
      socket.send({ type: "objects", ...scope, change: { phase: "refused", why, reset: true, put: [], gone: [] } });
    }
    return ok({});
  }

  unwatch(socket: RoomSocket, scope: ObjectScope): void {
    const feeds = this.#feeds.get(socket);
    feeds?.get(keyOf(scope))?.close();
    feeds?.delete(keyOf(scope));
  }

  async read(who: Visitor, ref: ObjectRef): Promise<Outcome<ObjectText>> {
    return this.#open(who, ref, async (objects, place, shown) => {
      const { text, full, ...facts } = await objects.read(place, soon());
      return { text: shown(text), full: shown(full), ...facts };
    });
  }

  async edit(who: Visitor, ref: ObjectRef, edit: { base: string; text: string; force: boolean }): Promise<Outcome<ObjectEdit>> {
    return this.#open(who, ref, (objects, place, shown) => objects.edit(place, { ...edit, shown }, soon()));
  }

  /** Looking through names and numbers. */
  async #list<T>(
    { principal, roomId }: Visitor,
    connectionId: string,
    ask: (objects: ObjectExplorer, connection: Connection) => Promise<T>,
  ): Promise<Outcome<T>> {
    const connection = await this.#enter(principal, connectionId);
    if (!connection.ok) return connection;
    const refusal = await this.#judged({ principal, roomId }, connection.value, READ_ALL);
    if (refusal !== undefined) return refuse("denied", refusal);
    const data = { connection: connection.value.name };
    await this.#audits["objects.listed"].once(`${roomId} ${connectionId}`, { actor: principal.name, roomId, data });
    return this.#ask(connectionId, (objects) => ask(objects, connection.value));
  }

  /** Looking into one object. */
  async #open<T>(
    { principal, roomId }: Visitor,
    ref: ObjectRef,
    ask: (objects: ObjectExplorer, place: ObjectPlace, shown: (text: string) => string) => Promise<T>,
  ): Promise<Outcome<T>> {
    const { connectionId, kind, namespace, name } = ref;
    const place = { kind, name, ...(namespace === undefined ? {} : { namespace }) };
    const connection = await this.#enter(principal, connectionId);
    if (!connection.ok) return connection;
    return this.#ask(connectionId, async (objects) => {
      const { kinds } = await objects.kinds(soon());
      const known = kinds.find(({ key }) => key === kind);
      if (known === undefined) throw new TargetError("not_found", "The target has no such kind.");
      const object = `${known.apiVersion} ${known.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
      const refusal = await this.#judged({ principal, roomId }, connection.value, readOf(object, known.kind));
      if (refusal !== undefined) throw new TargetError("denied", refusal);
      const data = { connection: connection.value.name, object };
      await this.#audits["object.opened"].once(`${roomId} ${connectionId} ${object}`, { actor: principal.name, roomId, data });
      const { detectors } = maskRules(this.#parts.policy.current);
      return ask(objects, place, (text) => maskedLines(text, detectors));
    });
  }

  async #enter(principal: Principal, connectionId: string): Promise<Outcome<Connection>> {
    if (!this.#rate.admits(principal.id)) return refuse("too_many_requests");
    const connection = await this.#parts.connections.byId(connectionId);
    return connection === undefined ? refuse("unknown_connection") : ok(connection);
  }

  async #ask<T>(connectionId: string, ask: (objects: ObjectExplorer) => Promise<T>): Promise<Outcome<T>> {
    try {
      const { objects } = await this.#parts.connections.target(connectionId);
      if (objects === undefined) return refuse("bad_request", "This connection has no objects to walk.");
      return ok(await ask(objects));
    } catch (error) {
      if (error instanceof TargetError) return refuse(error.code, error.message);
      throw error;
    }
  }

  /** Why this person may not read that, in words; undefined when they may. What wants a review is not read by the way. */
  async #judged({ principal, roomId }: Visitor, connection: Connection, impact: Impact): Promise<string | undefined> {
    const room = await this.#parts.db.room.findUnique({ where: { id: roomId }, select: { id: true, severity: true } });
    return this.#verdict(principal, connection, room ?? undefined, impact);
  }

  #verdict(
    principal: Principal,
    connection: Connection,
    room: { id: string; severity: string | null } | undefined,
    impact: Impact,
  ): string | undefined {
    return readRefusal(this.#parts.policy.current, { proposer: principal, connection, room, impact });
  }

  /** Asked at every change that is told: whether the policy, as it is by then, still lets this person look. */
  #stillMay(socket: RoomSocket, connection: Connection): () => string | undefined {
    let judged = { at: performance.now(), version: this.#parts.policy.current.version, refusal: undefined as string | undefined };
    let room: { id: string; severity: string | null } | undefined;
    void this.#parts.db.room
      .findUnique({ where: { id: socket.roomId }, select: { id: true, severity: true } })
      .then((row) => (room = row ?? undefined))
      // Without the room a rule that goes by it says no, which is the safe side.
      .catch(() => undefined);
    return () => {
      const { version } = this.#parts.policy.current;
      if (judged.version !== version || performance.now() - judged.at > JUDGED_MS)
        judged = { at: performance.now(), version, refusal: this.#verdict(socket.principal, connection, room, READ_ALL) };
      return judged.refusal;
    };
  }
}

const soon = (): AbortSignal => AbortSignal.timeout(ASK_MS);

const keyOf = ({ connectionId, kind, namespace = "" }: ObjectScope): string => JSON.stringify([connectionId, kind, namespace]);
