import { spawn } from "node:child_process";
import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROGRAM } from "./drawn.ts";

/** The version of the bash that is there; undefined: none is. */
export function bashVersion(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn("bash", ["--version"], { stdio: ["ignore", "pipe", "ignore"] });
    let out = "";
    child.stdout.on("data", (bytes: Buffer) => (out += bytes.toString()));
    child.on("error", () => resolve(undefined));
    child.on("close", () => resolve(/version (\S+)/u.exec(out)?.[1]));
  });
}

/**
 * A bash in an empty folder of its own, without programs: PATH leads nowhere, and a name that is not found is written down. Ends what
 * takes longer than three seconds.
 */
export class Sandbox implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<Sandbox> {
    return new Sandbox(await mkdtemp(join(tmpdir(), "shell-lines-")));
  }

  /** Whether the text, run as a script, runs PROGRAM. */
  async runs(text: string): Promise<boolean> {
    const folder = await mkdtemp(join(this.#folder, "run-"));
    const mark = join(folder, "ran");
    const script = join(folder, "script");
    const before = `command_not_found_handle() { [ "$1" = ${PROGRAM} ] && builtin echo 1 >> '${mark}'; return 127; }; PATH=/nonexistent; ulimit -f 64 -t 2`;
    await writeFile(script, `${before}\n${text}`);
    const child = spawn("bash", ["--norc", "--noprofile", script], {
      stdio: "ignore",
      cwd: folder,
      env: { LC_ALL: "C.UTF-8" } as unknown as NodeJS.ProcessEnv,
      detached: true,
    });
    const end = (): void => {
      try {
        process.kill(-child.pid!, "SIGKILL");
      } catch {
        // The whole group has ended by itself.
      }
    };
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(end, 3000);
      child.on("error", reject);
      child.on("exit", () => {
        clearTimeout(timer);
        end();
        resolve();
      });
    });
    const ran = await access(mark).then(
      () => true,
      () => false,
    );
    await rm(folder, { recursive: true, force: true });
    return ran;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
