import { verifyChain } from "@interlock/audit";
import { auditHead, auditRows } from "@interlock/db";
import { EXIT, type ExitCode } from "./exit.ts";
import { readOptions } from "./options.ts";
import { withDatabase } from "./own-database.ts";
import type { Terminal } from "./terminal.ts";

/** Long enough for a hundred million events; the walk only reads. */
const LONGEST_MS = 3_600_000;

export async function auditVerify(args: string[], terminal: Terminal): Promise<ExitCode> {
  readOptions(args, [], 0);
  const verdict = await withDatabase(terminal, (db) =>
    // One snapshot, so that events appended meanwhile do not look like a head that does not fit.
    db.$transaction(async (tx) => verifyChain(untilAborted(auditRows(tx), terminal.signal), await auditHead(tx)), {
      isolationLevel: "RepeatableRead",
      timeout: LONGEST_MS,
    }),
  );
  if (verdict.ok) {
    terminal.out(`ok, ${verdict.events} events`);
    return EXIT.ok;
  }
  terminal.out(`bad event ${verdict.seq}: ${verdict.reason}`);
  return EXIT.finding;
}

async function* untilAborted<T>(rows: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  for await (const row of rows) {
    signal.throwIfAborted();
    yield row;
  }
}
