import { randomBytes } from "node:crypto";
import { TargetError } from "@interlock/connector";
import type { Cluster } from "./cluster/cluster.ts";
import { openGate, type Gate } from "./gate/gate.ts";
import type { PlannedWrite } from "./gate/planned-write.ts";
import type { CommandLine } from "./kubectl/command.ts";
import { freezeFiles } from "./kubectl/freeze.ts";
import { KUBECTL_MISSING, runKubectl, type RunOutcome } from "./kubectl/run.ts";
import { onlyReads } from "./parse.ts";

/** Longest that one line may take to be planned, in milliseconds. */
const LINE_MS = 30_000;
/** Most bytes that a line may print while it is planned; none of it is shown. */
const OUTPUT_BYTES = 8 * 1024 * 1024;
/** Most of what it says that is kept to explain a failure. */
const WORDS_BYTES = 4_096;

export interface Planning {
  cluster: Cluster;
  namespace: string;
  /** Absolute path of kubectl; undefined where there is none. */
  program: string | undefined;
  lines: readonly CommandLine[];
  signal: AbortSignal;
}

/** What one line came to. */
export interface LinePlan {
  line: CommandLine;
  writes: readonly PlannedWrite[];
  /** Why it would fail, in kubectl's words. */
  fails?: string;
  /** Why not all of it could be seen. */
  open: string[];
  /** Verbs and reasons of requests that were not let through. */
  refused: Gate["refused"];
}

export interface CommandPlan {
  lines: LinePlan[];
  /** Makes the fingerprints of secret values; needed to see later whether anything has drifted. */
  fingerprintKey: Buffer;
}

/** Runs the lines behind one gate, in order, so that a later one meets what an earlier one would leave. Nothing in the cluster changes. */
export async function planLines({ cluster, namespace, program, lines, signal }: Planning): Promise<CommandPlan> {
  const fingerprintKey = randomBytes(32);
  const plan: CommandPlan = { lines: [], fingerprintKey };
  const frozen = await freezeFiles(lines, new Map(), { signal });
  if (!frozen.ok) {
    for (const [index, line] of lines.entries())
      plan.lines.push({
        line,
        writes: [],
        refused: [],
        open: index === frozen.line ? [frozen.reason] : ["A line of the command cannot be read"],
      });
    return plan;
  }
  let stuck = new AbortController();
  const gate = await openGate({
    cluster,
    mode: "plan",
    fingerprintKey,
    onWaiting: () => stuck.abort(),
  });
  try {
    for (const line of frozen.lines) {
      stuck = new AbortController();
      const before = { writes: gate.writes.length, refused: gate.refused.length };
      const failed = plan.lines.some(({ fails }) => fails !== undefined);
      const open: string[] = [];
      let fails: string | undefined;
      if (failed) open.push("A line before this one would fail");
      else if (!onlyReads(line)) {
        if (program === undefined) throw new TargetError("bad_request", KUBECTL_MISSING);
        const errors: Buffer[] = [];
        const outcome = await runKubectl({
          program,
          argv: line.argv,
          serverUrl: gate.url,
          namespace,
          files: frozen.files,
          ...(line.stdin === undefined ? {} : { stdin: Buffer.from(line.stdin) }),
          signal: AbortSignal.any([signal, stuck.signal]),
          timeoutMs: LINE_MS,
          maxOutputBytes: OUTPUT_BYTES,
          onOutput: (stream, chunk) => void (stream === "stderr" && errors.push(chunk)),
        });
        signal.throwIfAborted();
        const words = Buffer.concat(errors).toString().slice(0, WORDS_BYTES).trim();
        fails = stuck.signal.aborted ? undefined : failureOf(outcome, words);
        if (outcome.state === "timed_out") open.push("It took too long to be planned");
        if (stuck.signal.aborted) open.push("It would wait for an object that stays until somebody takes its finalizers off");
      }
      const refused = gate.refused.slice(before.refused);
      open.push(...refused.map(({ reason }) => reason));
      plan.lines.push({ line, writes: gate.writes.slice(before.writes), refused, open, ...(fails === undefined ? {} : { fails }) });
    }
    if (gate.fault !== undefined) throw new TargetError("target_down", gate.fault);
    return plan;
  } finally {
    await gate.close();
  }
}

function failureOf({ state, code }: RunOutcome, words: string): string | undefined {
  if (state === "missing") throw new TargetError("bad_request", KUBECTL_MISSING);
  if (state === "exited" && code === 0) return undefined;
  if (state === "too_much_output") return "It prints more than a plan may";
  return words === "" ? `kubectl ended with code ${code ?? "none"}` : words;
}
