/** The impact of ordinary statements on the demo's data, warm: what the target's analysis takes, without and with exact counts. */
import pg from "pg";
import type { Target } from "@interlock/connector";
import { postgres } from "@interlock/connector-postgres";
import { demoDatabase } from "./measure/demo-database.ts";
import { DEMO_STATEMENTS } from "./measure/demo-statements.ts";
import { median, timed, type Benchmark } from "./measure/figure.ts";
import { percentile } from "./measure/percentile.ts";

const ROUNDS = 15;
const WARM_UP = 2;
const MASKED = ["*.customers.email", "*.customers.card_number"];
const GOALS = { estimated: 5, counted: 150 };

interface Taken {
  estimated: number[];
  counted: number[];
  /** A bare EXPLAIN of the same statement on a connection that is there already. */
  explained: number[];
}

const analyze: Benchmark = async (report, small) => {
  const database = await demoDatabase();
  const target = postgres.open({ connectionName: "payments-db", secret: database.target, maskedColumns: () => MASKED });
  const bare = new pg.Client({ connectionString: database.target.write });
  try {
    await bare.connect();
    if (!small) await measure(target, bare, WARM_UP);
    const { estimated, counted, explained } = await measure(target, bare, small ? 1 : ROUNDS);
    const ratio = median(explained) / median(estimated);
    for (const [word, share] of [
      ["p50", 0.5],
      ["p95", 0.95],
    ] as const) {
      const value = percentile(estimated, share);
      const compared = word === "p50" ? { peer: "bare EXPLAIN", ratio } : {};
      report({
        name: `analyze without exact counts, ${word}`,
        value,
        unit: "ms",
        ...compared,
        goal: `≤ ${GOALS.estimated}`,
        ok: value <= GOALS.estimated,
      });
    }
    for (const [word, share] of [
      ["p50", 0.5],
      ["p95", 0.95],
    ] as const) {
      const value = percentile(counted, share);
      report({ name: `analyze with exact counts, ${word}`, value, unit: "ms", goal: `≤ ${GOALS.counted}`, ok: value <= GOALS.counted });
    }
    const share = await countedShare(target);
    report({ name: "analyze, figures of writes that are exact", value: share * 100, unit: "%", goal: "= 100", ok: share === 1 });
  } finally {
    await bare.end();
    await target.close();
    await database.stop();
  }
};
export default analyze;

/** In turns, so that whatever else the machine does weighs on all three alike. */
async function measure(target: Target, bare: pg.Client, rounds: number): Promise<Taken> {
  const taken: Taken = { estimated: [], counted: [], explained: [] };
  const { signal } = new AbortController();
  for (let round = 0; round < rounds; round++)
    for (const text of DEMO_STATEMENTS) {
      taken.estimated.push(await timed(() => target.impact(text, { signal, exact: false })));
      taken.counted.push(await timed(() => target.impact(text, { signal, exact: true })));
      taken.explained.push(await timed(() => bare.query(text.startsWith("EXPLAIN") ? text : `EXPLAIN (FORMAT JSON, VERBOSE) ${text}`)));
    }
  return taken;
}

/** Of the figures of rows that writes and their cascades touch, how many are counted, given the time that a proposal gives. */
async function countedShare(target: Target): Promise<number> {
  const kinds: string[] = [];
  for (const text of DEMO_STATEMENTS) {
    const { statements } = await target.impact(text, { signal: new AbortController().signal, exact: true, countingMs: 2_000 });
    for (const { effects, cascades } of statements)
      for (const { effect, rows } of [...effects, ...cascades]) if (effect !== "read") kinds.push(rows.kind);
  }
  return kinds.filter((kind) => kind === "exact").length / kinds.length;
}
