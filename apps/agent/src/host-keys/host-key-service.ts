import type { HostKeys, OfferedKey } from "@interlock/connector";
import { appendAudit, type Db, type HostKey as HostKeyRow } from "@interlock/db";
import { HostKey, ok, refuse, type HostKeyDecision, type Outcome, type Principal } from "@interlock/protocol";
import type { Log } from "../log.ts";
import type { Timeline } from "../timeline.ts";

/** Keys of one host that are kept without anybody's word: whoever has its port answers as they like. */
const MET = 8;

interface HostKeyParts {
  db: Db;
  timeline: Timeline;
  log: Log;
}

/** Which keys of which hosts an administrator has approved. A key is never taken on trust. */
export class HostKeyService {
  readonly #parts: HostKeyParts;

  constructor(parts: HostKeyParts) {
    this.#parts = parts;
  }

  /** For the connector of one connection. */
  of(connection: { id: string; name: string }): HostKeys {
    return {
      pinned: async (host, port) => {
        const where = { connectionId: connection.id, host: nameOf(host, port), state: "approved" };
        return this.#parts.db.hostKey.findMany({ where, select: { algorithm: true, key: true } });
      },
      met: (offer) => {
        this.#met(connection, offer).catch((error: unknown) =>
          this.#parts.log.error({ err: error, connection: connection.name }, "a host key could not be kept for an administrator"),
        );
      },
    };
  }

  /** Newest first. */
  async list(connectionId: string): Promise<HostKey[]> {
    const { db } = this.#parts;
    const rows = await db.hostKey.findMany({ where: { connectionId }, orderBy: { metAt: "desc" } });
    const people = await db.user.findMany({ where: { id: { in: rows.flatMap(({ decidedById }) => decidedById ?? []) } } });
    return rows.map((row) => viewOf(row, people.find(({ id }) => id === row.decidedById)?.name));
  }

  /** Only members of `admins`; an approved key can be refused later, and the other way round. */
  async decide(
    actor: Principal,
    connection: { id: string; name: string },
    keyId: string,
    { decision, fingerprint }: HostKeyDecision,
  ): Promise<Outcome<HostKey>> {
    if (!actor.groups.includes("admins")) return refuse("forbidden", "host keys are approved by members of admins");
    const { db, timeline } = this.#parts;
    const state = decision === "approve" ? "approved" : "refused";
    const done = await db.$transaction(async (tx) => {
      const row = await tx.hostKey.findFirst({ where: { id: keyId, connectionId: connection.id } });
      if (row === null) return refuse("not_found");
      if (row.fingerprint !== fingerprint) return refuse("digest_mismatch", "the fingerprint that was compared is not this key's");
      if (row.state === state) return ok({ row, event: undefined });
      const decided = await tx.hostKey.update({ where: { id: row.id }, data: { state, decidedById: actor.id, decidedAt: new Date() } });
      const data = { connection: connection.name, host: row.host, algorithm: row.algorithm, fingerprint };
      return ok({ row: decided, event: await appendAudit(tx, { type: `host_key.${state}`, actor: actor.name, data }) });
    });
    if (!done.ok) return done;
    const { row, event } = done.value;
    if (event !== undefined) await timeline.publish(event);
    return ok(viewOf(row, actor.name));
  }

  /** Kept once, and told to nobody's room: who approves it looks for it. */
  async #met(connection: { id: string; name: string }, { host, port, algorithm, key, fingerprint, state }: OfferedKey): Promise<void> {
    const place = nameOf(host, port);
    const event = await this.#parts.db.$transaction(async (tx) => {
      const unsaid = { connectionId: connection.id, host: place, state: "met" };
      const { count } = await tx.hostKey.createMany({
        data: { ...unsaid, algorithm, key, fingerprint },
        skipDuplicates: true,
      });
      if (count === 0) return undefined;
      const old = await tx.hostKey.findMany({ where: unsaid, orderBy: { metAt: "desc" }, skip: MET, select: { id: true } });
      await tx.hostKey.deleteMany({ where: { id: { in: old.map(({ id }) => id) } } });
      const data = { connection: connection.name, host: place, algorithm, fingerprint, changed: state === "changed" };
      return appendAudit(tx, { type: "host_key.met", actor: "system", data });
    });
    if (event !== undefined) await this.#parts.timeline.publish(event);
  }
}

const nameOf = (host: string, port: number): string => `${host}:${port}`;

function viewOf(row: HostKeyRow, decidedBy: string | undefined): HostKey {
  const { id, host, algorithm, fingerprint, state, metAt, decidedAt } = row;
  return HostKey.parse({
    id,
    host,
    algorithm,
    fingerprint,
    state,
    metAt: metAt.toISOString(),
    ...(decidedBy === undefined ? {} : { decidedBy }),
    ...(decidedAt === null ? {} : { decidedAt: decidedAt.toISOString() }),
  });
}
