import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeRow, ok, refuse, ResultColumn, rowOffsets, type Outcome, type ResultSummary } from "@interlock/protocol";
import type { Db } from "@interlock/db";
import { openResult, RecordingError, recoverResult, type ResultReader } from "@interlock/recording";
import type { Logger } from "pino";
import { z } from "zod";
import { isId } from "../room/membership.ts";
import type { RoomSocket } from "../room/room-hub.ts";
import { Pulls, type Pull, type Source } from "./pulls.ts";
import type { Said } from "../command/masked-text.ts";
import { RecordedRun, type Recordable } from "./recorded-run.ts";

export interface ResultParts {
  db: Db;
  /** Folder of all results; one folder for each execution. */
  folder: string;
  log: Logger;
}

export interface MaskDemands {
  columns: readonly string[];
  detectors: readonly string[];
}

/** A row as text, as the target writes values; null for NULL. */
export type Row = (string | null)[];

/** Recorded results: written once by the run, read by everybody else. */
export class ResultService {
  readonly #parts: ResultParts;
  readonly #live = new Map<string, RecordedRun>();
  readonly #pulls = new WeakMap<RoomSocket, Pulls>();

  constructor(parts: ResultParts) {
    this.#parts = parts;
  }

  /** Where a run's rows go; `close` it when the run has ended, however it did. */
  record(
    run: Recordable,
    { masks, said, following, hosts }: { masks: MaskDemands; said: Said; following: ReadonlySet<number>; hosts?: readonly string[] },
  ): { sink: RecordedRun["sink"]; close(): Promise<void> } {
    const { id } = run.execution;
    const recorded = new RecordedRun(run, {
      folder: this.#folder(id),
      maskedColumns: masks.columns,
      detectors: masks.detectors,
      said,
      following,
      ...(hosts === undefined ? {} : { hosts }),
    });
    this.#live.set(id, recorded);
    return {
      sink: recorded.sink,
      close: async () => {
        try {
          await recorded.close();
        } finally {
          this.#live.delete(id);
        }
      },
    };
  }

  /** Sends chunks as they exist and as fast as this browser takes them. Only results of the socket's own room. */
  pull(socket: RoomSocket, message: Pull): void {
    let pulls = this.#pulls.get(socket);
    if (pulls === undefined) {
      pulls = new Pulls(socket, (executionId, statement) => this.#sourceFor(socket.roomId, executionId, statement), this.#parts.log);
      this.#pulls.set(socket, pulls);
    }
    pulls.add(message);
  }

  stop(socket: RoomSocket, { executionId, statement }: Pick<Pull, "executionId" | "statement">): void {
    this.#pulls.get(socket)?.drop(executionId, statement);
  }

  /** Every row of a result in order, following one that is still written. Returns whether it was left incomplete. */
  async *rows(executionId: string, statement: number): AsyncGenerator<Row, { truncated: boolean }> {
    const source = await this.#source(executionId, statement);
    const { reader } = source;
    try {
      for (let chunk = 0; ;) {
        if (chunk < reader.chunks) {
          const { dataRows, rows } = await reader.dataRows(chunk++);
          for (const offset of rowOffsets(dataRows, rows)) yield decodeRow(dataRows, offset);
          continue;
        }
        const changed = source.writer()?.changed();
        await reader.refresh();
        if (chunk < reader.chunks) continue;
        if (reader.seal !== undefined) return { truncated: reader.seal.truncated };
        if (changed === undefined) return { truncated: true };
        await changed;
      }
    } finally {
      await reader.close();
    }
  }

  /** Whether a result is still there; it is removed when its retention is over. */
  async isKept(executionId: string, statement: number): Promise<boolean> {
    try {
      const { reader } = await this.#source(executionId, statement);
      await reader.close();
      return true;
    } catch (error) {
      if (error instanceof RecordingError && error.code === "not_found") return false;
      throw error;
    }
  }

  /** What a run that was interrupted by the end of the process had recorded, cut to what is whole. */
  async recover(executionId: string): Promise<ResultSummary[]> {
    const folder = this.#folder(executionId);
    const names = await readdir(folder).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw error;
    });
    const summaries: ResultSummary[] = [];
    for (const name of names) {
      const statement = /^(\d+)\.index$/.exec(name)?.[1];
      if (statement === undefined) continue;
      const columns = z.array(ResultColumn).parse(JSON.parse(await readFile(join(folder, `${statement}.columns`), "utf8")));
      const { rows, chunks, sealed } = await recoverResult(folder, Number(statement));
      summaries.push({ statement: Number(statement), columns, rows, chunks, truncated: !sealed, done: true });
    }
    return summaries.toSorted((a, b) => a.statement - b.statement);
  }

  async #sourceFor(roomId: string, executionId: string, statement: number): Promise<Outcome<Source>> {
    const where = { id: executionId, command: { roomId } };
    const execution = isId(executionId) ? await this.#parts.db.execution.findFirst({ where, select: { id: true } }) : null;
    if (execution === null) return refuse("not_found", "There is no such result in this room.");
    try {
      return ok(await this.#source(executionId, statement));
    } catch (error) {
      if (error instanceof RecordingError && error.code === "not_found") return refuse("not_found", "There is no such result.");
      throw error;
    }
  }

  async #source(executionId: string, statement: number): Promise<Source> {
    const reader: ResultReader = await openResult(this.#folder(executionId), statement);
    return { reader, writer: () => this.#live.get(executionId)?.writer(statement) };
  }

  #folder(executionId: string): string {
    return join(this.#parts.folder, executionId);
  }
}
