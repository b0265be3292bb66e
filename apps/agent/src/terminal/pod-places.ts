import { TargetError, type PodFacts } from "@interlock/connector";
import type { Db } from "@interlock/db";
import { ok, refuse, type Connection, type Outcome, type Principal, type TerminalPod } from "@interlock/protocol";
import { AnalysisAudit } from "../draft/analysis-audit.ts";
import { readOf, readRefusal } from "../objects/read-judgement.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import { RateLimit } from "../rest/rate-limit.ts";
import { judgedRoom } from "../room/judged-room.ts";
import type { Membership } from "../room/membership.ts";
import type { ConnectionRegistry } from "../target/connection-registry.ts";
import type { Timeline } from "../timeline.ts";

/** Longest wait for what a cluster says of a pod, in milliseconds. */
const ASK_MS = 10_000;

interface PodPlacesParts {
  db: Db;
  policy: Pick<PolicyFile, "current">;
  connections: Pick<ConnectionRegistry, "target">;
  membership: Pick<Membership, "roomOf">;
  timeline: Timeline;
}

/** Pods as they are before a shell is opened in one: read as any object is, judged and in the log first (I1). */
export class PodPlaces {
  readonly #parts: PodPlacesParts;
  readonly #audit: AnalysisAudit;
  readonly #rate = new RateLimit({ burst: 60, perSecond: 5 });

  constructor(parts: PodPlacesParts) {
    this.#parts = parts;
    this.#audit = new AnalysisAudit(parts.db, parts.timeline, "object.opened");
  }

  async facts(
    principal: Principal,
    roomId: string,
    connection: Connection,
    { namespace, name }: Pick<TerminalPod, "namespace" | "name">,
  ): Promise<Outcome<PodFacts>> {
    if (!this.#rate.admits(principal.id)) return refuse("too_many_requests");
    const room = await judgedRoom(this.#parts.membership, principal, roomId);
    if (!room.ok) return room;
    const object = `v1 Pod ${namespace}/${name}`;
    const refusal = readRefusal(this.#parts.policy.current, {
      proposer: principal,
      connection,
      room: room.value,
      impact: readOf(object, "Pod"),
    });
    if (refusal !== undefined) return refuse("denied", refusal);
    await this.#audit.once(`${roomId} ${connection.id} ${object}`, {
      actor: principal.name,
      roomId,
      data: { connection: connection.name, object },
    });
    try {
      const target = await this.#parts.connections.target(connection.id);
      if (target.pod === undefined) return refuse("bad_request", "This connection has no pods.");
      return ok(await target.pod({ namespace, name }, AbortSignal.timeout(ASK_MS)));
    } catch (error) {
      if (error instanceof TargetError) return refuse(error.code, error.message);
      throw error;
    }
  }
}
