/** A million rows of six columns from the server to a WebSocket consumer, against `COPY … TO STDOUT` of the same query in the same run. */
import { copyPeer } from "./measure/copy-peer.ts";
import { collectGarbage, median, timed, type Report } from "./measure/figure.ts";
import { MASKED, QUERY, ROWS, rowsDatabase } from "./measure/rows-database.ts";
import { startConsumer, stream, type Streamed } from "./measure/stream.ts";

const RUNS = 3;
const CASES = [
  { name: "nothing masked", rules: { maskedColumns: [], detectors: [] }, least: 0.6 },
  { name: "two of six columns masked", rules: { maskedColumns: MASKED, detectors: [] }, least: 0.4 },
  { name: "two of six masked, the others searched", rules: { maskedColumns: MASKED, detectors: ["email", "card"] }, least: 0.4 },
];

export default async function streamRows(report: Report): Promise<void> {
  const server = await rowsDatabase();
  const peer = copyPeer();
  const consumer = await startConsumer();
  try {
    await peer.copy(server.url, QUERY);
    for (const { rules } of CASES) await stream(server.url, `${QUERY} LIMIT 200000`, rules, consumer);
    const copies: number[] = [];
    const runs = CASES.map((): Streamed[] => []);
    // Taken in turns, so that whatever else the machine does weighs on all alike.
    for (let run = 0; run < RUNS; run++) {
      copies.push(await timed(() => peer.copy(server.url, QUERY)));
      for (const [i, { rules }] of CASES.entries()) {
        collectGarbage();
        runs[i]!.push(await stream(server.url, QUERY, rules, consumer));
      }
    }
    const peerRate = ROWS / (median(copies) / 1000);
    report({ name: "COPY TO STDOUT", value: peerRate, unit: "rows/s", goal: "peer", ok: true });
    for (const [i, { name, least }] of CASES.entries()) {
      const streamed = runs[i]!;
      if (streamed.some(({ rows }) => rows !== ROWS)) throw new Error("rows were lost on the way");
      const rate = ROWS / (median(streamed.map(({ ms }) => ms)) / 1000);
      const ratio = rate / peerRate;
      report({ name: `stream, ${name}`, value: rate, unit: "rows/s", peer: peer.name, ratio, goal: `≥ ${least} ×`, ok: ratio >= least });
    }
    const all = runs.flat();
    const growth = Math.max(...all.map((run) => run.growth)) / 2 ** 20;
    report({ name: "stream, memory growth", value: growth, unit: "MiB", goal: "< 64", ok: growth < 64 });
    const first = Math.max(...all.map((run) => run.firstRowMs));
    report({ name: "stream, first row after the server's", value: first, unit: "ms", goal: "< 50", ok: first < 50 });
  } finally {
    await consumer.close();
    await server.stop();
  }
}
