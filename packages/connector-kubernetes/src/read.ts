import {
  column,
  plainLines,
  RowWriter,
  TargetError,
  type ExecuteOutcome,
  type ExecuteRequest,
  type ExecuteSink,
  type LineShape,
} from "@interlock/connector";
import type { Runner } from "./execute.ts";
import { openGate } from "./gate/gate.ts";
import { readablePlaceholders } from "./gate/secret-values.ts";
import { readCommand, type CommandLine } from "./kubectl/command.ts";
import { freezeFiles } from "./kubectl/freeze.ts";
import { KUBECTL_MISSING, runKubectl, type RunOutcome } from "./kubectl/run.ts";
import { endless } from "./parse.ts";
import { PrintedTable, printsTable } from "./printed-table.ts";

/** Most bytes one line may print. */
const OUTPUT_BYTES = 256 * 1024 * 1024;
/** Most bytes of what it says beside its output that are kept. */
const WORDS_BYTES = 16 * 1024;

const HIDDEN = "What kubectl says beside its output is not shown, since values of Secrets may be in it.";

/**
 * Runs lines that only read, behind a gate that lets nothing else through. Each line's output is a result of its own, a row for each line of
 * it, handed on as it comes: what follows a log or a watch goes on until it is cancelled or meets a limit, which is said.
 */
export async function read(
  { cluster, program }: Runner,
  request: ExecuteRequest,
  sink: ExecuteSink,
  signal: AbortSignal,
): Promise<ExecuteOutcome> {
  if (program === undefined) throw new TargetError("bad_request", KUBECTL_MISSING);
  const { lines, diagnostics } = readCommand(request.text);
  if (diagnostics.length > 0) throw new TargetError("syntax_error", diagnostics[0]!.message);
  const frozen = await freezeFiles(lines, request.files, { signal });
  if (!frozen.ok)
    return { state: "failed", affected: [], error: { code: "statement_failed", message: frozen.reason, statement: frozen.line } };
  const { showSecret } = request;
  const gate = await openGate({ cluster, mode: "read", ...(showSecret === undefined ? {} : { showSecret }) });
  try {
    for (const [index, line] of frozen.lines.entries()) {
      const shown = await openOutput(line, sink, index);
      const rows = new RowWriter(sink, index, request.rowCap, shown.shape);
      // A template that fails is printed with the whole object beside it, and a notice is seen by everybody.
      const words = new Words((text) => sink.notice(index, showSecret === undefined ? text : HIDDEN));
      const follows = endless(line);
      const full = new AbortController();
      const outcome = await runKubectl({
        program,
        argv: line.argv,
        serverUrl: gate.url,
        namespace: cluster.namespace,
        files: frozen.files,
        ...(line.stdin === undefined ? {} : { stdin: Buffer.from(line.stdin) }),
        signal: AbortSignal.any([signal, full.signal]),
        timeoutMs: request.timeoutMs,
        maxOutputBytes: OUTPUT_BYTES,
        onOutput: async (stream, chunk) => {
          if (stream === "stderr") return words.add(chunk, follows);
          await rows.text(chunk);
          // Nothing beyond the cap is shown, so nothing more is asked for.
          if (rows.truncated) full.abort();
        },
      });
      await rows.finish();
      await shown.end();
      const limit = signal.aborted ? undefined : limitOf(outcome, { full: full.signal.aborted, follows, request });
      await sink.end(index, rows.truncated || limit !== undefined || outcome.state !== "exited");
      if (signal.aborted) return { state: "cancelled", affected: [] };
      const refused = gate.refused[0];
      const answered = outcome.state === "exited" && (outcome.code === 0 || (outcome.code === 1 && ANSWERS_WITH_1.has(line.verb)));
      if (refused === undefined && (limit !== undefined || answered)) {
        words.tell();
        if (limit !== undefined) sink.notice(index, limit);
        continue;
      }
      const message =
        outcome.state === "timed_out"
          ? "It took longer than it may."
          : refused !== undefined
            ? `It would do more than read: ${refused.reason}`
            : (showSecret === undefined ? words.text : words.text && HIDDEN) ||
              `kubectl ended with ${outcome.state} ${outcome.code ?? ""}`.trim();
      const code = outcome.state === "timed_out" ? "statement_timeout" : "statement_failed";
      return { state: "failed", affected: [], error: { code, message, statement: index } };
    }
    return { state: "succeeded", affected: [] };
  } finally {
    await gate.close();
  }
}

/** Verbs whose code 1 is an answer and no failure: there are differences, or one may not. */
const ANSWERS_WITH_1: ReadonlySet<string> = new Set(["diff", "auth can-i"]);

/** The columns of a line's output: those of the table it prints, told with its header, else one of whole lines. */
async function openOutput(line: CommandLine, sink: ExecuteSink, index: number): Promise<{ shape: LineShape; end: () => Promise<void> }> {
  let told = false;
  const tell = async (names: readonly string[]): Promise<void> => {
    told = true;
    await sink.columns(index, names.map(column));
  };
  const end = async (): Promise<void> => {
    if (!told) await tell(["output"]);
  };
  if (!printsTable(line)) {
    await end();
    return { shape: (text) => [readablePlaceholders(text)], end };
  }
  let table: PrintedTable | undefined;
  const shape: LineShape = async (text) => {
    if (told) return (table?.cells(text) ?? [text]).map(readablePlaceholders);
    table = PrintedTable.of(text);
    await tell(table?.names ?? ["output"]);
    return table === undefined ? [readablePlaceholders(text)] : undefined;
  };
  return { shape, end };
}

/** Which limit ended it, in words for people; what was shown until then stands. Undefined where none did. */
function limitOf(
  { state }: RunOutcome,
  { full, follows, request }: { full: boolean; follows: boolean; request: ExecuteRequest },
): string | undefined {
  if (full) return `It was stopped after ${request.rowCap.toLocaleString("en-US")} lines, the most of one result.`;
  if (state === "too_much_output") return `It was stopped after ${OUTPUT_BYTES / 1024 / 1024} MiB, the most that one line may print.`;
  if (state === "timed_out" && follows)
    return `It was stopped after ${minutes(request.timeoutMs)}, the longest that is followed; run it again to go on.`;
  return undefined;
}

const minutes = (ms: number): string => (ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`);

/** What a program says beside its output: the first part of it, without what a terminal would obey. */
class Words {
  readonly #tell: (text: string) => void;
  #kept = Buffer.alloc(0);
  #told = 0;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  get text(): string {
    return plainLines(this.#kept.toString()).trim();
  }

  /** `live`: lines are told as they come, since the end may be long in coming. */
  add(chunk: Buffer, live: boolean): void {
    this.#kept = Buffer.concat([this.#kept, chunk.subarray(0, WORDS_BYTES - this.#kept.length)]);
    if (!live) return;
    const end = this.#kept.lastIndexOf(10) + 1;
    if (end > this.#told) this.#say(end);
  }

  tell(): void {
    if (this.#kept.length > this.#told) this.#say(this.#kept.length);
  }

  #say(end: number): void {
    const said = plainLines(this.#kept.toString("utf8", this.#told, end)).trim();
    this.#told = end;
    if (said !== "") this.#tell(said);
  }
}
