import { TargetError } from "@interlock/connector";
import type { Db } from "@interlock/db";
import {
  ok,
  refuse,
  type Connection,
  type Outcome,
  type Principal,
  type Reachability,
  type ReachEnd,
  type ReachQuestion,
} from "@interlock/protocol";
import { AnalysisAudit } from "../draft/analysis-audit.ts";
import { readOf, readRefusal } from "../objects/read-judgement.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import { RateLimit } from "../rest/rate-limit.ts";
import type { ConnectionRegistry } from "../target/connection-registry.ts";
import type { Timeline } from "../timeline.ts";

/** Longest answer, in milliseconds: pods and policies of a whole cluster are read for it. */
const ANSWER_MS = 30_000;

interface ReachParts {
  db: Db;
  policy: Pick<PolicyFile, "current">;
  connections: Pick<ConnectionRegistry, "target">;
  timeline: Timeline;
}

/** Whether a target's network policies let a connection through. Judged by the policy as reading them is, and in the log before anything is asked (I1). */
export class ReachService {
  readonly #parts: ReachParts;
  readonly #audit: AnalysisAudit;
  readonly #rate = new RateLimit({ burst: 60, perSecond: 2 });

  constructor(parts: ReachParts) {
    this.#parts = parts;
    this.#audit = new AnalysisAudit(parts.db, parts.timeline, "reachability.asked");
  }

  async ask(principal: Principal, connection: Connection, question: ReachQuestion): Promise<Outcome<Reachability>> {
    // Each question reads much of the target; an observer asks none (I8).
    if (principal.groups.length === 0) return refuse("observer", "You are in no group.");
    if (!this.#rate.admits(principal.id)) return refuse("too_many_requests");
    const reading = { proposer: principal, connection, room: undefined, impact: POLICIES_READ };
    const refusal = readRefusal(this.#parts.policy.current, reading);
    if (refusal !== undefined) return refuse("denied", refusal);
    try {
      const target = await this.#parts.connections.target(connection.id);
      if (target.reach === undefined) return refuse("bad_request", "This connection has no network policies.");
      const [from, to] = [endText(question.from), `${endText(question.to)} ${question.port}/${question.protocol}`];
      await this.#audit.once(`${connection.id} ${from} ${to}`, { actor: principal.name, data: { connection: connection.name, from, to } });
      return ok(await target.reach(question, AbortSignal.timeout(ANSWER_MS)));
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      if (error.code === "cancelled") return refuse("analysis_timeout", `The cluster did not answer within ${ANSWER_MS / 1000} s.`);
      return refuse(error.code, error.message);
    }
  }
}

const POLICIES_READ = readOf("networking.k8s.io/v1 NetworkPolicy", "NetworkPolicy");

function endText(end: ReachEnd): string {
  if ("ip" in end) return end.ip;
  return "pod" in end ? `${end.namespace}/${end.pod}` : `${end.namespace}/svc/${end.service}`;
}
