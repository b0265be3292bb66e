import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import type { Usage } from "@interlock/kube-model";
import { usage as usageStop } from "./exit.ts";
import type { Terminal } from "./terminal.ts";

/** Adds what a file tells, line by line: such logs are larger than memory. Stops with `usage` where it cannot be read. */
export async function readAuditLog(path: string, usage: Usage, terminal: Terminal): Promise<void> {
  const raw = path === "-" ? terminal.stdin : createReadStream(resolve(terminal.config.cwd, path));
  const text = path.endsWith(".gz") ? raw.pipe(createGunzip()) : raw;
  // An error of what is piped from does not reach the end of the pipe by itself.
  raw.on("error", (error: Error) => text.destroy(error));
  let number = 0;
  try {
    for await (const line of createInterface({ input: text, crlfDelay: Infinity })) {
      terminal.signal.throwIfAborted();
      usage.addLine(line, ++number);
    }
  } catch (error) {
    if (terminal.signal.aborted) throw error;
    throw usageStop(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
