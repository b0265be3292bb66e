import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";

/** Key of the session-level advisory lock that the one agent of a database holds; any fixed number of our own. */
const LOCK = 7_300_730_073;
/** How long a start waits for an agent that is just ending, and a holder for its own lost place, in milliseconds. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 100;

/**
 * Takes the right to be the one agent of a database: countdowns, runs and open documents live in its memory, so two would undo each other's
 * work. Undefined when another holds it. It ends with `signal` or the process. After a lost connection it is taken again; `onLost` is called
 * when another agent was quicker or the database stays away, and its caller must stop.
 */
export async function becomeSoleAgent(
  url: string,
  onLost: (error: Error) => void,
  signal: AbortSignal,
  patienceMs = PATIENCE_MS,
): Promise<true | undefined> {
  signal.throwIfAborted();
  const first = await take(url, signal, patienceMs);
  if (first === undefined) return undefined;
  void keep(url, first, onLost, signal, patienceMs);
  return true;
}

async function keep(url: string, first: Client, onLost: (error: Error) => void, signal: AbortSignal, patienceMs: number): Promise<void> {
  for (let client: Client | undefined = first; ;) {
    await ended(client, signal);
    await client.end().catch(() => {});
    if (signal.aborted) return;
    client = await regain(url, signal, patienceMs);
    if (signal.aborted) {
      await client?.end().catch(() => {});
      return;
    }
    if (client === undefined) return onLost(new Error("another agent has taken this database, or it stays out of reach"));
  }
}

/** As `take`, but an unreachable database is waited for, too. */
async function regain(url: string, signal: AbortSignal, patienceMs: number): Promise<Client | undefined> {
  // A database that restarts answers again within seconds; this is far longer than two such attempts.
  for (const deadline = Date.now() + 12 * patienceMs; Date.now() < deadline && !signal.aborted;) {
    try {
      return await take(url, signal, patienceMs);
    } catch {
      // Not reachable yet: the next attempt is the report, and `onLost` the last one.
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }
  return undefined;
}

async function take(url: string, signal: AbortSignal, patienceMs: number): Promise<Client | undefined> {
  const client = new Client({ connectionString: url, keepAlive: true, application_name: "interlock:agent" });
  // What follows an error is "end", which is waited for.
  client.on("error", () => {});
  try {
    await client.connect();
    for (const deadline = Date.now() + patienceMs; ;) {
      const { rows } = await client.query<{ taken: boolean }>("SELECT pg_try_advisory_lock($1) AS taken", [LOCK]);
      if (rows[0]?.taken === true) return client;
      if (Date.now() >= deadline || signal.aborted) break;
      await sleep(RETRY_MS);
    }
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  await client.end();
  return undefined;
}

function ended(client: Client, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    client.once("end", () => done());
    signal.addEventListener("abort", () => done(), { once: true });
  });
}
