import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { plainOutput, type ExecuteSink, type SourceColumn } from "@interlock/connector";
import { createMasker, type Masker } from "@interlock/masking";
import { LIMITS, type Execution, type ResultSummary } from "@interlock/protocol";
import { createResult, RecordingError, recoverResult, type ResultWriter } from "@interlock/recording";
import { maskedText, type Said } from "../command/masked-text.ts";

/** Notices kept of one run, and characters of one. */
const NOTICES = 200;
const NOTICE_CHARS = 2_000;

/** What a run gives to be filled in while it is recorded. */
export interface Recordable {
  readonly execution: Execution;
  fault: Execution["error"];
  /** The next rows wait for it. */
  readonly held?: Promise<void> | undefined;
  progress(): void;
}

export interface RecordingRules {
  /** Folder of this execution. */
  folder: string;
  /** Masked whole: lower-case `schema.table.column` patterns. */
  maskedColumns: readonly string[];
  detectors: readonly string[];
  /** What is known of the target's messages. */
  said: Said;
  /** Statements that go on until they are stopped. */
  following?: ReadonlySet<number>;
  /** Of a command on several hosts, their names: a result's number is then its host's. */
  hosts?: readonly string[];
}

interface OpenResult {
  writer: ResultWriter;
  masker: Masker;
  summary: ResultSummary;
  closed: boolean;
}

export const columnsFile = (statement: number): string => `${statement}.columns`;

/**
 * Where a run's rows go: masked, then to disk. Nothing unmasked leaves this object, and a fault of masking or of the disk ends the run with
 * its own code (I7). Browsers read from the disk, so the slowest of them slows nobody.
 */
export class RecordedRun {
  readonly #run: Recordable;
  readonly #rules: RecordingRules;
  readonly #results = new Map<number, OpenResult>();
  /** A run that is stopped may not wait for what it had begun here. */
  #begun: Promise<unknown> = Promise.resolve();

  constructor(run: Recordable, rules: RecordingRules) {
    this.#run = run;
    this.#rules = rules;
  }

  readonly sink: ExecuteSink = {
    columns: (statement, columns) => this.#waitedFor(this.#begin(statement, columns)),
    rows: (statement, dataRows, count) => this.#rows(statement, dataRows, count),
    end: (statement, truncated) => this.#waitedFor(this.#end(statement, truncated)),
    notice: (_statement, text) => this.#notice(text),
  };

  /** The writer of a result that is not complete yet. */
  writer(statement: number): ResultWriter | undefined {
    const result = this.#results.get(statement);
    return result === undefined || result.closed ? undefined : result.writer;
  }

  /** Ends what the run left open; what was recorded until then stays readable. */
  async close(): Promise<void> {
    await this.#begun;
    for (const [statement, result] of this.#results) {
      if (result.closed) continue;
      try {
        await this.#seal(result, true);
      } catch {
        // The disk that refused rows refuses the seal as well; the run already carries that fault. What is whole on disk is kept.
        result.closed = true;
        await result.writer.close();
        const left = await recoverResult(this.#rules.folder, statement);
        Object.assign(result.summary, { rows: left.rows, chunks: left.chunks, truncated: true, done: true });
      }
    }
  }

  #waitedFor(work: Promise<void>): Promise<void> {
    this.#begun = Promise.allSettled([this.#begun, work]);
    return work;
  }

  async #begin(statement: number, columns: SourceColumn[]): Promise<void> {
    const { folder, maskedColumns, detectors, following, hosts } = this.#rules;
    try {
      const masker = createMasker({ columns, maskedColumns, detectors });
      // A name is whatever the command says, or the target; an export of it may be read in a terminal.
      const shown = columns.map(({ name, type }, index) => ({ name: plainOutput(name), type, mask: masker.modes[index] ?? "full" }));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(join(folder, columnsFile(statement)), JSON.stringify(shown), { mode: 0o600 });
      const writer = await createResult(folder, { executionId: this.#run.execution.id, statement });
      const summary: ResultSummary = {
        statement,
        columns: shown,
        rows: 0,
        chunks: 0,
        truncated: false,
        done: false,
        ...(following?.has(statement) === true ? { follows: true } : {}),
        ...(hosts?.[statement] === undefined ? {} : { host: hosts[statement] }),
      };
      const result: OpenResult = { writer, masker, summary, closed: false };
      this.#results.set(statement, result);
      this.#run.execution.results.push(summary);
      void this.#follow(result);
      this.#run.progress();
    } catch (error) {
      this.#fail(error);
    }
  }

  #rows(statement: number, dataRows: Uint8Array, count: number): void | Promise<void> {
    const result = this.#results.get(statement);
    try {
      if (result === undefined) throw new Error("rows came before their columns");
      if (result.writer.bytes + dataRows.byteLength > LIMITS.resultBytes)
        throw new RecordingError("too_large", `A result is kept up to ${LIMITS.resultBytes} bytes; read less of it.`);
      const full = result.writer.append(result.masker.mask(dataRows, count), count);
      result.summary.rows = result.writer.rows;
      const kept = full?.catch((error: unknown) => this.#fail(error));
      const { held } = this.#run;
      return held === undefined ? kept : Promise.all([kept, held]).then(() => undefined);
    } catch (error) {
      return this.#fail(error);
    }
  }

  async #end(statement: number, truncated: boolean): Promise<void> {
    const result = this.#results.get(statement);
    if (result === undefined) return;
    try {
      await this.#seal(result, truncated);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #seal(result: OpenResult, truncated: boolean): Promise<void> {
    const { chunks, rows } = await result.writer.seal(truncated);
    result.closed = true;
    Object.assign(result.summary, { chunks, rows, truncated, done: true });
    await result.writer.close();
    this.#run.progress();
  }

  #notice(text: string): void {
    const { notices } = this.#run.execution;
    if (notices.length > NOTICES) return;
    notices.push(notices.length === NOTICES ? "Further notices are not kept." : maskedText(text, this.#rules.said).slice(0, NOTICE_CHARS));
    this.#run.progress();
  }

  /** Tells the room as chunks become readable. */
  async #follow(result: OpenResult): Promise<void> {
    while (!result.closed) {
      await result.writer.changed();
      if (result.closed) return;
      result.summary.chunks = result.writer.chunks;
      this.#run.progress();
    }
  }

  /** Keeps the first fault and ends the run with it. */
  #fail(error: unknown): never {
    const fault =
      error instanceof RecordingError
        ? { code: error.code, message: error.message }
        : { code: "internal" as const, message: "The result could not be masked or kept, so nothing more of it is shown." };
    this.#run.fault ??= fault;
    throw error;
  }
}
