import { randomUUID } from "node:crypto";
import type { Db } from "@interlock/db";
import { maskWords } from "@interlock/masking";
import { judgeTerminal, maskRules, type TerminalInput, type TerminalTerms } from "@interlock/policy";
import {
  ok,
  POD_MODES,
  refuse,
  type Connection,
  type Outcome,
  type Principal,
  type Role,
  type Terminal,
  type TerminalOffer,
  type TerminalOpening,
  type TerminalPod,
} from "@interlock/protocol";
import type { Log } from "../log.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import type { Membership } from "../room/membership.ts";
import type { RoomHub } from "../room/room-hub.ts";
import type { ConnectionRegistry } from "../target/connection-registry.ts";
import type { Timeline } from "../timeline.ts";
import { EndedTerminal } from "./ended-terminal.ts";
import { LiveTerminal, type LineDecided } from "./live-terminal.ts";
import { PodPlaces } from "./pod-places.ts";
import { TerminalRecords } from "./terminal-records.ts";
import type { TerminalStreams } from "./terminal-stream.ts";
import { leftBehind, podData, terminalView, type OpenedPod } from "./terminal-view.ts";

/** Terminals of one room that live at once. */
const PER_ROOM = 16;
/** Ended ones that a page is told of when it opens. */
const ENDED_IN_VIEW = 20;
/** Last screens that are kept for whoever comes back, in memory, and how large one may be: most have some 70 KiB. */
const ENDED_KEPT = { terminals: 64, bytes: 1024 * 1024 } as const;

interface TerminalServiceParts {
  db: Db;
  hub: Pick<RoomHub, "broadcast">;
  policy: Pick<PolicyFile, "current">;
  connections: Pick<ConnectionRegistry, "byId" | "target">;
  membership: Pick<Membership, "roomOf" | "onRole" | "onOpen">;
  timeline: Timeline;
  streams: TerminalStreams;
  log: Log;
}

/** The shells of every room. */
export class TerminalService {
  readonly #parts: TerminalServiceParts;
  readonly #records: TerminalRecords;
  readonly #live = new Map<string, LiveTerminal>();
  /** The oldest first. */
  readonly #ended = new Map<string, EndedTerminal>();
  readonly #pods: PodPlaces;
  /** Those that are being opened, in their order, by their room. */
  readonly #opening = new Map<symbol, string>();
  /** Those of them that are being written down, and will be there. */
  readonly #making = new Set<Promise<unknown>>();
  #stopping = false;

  constructor(parts: TerminalServiceParts) {
    this.#parts = parts;
    this.#records = new TerminalRecords(parts.db, parts.timeline);
    this.#pods = new PodPlaces(parts);
    parts.membership.onRole((roomId, userId, role) => {
      for (const terminal of this.#live.values()) if (terminal.roomId === roomId) terminal.becameRole(userId, role);
    });
    parts.membership.onOpen((roomId, open) => {
      for (const terminal of this.#live.values()) if (terminal.roomId === roomId) terminal.roomIs(open);
    });
  }

  /** One that has not ended. */
  live(terminalId: string): LiveTerminal | undefined {
    return this.#live.get(terminalId);
  }

  /** One that ended not long ago, for somebody who has seen it: others have the recording, where policy lets them. */
  ended(terminalId: string, userId: string): EndedTerminal | undefined {
    const ended = this.#ended.get(terminalId);
    return ended?.wasShownTo(userId) === true ? ended : undefined;
  }

  /** Those that have not ended, and the newest of those that have; newest first. */
  async inView(roomId: string): Promise<Terminal[]> {
    const ended = await this.#parts.db.terminal.findMany({
      where: { roomId, phase: "ended" },
      orderBy: { openedAt: "desc" },
      take: ENDED_IN_VIEW,
    });
    const live = [...this.#live.values()].filter((terminal) => terminal.roomId === roomId).map((terminal) => terminal.view());
    const known = new Set(live.map(({ id }) => id));
    return [...live, ...ended.filter(({ id }) => !known.has(id)).map((row) => terminalView(row))].toSorted((left, right) =>
      right.openedAt.localeCompare(left.openedAt),
    );
  }

  /** `principal` may act in the room. The same `key` again is the same terminal. */
  async open(principal: Principal, roomId: string, key: string, opening: TerminalOpening): Promise<Outcome<Terminal>> {
    // Before anything is waited for: of many that come at once no more are opened than there may be.
    const place = Symbol(key);
    this.#opening.set(place, roomId);
    try {
      return await this.#open(principal, roomId, key, opening, place);
    } finally {
      this.#opening.delete(place);
    }
  }

  async #open(principal: Principal, roomId: string, key: string, opening: TerminalOpening, own: symbol): Promise<Outcome<Terminal>> {
    const { db, connections, policy, membership } = this.#parts;
    const known = await db.terminal.findUnique({ where: { openedById_key: { openedById: principal.id, key } } });
    if (known !== null)
      return known.roomId === roomId ? ok(this.#live.get(known.id)?.view() ?? terminalView(known)) : refuse("idempotency_conflict");
    const [room, connection] = await Promise.all([membership.roomOf(roomId), connections.byId(opening.connectionId)]);
    if (room === undefined || !room.open) return refuse("room_closed");
    if (connection === undefined) return refuse("unknown_connection");
    if (this.#places(roomId, own) >= PER_ROOM)
      return refuse("too_many_requests", `A room has at most ${PER_ROOM} terminals at once: end one first.`);
    const place = opening.pod === undefined ? ok(undefined) : await this.#placeOf(principal, roomId, connection, opening.pod);
    if (!place.ok) return place;
    const pod = place.value?.pod;
    const terms = judgeTerminal(policy.current.terminals, { principal, connection, ...(place.value && { pod: place.value.judged }) });
    const name = pod === undefined ? connection.name : `${pod.namespace}/${pod.name}`;
    if (terms.decision === "deny") {
      const data = { name, connection: connection.name, rules: terms.rules, message: terms.message, ...podData(pod) };
      await this.#records.denied(roomId, principal.name, data);
      return refuse("denied", terms.message);
    }
    if (terms.reason && opening.reason === undefined) return refuse("reason_required", terms.message);
    if (this.#stopping) return refuse("internal", "Interlock is being stopped.");
    const made = this.#make(principal, { roomId, key, name, opening: { ...opening, pod }, connection, terms }, own);
    this.#making.add(made);
    const terminal = await made.finally(() => this.#making.delete(made));
    // It may have been closed meanwhile.
    if ((await membership.roomOf(roomId))?.open !== true) terminal.roomIs(false);
    return ok(terminal.view());
  }

  /** Terminals of a room that are there, or were to be opened before this one. */
  #places(roomId: string, own: symbol): number {
    let places = [...this.#live.values()].filter((terminal) => terminal.roomId === roomId).length;
    for (const [one, room] of this.#opening) {
      if (one === own) break;
      if (room === roomId) places++;
    }
    return places;
  }

  /** In the log, and then there. */
  async #make(
    opener: Principal,
    made: Omit<Parameters<TerminalRecords["opened"]>[0], "id" | "opener"> & { connection: Connection },
    own: symbol,
  ): Promise<LiveTerminal> {
    const { connections, policy, streams, hub, log } = this.#parts;
    const { roomId, connection } = made;
    const id = randomUUID();
    const row = await this.#records.opened({ id, opener, ...made });
    const terminal = new LiveTerminal({
      row,
      opener,
      target: () => connections.target(connection.id),
      stream: (size) => streams.open({ id, roomId, name: row.name }, size),
      records: this.#records,
      tell: (view) => hub.broadcast(roomId, { type: "terminal", terminal: view }),
      over: (last, shownTo) => {
        this.#live.delete(id);
        if (last === undefined || last.bytes.byteLength > ENDED_KEPT.bytes) return;
        this.#ended.set(id, new EndedTerminal(roomId, last, shownTo));
        const [oldest] = this.#ended.keys();
        if (this.#ended.size > ENDED_KEPT.terminals && oldest !== undefined) this.#ended.delete(oldest);
      },
      mask: maskRules(policy.current).detectors.length > 0 ? maskWords : (text) => text,
      log,
    });
    this.#live.set(id, terminal);
    this.#opening.delete(own);
    return terminal;
  }

  /** Whether somebody may open a shell there, as things are now. It opens nothing. */
  async offer(
    principal: Principal,
    roomId: string,
    connectionId: string,
    pod: (Pick<TerminalPod, "namespace" | "name"> & { labels?: Record<string, string> | undefined }) | undefined,
  ): Promise<Outcome<TerminalOffer>> {
    const { connections, policy } = this.#parts;
    const connection = await connections.byId(connectionId);
    if (connection === undefined) return refuse("unknown_connection");
    const rules = policy.current.terminals;
    if (pod === undefined) return ok({ ways: [wayOf("shell", judgeTerminal(rules, { principal, connection }))] });
    const waysWith = (labels: Readonly<Record<string, string>>): TerminalOffer["ways"] =>
      POD_MODES.map((mode) =>
        wayOf(mode, judgeTerminal(rules, { principal, connection, pod: { namespace: pod.namespace, labels, mode } })),
      );
    if (pod.labels !== undefined) return ok({ ways: waysWith(pod.labels) });
    const facts = await this.#pods.facts(principal, roomId, connection, pod);
    if (!facts.ok) return facts;
    const { labels, defaultContainer, containers, lacks } = facts.value;
    return ok({
      ways: waysWith(labels),
      pod: { defaultContainer, containers: [...containers], ...(lacks === undefined ? {} : { lacks }) },
    });
  }

  ask(principal: Principal, roomId: string, terminalId: string, asking: boolean): Promise<Outcome<void>> {
    return this.#at(roomId, terminalId, (terminal) => terminal.ask(principal.id, asking));
  }

  give(principal: Principal, role: Role, roomId: string, terminalId: string, userId: string | undefined): Promise<Outcome<void>> {
    return this.#at(roomId, terminalId, (terminal) => terminal.give({ ...principal, role }, userId));
  }

  moderate(principal: Principal, roomId: string, terminalId: string, moderating: boolean): Promise<Outcome<void>> {
    return this.#at(roomId, terminalId, (terminal) => terminal.moderate(principal, moderating));
  }

  decide(principal: Principal, role: Role, roomId: string, terminalId: string, decided: LineDecided): Promise<Outcome<void>> {
    return this.#at(roomId, terminalId, (terminal) => terminal.decide({ ...principal, role }, decided));
  }

  kill(principal: Principal, role: Role, roomId: string, terminalId: string): Promise<Outcome<void>> {
    return this.#at(roomId, terminalId, (terminal) => terminal.kill({ ...principal, role }));
  }

  /** By user id, since when the oldest shell that they opened is there. */
  running(): Map<string, Date> {
    const since = new Map<string, Date>();
    for (const { openedById, openedAt } of this.#live.values()) {
      const known = since.get(openedById);
      if (known === undefined || openedAt < known) since.set(openedById, openedAt);
    }
    return since;
  }

  /** Whose access has ended has no shell left (I11). */
  async endOf(userId: string): Promise<void> {
    const theirs = [...this.#live.values()].filter(({ openedById }) => openedById === userId);
    await Promise.all(theirs.map((terminal) => terminal.end({ why: "the access of who opened it has ended or changed" })));
  }

  /** What was there when the agent stopped hard is over: its recordings end with their last stored piece. */
  async recover(): Promise<void> {
    const rows = await this.#parts.db.terminal.findMany({ where: { phase: { not: "ended" } } });
    for (const row of rows) {
      const stored = await this.#parts.streams.interrupted(row);
      const mayStillRun = leftBehind(row);
      const end = { why: "Interlock was restarted", ...(mayStillRun === undefined ? {} : { mayStillRun }) };
      await this.#records.ended(row, end, stored);
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    // Those that are not as far yet open nothing any more.
    await Promise.allSettled(this.#making);
    await Promise.all([...this.#live.values()].map((terminal) => terminal.end({ why: "Interlock was stopped" }, "interrupted")));
    await this.#parts.streams.stop();
  }

  /** The pod and container that are meant, as they are now, and what rules see of them. */
  async #placeOf(
    principal: Principal,
    roomId: string,
    connection: Connection,
    asked: TerminalPod,
  ): Promise<Outcome<{ pod: OpenedPod; judged: NonNullable<TerminalInput["pod"]> }>> {
    const { namespace, name, mode = "exec", image } = asked;
    if ((mode === "debug") !== (image !== undefined))
      return refuse("bad_request", "An image is named for debug containers, and for them alone.");
    const facts = await this.#pods.facts(principal, roomId, connection, asked);
    if (!facts.ok) return facts;
    const { uid, labels, defaultContainer, lacks } = facts.value;
    if (lacks !== undefined) return refuse("bad_request", lacks);
    const pod = { namespace, name, mode, container: asked.container ?? defaultContainer, uid, ...(image === undefined ? {} : { image }) };
    return ok({ pod, judged: { namespace, labels, mode, ...(image === undefined ? {} : { image }) } });
  }

  #at(roomId: string, terminalId: string, act: (terminal: LiveTerminal) => Promise<Outcome<void>>): Promise<Outcome<void>> {
    const terminal = this.#live.get(terminalId);
    if (terminal === undefined || terminal.roomId !== roomId) return Promise.resolve(refuse("terminal_ended"));
    return act(terminal);
  }
}

const wayOf = (way: TerminalOffer["ways"][number]["way"], terms: TerminalTerms): TerminalOffer["ways"][number] => ({
  way,
  ...(terms.decision === "deny" ? { denied: terms.message } : {}),
  reason: terms.reason,
  moderators: terms.moderators.map((groups) => [...groups]),
  ...(terms.debugImages === undefined ? {} : { images: [...new Set(terms.debugImages.flat())] }),
});
