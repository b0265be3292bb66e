import { TargetError, type PostureReading, type Target } from "@interlock/connector";
import type { Db } from "@interlock/db";
import { maskRules } from "@interlock/policy";
import {
  ok,
  refuse,
  type Connection,
  type Outcome,
  type Posture,
  type PosturePage,
  type Principal,
  type TargetRoles,
} from "@interlock/protocol";
import { AnalysisAudit } from "../draft/analysis-audit.ts";
import { maskedValues } from "../objects/masked-values.ts";
import { readOfKinds, readRefusal } from "../objects/read-judgement.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import { RateLimit } from "../rest/rate-limit.ts";
import { judgedRoom } from "../room/judged-room.ts";
import type { Membership } from "../room/membership.ts";
import type { ConnectionRegistry } from "../target/connection-registry.ts";
import type { WholeReads } from "../target/whole-reads.ts";
import type { Timeline } from "../timeline.ts";
import { maskedFindings } from "./masked-findings.ts";
import { pageOf, type PostureQuery } from "./posture-page.ts";

/** Longest reading of a target, in milliseconds; what is not read by then is said to be unknown. */
const READ_MS = 45_000;
/** How long what was read is told again, in milliseconds: the pages of one answer are of one reading. */
const KEPT_MS = 60_000;
/** A target is not read anew more often than this, in milliseconds, whoever asks. */
const ANEW_MS = 5_000;
/** Labels whose checks are kept of one reading. */
const LABELS = 4;

interface PostureParts {
  db: Db;
  policy: Pick<PolicyFile, "current">;
  connections: Pick<ConnectionRegistry, "target">;
  membership: Pick<Membership, "roomOf">;
  reads: WholeReads;
  timeline: Timeline;
}

/** What is asked for, and how it is asked for in the log. */
interface Asked {
  what: "posture" | "roles";
  roomId: string | undefined;
}

/**
 * How well a target is set up. Judged by the policy as reading what it looks into is, and in the log before anything is asked (I1). It only
 * reads; a fix is text that somebody may propose.
 */
export class PostureService {
  readonly #parts: PostureParts;
  readonly #audits: Record<Asked["what"], AnalysisAudit>;
  readonly #rate = new RateLimit({ burst: 60, perSecond: 5 });
  /** The checks take a while of this process each time: by a label that nobody asked for yet they are held anew. */
  readonly #checking = new RateLimit({ burst: 10, perSecond: 0.2 });
  readonly #checked = new WeakMap<PostureReading, Map<string, Promise<Posture>>>();

  constructor(parts: PostureParts) {
    this.#parts = parts;
    this.#audits = {
      posture: new AnalysisAudit(parts.db, parts.timeline, "posture.read"),
      roles: new AnalysisAudit(parts.db, parts.timeline, "roles.read"),
    };
  }

  page(principal: Principal, connection: Connection, query: PostureQuery, roomId?: string): Promise<Outcome<PosturePage>> {
    return this.#read(principal, connection, { what: "posture", roomId }, async (target) => {
      const read = target.posture?.bind(target);
      if (read === undefined) throw new TargetError("bad_request", "There are no checks for this kind of connection.");
      const freshMs = query.fresh === true ? ANEW_MS : KEPT_MS;
      const reading = await this.#parts.reads.of(connection.id, { what: "posture", limitMs: READ_MS, freshMs, read });
      const posture = await this.#checks(principal, reading, query.label);
      const { detectors } = maskRules(this.#parts.policy.current);
      const { findings, unread, checks, ...page } = pageOf(posture, query);
      // What a target says of what may not be read names people, too.
      return { ...page, findings: maskedFindings(findings, detectors), ...maskedValues({ unread, checks }, detectors) };
    });
  }

  /** Roles and bindings with what the detectors find masked, as everywhere (I7): people's addresses above all. */
  roles(principal: Principal, connection: Connection, roomId?: string): Promise<Outcome<TargetRoles>> {
    return this.#read(principal, connection, { what: "roles", roomId }, async (target) => {
      const read = target.roles?.bind(target);
      if (read === undefined) throw new TargetError("bad_request", "There are no roles of this kind of connection.");
      const { objects, unread } = await this.#parts.reads.of(connection.id, { what: "roles", limitMs: READ_MS, freshMs: ANEW_MS, read });
      const { detectors } = maskRules(this.#parts.policy.current);
      return maskedValues({ objects: [...objects], unread: [...unread] }, detectors);
    });
  }

  /** What somebody may read of a target, logged before it is. */
  async #read<T>(
    principal: Principal,
    connection: Connection,
    { what, roomId }: Asked,
    ask: (target: Target) => Promise<T>,
  ): Promise<Outcome<T>> {
    if (!this.#rate.admits(principal.id)) return refuse("too_many_requests");
    // Reading all of a target is work for it; an observer asks for none (I8).
    if (principal.groups.length === 0) return refuse("observer", "You are in no group.");
    const room = await judgedRoom(this.#parts.membership, principal, roomId);
    if (!room.ok) return room;
    try {
      const target = await this.#parts.connections.target(connection.id);
      const impact = readOfKinds(target.looksInto?.(what) ?? []);
      const refusal = readRefusal(this.#parts.policy.current, { proposer: principal, connection, room: room.value, impact });
      if (refusal !== undefined) return refuse("denied", refusal);
      const data = { connection: connection.name };
      await this.#audits[what].once(`${connection.id} ${roomId ?? ""}`, { actor: principal.name, roomId, data });
      return ok(await ask(target));
    } catch (error) {
      if (error instanceof TargetError) return refuse(error.code, error.message);
      throw error;
    }
  }

  /** The checks by one label, one label after the other: whoever asks for the same shares them. */
  async #checks(principal: Principal, reading: PostureReading, label = ""): Promise<Posture> {
    const checked = this.#checked.get(reading) ?? new Map<string, Promise<Posture>>();
    this.#checked.set(reading, checked);
    const known = checked.get(label);
    if (known !== undefined) return known;
    if (!this.#checking.admits(principal.id))
      throw new TargetError("too_many_requests", "The checks were held by many labels just now. Wait a few seconds.");
    const before = Promise.allSettled(checked.values());
    const posture = before.then(() => reading.check(label === "" ? {} : { environmentLabel: label }));
    checked.set(label, posture);
    posture.catch(() => checked.delete(label));
    for (const old of [...checked.keys()].slice(0, Math.max(0, checked.size - LABELS))) checked.delete(old);
    return posture;
  }
}
