import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { createGunzip } from "node:zlib";
import { AuditLogReader, type Usage } from "@interlock/kube-model";
import { usage as usageStop } from "./exit.ts";
import type { Terminal } from "./terminal.ts";

/** Adds what a file tells, piece by piece: such logs are larger than memory. Stops with `usage` where it cannot be read. */
export async function readAuditLog(path: string, usage: Usage, terminal: Terminal): Promise<void> {
  const raw = path === "-" ? terminal.stdin : createReadStream(resolve(terminal.config.cwd, path));
  const bytes = path.endsWith(".gz") ? raw.pipe(createGunzip()) : raw;
  // An error of what is piped from does not reach the end of the pipe by itself.
  raw.on("error", (error: Error) => bytes.destroy(error));
  const reader = new AuditLogReader(usage);
  const decoder = new TextDecoder();
  try {
    for await (const piece of bytes as AsyncIterable<Uint8Array | string>) {
      terminal.signal.throwIfAborted();
      reader.write(typeof piece === "string" ? piece : decoder.decode(piece, { stream: true }));
    }
    reader.write(decoder.decode());
    reader.end();
  } catch (error) {
    if (terminal.signal.aborted) throw error;
    throw usageStop(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
