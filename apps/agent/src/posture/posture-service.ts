import { TargetError } from "@interlock/connector";
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
import { maskedLines } from "../objects/masked-lines.ts";
import { READ_ALL, readRefusal } from "../objects/read-judgement.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import { RateLimit } from "../rest/rate-limit.ts";
import type { ConnectionRegistry } from "../target/connection-registry.ts";
import type { Timeline } from "../timeline.ts";
import { maskedFindings } from "./masked-findings.ts";
import { pageOf, type PostureQuery } from "./posture-page.ts";

/** Longest reading of a target, in milliseconds; what is not read by then is said to be unknown. */
const READ_MS = 45_000;
/** How long what was read is told again, in milliseconds: the pages of one answer are of one reading. */
const KEPT_MS = 60_000;
/** A target is not read anew more often than this, in milliseconds, whoever asks. */
const ANEW_MS = 5_000;
/** Readings kept at a time; one of a large cluster takes some ten megabytes. */
const KEPT = 8;

interface PostureParts {
  db: Db;
  policy: Pick<PolicyFile, "current">;
  connections: Pick<ConnectionRegistry, "target">;
  timeline: Timeline;
}

interface Reading {
  /** By `performance.now()`. */
  at: number;
  posture: Promise<Posture>;
}

/**
 * How well a target is set up. Judged by the policy as a read of it is, and in the log before anything is asked (I1). It only reads; a fix is
 * text that somebody may propose.
 */
export class PostureService {
  readonly #parts: PostureParts;
  readonly #audit: AnalysisAudit;
  readonly #rate = new RateLimit({ burst: 60, perSecond: 5 });
  readonly #readings = new Map<string, Reading>();

  constructor(parts: PostureParts) {
    this.#parts = parts;
    this.#audit = new AnalysisAudit(parts.db, parts.timeline, "posture.read");
  }

  page(principal: Principal, connection: Connection, query: PostureQuery): Promise<Outcome<PosturePage>> {
    return this.#read(principal, connection, async () => {
      const posture = await this.#reading(connection.id, query);
      const { detectors } = maskRules(this.#parts.policy.current);
      const page = pageOf(posture, query);
      return { ...page, findings: maskedFindings(page.findings, detectors) };
    });
  }

  /** Roles and bindings with what the detectors find masked, as everywhere (I7): people's addresses above all. */
  roles(principal: Principal, connection: Connection): Promise<Outcome<TargetRoles>> {
    return this.#read(principal, connection, async () => {
      const target = await this.#parts.connections.target(connection.id);
      if (target.roles === undefined) throw new TargetError("bad_request", "There are no roles of this kind of connection.");
      const { objects, unread } = await target.roles(AbortSignal.timeout(READ_MS));
      const { detectors } = maskRules(this.#parts.policy.current);
      // One line of JSON each, which stays JSON: what detectors find has neither quotes nor backslashes in it.
      const shown = objects.length === 0 ? [] : maskedLines(objects.map((one) => JSON.stringify(one)).join("\n"), detectors).split("\n");
      return { objects: shown.map((line) => JSON.parse(line) as Record<string, unknown>), unread: [...unread] };
    });
  }

  /** What somebody may read of a target, logged before it is. */
  async #read<T>(principal: Principal, connection: Connection, ask: () => Promise<T>): Promise<Outcome<T>> {
    if (!this.#rate.admits(principal.id)) return refuse("too_many_requests");
    // Reading all of a target is work for it; an observer asks for none (I8).
    if (principal.groups.length === 0) return refuse("observer", "You are in no group.");
    const reading = { proposer: principal, connection, room: undefined, impact: READ_ALL };
    const refusal = readRefusal(this.#parts.policy.current, reading);
    if (refusal !== undefined) return refuse("denied", refusal);
    await this.#audit.once(connection.id, { actor: principal.name, data: { connection: connection.name } });
    try {
      return ok(await ask());
    } catch (error) {
      if (error instanceof TargetError) return refuse(error.code === "cancelled" ? "analysis_timeout" : error.code, error.message);
      throw error;
    }
  }

  /** What was read a moment ago, or is being read for somebody else, else what is so now. */
  async #reading(connectionId: string, { label, fresh }: PostureQuery): Promise<Posture> {
    const key = JSON.stringify([connectionId, label]);
    const known = this.#readings.get(key);
    const age = known === undefined ? Infinity : performance.now() - known.at;
    if (known !== undefined && age < (fresh ? ANEW_MS : KEPT_MS)) return known.posture;
    const target = await this.#parts.connections.target(connectionId);
    if (target.posture === undefined) throw new TargetError("bad_request", "There are no checks for this kind of connection.");
    const posture = target.posture(label === undefined ? {} : { environmentLabel: label }, AbortSignal.timeout(READ_MS));
    const reading = { at: performance.now(), posture };
    for (const [old, { at }] of this.#readings)
      if (performance.now() - at >= KEPT_MS || this.#readings.size >= KEPT) this.#readings.delete(old);
    this.#readings.set(key, reading);
    // A failure is not told again: the target may be back.
    posture.catch(() => this.#readings.get(key) === reading && this.#readings.delete(key));
    return posture;
  }
}
