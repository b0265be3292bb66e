import type { AuditEvent } from "@interlock/protocol";
import { canonicalJson } from "./canonical-json.ts";
import { eventHash, GENESIS } from "./event-hash.ts";

/**
 * An event as it is stored or sent. Give `data` as the stored text where there is one: then a byte that changes the text but not its meaning
 * (a space, the order of keys) is found, too.
 */
export interface AuditRow {
  seq: number | bigint;
  at: string | Date;
  type: string;
  actor: string;
  roomId: string | null;
  commandId: string | null;
  data: string | AuditEvent["data"];
  prev: string;
  hash: string;
}

/** The newest link as kept apart from the events; what makes a cut tail visible. */
export interface ChainHead {
  seq: number | bigint;
  hash: string;
}

/** `seq` is the first event that is not as it was written, or the first that is missing. */
export type ChainVerdict = { ok: true; events: number } | { ok: false; seq: number; reason: string };

/**
 * Walks a whole chain from its first event, in ascending `seq`, holding one event at a time. With `head` the end is checked as well;
 * `null` says that there ought to be one and is not. Rejects only when the rows themselves cannot be read.
 */
export async function verifyChain(rows: AsyncIterable<AuditRow> | Iterable<AuditRow>, head?: ChainHead | null): Promise<ChainVerdict> {
  let seq = 0;
  let hash = GENESIS;
  for await (const row of rows) {
    const expected = seq + 1;
    if (Number(row.seq) !== expected) {
      const reason =
        Number(row.seq) > expected ? `event ${expected} is missing; the next one is ${row.seq}` : `event ${row.seq} is out of order`;
      return { ok: false, seq: expected, reason };
    }
    const reason = faultOf(row, hash);
    if (reason !== undefined) return { ok: false, seq: expected, reason };
    seq = expected;
    hash = row.hash;
  }
  return verifyEnd(seq, hash, head);
}

function faultOf(row: AuditRow, prev: string): string | undefined {
  if (row.prev !== prev) return "its prev is not the hash of the event before";
  let actual: string;
  try {
    actual = hashOfRow(row);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return actual === row.hash ? undefined : "its hash does not match its content";
}

/** Throws with a reason, made for people, when a field is not what any writer could have written. */
function hashOfRow(row: AuditRow): string {
  const at = typeof row.at === "string" ? row.at : Number.isNaN(row.at.getTime()) ? undefined : row.at.toISOString();
  if (at === undefined) throw new Error("its time is not a time");
  return eventHash({ ...row, seq: Number(row.seq), at, data: dataOf(row.data) });
}

function dataOf(data: AuditRow["data"]): AuditEvent["data"] {
  if (typeof data !== "string") return data;
  let parsed: AuditEvent["data"];
  try {
    parsed = JSON.parse(data) as AuditEvent["data"];
  } catch {
    // The parser's own message quotes the data; an audit report may be read by more people than the log.
    throw new Error("its data is not JSON");
  }
  if (canonicalJson(parsed) !== data) throw new Error("its data is not in canonical form, so it was not written by Interlock");
  return parsed;
}

function verifyEnd(seq: number, hash: string, head: ChainHead | null | undefined): ChainVerdict {
  if (head === undefined) return { ok: true, events: seq };
  if (head === null) return seq === 0 ? { ok: true, events: 0 } : { ok: false, seq, reason: "the head of the chain is missing" };
  const end = Number(head.seq);
  if (end > seq) return { ok: false, seq: seq + 1, reason: `the tail is cut off: the head says event ${end} is the newest` };
  if (end < seq) return { ok: false, seq: end + 1, reason: `the head says event ${end} is the newest, but there are events after it` };
  if (head.hash !== (seq === 0 ? GENESIS : hash)) return { ok: false, seq, reason: "the head holds another hash than the newest event" };
  return { ok: true, events: seq };
}
