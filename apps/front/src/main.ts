/** `npm start` ends here: the process that owns the port, the databases, the agent and the web app. */
import { DEMO_PASSWORD, DEMO_USERS } from "@interlock/db";
import { readConfig, type Config } from "./config.ts";
import { startFront, type Front } from "./front.ts";

let front: Front | undefined;
const stopping = new AbortController();

/** Ctrl-C reaches us twice, from the terminal and through npm; a second one this much later is somebody who will not wait. */
const IMPATIENT_MS = 1_000;
let askedAt = 0;

function onSignal(): void {
  if (stopping.signal.aborted) {
    if (performance.now() - askedAt > IMPATIENT_MS) process.exit(1);
    return;
  }
  askedAt = performance.now();
  stopping.abort();
  if (front) void front.stop().then(() => process.exit(0));
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
// Started by scripts/start.mjs: when that is gone, nobody is left to stop us.
process.on("disconnect", onSignal);

function announce(config: Config): void {
  const say = (line = ""): void => void process.stdout.write(`${line}\n`);
  say();
  say(`Interlock is ready: ${config.origins[0]}`);
  if (config.demo) {
    say();
    say(`Demo accounts, password "${DEMO_PASSWORD}" (this machine only):`);
    for (const { name, groups } of DEMO_USERS) say(`  ${name.padEnd(10)} ${groups.join(", ") || "(none)"}`);
  }
  say();
}

try {
  const config = readConfig(process.env, process.argv.slice(2));
  front = await startFront(config, process.env, stopping.signal);
  if (stopping.signal.aborted) {
    await front.stop();
    process.exit(0);
  }
  announce(config);
} catch (error) {
  // Stopped while it was starting: that is what was asked for, and all of it is down again.
  if (stopping.signal.aborted) process.exit(0);
  process.stderr.write(`Interlock did not start: ${(error as Error).message}\n`);
  process.exit(1);
}
