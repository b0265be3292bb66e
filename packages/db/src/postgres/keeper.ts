/**
 * Runs one server and stops it when the process that wanted it is gone, however it went (even by `kill -9`): standard input is a pipe from
 * there, and its end means stop. Argument: a Launch as JSON. Prints the server's process id as the first line of standard output.
 */
import { spawn } from "node:child_process";
import type { Launch } from "./account.ts";

/** PostgreSQL's own words: fast ends sessions and writes a checkpoint; immediate leaves recovery to the next start. */
const SIGNAL = { fast: "SIGINT", immediate: "SIGQUIT" } as const;
/** A checkpoint on a slow disk may take a while; after this the server is told to leave recovery to its next start. */
const PATIENCE_MS = 4_000;

const { command, args, uid, gid } = JSON.parse(process.argv[2] ?? "{}") as Launch;
const server = spawn(command, args, {
  stdio: ["ignore", "inherit", "inherit"],
  ...(uid === undefined ? {} : { uid }),
  ...(gid === undefined ? {} : { gid }),
});
server.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
server.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
process.stdout.write(`${server.pid ?? 0}\n`);
// A vanished reader of our output must not end us before the server has stopped.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});

function stop(mode: keyof typeof SIGNAL): void {
  server.kill(SIGNAL[mode]);
  setTimeout(() => server.kill(SIGNAL.immediate), PATIENCE_MS);
}
process.stdin.on("data", (data) => stop(String(data).includes("immediate") ? "immediate" : "fast"));
process.stdin.on("end", () => stop("fast"));
process.stdin.on("error", () => stop("fast"));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop("fast"));
