import { TargetError } from "@interlock/connector";
import type { Db } from "@interlock/db";
import { maskRules } from "@interlock/policy";
import {
  ok,
  reachEndText,
  refuse,
  type Connection,
  type Outcome,
  type Principal,
  type Reachability,
  type ReachEnd,
  type ReachQuestion,
} from "@interlock/protocol";
import { AnalysisAudit } from "../draft/analysis-audit.ts";
import { maskedValues } from "../objects/masked-values.ts";
import { readOfKinds, readRefusal, type ReadObject } from "../objects/read-judgement.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import { RateLimit } from "../rest/rate-limit.ts";
import { judgedRoom } from "../room/judged-room.ts";
import type { Membership } from "../room/membership.ts";
import type { ConnectionRegistry } from "../target/connection-registry.ts";
import type { WholeReads } from "../target/whole-reads.ts";
import type { Timeline } from "../timeline.ts";

/** Longest answer, in milliseconds: pods and policies of a whole cluster are read for it. */
const ANSWER_MS = 30_000;
const HIDDEN = "The smallest change names a value that is masked for you, so that it is not shown.";

interface ReachParts {
  db: Db;
  policy: Pick<PolicyFile, "current">;
  connections: Pick<ConnectionRegistry, "target">;
  membership: Pick<Membership, "roomOf">;
  reads: WholeReads;
  timeline: Timeline;
}

/**
 * Whether a target's network policies let a connection through. Judged by the policy as reading what it looks into is, and in the log before
 * anything is asked (I1).
 */
export class ReachService {
  readonly #parts: ReachParts;
  readonly #audit: AnalysisAudit;
  readonly #rate = new RateLimit({ burst: 60, perSecond: 2 });

  constructor(parts: ReachParts) {
    this.#parts = parts;
    this.#audit = new AnalysisAudit(parts.db, parts.timeline, "reachability.asked");
  }

  async ask(principal: Principal, connection: Connection, question: ReachQuestion, roomId?: string): Promise<Outcome<Reachability>> {
    // Each question reads much of the target; an observer asks none (I8).
    if (principal.groups.length === 0) return refuse("observer", "You are in no group.");
    if (!this.#rate.admits(principal.id)) return refuse("too_many_requests");
    const room = await judgedRoom(this.#parts.membership, principal, roomId);
    if (!room.ok) return room;
    try {
      const target = await this.#parts.connections.target(connection.id);
      const reach = target.reach?.bind(target);
      if (reach === undefined) return refuse("bad_request", "This connection has no network policies.");
      const impact = readOfKinds(target.looksInto?.("reach") ?? [], [question.from, question.to].flatMap(objectOf));
      const refusal = readRefusal(this.#parts.policy.current, { proposer: principal, connection, room: room.value, impact });
      if (refusal !== undefined) return refuse("denied", refusal);
      const [from, to] = [reachEndText(question.from), `${reachEndText(question.to)} ${question.port}/${question.protocol}`];
      const data = { connection: connection.name, from, to };
      await this.#audit.once(`${connection.id} ${from} ${to} ${roomId ?? ""}`, { actor: principal.name, roomId, data });
      const what = `reach ${from} ${to}`;
      const answer = await this.#parts.reads.of(connection.id, { what, limitMs: ANSWER_MS, read: (signal) => reach(question, signal) });
      return ok(maskedAnswer(answer, maskRules(this.#parts.policy.current).detectors));
    } catch (error) {
      if (error instanceof TargetError) return refuse(error.code, error.message);
      throw error;
    }
  }
}

/** What a question names. A workload's name stands where a pod's does. */
function objectOf(end: ReachEnd): ReadObject[] {
  if ("ip" in end) return [];
  return "pod" in end
    ? [{ object: `v1 Pod ${end.namespace}/${end.pod}`, kind: "Pod" }]
    : [{ object: `v1 Service ${end.namespace}/${end.service}`, kind: "Service" }];
}

/** As everywhere (I7). Lines that would not do what they say any more are left out whole. */
function maskedAnswer({ change, ...answer }: Reachability, detectors: readonly string[]): Reachability {
  const shown = maskedValues(answer, detectors);
  if (change === undefined) return shown;
  const unmasked = JSON.stringify(maskedValues(change, detectors)) === JSON.stringify(change);
  return unmasked ? { ...shown, change } : { ...shown, notes: [...shown.notes, HIDDEN] };
}
