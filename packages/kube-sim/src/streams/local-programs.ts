import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { openPty, type Pty } from "@interlock/pty";
import type { Programs, ProgramStart, RunningProgram } from "./programs.ts";

const FOLDERS = ["/bin", "/usr/bin"];
/** Images that are made without a distribution have no programs but their own. */
const BARE = /distroless|scratch|static/;
/** Images whose only shell is sh. */
const SMALL = /alpine|busybox/;

/**
 * Real programs of this machine, with nothing of its environment, as the user who runs the tests: for tests alone. What an image has is told by
 * its name: `distroless` has nothing, `alpine` and `busybox` have no bash.
 */
export const LOCAL_PROGRAMS: Programs = {
  start(start) {
    const { argv, container } = start;
    const name = argv[0] ?? "";
    const image = String(container["image"]);
    const path = FOLDERS.map((folder) => `${folder}/${name}`).find((one) => existsSync(one));
    if (path === undefined || BARE.test(image) || (name === "bash" && SMALL.test(image))) return "missing";
    return start.tty ? onTerminal(path, start) : onPipes(path, start);
  },
};

function environmentOf({ pod, container }: ProgramStart): Record<string, string> {
  const own = ((container["env"] ?? []) as { name: string; value?: string }[]).map(({ name, value }) => [name, value ?? ""]);
  return { PATH: "/usr/bin:/bin", HOSTNAME: pod.metadata.name, HOME: "/tmp", PS1: `${pod.metadata.name}$ `, ...Object.fromEntries(own) };
}

function onTerminal(path: string, start: ProgramStart): RunningProgram {
  const environment = { ...environmentOf(start), TERM: "xterm" };
  const pty: Pty = openPty({ argv: [path, ...start.argv.slice(1)], folder: "/tmp", environment, columns: 80, rows: 24 });
  return {
    onOutput: (listener) => pty.onData((bytes) => listener(1, bytes)),
    // What has ended takes no more.
    input: (bytes) => void pty.write(bytes).catch(() => undefined),
    endInput: () => undefined,
    resize: (columns, rows) => pty.resize(columns, rows),
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    kill: () => void pty.signal("KILL"),
    ended: pty.ended.then(({ exitCode, signal }) => exitCode ?? 128 + (constants.signals[`SIG${signal}` as NodeJS.Signals] ?? 0)),
  };
}

function onPipes(path: string, start: ProgramStart): RunningProgram {
  const child: ChildProcess = spawn(path, start.argv.slice(1), {
    cwd: "/tmp",
    env: environmentOf(start) as unknown as NodeJS.ProcessEnv,
    stdio: [start.stdin ? "pipe" : "ignore", "pipe", "pipe"],
    detached: true,
  });
  const outputs = [child.stdout!, child.stderr!];
  child.stdin?.on("error", () => undefined);
  return {
    onOutput: (listener) => outputs.forEach((output, index) => output.on("data", (bytes: Buffer) => listener(index === 0 ? 1 : 2, bytes))),
    input: (bytes) => void child.stdin?.write(bytes),
    endInput: () => void child.stdin?.end(),
    resize: () => undefined,
    pause: () => outputs.forEach((output) => output.pause()),
    resume: () => outputs.forEach((output) => output.resume()),
    kill: () => void (child.exitCode === null && child.signalCode === null && process.kill(-child.pid!, "SIGKILL")),
    ended: new Promise((resolve) =>
      child.once("close", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))),
    ),
  };
}
