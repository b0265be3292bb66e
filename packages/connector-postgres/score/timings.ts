import { readFile } from "node:fs/promises";
import { Client } from "pg";
import { DEMO_STATEMENTS } from "../../../bench/measure/demo-statements.ts";
import { postgres } from "../src/index.ts";
import { percentile, type Figure } from "./figures.ts";

/** The rows a newcomer meets: 200,000 orders. */
const DEMO = new URL("../../../apps/front/demo/payments-db.sql", import.meta.url);
const ROUNDS = 12;
const GOALS = { parse: 2, impact: 150 };

/** Times of ordinary statements on the demo's data, warm, in the empty database at `url`. */
export async function timeFigures(url: string): Promise<Figure[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("CREATE ROLE payments_owner");
    await client.query("SET TimeZone = 'UTC'");
    await client.query(await readFile(DEMO, "utf8"));
    await client.query("VACUUM ANALYZE");
  } finally {
    await client.end();
  }
  const target = postgres.open({ connectionName: "demo", secret: { read: url }, maskedColumns: () => [] });
  const parse: number[] = [];
  const impact: number[] = [];
  try {
    const { signal } = new AbortController();
    for (let round = -2; round < ROUNDS; round++)
      for (const text of DEMO_STATEMENTS) {
        const started = performance.now();
        postgres.parse(text);
        const parsed = performance.now();
        await target.impact(text, { signal, exact: true });
        if (round < 0) continue;
        parse.push(parsed - started);
        impact.push(performance.now() - parsed);
      }
  } finally {
    await target.close();
  }
  return [
    timed("parse and classify, p95", percentile(parse, 0.95), GOALS.parse),
    timed("full impact on the demo's data, p95", percentile(impact, 0.95), GOALS.impact),
  ];
}

const timed = (name: string, ms: number, goal: number): Figure => ({
  name,
  value: `${ms.toFixed(2)} ms`,
  goal: `≤ ${goal} ms`,
  ok: ms <= goal,
});
