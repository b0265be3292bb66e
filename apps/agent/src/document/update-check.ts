import { LIMITS, ok, refuse, type Outcome } from "@interlock/protocol";
import type { Id, Insertion, Range } from "./update-reader.ts";
import { mergeRanges, readUpdate, UnreadableUpdate } from "./update-reader.ts";

/** What an update is judged against: the document as it will be once everything accepted before it is applied. */
export interface DocumentView {
  /** First clock of this client id that is not there yet. */
  stateOf(client: number): number;
  /** Who alone may bring text under this client id; undefined: whoever does first. */
  ownerOf(client: number): string | null | undefined;
  /** Whether the log says so already. */
  isBound(client: number): boolean;
  /** The parts of a range that are there and not deleted. */
  undeleted(range: Range): Iterable<Range>;
  /** UTF-8 bytes of the live text, or a little more. */
  textBytes(): number;
  /** Bytes of all that was ever typed, deleted text included. */
  historyBytes(): number;
}

export interface CheckedUpdate {
  /** False when it says only what is known already, as every browser does when it connects. */
  news: boolean;
  /** Client ids that become the sender's with it. */
  binds: number[];
  /** What it deletes that was not deleted before. */
  deletions: Range[];
  /** State of each client id it extends. */
  states: Map<number, number>;
  addedBytes: number;
}

/** Deleted text stays in the document so that its authors stay known; this bounds what that can grow to, in bytes. */
export const HISTORY_BYTES = 16 * LIMITS.documentBytes;

/**
 * Whether `userId` may bring this update. Refuses what is not plain text, what stands under somebody else's client id (`struct_not_yours`),
 * what builds on text that is not there (Yjs would keep it and apply it later, under whoever completes it), and what is too large.
 */
export function checkUpdate(view: DocumentView, userId: string, bytes: Uint8Array): Outcome<CheckedUpdate> {
  let update;
  try {
    update = readUpdate(bytes);
  } catch (error) {
    if (error instanceof UnreadableUpdate) return refuse("malformed_frame", error.message);
    throw error;
  }
  const clients = new Map<number, Insertion[]>();
  for (const insertion of update.insertions) {
    const runs = clients.get(insertion.client);
    if (runs === undefined) clients.set(insertion.client, [insertion]);
    else runs.push(insertion);
  }
  const binds: number[] = [];
  for (const client of clients.keys()) {
    const owner = view.ownerOf(client);
    if (owner !== undefined && owner !== userId) return refuse("struct_not_yours");
    if (!view.isBound(client)) binds.push(client);
  }
  const states = integrate(view, clients);
  const stateOf = (client: number): number => states?.get(client) ?? view.stateOf(client);
  if (states === undefined || update.deletions.some((range) => range.clock + range.length > stateOf(range.client)))
    return refuse("malformed_frame", "the update builds on text that is not in the document");
  let addedBytes = 0;
  for (const { client, clock, length, text } of update.insertions)
    if (clock + length > view.stateOf(client) && text !== undefined) addedBytes += Buffer.byteLength(text);
  if (addedBytes > 0 && view.textBytes() + addedBytes > LIMITS.documentBytes)
    return refuse("too_large", `a document holds at most ${LIMITS.documentBytes} bytes of text`);
  if (view.historyBytes() + bytes.byteLength > HISTORY_BYTES)
    return refuse("too_large", `a document and its history hold at most ${HISTORY_BYTES} bytes; go on in a new document`);
  const deletions = update.deletions.flatMap((range) => [...view.undeleted(range)]);
  // Runs that arrive deleted were deleted by whoever brings them.
  for (const { client, clock, length, text } of update.insertions)
    if (text === undefined && clock + length > view.stateOf(client)) deletions.push({ client, clock, length });
  const news = deletions.length > 0 || [...states].some(([client, state]) => state > view.stateOf(client));
  return ok({ news, binds, deletions: mergeRanges(deletions), states, addedBytes });
}

/** The states after everything is integrated in an order that works; undefined when there is none. */
function integrate(view: DocumentView, clients: Map<number, Insertion[]>): Map<number, number> | undefined {
  const states = new Map<number, number>();
  const stateOf = (client: number): number => states.get(client) ?? view.stateOf(client);
  const there = (id: Id | undefined): boolean => id === undefined || id.clock < stateOf(id.client);
  const next = new Map([...clients.keys()].map((client) => [client, 0]));
  for (let progress = true; progress && next.size > 0;) {
    progress = false;
    for (const [client, start] of next) {
      const runs = clients.get(client)!;
      let at = start;
      for (; at < runs.length; at++) {
        const { clock, length, origin, rightOrigin } = runs[at]!;
        // Yjs looks for the neighbours even of a run that it knows already.
        if (clock > stateOf(client) || !there(origin) || !there(rightOrigin)) break;
        if (clock + length > stateOf(client)) states.set(client, clock + length);
      }
      if (at === start) continue;
      progress = true;
      if (at === runs.length) next.delete(client);
      else next.set(client, at);
    }
  }
  return next.size === 0 ? states : undefined;
}
