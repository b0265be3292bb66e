import { appendAudit, type Db, type Prisma, type Terminal as TerminalRow, type Tx } from "@interlock/db";
import type { TerminalTerms } from "@interlock/policy";
import type { AuditEvent, AuditType, Principal, TerminalOpening } from "@interlock/protocol";
import type { Timeline } from "../timeline.ts";
import type { StreamEnd } from "./terminal-stream.ts";
import { podData, type OpenedPod, type TerminalEnding } from "./terminal-view.ts";

/** What people do at a terminal, beside typing. */
export type TerminalAct = Extract<
  AuditType,
  | "terminal.control"
  | "terminal.moderated"
  | "terminal.paused"
  | "terminal.resumed"
  | "terminal.killed"
  | "terminal.line_asked"
  | "terminal.line_reviewed"
  | "terminal.line_decided"
>;

export interface NewTerminal {
  id: string;
  key: string;
  roomId: string;
  connection: { id: string; name: string };
  /** The connection's, or the pod's; the second and later ones of a room get their number behind it. */
  name: string;
  opener: Principal;
  opening: Omit<TerminalOpening, "pod"> & { pod: OpenedPod | undefined };
  terms: TerminalTerms;
}

type Data = AuditEvent["data"];

/** Terminals in the database: each change of one is a transaction with its audit event, told to the room afterwards. */
export class TerminalRecords {
  readonly #db: Db;
  readonly #timeline: Timeline;

  constructor(db: Db, timeline: Timeline) {
    this.#db = db;
    this.#timeline = timeline;
  }

  opened(made: NewTerminal): Promise<TerminalRow> {
    const { id, key, roomId, connection, opener, opening, terms } = made;
    const { columns, rows, reason, pod } = opening;
    return this.#change(roomId, async (tx) => {
      const name = await numbered(tx, roomId, made.name);
      const row = await tx.terminal.create({
        data: {
          id,
          key,
          roomId,
          connectionId: connection.id,
          name,
          openedById: opener.id,
          reason: reason ?? null,
          ...(pod === undefined ? {} : { pod }),
          terms: { ...terms } as unknown as Prisma.InputJsonObject,
          columns,
          rows,
          phase: "waiting",
          recording: "recording",
        },
      });
      const data = {
        terminalId: id,
        name,
        connection: connection.name,
        joining: terms.joining,
        rules: terms.rules,
        ...(reason === undefined ? {} : { reason }),
        ...podData(pod),
      };
      return { row, type: "terminal.opened", actor: opener.name, data };
    });
  }

  denied(roomId: string, actor: string, data: Data): Promise<unknown> {
    return this.#change(roomId, () => Promise.resolve({ row: undefined, type: "terminal.denied", actor, data }));
  }

  connecting(row: TerminalRow, { moderators }: { moderators: string[] }): Promise<TerminalRow> {
    return this.#change(row.roomId, async (tx) => ({
      row: await tx.terminal.update({ where: { id: row.id }, data: { phase: "connecting", connectedAt: new Date() } }),
      type: "terminal.connected",
      actor: "system",
      data: { terminalId: row.id, name: row.name, moderators },
    }));
  }

  /** One that has ended meanwhile stays ended. */
  async live(id: string): Promise<void> {
    await this.#db.terminal.updateMany({ where: { id, phase: "connecting" }, data: { phase: "live" } });
  }

  async act(row: TerminalRow, type: TerminalAct, actor: string, data: Data): Promise<void> {
    await this.#change(row.roomId, () => Promise.resolve({ row, type, actor, data: { terminalId: row.id, name: row.name, ...data } }));
  }

  ended(row: TerminalRow, end: TerminalEnding, stream: StreamEnd): Promise<TerminalRow> {
    const { recording, chunks, bytes, hash } = stream;
    return this.#change(row.roomId, async (tx) => ({
      row: await tx.terminal.update({
        where: { id: row.id },
        data: { phase: "ended", endedAt: new Date(), end: { ...end }, recording, columns: stream.columns, rows: stream.rows },
      }),
      type: "terminal.ended",
      actor: "system",
      data: { terminalId: row.id, name: row.name, end: plain(end), recording: { state: recording, chunks, bytes, hash } },
    }));
  }

  async #change<Row>(roomId: string, change: (tx: Tx) => Promise<{ row: Row; type: AuditType; actor: string; data: Data }>): Promise<Row> {
    const { row, event } = await this.#db.$transaction(async (tx) => {
      const { row: changed, ...said } = await change(tx);
      return { row: changed, event: await appendAudit(tx, { ...said, roomId }) };
    });
    await this.#timeline.publish(event);
    return row;
  }
}

/**
 * `name`, or `name · 2` where the room had one of that name: people speak of shells by it, and the log, the recording and every tab say the same.
 * Ended ones count, so that none is called what another was.
 */
async function numbered(tx: Tx, roomId: string, name: string): Promise<string> {
  // Two that open at once would count the same.
  await tx.$queryRaw`SELECT 1 AS locked FROM pg_advisory_xact_lock(hashtextextended(${`names of shells in ${roomId}`}, 0))`;
  const older = await tx.terminal.count({ where: { roomId, OR: [{ name }, { name: { startsWith: `${name} · ` } }] } });
  return older === 0 ? name : `${name} · ${older + 1}`;
}

/** Without what is not known. */
const plain = (end: TerminalEnding): Record<string, string | number> =>
  Object.fromEntries(Object.entries(end).filter((entry): entry is [string, string | number] => entry[1] !== undefined));
