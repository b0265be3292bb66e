import { Client } from "pg";
import { claimOf } from "./claim.ts";
import type { Lane } from "./lane.ts";
import type { Tally } from "./tally.ts";

const SETUP = [
  "CREATE TABLE t (id int PRIMARY KEY, v int)",
  "CREATE INDEX t_v ON t (v)",
  "INSERT INTO t SELECT i, i FROM generate_series(1, 50) i",
  "CREATE TABLE p (id int PRIMARY KEY, v int) PARTITION BY RANGE (id)",
  "CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (100)",
  "CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM (100) TO (200)",
  "CREATE MATERIALIZED VIEW mv AS SELECT id FROM t",
  "ANALYZE",
];

/** Statements that refuse to run in a transaction, each with the table whose lock it is seen to wait for and the first version that does. */
const STATEMENTS: readonly (readonly [text: string, table: string, since?: number])[] = [
  ["CREATE INDEX CONCURRENTLY added ON t (v)", "app.t"],
  ["CREATE UNIQUE INDEX CONCURRENTLY added ON t (id, v)", "app.t"],
  ["DROP INDEX CONCURRENTLY t_v", "app.t"],
  ["REINDEX INDEX CONCURRENTLY t_v", "app.t"],
  ["REINDEX TABLE CONCURRENTLY t", "app.t"],
  ["REINDEX TABLE p", "app.p_1", 140_000],
  ["VACUUM t", "app.t"],
  ["VACUUM FULL t", "app.t"],
  ["VACUUM (FULL, ANALYZE) t", "app.t"],
  ["VACUUM ANALYZE t (v)", "app.t"],
  ["VACUUM FULL p", "app.p_1"],
  ["VACUUM p", "app.p_1"],
  ["CLUSTER p USING p_pkey", "app.p", 150_000],
  ["ALTER TABLE p DETACH PARTITION p_1 CONCURRENTLY", "app.p", 140_000],
];

/**
 * Statements that cannot be taken back are let run into somebody's lock instead: the mode they wait for is what they lock, and they are
 * cancelled there. Of several locks on one table the first is seen.
 */
export async function runOutside(lane: Lane, version: number, tally: Tally): Promise<void> {
  const [runner, blocker] = [new Client({ connectionString: lane.url }), new Client({ connectionString: lane.url })];
  await runner.connect();
  await blocker.connect();
  try {
    await lane.build(SETUP);
    for (const [text, table, since = 0] of STATEMENTS) {
      if (since > version) continue;
      const claim = claimOf(await lane.impact(text));
      const mode = await waitedFor(runner, blocker, text, table);
      const named = claim.locks.has(`${table}/${mode}`);
      tally.addOutside(
        text,
        SETUP,
        named ? undefined : `not named: ${table}/${mode}`,
        mode === "AccessExclusiveLock" && claim.complete && !named,
      );
    }
  } finally {
    await runner.end();
    await blocker.end();
  }
}

/** The mode that a statement asks for on the table, what every look at it asks for left out. Rejects when it asks for none within ten seconds. */
async function waitedFor(runner: Client, blocker: Client, text: string, table: string): Promise<string> {
  await blocker.query(`BEGIN; LOCK TABLE ${table} IN EXCLUSIVE MODE`);
  const pid = (runner as unknown as { processID: number }).processID;
  // It ends by being cancelled, or by the server's own objection; both are no news here.
  const ended = runner.query(text).then(
    () => true,
    () => true,
  );
  try {
    for (let tries = 0; tries < 1_000; tries++) {
      const { rows } = await blocker.query(
        "SELECT mode FROM pg_locks WHERE pid = $1 AND NOT granted AND locktype = 'relation' AND relation = $2::regclass",
        [pid, table],
      );
      if (rows.length > 0) return String(rows[0].mode);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`${text} waited for no lock on ${table}`);
  } finally {
    await blocker.query("SELECT pg_cancel_backend($1)", [pid]);
    await ended;
    await blocker.query("ROLLBACK");
  }
}
