import type { Db, Terminal as TerminalRow } from "@interlock/db";
import type { RecordingCheck } from "@interlock/protocol";
import { checkCast, type ChunkStore } from "@interlock/recording";
import type { RecordedTerminal } from "./recording-view.ts";

type Logged = NonNullable<RecordingCheck["logged"]>;

/** Reads all of a recording and holds it against the newest hash of it in the audit log. Throws StorageFault where it cannot be read. */
export async function checkRecording(db: Db, row: RecordedTerminal, store: ChunkStore): Promise<RecordingCheck> {
  const logged = await newestLogged(db, row);
  const known = logged === undefined ? {} : { logged };
  const { removal } = row;
  if (removal !== null) return { verdict: "removed", chunks: 0, bytes: 0, chain: removal.hash, ...known };
  const { end, fault, ...size } = await checkCast(store, row.id, logged);
  if (fault !== undefined) return { verdict: "broken", ...size, ...known, fault };
  if (row.phase !== "ended") return { verdict: "so_far", ...size, ...known };
  if (logged === undefined && size.chunks > 0)
    return { verdict: "broken", ...size, fault: { chunk: size.chunks - 1, why: "the audit log does not have it" } };
  return { verdict: end === "open" ? "so_far" : "whole", ...size, ...known };
}

/** What the audit log has of its pieces: those of its end, else those it was chained with last. */
async function newestLogged(db: Db, { id, roomId }: Pick<TerminalRow, "id" | "roomId">): Promise<Logged | undefined> {
  const event = await db.auditEvent.findFirst({
    where: { roomId, type: { in: ["terminal.ended", "recording.chained"] }, data: { contains: `"terminalId":"${id}"` } },
    orderBy: { seq: "desc" },
  });
  if (event === null) return undefined;
  const data = JSON.parse(event.data) as { chunk?: number; chain?: string; recording?: { chunks: number; hash: string } };
  const chunk = data.recording === undefined ? data.chunk : data.recording.chunks - 1;
  const chain = data.recording?.hash ?? data.chain;
  if (chunk === undefined || chain === undefined || chunk < 0) return undefined;
  return { seq: Number(event.seq), at: event.at.toISOString(), chunk, chain };
}
