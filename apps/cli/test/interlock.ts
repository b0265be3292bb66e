import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Finished {
  code: number | null;
  out: string;
  error: string;
}

const BIN = fileURLToPath(new URL("../bin/interlock.mjs", import.meta.url));

/** Runs the real command line in a process of its own. The environment holds nothing but PATH and what is given. */
export function interlock(
  args: string[],
  environment: Record<string, string> = {},
  input = "",
  node = process.execPath,
): Promise<Finished> {
  return new Promise((done, failed) => {
    const env = { PATH: process.env["PATH"] ?? "", ...environment } as unknown as NodeJS.ProcessEnv;
    const child = spawn(node, [BIN, ...args], { env, stdio: "pipe" });
    let out = "";
    let error = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (error += text));
    child.once("error", failed);
    child.once("close", (code) => done({ code, out, error }));
    // Usage errors end without reading what they are sent.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}
