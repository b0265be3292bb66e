import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { AuditLogReader, Usage } from "@interlock/kube-model";
import { LIMITS, ok, refuse, type Outcome } from "@interlock/protocol";
import type { ReadLog } from "./usage-store.ts";

const MIB = 1024 * 1024;
const GZIP = [0x1f, 0x8b];

/**
 * Reads an audit log as it arrives, packed by gzip or not, in memory that depends on how many different rights it tells of and on nothing else.
 * What is over a limit is refused, and none of it is kept. Rejects where the sender goes away.
 */
export async function readLog(name: string, body: AsyncIterable<Uint8Array>, since: number): Promise<Outcome<ReadLog>> {
  const usage = new Usage(since);
  const reader = new AuditLogReader(usage);
  const decoder = new TextDecoder();
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for await (const piece of unpacked(limited(body))) {
      bytes += piece.length;
      if (bytes > LIMITS.auditLogUnpackedBytes)
        throw new TooLarge(
          `Unpacked it is more than ${LIMITS.auditLogUnpackedBytes / MIB} MiB. Import it in parts: an API server's log is one object a line.`,
        );
      hash.update(piece);
      reader.write(decoder.decode(piece, { stream: true }));
      if (usage.kinds > LIMITS.auditLogUses)
        throw new TooLarge(
          `It tells of more than ${LIMITS.auditLogUses.toLocaleString("en")} different uses of rights. Import it in parts, e.g. day by day.`,
        );
    }
  } catch (error) {
    if (error instanceof TooLarge) return refuse("too_large", error.message);
    if (isUnpacking(error)) return refuse("bad_request", `It cannot be unpacked: ${error.message}.`);
    throw error;
  }
  reader.write(decoder.decode());
  reader.end();
  if (usage.entries === 0 || (usage.counted === 0 && usage.problemCount >= usage.entries))
    return refuse(
      "bad_request",
      "There is no entry of an API server's audit log in it (audit.k8s.io/v1 Event, one JSON object a line, or an EventList).",
    );
  if (usage.counted === 0)
    return refuse(
      "bad_request",
      `None of its ${usage.entries.toLocaleString("en")} entries is a request that was allowed and answered: it tells of no use of rights. Is its stage ResponseComplete left out by the audit policy?`,
    );
  return ok({ name, sha256: hash.digest("hex"), bytes, usage });
}

class TooLarge extends Error {}

async function* limited(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > LIMITS.auditLogBytes)
      throw new TooLarge(
        `A log is at most ${LIMITS.auditLogBytes / MIB} MiB as it is sent. Pack it (gzip), or import it in parts: split -C 200M audit.log`,
      );
    yield piece;
  }
}

/** By its first bytes: names of files are whatever people call them. */
async function* unpacked(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  let first = Buffer.alloc(0);
  while (first.length < GZIP.length) {
    const next = await pieces.next();
    if (next.done === true) break;
    first = Buffer.concat([first, next.value]);
  }
  const rest = async function* (): AsyncIterable<Uint8Array> {
    if (first.length > 0) yield first;
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
  };
  if (first[0] !== GZIP[0] || first[1] !== GZIP[1]) return yield* rest();
  const packed = Readable.from(rest(), { objectMode: false });
  const gunzip = createGunzip();
  // An error of what is piped from does not reach the end of the pipe by itself.
  packed.once("error", (error: Error) => gunzip.destroy(error));
  try {
    yield* packed.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } finally {
    packed.destroy();
    gunzip.destroy();
  }
}

/** zlib's own codes: Z_DATA_ERROR, Z_BUF_ERROR (cut off) … */
const isUnpacking = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && "code" in error && typeof error.code === "string" && error.code.startsWith("Z_");
