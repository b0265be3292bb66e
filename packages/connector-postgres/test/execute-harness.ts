import { createServer, connect as connectTcp, type AddressInfo, type Socket } from "node:net";
import type { ExecuteOutcome, ExecuteRequest, ExecuteSink, SourceColumn } from "@interlock/connector";
import { decodeRow, rowOffsets } from "@interlock/protocol";
import pg from "pg";
import { execute, type ExecuteDeps } from "../src/execute/execute.ts";
import { lineageOf } from "../src/lineage.ts";
import { resolveText } from "../src/resolve.ts";

/** What one run produced, rows decoded. */
export interface Ran extends ExecuteOutcome {
  results: { statement: number; columns: SourceColumn[]; rows: (string | null)[][]; truncated?: boolean }[];
  notices: { statement: number; text: string }[];
}

export const depsOf = (read: string, write = read): ExecuteDeps => ({ secret: { read, write }, resolve: resolveText, lineage: lineageOf });

export async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export const sql = (url: string, text: string): Promise<Record<string, unknown>[]> =>
  onServer(url, async (client) => (await client.query(text)).rows as Record<string, unknown>[]);

/** The request for a text as it would be sealed right now. */
export async function requestFor(url: string, text: string, changes: Partial<ExecuteRequest> = {}): Promise<ExecuteRequest> {
  const resolution = await onServer(url, (client) =>
    resolveText(text, async (query, params) => (await client.query(query, params as unknown[])).rows as Record<string, unknown>[]),
  ).catch(() => ({ database: "", role: "", targets: [], settings: {} }));
  return { text, resolution, access: "write", timeoutMs: 20_000, rowCap: 1_000_000, applicationName: "interlock:test", ...changes };
}

export function recordingSink(): ExecuteSink & Pick<Ran, "results" | "notices"> {
  const results: Ran["results"] = [];
  const notices: Ran["notices"] = [];
  return {
    results,
    notices,
    columns: (statement, columns) => void results.push({ statement, columns, rows: [] }),
    rows(_, dataRows, count) {
      for (const offset of rowOffsets(dataRows, count)) results.at(-1)!.rows.push(decodeRow(dataRows, offset));
    },
    end: (_, truncated) => void (results.at(-1)!.truncated = truncated),
    notice: (statement, text) => void notices.push({ statement, text }),
  };
}

export async function run(
  url: string,
  text: string,
  changes: Partial<ExecuteRequest> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Ran> {
  const sink = recordingSink();
  const outcome = await execute(depsOf(url), await requestFor(url, text, changes), sink, signal);
  return { ...outcome, results: sink.results, notices: sink.notices };
}

export interface Proxy {
  url: string;
  /** Cuts every connection now. */
  cut(): void;
  close(): Promise<void>;
}

/** A TCP proxy before the server that can cut connections; `onSend` sees what the client sends and may cut after passing it on. */
export async function proxyTo(url: string, onSend: (bytes: Buffer, cut: () => void) => void = () => {}): Promise<Proxy> {
  const target = new URL(url);
  const { hostname, port } = target;
  const sockets = new Set<Socket>();
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    const upstream = connectTcp(Number(port), hostname);
    let deaf = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {}); // cutting is what this is for
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (bytes: Buffer) => {
      upstream.write(bytes);
      onSend(bytes, () => {
        deaf = true; // the server gets its message, the client never hears the answer
        setTimeout(cut, 200);
      });
    });
    upstream.on("data", (bytes: Buffer) => void (deaf || client.write(bytes)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  target.port = String((server.address() as AddressInfo).port);
  return {
    url: target.href,
    cut,
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
