import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceColumn } from "@interlock/connector";
import { createMasker, type Masker } from "@interlock/masking";
import { createResult, openResult } from "@interlock/recording";
import { WebSocketServer, type WebSocket } from "ws";
import { execute } from "../../packages/connector-postgres/src/execute/execute.ts";
import { lineageOf } from "../../packages/connector-postgres/src/lineage.ts";
import type { Figure } from "./figure.ts";

export type { Figure };

/** Bytes that may wait in the consumer's socket before nothing more is read from disk for it. */
const BACKLOG_BYTES = 1024 * 1024;
const EXECUTION = "0d6f4f0e-6c1a-4c1e-9a53-2f3a7d1b9c55";

export interface Streamed {
  rows: number;
  ms: number;
  /** Milliseconds from the first row's arrival in our process to its arrival at the consumer. */
  firstRowMs: number;
  /** Highest growth of our process's resident memory over the run, in bytes. */
  growth: number;
}

/** A WebSocket with a consumer in another process at its far end. */
export interface Consumer {
  socket: WebSocket;
  child: ChildProcess;
  close(): Promise<void>;
}

export async function startConsumer(): Promise<Consumer> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  await once(server, "listening");
  const accepted = once(server, "connection") as Promise<[WebSocket]>;
  const child = fork(
    fileURLToPath(new URL("./web-socket-consumer.ts", import.meta.url)),
    [`ws://127.0.0.1:${(server.address() as AddressInfo).port}`],
    { execArgv: [] },
  );
  const [socket] = await accepted;
  await once(child, "message");
  return {
    socket,
    child,
    close: async () => {
      socket.close();
      server.close();
      await once(child, "exit");
    },
  };
}

export interface MaskRulesInUse {
  maskedColumns: string[];
  detectors: string[];
}

/** The way of a result through the product: execute → mask → record → read the recording → WebSocket → consumer. */
export async function stream(url: string, query: string, rules: MaskRulesInUse, consumer: Consumer): Promise<Streamed> {
  const folder = await mkdtemp(join(tmpdir(), "interlock-bench-"));
  const before = process.memoryUsage.rss();
  let most = before;
  let first: number | undefined;
  const start = performance.now();
  try {
    const writer = await createResult(folder, { executionId: EXECUTION, statement: 0 });
    const answers = consumerAnswers(consumer.child);
    let masker: Masker | undefined;
    const pulled = pull(folder, writer, consumer.socket);
    const outcome = await execute(
      { secret: { read: url, write: undefined }, resolve: async () => RESOLUTION, lineage: lineageOf },
      { text: query, resolution: RESOLUTION, access: "read", timeoutMs: 600_000, rowCap: 5_000_000, applicationName: "interlock:bench" },
      {
        columns: (_, columns: SourceColumn[]) => void (masker = createMasker({ columns, ...rules })),
        rows(_, dataRows, count) {
          first ??= Date.now();
          most = Math.max(most, process.memoryUsage.rss());
          return writer.append(masker!.mask(dataRows, count), count);
        },
        end: async (_, truncated) => void (await writer.seal(truncated)),
        notice: () => {},
      },
      new AbortController().signal,
    );
    if (outcome.state !== "succeeded") throw new Error(outcome.error?.message ?? outcome.state);
    await pulled;
    const { rows, firstAt } = await answers;
    const ms = performance.now() - start;
    await writer.close();
    return { rows, ms, firstRowMs: firstAt - first!, growth: most - before };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const RESOLUTION = { database: "bench", role: "bench", targets: [], settings: {} };

async function pull(folder: string, writer: Awaited<ReturnType<typeof createResult>>, socket: WebSocket): Promise<void> {
  const reader = await openResult(folder, 0);
  for (let chunk = 0; ; chunk++) {
    while (chunk >= reader.chunks && reader.seal === undefined) {
      const changed = writer.changed();
      if ((await reader.refresh()).chunks > chunk || reader.seal !== undefined) break;
      await changed;
    }
    if (chunk >= reader.chunks) break;
    socket.send(await reader.frame(chunk));
    while (socket.bufferedAmount > BACKLOG_BYTES) await new Promise(setImmediate);
  }
  await reader.close();
  socket.send("end");
}

function consumerAnswers(child: ChildProcess): Promise<{ rows: number; firstAt: number }> {
  const { promise, resolve } = Promise.withResolvers<{ rows: number; firstAt: number }>();
  let firstAt = 0;
  const onMessage = (message: { first?: number; rows?: number }): void => {
    if (message.first !== undefined) firstAt = message.first;
    if (message.rows === undefined) return;
    child.off("message", onMessage);
    resolve({ rows: message.rows, firstAt });
  };
  child.on("message", onMessage);
  return promise;
}
