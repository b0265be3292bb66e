import { TargetError } from "@interlock/connector";
import type { Db } from "@interlock/db";
import { refuse, type AuditEvent, type AuditType, type Connection, type Impact, type Outcome, type Principal } from "@interlock/protocol";
import { AnalysisAudit } from "../draft/analysis-audit.ts";
import { readRefusal } from "../objects/read-judgement.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import { RateLimit } from "../rest/rate-limit.ts";
import type { Timeline } from "../timeline.ts";

export interface ReadGateParts {
  db: Db;
  policy: Pick<PolicyFile, "current">;
  timeline: Timeline;
}

/** What stands before reading a target by the way: who may, as policy judges it, how often, and in the log before it is asked (I1). */
export class ReadGate {
  readonly #policy: ReadGateParts["policy"];
  readonly #audit: AnalysisAudit;
  readonly #rate = new RateLimit({ burst: 60, perSecond: 5 });

  constructor({ db, policy, timeline }: ReadGateParts, type: AuditType) {
    this.#policy = policy;
    this.#audit = new AnalysisAudit(db, timeline, type);
  }

  /** `slow`: what is said where the target took too long. `impact`: what is read, for policy to judge. */
  async read<T>({ principal, connection, impact, subject, data = {}, slow }: Reading, ask: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    // Reading much of a target is work for it; an observer asks for none (I8).
    if (principal.groups.length === 0) return refuse("observer", "You are in no group.");
    if (!this.#rate.admits(principal.id)) return refuse("too_many_requests");
    const refusal = readRefusal(this.#policy.current, { proposer: principal, connection, room: undefined, impact });
    if (refusal !== undefined) return refuse("denied", refusal);
    await this.#audit.once(`${connection.id} ${subject}`, { actor: principal.name, data: { connection: connection.name, ...data } });
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      return error.code === "cancelled" ? refuse("analysis_timeout", slow) : refuse(error.code, error.message);
    }
  }
}

interface Reading {
  principal: Principal;
  connection: Connection;
  impact: Impact;
  /** Of what is asked: while somebody keeps at one, it is in the log once. */
  subject: string;
  data?: AuditEvent["data"];
  slow: string;
}
