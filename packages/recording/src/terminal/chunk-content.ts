import { promisify } from "node:util";
import { constants, zstdCompressSync, zstdDecompress } from "node:zlib";
import { readEvent, type CastCode } from "./asciicast.ts";

const decompress = promisify(zstdDecompress);

/**
 * Most bytes of a chunk before it is packed, but for one event that is longer. In a flood chunks are cut by it: what one costs beside its bytes, a
 * row and a context of zstd, is paid once a MiB.
 */
export const CHUNK_BYTES = 1024 * 1024;
/** Most bytes that a chunk may become when it is read: the longest event is a command of a quarter of a million characters, each escaped. */
const MOST_BYTES = 16 * 1024 * 1024;

/** A tenth of a second of a processor for 100 MB; coloured lines become a fifteenth of their bytes. */
const PACKING = { chunkSize: 128 * 1024, params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * What is stored of a chunk, and hashed: a frame of zstd (RFC 8878) of the lines of an asciicast v3, but that output is not a JSON string in its
 * line. It follows as it came, see `outputLine`: to write it as JSON, and to pack and hash that, would take three times the processor of all the
 * rest of recording. At once: in a thread of the pool it takes four times as much, whose memory is fresh each time.
 */
export const packContent = (lines: Uint8Array): Uint8Array => zstdCompressSync(lines, PACKING);

/** Rejects where it is no such frame, or one of more than any chunk has. */
export const unpackContent = (content: Uint8Array): Promise<Uint8Array> => decompress(content, { maxOutputLength: MOST_BYTES });

/** Digits for the bytes of one event of output: none is longer than a chunk. */
const LENGTH_DIGITS = 7;

/**
 * The line of an event of output: `[0.25, "o",      11]`, a line end, so many bytes of UTF-8 and a line end. The number is filled up with spaces,
 * so that it can be put in where the bytes are there already. `since`: milliseconds since the event before.
 */
export const outputLine = (since: number, bytes: number): string => `[${since / 1000}, "o", ${outputLength(bytes)}]\n`;

export const outputLength = (bytes: number): string => String(bytes).padStart(LENGTH_DIGITS);

const OUTPUT_LINE = /^\[(\d+(?:\.\d+)?(?:e-\d+)?), "o", +(\d+)\]$/;
const LINE_END = 0x0a;

/** One line of a chunk: an event, or the header of the first one as it stands. */
export type ChunkLine = { header: string } | { since: number; code: CastCode; data: string };

/** The lines of a chunk that was unpacked. Throws RangeError where they are none of ours or break off, and TypeError for what is no UTF-8. */
export function* linesOf(bytes: Uint8Array): Generator<ChunkLine> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const until = (from: number): number => {
    const end = bytes.indexOf(LINE_END, from);
    if (end < 0) throw new RangeError("a line breaks off");
    return end;
  };
  for (let at = 0; at < bytes.length;) {
    const end = until(at);
    const line = decoder.decode(bytes.subarray(at, end));
    at = end + 1;
    const output = OUTPUT_LINE.exec(line);
    if (output !== null) {
      const to = at + Number(output[2]);
      if (bytes[to] !== LINE_END) throw new RangeError("output breaks off");
      yield { since: Math.round(Number(output[1]) * 1000), code: "o", data: decoder.decode(bytes.subarray(at, to)) };
      at = to + 1;
      continue;
    }
    const event = readEvent(line);
    if (event !== undefined) yield event;
    else if (line.startsWith("{")) yield { header: line };
    else throw new RangeError("a line is neither an event nor a header");
  }
}
