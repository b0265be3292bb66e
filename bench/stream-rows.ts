/** A million rows of six columns from the server through the agent to a WebSocket, against `COPY … TO STDOUT` of the same query. */
import { setTimeout as sleep } from "node:timers/promises";
import { startBenchAgent, type BenchAgent } from "./measure/agent.ts";
import { copyPeer } from "./measure/copy-peer.ts";
import { median, timed, type Benchmark, type Report } from "./measure/figure.ts";
import { percentile } from "./measure/percentile.ts";
import { ResultPage, type Streamed } from "./measure/result-page.ts";
import { FIRST_NOTE, QUERIES, rowsDatabase, type RowsDatabase } from "./measure/rows-database.ts";
import { relayTo, type TargetRelay } from "./measure/target-relay.ts";
import { Typist } from "./measure/typist.ts";

interface Size {
  rows: number;
  pairs: number;
  /** Runs with somebody typing meanwhile. */
  typed: number;
  /** Runs to the first row. */
  first: number;
  cancelled: number;
}
const FULL: Size = { rows: 1_000_000, pairs: 9, typed: 5, first: 15, cancelled: 15 };
const SMALL: Size = { rows: 20_000, pairs: 1, typed: 1, first: 2, cancelled: 1 };
const CASES = [
  { name: "nothing masked", query: QUERIES.plain, least: 0.6 },
  { name: "two of six columns masked", query: QUERIES.masked, least: 0.4 },
];
const ENDLESS = "SELECT generate_series(1, 100000000), repeat('x', 100)";

const streamRows: Benchmark = async (report, small) => {
  const size = small ? SMALL : FULL;
  await using stack = new AsyncDisposableStack();
  const server = stack.adopt(await rowsDatabase(size.rows), (it) => it.stop());
  {
    await using own = new AsyncDisposableStack();
    const agent = own.adopt(await startBenchAgent(server.url, server.rowsUrl), (it) => it.stop());
    await throughput(report, size, server, agent);
  }
  const relay = stack.adopt(await relayTo(server.rowsUrl), (it) => it.close());
  const agent = stack.adopt(await startBenchAgent(await server.createDatabase("second"), relay.url), (it) => it.stop());
  const page = stack.adopt(await ResultPage.open(agent), (it) => it.close());
  await firstRow(report, size, page, relay);
  await cancel(report, size, page, relay);
};
export default streamRows;

async function throughput(report: Report, size: Size, server: RowsDatabase, agent: BenchAgent): Promise<void> {
  const peer = copyPeer();
  const page = await ResultPage.open(agent);
  try {
    const growths: number[] = [];
    for (const { name, query, least } of CASES) {
      await page.stream(query);
      await peer.copy(server.rowsUrl, query);
      const runs: Streamed[] = [];
      const ratios: number[] = [];
      // Pair by pair, since the machine's speed drifts and weighs on both of a pair alike.
      for (let pair = 0; pair < size.pairs; pair++) {
        const copied = await timed(() => peer.copy(server.rowsUrl, query));
        const run = await page.stream(query);
        runs.push(run);
        ratios.push(copied / run.ms);
      }
      if (runs.some(({ rows }) => rows !== size.rows)) throw new Error("rows were lost on the way");
      const value = size.rows / (median(runs.map(({ ms }) => ms)) / 1000);
      const ratio = median(ratios);
      const spread: [number, number] = [Math.min(...ratios), Math.max(...ratios)];
      report({ name: `stream, ${name}`, value, unit: "rows/s", peer: peer.name, ratio, spread, goal: `≥ ${least} ×`, ok: ratio >= least });
      growths.push(...runs.map(({ growth }) => growth));
    }
    const growth = Math.max(...growths) / 2 ** 20;
    report({ name: "stream, growth of the agent's memory", value: growth, unit: "MiB", goal: "< 64", ok: growth < 64 });
    await typing(report, size, page, agent);
  } finally {
    page.close();
  }
}

/** How long a stroke takes to be durable while a million rows stream through the same agent. */
async function typing(report: Report, size: Size, page: ResultPage, agent: BenchAgent): Promise<void> {
  const typist = await Typist.open(await agent.socketUrl(`doc/${agent.documentId}`), new Map());
  try {
    for (let run = 0; run < size.typed; run++) {
      const over = new AbortController();
      const streamed = page.stream(QUERIES.plain).finally(() => over.abort());
      while (!over.signal.aborted) {
        typist.stroke("x");
        await sleep(25);
      }
      await streamed;
    }
    await typist.complete(typist.length);
    const value = percentile(typist.durable, 0.95);
    report({ name: "stream, a stroke durable meanwhile, p95", value, unit: "ms", goal: "< 50", ok: value < 50 });
  } finally {
    typist.close();
  }
}

/** From the moment the first row leaves the database to the moment it is here. */
async function firstRow(report: Report, size: Size, page: ResultPage, relay: TargetRelay): Promise<void> {
  const late: number[] = [];
  const whole: number[] = [];
  for (let run = 0; run < size.first; run++) {
    const passed = relay.passing(FIRST_NOTE);
    const { first, proposed } = await page.stream(`${QUERIES.plain} WHERE ctid < '(20,0)'`);
    late.push(first - (await passed));
    whole.push(first - proposed);
  }
  const value = median(late);
  report({ name: "stream, first row after the database's", value, unit: "ms", goal: "< 50", ok: value < 50 });
  report({ name: "stream, first row after proposing", value: median(whole), unit: "ms", goal: "-", ok: true });
}

/** From the cancel leaving the browser to the last rows here and at the database. */
async function cancel(report: Report, size: Size, page: ResultPage, relay: TargetRelay): Promise<void> {
  const quiet: number[] = [];
  for (let run = 0; run < size.cancelled; run++) {
    const { cancelled, last, state } = await page.run({ text: ENDLESS, cancelAfterMs: 300 });
    if (state !== "cancelled") throw new Error(`it is ${state} instead of cancelled`);
    quiet.push(Math.max(last, relay.lastRows()) - cancelled);
  }
  const value = median(quiet);
  const spread: [number, number] = [Math.min(...quiet), Math.max(...quiet)];
  report({ name: "stream, cancel to quiet", value, unit: "ms", spread, goal: "< 100", ok: value < 100 });
}
