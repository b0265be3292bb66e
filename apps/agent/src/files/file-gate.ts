import { TargetError, type FileSystem } from "@interlock/connector";
import { appendAudit, type Db } from "@interlock/db";
import { judgeFile, type FileAct, type FileTerms } from "@interlock/policy";
import { ok, refuse, type AuditEvent, type AuditType, type Connection, type Outcome, type Principal } from "@interlock/protocol";
import { actingRole, humans, type Human } from "../command/people.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import { RateLimit } from "../rest/rate-limit.ts";
import type { ConnectionRegistry } from "../target/connection-registry.ts";
import type { Timeline } from "../timeline.ts";

export interface FileParts {
  db: Db;
  policy: Pick<PolicyFile, "current">;
  connections: Pick<ConnectionRegistry, "target">;
  timeline: Timeline;
}

/** Somebody who wants something of a host's files, from a room. */
export interface FileAsk {
  principal: Principal;
  roomId: string;
  connection: Connection;
  path: string;
}

/** Whoever was let through. */
export interface Admitted {
  who: Human;
  room: { id: string; severity: string | null };
  terms: FileTerms;
  files: FileSystem;
}

/** What stands before a host's files: who may by policy, from an open room in which they act, how often, and in the log before a byte (I1, I8). */
export class FileGate {
  readonly #parts: FileParts;
  readonly #rate = new RateLimit({ burst: 120, perSecond: 10 });

  constructor(parts: FileParts) {
    this.#parts = parts;
  }

  async admit(act: FileAct, ask: FileAsk): Promise<Outcome<Admitted>> {
    const { db, policy, connections } = this.#parts;
    const { principal, roomId, connection, path } = ask;
    if (!this.#rate.admits(principal.id)) return refuse("too_many_requests");
    const [room, people] = await Promise.all([
      db.room.findUnique({ where: { id: roomId }, select: { id: true, severity: true, closedAt: true } }),
      humans(db, [principal.id]),
    ]);
    const who = people.get(principal.id);
    if (room === null) return refuse("not_found", "There is no such room.");
    if (who === undefined || who.locked) return refuse("forbidden");
    if ((await actingRole(db, roomId, who)) === "observer") return refuse("observer");
    if (room.closedAt !== null) return refuse("room_closed");
    const terms = judgeFile(policy.current.files, act, { principal: who, connection });
    if (terms.decision === "deny") {
      await this.log("file.denied", ask, { act, rules: terms.rules, message: terms.message, path });
      return refuse("denied", terms.message);
    }
    const target = await attempt(() => connections.target(connection.id));
    if (!target.ok) return target;
    const files = target.value.fileSystem;
    if (files === undefined) return refuse("bad_request", `${connection.name} has no files to look at.`);
    return ok({ who, room, terms, files });
  }

  /** Whether somebody may do something, without asking for it. */
  terms(act: FileAct, who: Pick<Human, "name" | "groups">, connection: Connection): FileTerms {
    return judgeFile(this.#parts.policy.current.files, act, { principal: who, connection });
  }

  /** Durable when it resolves. */
  async log(type: AuditType, { principal, roomId, connection }: Omit<FileAsk, "path">, data: AuditEvent["data"]): Promise<void> {
    const { db, timeline } = this.#parts;
    const fact = { type, actor: principal.name, roomId, data: { connection: connection.name, ...data } };
    await timeline.publish(await db.$transaction((tx) => appendAudit(tx, fact)));
  }
}

/** A fault of the target as a refusal. */
export async function attempt<T>(ask: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return ok(await ask());
  } catch (error) {
    if (error instanceof TargetError) return refuse(error.code, error.message);
    throw error;
  }
}
