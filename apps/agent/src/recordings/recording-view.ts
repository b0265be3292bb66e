import type { Prisma } from "@interlock/db";
import type { RecordingTerms } from "@interlock/policy";
import { Recording } from "@interlock/protocol";

export const WITH_ALL = { room: true, connection: true, hold: true, removal: true } satisfies Prisma.TerminalInclude;
export type RecordedTerminal = Prisma.TerminalGetPayload<{ include: typeof WITH_ALL }>;

/** What is stored of a recording. */
export interface StoredSize {
  chunks: number;
  bytes: number;
  /** Of output, up to its last piece. */
  outputBytes: number;
  lastsMs: number;
}

export const NOTHING_STORED: StoredSize = { chunks: 0, bytes: 0, outputBytes: 0, lastsMs: 0 };

/** A recording as people see it. `openedBy`: the person's name. */
export function recordingView(row: RecordedTerminal, openedBy: string, stored: StoredSize, terms: RecordingTerms): Recording {
  const { room, connection, hold, removal, endedAt } = row;
  const keptUntil = removal === null && hold === null && endedAt !== null && terms.keep !== undefined;
  return Recording.parse({
    id: row.id,
    room: { id: room.id, code: `INC-${room.number}`, title: room.title },
    name: row.name,
    connection: connection.name,
    environment: connection.environment,
    openedBy,
    openedAt: row.openedAt.toISOString(),
    ...(endedAt === null ? {} : { endedAt: endedAt.toISOString() }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.end === null ? {} : { end: row.end }),
    state: removal === null ? row.recording : "removed",
    ...stored,
    // A recording that is complete lasts as long as its shell; of another one it is not known for how long it goes on behind its last piece.
    ...(row.recording === "sealed" && endedAt !== null && removal === null ? { lastsMs: endedAt.getTime() - row.openedAt.getTime() } : {}),
    columns: row.columns,
    rows: row.rows,
    ...(hold === null ? {} : { hold: { reason: hold.reason, by: hold.by, at: hold.at.toISOString() } }),
    ...(keptUntil ? { keptUntil: { at: new Date(endedAt.getTime() + terms.keep!.ms).toISOString(), rule: terms.keep!.rule } } : {}),
    ...(removal === null
      ? {}
      : {
          removed: {
            at: removal.at.toISOString(),
            rule: removal.rule,
            policyVersion: removal.policyVersion,
            chunks: removal.chunks,
            bytes: Number(removal.bytes),
            hash: removal.hash,
          },
        }),
  });
}
