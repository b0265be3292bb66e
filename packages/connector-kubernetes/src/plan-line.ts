import type { Cluster } from "./cluster/cluster.ts";
import { openGate, type Gate } from "./gate/gate.ts";
import type { PlannedWrite } from "./gate/planned-write.ts";
import { drainAnew } from "./kubectl/drain.ts";
import type { CommandLine } from "./kubectl/command.ts";
import type { Files } from "./kubectl/kustomization.ts";
import { runKubectl, type RunOptions, type RunOutcome } from "./kubectl/run.ts";

export interface PlannerOptions {
  cluster: Cluster;
  /** Absolute path of kubectl. */
  program: string;
  /** Default namespace. */
  namespace: string;
  fingerprintKey?: Buffer;
}

export interface PlannedRun {
  outcome: RunOutcome;
  /** It was ended, since it waited for something that only a person can let go. */
  stuck: boolean;
  /** Objects that it deletes and that stay, so that kubectl alone would wait on. */
  waitsFor: readonly PlannedWrite[];
}

/** A gate that plans, and kubectl before it: lines run one after the other, and each meets what those before it would leave. */
export interface Planner {
  readonly gate: Gate;
  run(
    line: CommandLine,
    options: Pick<RunOptions, "files" | "stdin" | "signal" | "timeoutMs" | "maxOutputBytes" | "onOutput"> & { files: Files },
  ): Promise<PlannedRun>;
  close(): Promise<void>;
}

export async function openPlanner({ cluster, program, namespace, fingerprintKey }: PlannerOptions): Promise<Planner> {
  let stuck = new AbortController();
  let asked = (): void => undefined;
  const gate = await openGate({
    cluster,
    mode: "plan",
    ...(fingerprintKey === undefined ? {} : { fingerprintKey }),
    onWaiting: () => stuck.abort(),
    onRequest: () => asked(),
  });
  return {
    gate,
    async run(line, options) {
      stuck = new AbortController();
      gate.nextClient();
      const before = gate.writes.length;
      const run: RunOptions = {
        ...options,
        program,
        argv: withoutWaiting(line),
        serverUrl: gate.url,
        namespace,
        signal: AbortSignal.any([options.signal, stuck.signal]),
      };
      const outcome = line.verb === "drain" ? await drainAnew(run, gate, (listener) => (asked = listener)) : await runKubectl(run);
      const waitsFor = waits(line)
        ? gate.writes.slice(before).filter((write) => write.method === "DELETE" && write.after !== undefined)
        : [];
      return { outcome, stuck: stuck.signal.aborted, waitsFor };
    },
    close: () => gate.close(),
  };
}

const waits = ({ verb, argv }: CommandLine): boolean =>
  verb === "delete" && !flagsOf(argv).some((word) => word === "--wait=false" || word.startsWith("--dry-run") || word.startsWith("--raw"));

/**
 * A delete sends all its requests before it begins to wait, one look after the other and five a second (client-go's limit for a client): of
 * a plan that is only time, since the gate knows what would be gone.
 */
function withoutWaiting(line: CommandLine): readonly string[] {
  if (!waits(line)) return line.argv;
  const flags = flagsOf(line.argv);
  return [...flags, "--wait=false", ...line.argv.slice(flags.length)];
}

/** The words before `--`. */
function flagsOf(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf("--");
  return end === -1 ? argv : argv.slice(0, end);
}
