/** A million rows of six columns from the server through the agent to a WebSocket, against `COPY … TO STDOUT` of the same query. */
import pg from "pg";
import { startBenchAgent } from "./measure/agent.ts";
import { copyPeer } from "./measure/copy-peer.ts";
import { median, timed, type Report } from "./measure/figure.ts";
import { ResultPage, type Streamed } from "./measure/result-page.ts";
import { QUERIES, ROWS, rowsDatabase } from "./measure/rows-database.ts";

const RUNS = 5;
const CASES = [
  { name: "nothing masked", query: QUERIES.plain, least: 0.6 },
  { name: "two of six columns masked", query: QUERIES.masked, least: 0.4 },
];

export default async function streamRows(report: Report): Promise<void> {
  const server = await rowsDatabase();
  const agent = await startBenchAgent(server.url, server.rowsUrl).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  const page = await ResultPage.open(agent);
  const peer = copyPeer();
  try {
    const growths: number[] = [];
    for (const { name, query, least } of CASES) {
      await page.stream(`${query} LIMIT 300000`);
      await peer.copy(server.rowsUrl, query);
      const copies: number[] = [];
      const runs: Streamed[] = [];
      // Taken in turns, so that whatever else the machine does weighs on both alike.
      for (let run = 0; run < RUNS; run++) {
        copies.push(await timed(() => peer.copy(server.rowsUrl, query)));
        runs.push(await page.stream(query));
      }
      if (runs.some(({ rows }) => rows !== ROWS)) throw new Error("rows were lost on the way");
      const rate = ROWS / (median(runs.map(({ ms }) => ms)) / 1000);
      const ratio = median(copies) / median(runs.map(({ ms }) => ms));
      growths.push(...runs.map(({ growth }) => growth));
      report({ name: `stream, ${name}`, value: rate, unit: "rows/s", peer: peer.name, ratio, goal: `≥ ${least} ×`, ok: ratio >= least });
    }
    const growth = Math.max(...growths) / 2 ** 20;
    report({ name: "stream, growth of the agent's memory", value: growth, unit: "MiB", goal: "< 64", ok: growth < 64 });
    const first = await firstRow(page, server.rowsUrl);
    report({ name: "stream, first row after the database's", value: first, unit: "ms", goal: "< 50", ok: first < 50 });
    const cancels: number[] = [];
    for (let run = 0; run < RUNS; run++) cancels.push(await page.cancelInFlight("SELECT generate_series(1, 100000000), repeat('x', 100)"));
    const cancel = Math.max(...cancels);
    report({ name: "stream, cancel to quiet", value: cancel, unit: "ms", goal: "< 100", ok: cancel < 100 });
  } finally {
    page.close();
    await agent.stop();
    await server.stop();
  }
}

/**
 * How much later than through a bare connection the first row is here. Proposing takes parse, impact, verdict and the audit log with it, so
 * that this is the whole way of a command.
 */
async function firstRow(page: ResultPage, url: string): Promise<number> {
  const query = `${QUERIES.plain} LIMIT 1000`;
  const bare: number[] = [];
  const ours: number[] = [];
  for (let run = 0; run < 9; run++) {
    const client = new pg.Client({ connectionString: url });
    bare.push(
      await timed(async () => {
        await client.connect();
        await client.query(`${query} OFFSET 0`);
      }),
    );
    await client.end();
    ours.push((await page.stream(query)).firstMs);
  }
  return median(ours) - median(bare);
}
