import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;

/**
 * Listens on a notification channel until `signal` aborts. Resolves once it listens; rejects when the first connection fails. Later it
 * reconnects by itself and calls `onGap` after every time it was away: notices may have been missed, look for yourself.
 */
export async function listen(
  url: string,
  channel: string,
  onPayload: (payload: string) => void,
  signal: AbortSignal,
  onGap: () => void = () => {},
): Promise<void> {
  const connect = async (): Promise<Client> => {
    const client = new Client({ connectionString: url, keepAlive: true, application_name: "interlock:listen" });
    client.on("notification", (notice) => onPayload(notice.payload ?? ""));
    // What follows an error is "end", which starts the next attempt.
    client.on("error", () => {});
    try {
      await client.connect();
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
  };
  signal.throwIfAborted();
  let client = await connect();
  void (async () => {
    while (!signal.aborted) {
      await ended(client, signal);
      await client.end().catch(() => {});
      for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
        await sleep(wait, undefined, { signal }).catch(() => {});
        if (signal.aborted) break;
        try {
          client = await connect();
          onGap();
          break;
        } catch {
          // Still away: the next attempt is the report. The same database going away is noticed by everything else, too.
        }
      }
    }
    await client.end().catch(() => {});
  })();
}

function ended(client: Client, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    client.once("end", () => done());
    signal.addEventListener("abort", () => done(), { once: true });
  });
}
