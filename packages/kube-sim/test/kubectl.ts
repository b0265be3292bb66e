import { execFile, type ExecFileOptionsWithStringEncoding, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, afterEach } from "vitest";
import { type KubeSim, type KubeSimOptions, startKubeSim } from "../src/index.ts";

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Whether stock kubectl is here; says in one line what to do when it is not. */
export const hasKubectl: boolean = spawnSync("kubectl", ["version", "--client"], { stdio: "ignore" }).status === 0;
if (!hasKubectl) console.warn("NOT RUN: the tests of kube-sim with kubectl; install it: https://kubernetes.io/docs/tasks/tools/#kubectl");

/** Longest that one command may take, in milliseconds. */
const LONGEST = 30_000;

const words = (line: string | readonly string[]): string[] => (typeof line === "string" ? line.split(" ") : [...line]);

/** What `kubectl edit` runs in place of a person. */
const EDITOR = String.raw`sed -i s/replicas:.2/replicas:\ 4/`;

/** A simulated cluster for one test and kubectl to talk to it, in a folder of its own. */
export class Bench {
  readonly sim: KubeSim;
  readonly #folder: string;

  private constructor(sim: KubeSim, folder: string) {
    this.sim = sim;
    this.#folder = folder;
  }

  static async start(folder: string, options: KubeSimOptions): Promise<Bench> {
    const sim = await startKubeSim(options);
    writeFileSync(join(folder, "kubeconfig"), sim.kubeconfig());
    return new Bench(sim, folder);
  }

  /** Runs kubectl with these arguments and that text as its input. */
  readonly run = (line: string | readonly string[], input?: string): Promise<Ran> =>
    new Promise((resolve) => {
      const child = execFile("kubectl", words(line), this.#place(), (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
      );
      child.stdin!.end(input ?? "");
    });

  /** Runs a command that does not end until what it writes matches, then ends it; returns what it wrote. */
  readonly until = (line: string, pattern: RegExp): Promise<string> =>
    new Promise((resolve) => {
      let seen = "";
      const child = execFile("kubectl", words(line), this.#place(), () => resolve(seen));
      child.stdout!.on("data", (text: string) => {
        seen += text;
        if (pattern.test(seen)) child.kill();
      });
    });

  /** Where kubectl runs, and all it has of an environment. */
  get place(): { folder: string; environment: Record<string, string> } {
    const { env } = this.#place();
    return { folder: this.#folder, environment: { ...env } as Record<string, string> };
  }

  #place(): ExecFileOptionsWithStringEncoding {
    // Nothing of the machine's own settings: they would change what kubectl does.
    const env = { PATH: process.env["PATH"], HOME: this.#folder, KUBECONFIG: join(this.#folder, "kubeconfig"), KUBE_EDITOR: EDITOR };
    return { cwd: this.#folder, timeout: LONGEST, encoding: "utf8", env: env as unknown as NodeJS.ProcessEnv };
  }

  /** Runs a command that must succeed and returns what it wrote. */
  readonly out = async (line: string | readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await this.run(line, input);
    if (code !== 0) throw new Error(`kubectl ${String(line)} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  };

  /** Runs a command that must fail and returns what it complained. */
  readonly fails = async (line: string | readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await this.run(line, input);
    if (code === 0) throw new Error(`kubectl ${String(line)} succeeded: ${stdout}`);
    return stderr;
  };

  async stop(): Promise<void> {
    await this.sim.stop();
    if (this.sim.faults.length > 0) throw new AggregateError(this.sim.faults, "the simulated cluster had faults");
  }
}

/** A fresh cluster before each test of the calling file; kubectl keeps what it learned of the API in one folder for all of them. */
export function withBench(options: KubeSimOptions = {}): () => Bench {
  let folder: string;
  let bench: Bench | undefined;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "kube-sim-"));
  });
  beforeEach(async () => {
    bench = await Bench.start(folder, options);
  });
  afterEach(async () => {
    await bench?.stop();
    bench = undefined;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => bench!;
}
