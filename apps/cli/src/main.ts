import { readConfig } from "./config.ts";
import { run } from "./run.ts";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort(new Error("interrupted")));
// `interlock … | head` closes our output early; that is the reader's right and no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const config = readConfig(process.env, process.cwd());
process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  out: (text) => process.stdout.write(`${text}\n`),
  error: (text) => process.stderr.write(`${text}\n`),
  color: config.color ?? (process.stdout.isTTY === true && process.stdout.hasColors()),
  config,
  signal: interrupted.signal,
});
