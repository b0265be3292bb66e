import { spawn, type ChildProcessByStdio } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { firstThatRuns } from "../host-program.ts";
import type { Files } from "./kustomization.ts";

export const KUBECTL_MISSING =
  "kubectl is not installed where the agent runs. Install it (https://kubernetes.io/docs/tasks/tools/, e.g. `apt-get install kubectl`) or set INTERLOCK_KUBECTL to its path.";

export interface RunOptions {
  /** Absolute path of the program, from `findKubectl`. */
  program: string;
  argv: readonly string[];
  /** Of the gate. Everything kubectl does goes there. */
  serverUrl: string;
  /** Default namespace. */
  namespace: string;
  /** Everything it can read. */
  files: Files;
  stdin?: Buffer;
  signal: AbortSignal;
  /** Longest it may run, in milliseconds. */
  timeoutMs: number;
  /** Most bytes of output and of errors together; beyond it the run ends. */
  maxOutputBytes: number;
  /** Where the private folder of the run is made; the host's own for temporary files when absent. */
  workFolder?: string;
  /** A returned promise is back-pressure: nothing more is read until it settles. */
  onOutput: (stream: "stdout" | "stderr", chunk: Buffer) => void | Promise<void>;
}

export interface RunOutcome {
  state: "exited" | "cancelled" | "timed_out" | "too_much_output" | "missing";
  /** Of an exited run. */
  code?: number;
}

/** The first kubectl of these folders, or the configured one; undefined when there is none that may be run. */
export async function findKubectl(search: { configured?: string; path: string }): Promise<string | undefined> {
  const candidates =
    search.configured === undefined
      ? search.path
          .split(delimiter)
          .filter((folder) => folder.startsWith("/"))
          .map((folder) => join(folder, "kubectl"))
      : [search.configured];
  return firstThatRuns(candidates);
}

/** kubectl takes the path of `--raw` for the whole one, so it alone would not lead to the gate. */
function withServerPath(argv: readonly string[], serverUrl: string): string[] {
  const end = argv.indexOf("--");
  const path = new URL(serverUrl).pathname.replace(/\/$/, "");
  return argv.map((word, index) => (word.startsWith("--raw=/") && (end === -1 || index < end) ? `--raw=${path}${word.slice(6)}` : word));
}

/** How long a process group has to end by itself once it was asked to: whoever cancels is promised the end within a second. */
const GRACE_MS = 400;

/**
 * Runs kubectl: its arguments as they are and no shell, an environment of nothing but its home and its settings, an empty private folder
 * with the command's own files, and the gate for a server. All of it is gone when the promise settles.
 */
export async function runKubectl(options: RunOptions): Promise<RunOutcome> {
  const { signal } = options;
  if (signal.aborted) return { state: "cancelled" };
  // 0700 by mkdtemp; home and work folder are apart, so that no file of the command is taken for a setting.
  const root = await mkdtemp(join(options.workFolder ?? tmpdir(), "interlock-kubectl-"));
  try {
    const home = join(root, "home");
    const work = join(root, "work");
    await mkdir(home, { mode: 0o700 });
    await mkdir(work, { mode: 0o700 });
    for (const [name, content] of options.files) {
      await mkdir(dirname(join(work, name)), { recursive: true, mode: 0o700 });
      await writeFile(join(work, name), content, { mode: 0o600, flag: "wx" });
    }
    const settings = join(home, "config");
    await writeFile(settings, kubeconfig(options), { mode: 0o600 });
    return await runProcess(options, { home, work, settings });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** JSON is YAML. The server's address stays out of the arguments, which every user of the host can read. */
function kubeconfig({ serverUrl, namespace }: RunOptions): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "gate", cluster: { server: serverUrl } }],
    users: [{ name: "gate", user: {} }],
    contexts: [{ name: "gate", context: { cluster: "gate", user: "gate", namespace } }],
    "current-context": "gate",
  });
}

async function runProcess(options: RunOptions, folders: { home: string; work: string; settings: string }): Promise<RunOutcome> {
  const { program, argv, signal } = options;
  const env = {
    HOME: folders.home,
    TMPDIR: folders.home,
    KUBECONFIG: folders.settings,
    KUBECTL_KUBERC: "false",
    KUBERC: "off",
    // `kubectl diff` runs a program; this one, and none that a setting names.
    KUBECTL_EXTERNAL_DIFF: "/usr/bin/diff -u -N",
  };
  const child = spawn(program, withServerPath(argv, options.serverUrl), {
    cwd: folders.work,
    env: env as unknown as NodeJS.ProcessEnv,
    stdio: ["pipe", "pipe", "pipe"],
    shell: false,
    detached: true,
  });
  let state: RunOutcome["state"] = "exited";
  let killed: NodeJS.Timeout | undefined;
  const stop = (why: RunOutcome["state"]): void => {
    if (state !== "exited" || killed !== undefined) return;
    state = why;
    end(child, "SIGTERM");
    killed = setTimeout(() => end(child, "SIGKILL"), GRACE_MS);
  };
  const cancelled = (): void => stop("cancelled");
  signal.addEventListener("abort", cancelled, { once: true });
  const timer = setTimeout(() => stop("timed_out"), options.timeoutMs);
  try {
    const ended = new Promise<number | undefined>((resolve, reject) => {
      child.once("error", (error: NodeJS.ErrnoException) =>
        error.code === "ENOENT" || error.code === "EACCES" ? resolve(undefined) : reject(error),
      );
      child.once("exit", (code) => resolve(code ?? -1));
    });
    // A verb that does not read it closes the pipe; that is no fault.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? Buffer.alloc(0));
    const secret = new URL(options.serverUrl).pathname.slice(1);
    let left = options.maxOutputBytes;
    const take = async (name: "stdout" | "stderr", stream: Readable): Promise<void> => {
      const hidden = new HiddenText(secret, "cluster");
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        left -= chunk.length;
        if (left < 0) return stop("too_much_output");
        const shown = hidden.pass(chunk);
        if (shown.length > 0) await options.onOutput(name, shown);
      }
      const rest = hidden.rest();
      if (rest.length > 0) await options.onOutput(name, rest);
    };
    const [code] = await Promise.all([
      ended,
      ...(["stdout", "stderr"] as const).map((name) =>
        take(name, child[name]).catch((error: unknown) => {
          stop("cancelled");
          throw error;
        }),
      ),
    ]);
    if (code === undefined) return { state: "missing" };
    return state === "exited" ? { state, code } : { state };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancelled);
    end(child, "SIGKILL");
    clearTimeout(killed);
  }
}

/** The child and all it started: it leads a process group of its own. */
function end(child: ChildProcessByStdio<Writable, Readable, Readable>, signal: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // Nobody is left of the group.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Replaces a text in a stream of bytes, also where it is split between two chunks. Messages of kubectl quote its server's address. */
export class HiddenText {
  readonly #hidden: Buffer;
  readonly #shown: Buffer;
  #held = Buffer.alloc(0);

  constructor(hidden: string, shown: string) {
    this.#hidden = Buffer.from(hidden);
    this.#shown = Buffer.from(shown);
  }

  pass(chunk: Buffer): Buffer {
    if (this.#hidden.length === 0) return chunk;
    const parts: Buffer[] = [];
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    for (let at = rest.indexOf(this.#hidden); at !== -1; at = rest.indexOf(this.#hidden)) {
      parts.push(rest.subarray(0, at), this.#shown);
      rest = rest.subarray(at + this.#hidden.length);
    }
    let keep = Math.min(this.#hidden.length - 1, rest.length);
    while (keep > 0 && !rest.subarray(rest.length - keep).equals(this.#hidden.subarray(0, keep))) keep--;
    parts.push(rest.subarray(0, rest.length - keep));
    this.#held = Buffer.from(rest.subarray(rest.length - keep));
    return Buffer.concat(parts);
  }

  rest(): Buffer {
    const rest = this.#held;
    this.#held = Buffer.alloc(0);
    return rest;
  }
}
