import { startTestPostgres } from "@interlock/db/testing";
import { impactFigures, type Figure } from "./figures.ts";
import { reduceFailures, runGenerated, type Failure } from "./generated.ts";
import { Lane } from "./lane.ts";
import type { Conditions } from "./report.ts";
import { Tally } from "./tally.ts";

export interface ScoreOptions {
  seed: number;
  /** Generated statements the server must accept. */
  cases: number;
  /** Groups of figures to measure; all when absent. */
  only?: readonly string[] | undefined;
  /** Kinds of failures that are reduced to a minimal case. */
  reduced: number;
}

export interface Score {
  figures: Figure[];
  failures: Failure[];
  conditions: Conditions;
}

/** Statements a full run must have (the bound); smaller runs are judged on what they have. */
export const FULL = 5_000;
/** Measurements that fail, worst first. */
const ORDER = ["unsafe", "exact", "rewrites", "locks", "willFail", "unknown", "incomplete"];

/** Measures everything on a server of its own. */
export async function score(options: ScoreOptions): Promise<Score> {
  const server = await startTestPostgres({ autovacuum: "off", max_locks_per_transaction: "256" });
  const lanes: Lane[] = [];
  try {
    for (const name of ["one", "two"]) lanes.push(await Lane.open(await server.createDatabase(name)));
    const tally = new Tally();
    await runGenerated(lanes, options.seed, options.cases, tally);
    const rank = (failure: Failure): number => ORDER.indexOf(failure.kind.split(":")[0]!);
    const failures = [...tally.failures.values()].toSorted((a, b) => rank(a) - rank(b) || b.count - a.count);
    await reduceFailures(lanes[0]!, failures.slice(0, options.reduced));
    const [version] = await lanes[0]!.query("SELECT current_setting('server_version') AS version");
    return {
      figures: impactFigures(tally, Math.min(options.cases, FULL)),
      failures,
      conditions: {
        seed: options.seed,
        server: `PostgreSQL ${String(version?.["version"])}`,
        cases: tally.accepted,
        refused: tally.refused,
        races: 0,
        families: tally.families,
      },
    };
  } finally {
    for (const lane of lanes) await lane.close();
    await server.stop();
  }
}
