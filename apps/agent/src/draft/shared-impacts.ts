import { TargetError, type Parsed, type Target } from "@interlock/connector";
import type { Impact } from "@interlock/protocol";
import { asCommandFiles, sealedFiles, type FrozenFile } from "../command/files.ts";
import { unknownImpact } from "../command/foresight.ts";
import { AnalysisGate } from "./analysis-gate.ts";

/** How long an impact answers the same question again, in milliseconds: several people look at one statement. */
const FRESH_MS = 1_000;
/** The same of one that was counted with more time, and what it took that often: nobody has a large table counted again and again. */
const COUNTED_FRESH = { ms: 3_000, times: 10 };
/** Longest live analysis; after that it is unknown (I3). */
const ANALYSIS_MS = 5_000;

interface Shared {
  impact: Promise<Impact>;
  stop: AbortController;
  /** How many still want it; at none it is stopped. */
  wanted: number;
  settled: boolean;
}

interface Question {
  connectionId: string;
  text: string;
  files: readonly FrozenFile[];
  parsed: Parsed;
  policyVersion: string;
  /** Absent: as long as one may count while somebody types. */
  countingMs?: number;
  target: () => Promise<Target>;
}

/** Live impacts by (connection, text, files, policy, time to count): asked once however many people's cursors are there, and stopped when nobody waits any more. */
export class SharedImpacts {
  readonly #shared = new Map<string, Shared>();
  readonly #gates = new Map<string, AnalysisGate>();

  /** Rejects only when `signal` aborts first; what cannot be worked out resolves as `unknown`. */
  async impact(question: Question, signal: AbortSignal): Promise<Impact> {
    const { connectionId, policyVersion, text, countingMs, files } = question;
    const key = JSON.stringify([connectionId, policyVersion, text, sealedFiles(files)]);
    const counted = this.#shared.get(`counted ${key}`);
    const own = countingMs === undefined ? key : `counted ${key}`;
    const shared = (counted?.settled === true ? counted : undefined) ?? this.#shared.get(own) ?? this.#ask(own, question);
    shared.wanted++;
    const { promise: gone, reject } = Promise.withResolvers<never>();
    const leave = (): void => {
      if (--shared.wanted === 0) shared.stop.abort();
      reject(signal.reason as Error);
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    try {
      return await Promise.race([shared.impact, gone]);
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  #ask(key: string, question: Question): Shared {
    const stop = new AbortController();
    const gate = this.#gates.get(question.connectionId) ?? new AnalysisGate();
    this.#gates.set(question.connectionId, gate);
    const shared: Shared = { stop, wanted: 0, settled: false, impact: foresee(gate, question, stop.signal) };
    this.#shared.set(key, shared);
    const forget = (): void => {
      if (this.#shared.get(key) === shared) this.#shared.delete(key);
    };
    stop.signal.addEventListener("abort", forget, { once: true });
    const keep = ({ tookMs }: Impact): void => {
      shared.settled = true;
      const ms = question.countingMs === undefined ? FRESH_MS : Math.max(COUNTED_FRESH.ms, COUNTED_FRESH.times * tookMs);
      setTimeout(forget, ms).unref();
    };
    void shared.impact.then(keep, forget);
    return shared;
  }
}

async function foresee(gate: AnalysisGate, { target, text, files, parsed, countingMs }: Question, stopped: AbortSignal): Promise<Impact> {
  const started = performance.now();
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(ANALYSIS_MS)]);
  try {
    const read = asCommandFiles(files);
    const options = { signal, exact: true, ...(countingMs !== undefined && { countingMs }), ...(read !== undefined && { files: read }) };
    return await gate.through(signal, async () => (await target()).impact(text, options));
  } catch (error) {
    if (stopped.aborted) throw error;
    const impact = unknownImpact(parsed, performance.now() - started, whyUnknown(error));
    return error instanceof TargetError && error.code === "bad_request" ? impact : { ...impact, cutShort: "asking" };
  }
}

/** In words for the room. What a target itself says may quote anybody's data, and is left out. */
function whyUnknown(error: unknown): string {
  if (!(error instanceof TargetError)) return "The impact could not be worked out in time.";
  if (error.code === "target_down") return "The target does not answer.";
  if (error.code === "bad_request") return error.message;
  return "The impact could not be worked out in time.";
}
