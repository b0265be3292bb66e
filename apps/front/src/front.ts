import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresServer } from "@interlock/db/postgres";
import type { Child } from "./child.ts";
import type { Config } from "./config.ts";
import { prepareDatabases, startOwnServer, type EmbeddedServers } from "./databases.ts";
import { lockHome, makeHome, resetHome } from "./home.ts";
import { createLog } from "./log.ts";
import { createFront, type Backend } from "./proxy.ts";
import { readSecrets } from "./secrets.ts";
import { startAgent, startDemoCluster, startWeb, type Told } from "./services.ts";

/** Milliseconds for agent and web to end by themselves, then for each database to write its checkpoint: 5 s in all. */
const CHILD_GRACE_MS = 2_500;
const DATABASE_GRACE_MS = 2_000;

export interface Front {
  /** Stops everything, databases last. Safe to call twice. */
  stop(): Promise<void>;
}

/** Brings everything up, in the one order that works, and listens only when all of it can serve. Stops what it had started when it rejects, as it does
 * when `signal` aborts before it is up. */
export async function startFront(
  config: Config,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
  start: { agent: typeof startAgent; web: typeof startWeb } = { agent: startAgent, web: startWeb },
): Promise<Front> {
  await checkPort(config);
  await makeHome(config.home);
  const lock = await lockHome(config.home, config.reset);
  const servers: EmbeddedServers = {};
  const children: Child[] = [];
  let listener: Server | undefined;
  let stopping: Promise<void> | undefined;

  const stopServers = (): Promise<unknown> => Promise.all(Object.values(servers).map(stopDatabase));
  const stopAll = async (): Promise<void> => {
    listener?.close();
    listener?.closeAllConnections();
    await Promise.all(children.map((child) => child.stop(CHILD_GRACE_MS)));
    await stopServers();
    await lock.release();
  };
  const stop = (): Promise<void> => (stopping ??= stopAll());
  // Whatever a start is waiting for (a seed takes seconds) fails at once when its database goes; then everything is stopped in order.
  const giveUp = (): void => void (stopping ?? stopServers());
  signal.addEventListener("abort", giveUp, { once: true });

  try {
    if (config.reset) await resetHome(config.home, (line) => process.stdout.write(`${line}\n`)).then(() => makeHome(config.home));
    const log = createLog(config.home, config.production);
    const secrets = await readSecrets(config);
    const own = config.databaseUrl ?? startOwnServer(config, secrets, log, servers);
    const told = async (): Promise<Told> => ({ config, secrets, databaseUrl: await own, environment });
    const cluster = config.demo ? startDemoCluster(config, environment, log, signal) : undefined;
    const started = await Promise.allSettled([
      // The agent seeds the demo's connections, so what they lead to must be there.
      Promise.all([prepareDatabases(config, secrets, own, log, servers, signal), cluster]).then(async () =>
        start.agent(await told(), log, signal),
      ),
      // It asks the database only when somebody comes, so it need not wait for more than an address.
      told().then((known) => start.web(known, log, signal)),
      cluster,
    ]);
    for (const outcome of started) if (outcome.status === "fulfilled" && outcome.value) children.push(outcome.value);
    signal.throwIfAborted();
    for (const outcome of started) if (outcome.status === "rejected") throw outcome.reason;
    const [agent, web] = children;
    listener = createFront({ agent: () => local(agent), web: () => local(web) }, config.origins, log.file("front"));
    listener.listen(config.port, config.host);
    await once(listener, "listening");
    await lock.publish({ url: config.origins[0] ?? "", databaseUrl: await own });
    // From here a stop goes in order, databases last.
    signal.removeEventListener("abort", giveUp);
    const { own: database, demoTarget } = servers;
    void database?.exited.then(() => stopping ?? databaseEnded(database, stop));
    void demoTarget?.exited.then(() => stopping ?? demoTargetEnded(demoTarget));
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function local(child: Child | undefined): Backend | undefined {
  return child?.port === undefined ? undefined : { host: "127.0.0.1", port: child.port };
}

/** Without its database nothing works and nothing may run; the operator's supervisor starts us again. */
async function databaseEnded(server: PostgresServer, stop: () => Promise<void>): Promise<void> {
  process.stderr.write(`A database (process ${server.pid}) ended by itself; stopping. Its log is in the logs folder.\n`);
  await stop();
  process.exit(1);
}

/** A target that is down is an ordinary sight: its connection says so, and what people are writing in their rooms is kept. */
function demoTargetEnded(server: PostgresServer): void {
  process.stderr.write(
    `The demo target (process ${server.pid}) ended by itself; payments-db is down until the next start. Its log is in the logs folder.\n`,
  );
}

async function stopDatabase(server: PostgresServer): Promise<void> {
  const patience = new AbortController();
  const stopped = server.stop("fast").then(() => patience.abort());
  await sleep(DATABASE_GRACE_MS, undefined, { signal: patience.signal }).then(
    // Committed data is safe either way: the next start replays the log instead.
    () => server.stop("immediate"),
    () => stopped,
  );
}

/** Says so before anything is started when somebody else has our port. */
async function checkPort(config: Config): Promise<void> {
  const probe = createServer();
  probe.listen(config.port, config.host);
  await once(probe, "listening").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRINUSE") throw new Error(`Port ${config.port} is in use. Stop what uses it, or set PORT to another one.`);
    throw error;
  });
  probe.close();
  await once(probe, "close");
}
