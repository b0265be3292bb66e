import { promisify } from "node:util";
import { constants, zstdCompressSync, zstdDecompress } from "node:zlib";

const decompress = promisify(zstdDecompress);
/** A millisecond of a processor for each MiB; coloured lines become a tenth. */
const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** How a frame of zstd begins (RFC 8878, 3.1.1); lines of an asciicast begin with a bracket. */
const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/**
 * Lines of a recording as they are kept in a row: as a frame of zstd where that is smaller, else as they are. At once: a quarter of a MiB takes a
 * quarter of a millisecond, and four times as much of a processor in a thread of the pool, whose memory is fresh each time.
 */
export function packed(content: Uint8Array): Uint8Array {
  const frame = zstdCompressSync(content, FASTEST);
  return frame.byteLength < content.byteLength ? frame : content;
}

/** What was kept, of at most `bytes` bytes. Rejects for what is no frame, or one of more. */
export async function unpacked(kept: Uint8Array, bytes: number): Promise<Uint8Array> {
  if (!MAGIC.equals(kept.subarray(0, MAGIC.length))) return kept;
  return decompress(kept, { maxOutputLength: Math.max(1, bytes) });
}
