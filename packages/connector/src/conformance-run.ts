import { decodeRow, rowOffsets } from "@interlock/protocol";
import type { ConformanceSubject } from "./conformance-subject.ts";
import type { Target } from "./connector.ts";
import type { ExecuteOutcome, ExecuteRequest, ExecuteSink, SourceColumn } from "./execute.ts";

/** What a run produced, in the order it came. */
export interface Produced {
  outcome: ExecuteOutcome;
  columns: SourceColumn[][];
  rows: (string | null)[][];
  /** `columns`, `rows` and `end` with their statement, to check the order. */
  events: string[];
  truncated: boolean[];
  tookMs: number;
}

export interface RunOptions {
  request?: Partial<ExecuteRequest>;
  signal?: AbortSignal;
  onRows?: (count: number) => void | Promise<void>;
}

/** Opens a target, hands it to `work` and closes it whatever happens. */
export async function withTarget<Secret, T>(
  subject: ConformanceSubject<Secret>,
  secret: Secret,
  work: (target: Target) => Promise<T>,
): Promise<T> {
  const target = subject.connector.open({ connectionName: "conformance", secret, maskedColumns: () => [] });
  try {
    return await work(target);
  } finally {
    await target.close();
  }
}

/** Resolves and runs a text as the agent does. */
export async function produce(target: Target, text: string, { request, signal, onRows }: RunOptions = {}): Promise<Produced> {
  const stop = signal ?? new AbortController().signal;
  const resolution = request?.resolution ?? (await target.resolve(text, new AbortController().signal));
  const produced: Omit<Produced, "outcome" | "tookMs"> = { columns: [], rows: [], events: [], truncated: [] };
  const sink: ExecuteSink = {
    columns(statement, columns) {
      produced.events.push(`columns ${statement}`);
      produced.columns.push(columns);
    },
    async rows(statement, dataRows, count) {
      produced.events.push(`rows ${statement}`);
      for (const offset of rowOffsets(dataRows, count)) produced.rows.push(decodeRow(dataRows, offset));
      await onRows?.(count);
    },
    end(statement, truncated) {
      produced.events.push(`end ${statement}`);
      produced.truncated.push(truncated);
    },
    notice() {},
  };
  const started = performance.now();
  const outcome = await target.execute(
    { text, resolution, access: "write", timeoutMs: 30_000, rowCap: 1_000_000, applicationName: "interlock:conformance", ...request },
    sink,
    stop,
  );
  return { ...produced, outcome, tookMs: performance.now() - started };
}
