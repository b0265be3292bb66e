import { TargetError, type Target } from "@interlock/connector";
import type { Db } from "@interlock/db";
import { refuse, type AuditEvent, type AuditType, type Connection, type Outcome, type Principal } from "@interlock/protocol";
import { AnalysisAudit } from "../draft/analysis-audit.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import { RateLimit } from "../rest/rate-limit.ts";
import { judgedRoom } from "../room/judged-room.ts";
import type { Membership } from "../room/membership.ts";
import type { ConnectionRegistry } from "../target/connection-registry.ts";
import type { Timeline } from "../timeline.ts";
import { readOfKinds, readRefusal, type ReadObject } from "./read-judgement.ts";

export interface ReadGateParts {
  db: Db;
  policy: Pick<PolicyFile, "current">;
  connections: Pick<ConnectionRegistry, "target">;
  membership: Pick<Membership, "roomOf">;
  timeline: Timeline;
}

export interface GatedRead {
  principal: Principal;
  connection: Connection;
  /** From which it is asked, and by which it is judged. */
  roomId?: string | undefined;
  /** What the target looks into for it. */
  what: Parameters<NonNullable<Target["looksInto"]>>[0];
  /** What the question names besides. */
  named?: readonly ReadObject[];
  /** Of what is asked: while somebody keeps at one, it is in the log once. */
  subject?: string;
  data?: AuditEvent["data"];
}

/** What stands before reading a target by the way: who may, as policy judges it, how often, and in the log before it is asked (I1). */
export class ReadGate {
  readonly #parts: ReadGateParts;
  readonly #audit: AnalysisAudit;
  readonly #rate = new RateLimit({ burst: 60, perSecond: 5 });

  constructor(parts: ReadGateParts, type: AuditType) {
    this.#parts = parts;
    this.#audit = new AnalysisAudit(parts.db, parts.timeline, type);
  }

  /** `ask` may reject with TargetError, e.g. where the target has nothing of that kind. */
  async read<T>(read: GatedRead, ask: (target: Target) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const { principal, connection, roomId, what, named, subject = "", data = {} } = read;
    if (!this.#rate.admits(principal.id)) return refuse("too_many_requests");
    // Reading much of a target is work for it; an observer asks for none (I8).
    if (principal.groups.length === 0) return refuse("observer", "You are in no group.");
    const room = await judgedRoom(this.#parts.membership, principal, roomId);
    if (!room.ok) return room;
    try {
      const target = await this.#parts.connections.target(connection.id);
      const impact = readOfKinds(target.looksInto?.(what) ?? [], named);
      const refusal = readRefusal(this.#parts.policy.current, { proposer: principal, connection, room: room.value, impact });
      if (refusal !== undefined) return refuse("denied", refusal);
      const logged = { actor: principal.name, roomId, data: { connection: connection.name, ...data } };
      await this.#audit.once(`${connection.id} ${roomId ?? ""} ${subject}`, logged);
      return await ask(target);
    } catch (error) {
      if (error instanceof TargetError) return refuse(error.code, error.message);
      throw error;
    }
  }
}
