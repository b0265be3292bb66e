import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findKubectl, KUBECTL_MISSING, runKubectl, type RunOptions } from "../src/index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "interlock-run-"));
});
afterAll(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
});

/** A program in kubectl's place that tells how it was started. */
async function program(script: string): Promise<string> {
  const path = join(folder, `kubectl-${Math.random().toString(36).slice(2)}`);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

const SERVER = "http://127.0.0.1:1/a-secret-of-the-run";

async function run(script: string, more: Partial<RunOptions> = {}) {
  let output = "";
  const outcome = await runKubectl({
    program: await program(script),
    argv: [],
    serverUrl: SERVER,
    namespace: "payments",
    files: new Map(),
    signal: new AbortController().signal,
    timeoutMs: 30_000,
    maxOutputBytes: 100_000,
    workFolder: folder,
    onOutput: (stream, chunk) => {
      output += stream === "stdout" ? chunk.toString() : `[${chunk.toString()}]`;
    },
    ...more,
  });
  return { ...outcome, output };
}

const left = async (): Promise<string[]> => (await readdir(folder)).filter((name) => name.startsWith("interlock-kubectl-"));

describe("runKubectl", () => {
  it("gives its words and files as they are, and nothing of the agent", async () => {
    const files = new Map([["x/a_b.yaml", Buffer.from("content")]]);
    const script =
      'printf "%s|" "$@"; /bin/cat; /bin/cat x/a_b.yaml; echo; /usr/bin/env | /usr/bin/sort; /bin/ls -A; /usr/bin/stat -c %a .';
    const { state, code, output } = await run(script, { argv: ["$HOME", "`id`", "a b", "--x='y'"], stdin: Buffer.from("in;"), files });
    expect({ state, code }).toEqual({ state: "exited", code: 0 });
    expect(output).toContain("$HOME|`id`|a b|--x='y'|in;content");
    const names = [...output.matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1]).filter((name) => !/^(PWD|OLDPWD|SHLVL|_)$/.test(name!));
    expect(names).toEqual(["HOME", "KUBECONFIG", "KUBECTL_EXTERNAL_DIFF", "KUBECTL_KUBERC", "KUBERC", "TMPDIR"]);
    expect(output.trimEnd().split("\n").slice(-2)).toEqual(["x", "700"]);
  });

  it("keeps the server's address out of the arguments and of what is shown", async () => {
    const { output } = await run('echo "$0 $*"; /bin/cat "$KUBECONFIG"; echo; echo "Get http://127.0.0.1:1/a-secret-of-the-run/api" >&2');
    expect(output).toContain('"server":"http://127.0.0.1:1/cluster"');
    expect(output).not.toContain("a-secret-of-the-run");
  });

  it("ends with all it started, on time, on abort and beyond its output, and leaves nothing behind", async () => {
    const before = await left();
    expect((await run("/bin/sleep 60 & echo $!; /bin/sleep 60", { timeoutMs: 300 })).state).toBe("timed_out");
    const abort = new AbortController();
    const cancelled = run("echo started; /bin/sleep 60 & wait", { signal: abort.signal, onOutput: () => abort.abort() });
    expect((await cancelled).state).toBe("cancelled");
    expect((await run("while :; do echo 0123456789012345678901234567890123456789; done")).state).toBe("too_much_output");
    const failing = run("echo x; /bin/sleep 60", {
      onOutput: () => {
        throw new Error("nobody listens");
      },
    });
    await expect(failing).rejects.toThrow("nobody listens");
    expect(await left()).toEqual(before);
  });

  it("waits for whoever takes the output", async () => {
    let taken = 0;
    const { state } = await run("i=0; while [ $i -lt 500 ]; do echo 0123456789; i=$((i+1)); done", {
      onOutput: async (_stream, chunk) => {
        await new Promise((resolve) => setImmediate(resolve));
        taken += chunk.length;
      },
    });
    expect({ state, taken }).toEqual({ state: "exited", taken: 5500 });
  });

  it("finds kubectl, and says how to install it", async () => {
    expect(await findKubectl({ configured: join(folder, "none"), path: "/usr/bin" })).toBeUndefined();
    expect(await findKubectl({ path: `relative:${join(folder, "none")}` })).toBeUndefined();
    expect((await run("", { program: join(folder, "none") })).state).toBe("missing");
    expect(KUBECTL_MISSING).toContain("https://kubernetes.io/docs/tasks/tools/");
  });
});
