import * as decoding from "lib0/decoding";

/** A run of Yjs structs: `length` units of client `client` from `clock` on. */
export interface Range {
  client: number;
  clock: number;
  length: number;
}

export interface Id {
  client: number;
  clock: number;
}

/** One inserted run as it stands in an update, before it is anything in a document. */
export interface Insertion extends Range {
  origin: Id | undefined;
  rightOrigin: Id | undefined;
  /** Undefined when the run arrives already deleted. */
  text: string | undefined;
}

export interface ReadUpdate {
  /** In the order of the bytes; one client's runs are together and without gaps. */
  insertions: Insertion[];
  /** Merged and sorted by client and clock. */
  deletions: Range[];
}

/** Why an update is refused; the message is fit for its sender. */
export class UnreadableUpdate extends Error {}

/** The one shared text of a document. */
export const CONTENT = "content";

const HAS_ORIGIN = 0x80;
const HAS_RIGHT_ORIGIN = 0x40;
const HAS_PARENT_SUB = 0x20;
const CONTENT_BITS = 0x1f;
const CONTENT_DELETED = 1;
const CONTENT_STRING = 4;
const MAX_CLIENT = 0xffff_ffff;
/** Client ids with runs in one update. An honest browser brings its own; only a crowd would make the order of integration costly to check. */
const MAX_CLIENTS = 32;

/**
 * Reads a Yjs update (format version 1) strictly: only plain text in the root text `content`. Yjs itself is lenient where leniency would
 * let what was checked differ from what is applied (a client twice, gaps, skipped structs, embedded types), so nothing of that passes.
 * Throws UnreadableUpdate.
 */
export function readUpdate(bytes: Uint8Array): ReadUpdate {
  try {
    const decoder = decoding.createDecoder(bytes);
    const insertions = readInsertions(decoder);
    const deletions = readDeletions(decoder);
    if (decoding.hasContent(decoder)) throw new UnreadableUpdate("bytes follow the update");
    return { insertions, deletions };
  } catch (error) {
    if (error instanceof UnreadableUpdate) throw error;
    throw new UnreadableUpdate("the update cannot be decoded");
  }
}

function readInsertions(decoder: decoding.Decoder): Insertion[] {
  const insertions: Insertion[] = [];
  const seen = new Set<number>();
  const clients = decoding.readVarUint(decoder);
  if (clients > MAX_CLIENTS) throw new UnreadableUpdate(`text of more than ${MAX_CLIENTS} client ids in one update`);
  for (let i = 0; i < clients; i++) {
    const runs = decoding.readVarUint(decoder);
    const client = readClient(decoder);
    if (seen.has(client) || runs === 0) throw new UnreadableUpdate("a client id stands twice or without text");
    seen.add(client);
    let clock = decoding.readVarUint(decoder);
    for (let run = 0; run < runs; run++) {
      const insertion = readInsertion(decoder, client, clock);
      clock += insertion.length;
      if (!Number.isSafeInteger(clock)) throw new UnreadableUpdate("a clock is out of range");
      insertions.push(insertion);
    }
  }
  return insertions;
}

function readInsertion(decoder: decoding.Decoder, client: number, clock: number): Insertion {
  const info = decoding.readUint8(decoder);
  const origin = (info & HAS_ORIGIN) === 0 ? undefined : readId(decoder);
  const rightOrigin = (info & HAS_RIGHT_ORIGIN) === 0 ? undefined : readId(decoder);
  if (origin === undefined && rightOrigin === undefined) {
    if (decoding.readVarUint(decoder) !== 1) throw new UnreadableUpdate("only plain text is allowed, no nested type");
    if (decoding.readVarString(decoder) !== CONTENT) throw new UnreadableUpdate(`only the text "${CONTENT}" is shared`);
    if ((info & HAS_PARENT_SUB) !== 0) throw new UnreadableUpdate("only plain text is allowed, no map entry");
  }
  switch (info & CONTENT_BITS) {
    case CONTENT_STRING: {
      const text = decoding.readVarString(decoder);
      if (text.length === 0) throw new UnreadableUpdate("an inserted run is empty");
      // PostgreSQL's text cannot hold NUL, and offsets are counted with one line ending.
      if (text.includes("\r") || text.includes("\0")) throw new UnreadableUpdate("lines end with LF, and text holds no NUL");
      return { client, clock, length: text.length, origin, rightOrigin, text };
    }
    case CONTENT_DELETED: {
      const length = decoding.readVarUint(decoder);
      if (length === 0) throw new UnreadableUpdate("an inserted run is empty");
      return { client, clock, length, origin, rightOrigin, text: undefined };
    }
    default:
      throw new UnreadableUpdate("only plain text is allowed");
  }
}

function readDeletions(decoder: decoding.Decoder): Range[] {
  const ranges: Range[] = [];
  const clients = decoding.readVarUint(decoder);
  for (let i = 0; i < clients; i++) {
    const client = readClient(decoder);
    const count = decoding.readVarUint(decoder);
    for (let n = 0; n < count; n++) {
      const clock = decoding.readVarUint(decoder);
      const length = decoding.readVarUint(decoder);
      if (length === 0 || !Number.isSafeInteger(clock + length)) throw new UnreadableUpdate("a deleted range is empty or out of range");
      ranges.push({ client, clock, length });
    }
  }
  return mergeRanges(ranges);
}

/** Sorted, with ranges that touch or overlap made one, so that a repeated range costs nothing. */
export function mergeRanges(ranges: Range[]): Range[] {
  const merged: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.client - b.client || a.clock - b.clock)) {
    const last = merged.at(-1);
    if (last !== undefined && last.client === range.client && range.clock <= last.clock + last.length)
      last.length = Math.max(last.length, range.clock + range.length - last.clock);
    else merged.push({ ...range });
  }
  return merged;
}

function readClient(decoder: decoding.Decoder): number {
  const client = decoding.readVarUint(decoder);
  if (client > MAX_CLIENT) throw new UnreadableUpdate("a client id is out of range");
  return client;
}

const readId = (decoder: decoding.Decoder): Id => ({ client: readClient(decoder), clock: decoding.readVarUint(decoder) });
