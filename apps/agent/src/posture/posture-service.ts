import { TargetError, type PostureReading } from "@interlock/connector";
import { maskRules } from "@interlock/policy";
import { ok, type Connection, type Outcome, type Posture, type PosturePage, type Principal, type TargetRoles } from "@interlock/protocol";
import { maskedValues } from "../objects/masked-values.ts";
import { ReadGate, type ReadGateParts } from "../objects/read-gate.ts";
import { RateLimit } from "../rest/rate-limit.ts";
import type { WholeReads } from "../target/whole-reads.ts";
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

interface PostureParts extends ReadGateParts {
  reads: WholeReads;
}

/**
 * How well a target is set up. Judged by the policy as reading what it looks into is, and in the log before anything is asked (I1). It only
 * reads; a fix is text that somebody may propose.
 */
export class PostureService {
  readonly #parts: PostureParts;
  readonly #gates: Record<"posture" | "roles", ReadGate>;
  /** The checks take a while of this process each time: by a label that nobody asked for yet they are held anew. */
  readonly #checking = new RateLimit({ burst: 10, perSecond: 0.2 });
  readonly #checked = new WeakMap<PostureReading, Map<string, Promise<Posture>>>();

  constructor(parts: PostureParts) {
    this.#parts = parts;
    this.#gates = { posture: new ReadGate(parts, "posture.read"), roles: new ReadGate(parts, "roles.read") };
  }

  page(principal: Principal, connection: Connection, query: PostureQuery, roomId?: string): Promise<Outcome<PosturePage>> {
    return this.#gates.posture.read({ principal, connection, what: "posture", roomId }, async (target) => {
      const read = target.posture?.bind(target);
      if (read === undefined) throw new TargetError("bad_request", "There are no checks for this kind of connection.");
      const freshMs = query.fresh === true ? ANEW_MS : KEPT_MS;
      const whole = { what: "posture", limitMs: READ_MS, freshMs, keptMs: KEPT_MS, read };
      const reading = await this.#parts.reads.of(connection.id, whole);
      const posture = await this.#checks(principal, reading, query.label);
      const { detectors } = maskRules(this.#parts.policy.current);
      const { findings, unread, checks, ...page } = pageOf(posture, query);
      // What a target says of what may not be read names people, too.
      return ok({ ...page, findings: maskedFindings(findings, detectors), ...maskedValues({ unread, checks }, detectors) });
    });
  }

  /** Roles and bindings with what the detectors find masked, as everywhere (I7): people's addresses above all. */
  roles(principal: Principal, connection: Connection, roomId?: string): Promise<Outcome<TargetRoles>> {
    return this.#gates.roles.read({ principal, connection, what: "roles", roomId }, async (target) => {
      const read = target.roles?.bind(target);
      if (read === undefined) throw new TargetError("bad_request", "There are no roles of this kind of connection.");
      const { objects, unread } = await this.#parts.reads.of(connection.id, { what: "roles", limitMs: READ_MS, freshMs: ANEW_MS, read });
      const { detectors } = maskRules(this.#parts.policy.current);
      return ok(maskedValues({ objects: [...objects], unread: [...unread] }, detectors));
    });
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
