import { randomBytes } from "node:crypto";
import { TargetError, type CommandFiles } from "@interlock/connector";
import type { KubeObject } from "@interlock/kube-model";
import type { Cluster } from "./cluster/cluster.ts";
import type { Gate } from "./gate/gate.ts";
import type { PlannedWrite, WriteResource } from "./gate/planned-write.ts";
import type { CommandLine } from "./kubectl/command.ts";
import { freezeFiles, type FreezeOptions } from "./kubectl/freeze.ts";
import { KUBECTL_MISSING, type RunOutcome } from "./kubectl/run.ts";
import { FOLLOWING } from "./kubectl/verbs.data.ts";
import { onlyReads } from "./parse.ts";
import { openPlanner } from "./plan-line.ts";

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
  /** What the lines read besides their text; `-` is standard input. */
  files?: CommandFiles | undefined;
  signal: AbortSignal;
  /** In place of fetching a manifest anew. */
  fetch?: FreezeOptions["fetch"];
}

/** What one line came to. */
export interface LinePlan {
  line: CommandLine;
  writes: readonly PlannedWrite[];
  /** Why it would fail, in kubectl's words. */
  fails?: string;
  /** Why not all of it could be seen. */
  open: string[];
  /** What is to be known beside what it writes. */
  warnings: string[];
  /** Verbs and reasons of requests that were not let through. */
  refused: Gate["refused"];
}

export interface CommandPlan {
  lines: LinePlan[];
  /** Makes the fingerprints of secret values; needed to see later whether anything has drifted. */
  fingerprintKey: Buffer;
}

/** Runs the lines behind one gate, in order, so that a later one meets what an earlier one would leave. Nothing in the cluster changes. */
export async function planLines({ cluster, namespace, program, lines, files, signal, fetch }: Planning): Promise<CommandPlan> {
  const fingerprintKey = randomBytes(32);
  const plan: CommandPlan = { lines: [], fingerprintKey };
  const frozen = await freezeFiles(lines, files, { signal, ...(fetch === undefined ? {} : { fetch }) });
  if (!frozen.ok) {
    for (const [index, line] of lines.entries())
      plan.lines.push({
        line,
        writes: [],
        refused: [],
        warnings: [],
        open: index === frozen.line ? [frozen.reason] : ["A line of the command cannot be read"],
      });
    return plan;
  }
  if (program === undefined && frozen.lines.some((line) => !onlyReads(line))) throw new TargetError("bad_request", KUBECTL_MISSING);
  const planner = await openPlanner({ cluster, program: program ?? "", namespace, fingerprintKey });
  const { gate } = planner;
  /** Why later lines would never be begun. */
  let stops: string | undefined;
  try {
    for (const line of frozen.lines) {
      const before = { writes: gate.writes.length, refused: gate.refused.length, unshown: gate.unshown.length };
      const open: string[] = [];
      const warnings: string[] = [];
      let fails: string | undefined;
      if (stops !== undefined) open.push(stops);
      else if (!onlyReads(line)) {
        const errors: Buffer[] = [];
        const { outcome, stuck, waitsFor } = await planner.run(line, {
          files: frozen.files,
          ...(line.stdin === undefined ? {} : { stdin: Buffer.from(line.stdin) }),
          signal,
          timeoutMs: LINE_MS,
          maxOutputBytes: OUTPUT_BYTES,
          onOutput: (stream, chunk) => void (stream === "stderr" && errors.push(chunk)),
        });
        signal.throwIfAborted();
        const words = Buffer.concat(errors).toString().slice(0, WORDS_BYTES).trim();
        fails = stuck ? undefined : failureOf(outcome, words);
        warnings.push(...warningsIn(words));
        if (outcome.state === "timed_out") open.push("It took too long to be planned");
        if (stuck) open.push("It would wait for an object that stays until somebody takes its finalizers off");
        for (const { resource, after } of waitsFor) warnings.push(staysText(resource, after));
        if (fails !== undefined) stops = "A line before this one would fail";
        else if (stuck || waitsFor.length > 0) stops = "A line before this one would wait for an object that stays";
      } else if (program === undefined) {
        fails = KUBECTL_MISSING;
      } else if (FOLLOWING[line.verb] === "always" && gate.writes.length > 0 && line !== frozen.lines.at(-1)) {
        warnings.push(`What is after kubectl ${line.verb} is sent without waiting for it; propose it when that is over.`);
      }
      const refused = gate.refused.slice(before.refused);
      open.push(...refused.map(({ reason }) => reason), ...new Set(gate.unshown.slice(before.unshown)));
      plan.lines.push({
        line,
        writes: gate.writes.slice(before.writes),
        refused,
        open,
        warnings,
        ...(fails === undefined ? {} : { fails }),
      });
    }
    if (gate.writes.length > 0) {
      for (const { line, warnings } of plan.lines)
        if (onlyReads(line) && warnings.length === 0)
          warnings.push(`kubectl ${line.verb} only reads, and is not run with what writes; propose it by itself.`);
    }
    if (gate.fault !== undefined) throw new TargetError("target_down", gate.fault);
    return plan;
  } finally {
    await planner.close();
  }
}

/** What kubectl, or the cluster through it, warns of; where a line fails, it is part of why. */
const warningsIn = (words: string): string[] =>
  words.split("\n").flatMap((line) => (line.startsWith("Warning: ") ? [line.slice("Warning: ".length)] : []));

function failureOf({ state, code }: RunOutcome, words: string): string | undefined {
  if (state === "missing") throw new TargetError("bad_request", KUBECTL_MISSING);
  if (state === "exited" && code === 0) return undefined;
  if (state === "too_much_output") return "It prints more than a plan may";
  return words === "" ? `kubectl ended with code ${code ?? "none"}` : words;
}

function staysText({ resource, name, namespace }: WriteResource, after: KubeObject | undefined): string {
  const finalizers: unknown = after?.metadata?.finalizers;
  const by = Array.isArray(finalizers) && finalizers.length > 0 ? ` (${finalizers.join(", ")})` : "";
  const place = namespace === undefined ? "" : ` in ${namespace}`;
  return `${resource} ${name ?? ""}${place} stays, terminating, until its finalizers are taken off${by}.`;
}
