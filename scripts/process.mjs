/** Starting programs from scripts: the pinned Node, signals passed on, children waited for. No dependencies: this runs before any is installed. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

// What Node compiled once is kept for every process that is started from here: half of what a start takes is compiling. In the checkout, not in
// the common temporary folder, where others could leave code for us.
process.env.NODE_COMPILE_CACHE ??= join(ROOT, "node_modules", ".cache", "interlock");

/** Says what is wrong in one line and ends with code 1. */
export function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** The Node that Interlock runs on: the pinned npm package, or this very one where that package does not exist but the version is enough. */
export function pinnedNode() {
  const path = join(ROOT, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
  if (existsSync(path)) return path;
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  return fail(
    `There is no pinned Node for ${process.platform}/${process.arch}; run this with Node 24 or newer (this is ${process.version}).`,
  );
}

/** A program of an installed package, e.g. `module("vitest/vitest.mjs")`. */
export const module = (path) => join(ROOT, "node_modules", ...path.split("/"));

/**
 * Runs a program to its end. Signals that reach us are passed on, and we wait. Resolves with `{ code, output }`; `output` only with
 * `capture`, which also prints.
 */
export function run(command, args, { cwd = ROOT, env = process.env, capture = false, ipc = false, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = ["inherit", capture || quiet ? "pipe" : "inherit", capture || quiet ? "pipe" : "inherit", ...(ipc ? ["ipc"] : [])];
    const child = spawn(command, args, { cwd, env, stdio });
    const handlers = SIGNALS.map((signal) => [signal, () => child.kill(signal)]);
    for (const [signal, handler] of handlers) process.on(signal, handler);
    const chunks = [];
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ])
      from?.on("data", (chunk) => {
        chunks.push(chunk);
        if (!quiet) to.write(chunk);
      });
    const settle = () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    };
    child.once("error", (error) => {
      settle();
      reject(error);
    });
    child.once("close", (code, signal) => {
      settle();
      resolve({ code: code ?? 128 + (signal === "SIGINT" ? 2 : signal === "SIGTERM" ? 15 : 9), output: Buffer.concat(chunks).toString() });
    });
  });
}

/** The environment without what `npm run` put in front of PATH: our own bin folder may be about to be replaced. */
export function outsideEnvironment() {
  const path = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .join(delimiter);
  return { ...process.env, PATH: path };
}
