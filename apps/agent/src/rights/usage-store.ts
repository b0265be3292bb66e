import type { Db } from "@interlock/db";
import { Usage } from "@interlock/kube-model";
import { appendAudit } from "@interlock/db";
import { UsageImport, type AuditEvent, type Connection, type Principal } from "@interlock/protocol";
import { isId } from "../room/membership.ts";

/** Rows written at once. */
const BATCH = 2_000;
/** Names of one use that a merged reading looks at, over all logs. */
const LOGS_OF_NAMES = 50;

/** What was read of one log, to be kept. */
export interface ReadLog {
  name: string;
  sha256: string;
  bytes: number;
  usage: Usage;
}

interface UseRow {
  name: string;
  verb: string;
  apiGroup: string | null;
  resource: string | null;
  namespace: string | null;
  path: string | null;
  times: number;
  last: Date;
  unnamed: boolean;
  names: string[][];
}

/** What imported audit logs tell of the rights that were used on a connection: kept by log, so that one can be taken out again. */
export class UsageStore {
  readonly #db: Db;
  /** The last reading of each connection, by the logs it is of. */
  readonly #read = new Map<string, { of: string; usage: Promise<Usage> }>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** Newest first. */
  async imports(connectionId: string): Promise<UsageImport[]> {
    const rows = await this.#db.usageImport.findMany({ where: { connectionId }, orderBy: { at: "desc" } });
    const people = await this.#db.user.findMany({
      where: { id: { in: [...new Set(rows.map(({ importedById }) => importedById))] } },
      select: { id: true, name: true },
    });
    return rows.map((row) => importOf(row, people.find(({ id }) => id === row.importedById)?.name ?? "somebody who is gone"));
  }

  /** The import of this very log, where there is one. */
  async known(connectionId: string, sha256: string): Promise<UsageImport | undefined> {
    const row = await this.#db.usageImport.findUnique({ where: { connectionId_sha256: { connectionId, sha256 } }, select: { id: true } });
    return row === null ? undefined : (await this.imports(connectionId)).find(({ id }) => id === row.id);
  }

  /** Keeps what a log told, and that somebody imported it, in one transaction. */
  async add(principal: Principal, connection: Connection, log: ReadLog): Promise<{ id: string; event: AuditEvent }> {
    const { name, sha256, bytes, usage } = log;
    return this.#db.$transaction(
      async (tx) => {
        const span = {
          ...(usage.from === undefined ? {} : { fromAt: new Date(usage.from) }),
          ...(usage.to === undefined ? {} : { toAt: new Date(usage.to) }),
        };
        const { id } = await tx.usageImport.create({
          data: {
            connectionId: connection.id,
            importedById: principal.id,
            name,
            sha256,
            bytes: BigInt(bytes),
            entries: usage.entries,
            counted: usage.counted,
            badLines: usage.problemCount,
            problems: usage.problems.map(({ line, message }) => ({ line, message })),
            ...span,
          },
        });
        const users = usage.users();
        for (let from = 0; from < users.length; from += BATCH)
          await tx.usageUser.createMany({
            data: users.slice(from, from + BATCH).map((user) => ({ importId: id, name: user, groups: usage.groupsOf(user) })),
          });
        const uses = users.flatMap((user) => usage.of(user).map((use) => ({ user, use })));
        for (let from = 0; from < uses.length; from += BATCH)
          await tx.usageUse.createMany({
            data: uses.slice(from, from + BATCH).map(({ user, use }) => ({
              importId: id,
              name: user,
              verb: use.verb,
              apiGroup: use.group ?? null,
              resource: use.resource ?? null,
              namespace: use.namespace ?? null,
              path: use.path ?? null,
              times: use.times,
              lastAt: new Date(use.last),
              names: [...use.names],
              unnamed: use.unnamed,
            })),
          });
        const data = {
          connection: connection.name,
          name,
          sha256,
          bytes,
          entries: usage.entries,
          counted: usage.counted,
          badLines: usage.problemCount,
        };
        return { id, event: await appendAudit(tx, { type: "usage.imported", actor: principal.name, data }) };
      },
      { timeout: 120_000, maxWait: 10_000 },
    );
  }

  /** Undefined where there is no such import of the connection. */
  async remove(principal: Principal, connection: Connection, id: string): Promise<AuditEvent | undefined> {
    if (!isId(id)) return undefined;
    return this.#db.$transaction(async (tx) => {
      const row = await tx.usageImport.findFirst({ where: { id, connectionId: connection.id }, select: { name: true, sha256: true } });
      if (row === null) return undefined;
      await tx.usageImport.delete({ where: { id } });
      return appendAudit(tx, { type: "usage.removed", actor: principal.name, data: { connection: connection.name, ...row } });
    });
  }

  /** What all logs of a connection tell together of the time since then. */
  async usage(connectionId: string, imports: readonly UsageImport[], since: number): Promise<Usage> {
    // Within an hour nothing that matters falls out of ninety days.
    const of = JSON.stringify([Math.floor(since / 3_600_000), imports.map(({ id }) => id)]);
    const known = this.#read.get(connectionId);
    if (known?.of === of) return known.usage;
    const usage = this.#merged(
      imports.map(({ id }) => id),
      since,
    );
    this.#read.set(connectionId, { of, usage });
    usage.catch(() => this.#read.delete(connectionId));
    return usage;
  }

  async #merged(ids: readonly string[], since: number): Promise<Usage> {
    const usage = new Usage(since);
    if (ids.length === 0) return usage;
    const users = await this.#db.usageUser.findMany({ where: { importId: { in: [...ids] } }, select: { name: true, groups: true } });
    for (const { name, groups } of users) usage.addKept(name, groups, []);
    const rows = await this.#db.$queryRaw<UseRow[]>`
      SELECT "name", "verb", "apiGroup", "resource", "namespace", "path", sum("times")::int AS "times", max("lastAt") AS "last",
             bool_or("unnamed") AS "unnamed", (array_agg(to_jsonb("names")))[1:${LOGS_OF_NAMES}::int] AS "names"
      FROM "UsageUse" WHERE "importId" = ANY(${[...ids]}::uuid[]) AND "lastAt" >= ${new Date(since)}
      GROUP BY "name", "verb", "apiGroup", "resource", "namespace", "path"`;
    for (const row of rows) {
      const { verb, times, unnamed } = row;
      const use = {
        verb,
        ...(row.apiGroup === null ? {} : { group: row.apiGroup }),
        ...(row.resource === null ? {} : { resource: row.resource }),
        ...(row.namespace === null ? {} : { namespace: row.namespace }),
        ...(row.path === null ? {} : { path: row.path }),
        times,
        last: row.last.getTime(),
        names: new Set(row.names.flat()),
        unnamed: unnamed || row.names.length >= LOGS_OF_NAMES,
      };
      usage.addKept(row.name, [], [use]);
    }
    return usage;
  }
}

interface ImportRow {
  id: string;
  at: Date;
  name: string;
  bytes: bigint;
  entries: number;
  counted: number;
  badLines: number;
  problems: unknown;
  fromAt: Date | null;
  toAt: Date | null;
}

function importOf({ bytes, fromAt, toAt, at, ...row }: ImportRow, by: string): UsageImport {
  return UsageImport.parse({
    ...row,
    at: at.toISOString(),
    by,
    bytes: Number(bytes),
    ...(fromAt === null ? {} : { from: fromAt.toISOString() }),
    ...(toAt === null ? {} : { to: toAt.toISOString() }),
  });
}
