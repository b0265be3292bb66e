#!/usr/bin/env node
// Runs on any Node from 20.19, and from there hands over to the pinned one, which runs TypeScript as it is.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

const LEAST = 24;

if (Number(process.versions.node.split(".")[0]) >= LEAST) {
  // Half of a short command's time is compiling. Kept in the checkout, not in the common temporary folder, where others could leave code for us.
  module.enableCompileCache(
    process.env.NODE_COMPILE_CACHE ?? fileURLToPath(new URL("../../../node_modules/.cache/interlock", import.meta.url)),
  );
  await import("../src/main.ts");
} else handOver();

function handOver() {
  const name = process.platform === "win32" ? "node.cmd" : "node";
  const pinned = fileURLToPath(new URL(`../../../node_modules/.bin/${name}`, import.meta.url));
  if (!existsSync(pinned)) {
    process.stderr.write(`interlock needs Node ${LEAST}; this is ${process.version}, and ${pinned} is missing. Run npm ci.\n`);
    process.exitCode = 3;
    return;
  }
  const child = spawn(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal sends Ctrl-C to both; whatever else is sent to us is meant for the one that works.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("error", (error) => {
    process.stderr.write(`interlock: ${error.message}\n`);
    process.exitCode = 3;
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exitCode = code ?? 3;
    else process.kill(process.pid, signal);
  });
}
