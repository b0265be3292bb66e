import type { Gate } from "../gate/gate.ts";
import { runKubectl, type RunOptions, type RunOutcome } from "./run.ts";

/** Without a request for so long, in milliseconds, it is taken to hold itself back; between two requests of a drain that is not are a few. */
const QUIET_MS = 80;

/**
 * Plans a drain. kubectl holds itself to five requests a second of a kind once it has made ten (client-go's limit for a client), and a drain
 * makes two for each pod. What it has evicted is gone as far as the plan goes, so the same line, begun anew, goes on where it was: whenever
 * it has evicted something and then falls quiet, it is. `onRequest` sets what is called at each request to the gate.
 */
export async function drainAnew(options: RunOptions, gate: Gate, onRequest: (listener: () => void) => void): Promise<RunOutcome> {
  const until = Date.now() + options.timeoutMs;
  const evicted = (): number => gate.writes.filter(({ method }) => method !== "PATCH").length;
  try {
    for (;;) {
      const before = evicted();
      const anew = new AbortController();
      let quiet: NodeJS.Timeout | undefined;
      onRequest(() => {
        clearTimeout(quiet);
        quiet = setTimeout(() => evicted() > before && anew.abort(), QUIET_MS);
      });
      const outcome = await runKubectl({
        ...options,
        signal: AbortSignal.any([options.signal, anew.signal]),
        timeoutMs: Math.max(1, until - Date.now()),
      }).finally(() => clearTimeout(quiet));
      if (!anew.signal.aborted || options.signal.aborted || outcome.state !== "cancelled") return outcome;
      // What it had asked for is entered before the next one looks.
      await gate.hangUp();
    }
  } finally {
    onRequest(() => undefined);
  }
}
