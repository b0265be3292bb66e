import { TargetError, type ExecuteOutcome, type ExecuteRequest, type ExecuteSink, type SourceColumn } from "@interlock/connector";
import type { Affected } from "@interlock/protocol";
import { applyWrites } from "./apply/apply.ts";
import { findDrift, type Drift } from "./apply/drift.ts";
import type { OpenedCluster } from "./cluster/open-cluster.ts";
import { openGate } from "./gate/gate.ts";
import type { PlannedWrite } from "./gate/planned-write.ts";
import { readCommand } from "./kubectl/command.ts";
import { freezeFiles } from "./kubectl/freeze.ts";
import { KUBECTL_MISSING, runKubectl } from "./kubectl/run.ts";
import { writtenObject } from "./object-name.ts";
import { RowWriter } from "./row-writer.ts";
import { openWork } from "./work.ts";

export interface Runner {
  cluster: OpenedCluster;
  /** Absolute path of kubectl; undefined where there is none. */
  program: string | undefined;
}

/** Most bytes a reading command may print. */
const OUTPUT_BYTES = 256 * 1024 * 1024;

/** Sends what was planned; a command that planned no write reads, behind a gate that lets nothing else through. */
export async function execute(runner: Runner, request: ExecuteRequest, sink: ExecuteSink, signal: AbortSignal): Promise<ExecuteOutcome> {
  const sealed = request.resolution.targets.some((target) => target.startsWith("~work="));
  if (!sealed && request.work === undefined) return read(runner, request, sink, signal);
  const work = request.work && openWork(request.work, request.resolution.targets);
  if (!work) throw new TargetError("targets_changed", "What was agreed to is not what is stored.");
  if (request.access !== "write") throw new TargetError("bad_request", "A command that writes was called a read.");
  const drift = await findDrift(runner.cluster, work.writes, work.fingerprintKey);
  if (drift.length > 0) throw new TargetError("targets_changed", driftText(drift, work.writes));
  return send(runner.cluster, work.writes, request, sink, signal);
}

const column = (name: string): SourceColumn => ({ name, type: "text", sources: [], searchable: true, stored: false });

async function send(
  cluster: OpenedCluster,
  writes: readonly PlannedWrite[],
  { dryRun }: ExecuteRequest,
  sink: ExecuteSink,
  signal: AbortSignal,
): Promise<ExecuteOutcome> {
  // The plan was the try: everything it would do was asked of the server with a dry run.
  if (dryRun === true) return { state: "succeeded", affected: [], notTakenBack: [] };
  await sink.columns(0, ["request", "object", "outcome"].map(column));
  const rows = new RowWriter(sink, 0);
  const done: Affected[] = [];
  const { state, writes: applied } = await applyWrites({
    cluster,
    writes,
    signal,
    onProgress: async ({ index, state: outcome, message }) => {
      const write = writes.find((item) => item.index === index)!;
      const object = writtenObject(write.resource, write.after ?? write.before);
      await rows.add([`${write.method} ${write.path}`, object, message === undefined ? WORDS[outcome] : `${WORDS[outcome]}: ${message}`]);
      await rows.flush();
      if (outcome === "done") done.push(affectedBy(object, write));
    },
  });
  await sink.end(0, false);
  const faulty = applied.find((item) => item.state === "failed" || item.state === "unknown");
  if (state === "succeeded") return { state, affected: done };
  const left = applied.filter((item) => item.state === "not_sent").length;
  const rest = left === 0 ? "" : ` ${left} of ${applied.length} requests were not sent.`;
  return {
    state,
    affected: done,
    error: {
      code: state === "cancelled" ? "cancelled" : "statement_failed",
      message: `${faulty?.message ?? "It was stopped before all was sent."}${rest}`,
      ...(faulty === undefined ? {} : { statement: faulty.index }),
    },
  };
}

const WORDS = { done: "done", failed: "refused", unknown: "not known", not_sent: "not sent" } as const;

const affectedBy = (object: string, { method, before }: PlannedWrite): Affected => ({
  object,
  inserted: method !== "DELETE" && before === undefined ? 1 : 0,
  updated: method !== "DELETE" && before !== undefined ? 1 : 0,
  deleted: method === "DELETE" ? 1 : 0,
});

const DRIFTED: Record<Drift["reason"], string> = {
  gone: "is no longer there",
  appeared: "is there by now",
  replaced: "is another object of the same name",
  changed: "was changed",
  unreadable: "cannot be read",
};

function driftText(drift: readonly Drift[], writes: readonly PlannedWrite[]): string {
  const words = drift.slice(0, 5).map(({ write, reason }) => {
    const found = writes.find((item) => item.index === write)!;
    return `${writtenObject(found.resource, found.before ?? found.after)} ${DRIFTED[reason]}`;
  });
  const more = drift.length > words.length ? ` and ${drift.length - words.length} more` : "";
  return `Since it was planned: ${words.join("; ")}${more}. Propose it again.`;
}

/** Each line's output is a result of its own, a row for each line of it. */
async function read(
  { cluster, program }: Runner,
  request: ExecuteRequest,
  sink: ExecuteSink,
  signal: AbortSignal,
): Promise<ExecuteOutcome> {
  if (program === undefined) throw new TargetError("bad_request", KUBECTL_MISSING);
  const { lines, diagnostics } = readCommand(request.text);
  if (diagnostics.length > 0) throw new TargetError("syntax_error", diagnostics[0]!.message);
  // kubectl itself would fetch a URL from anywhere the agent's host can reach.
  const frozen = await freezeFiles(lines, new Map(), { signal });
  if (!frozen.ok) {
    return { state: "failed", affected: [], error: { code: "statement_failed", message: frozen.reason, statement: frozen.line } };
  }
  const gate = await openGate({ cluster, mode: "read" });
  try {
    for (const [index, line] of frozen.lines.entries()) {
      await sink.columns(index, [column("output")]);
      const rows = new RowWriter(sink, index, request.rowCap);
      const errors: Buffer[] = [];
      const outcome = await runKubectl({
        program,
        argv: line.argv,
        serverUrl: gate.url,
        namespace: cluster.namespace,
        files: frozen.files,
        ...(line.stdin === undefined ? {} : { stdin: Buffer.from(line.stdin) }),
        signal,
        timeoutMs: request.timeoutMs,
        maxOutputBytes: OUTPUT_BYTES,
        onOutput: async (stream, chunk) => {
          if (stream === "stderr") errors.push(chunk);
          else await rows.text(chunk);
        },
      });
      await rows.finish();
      await sink.end(index, rows.truncated);
      const words = Buffer.concat(errors).toString().trim();
      if (words !== "" && outcome.state === "exited" && outcome.code === 0) sink.notice(index, words);
      const refused = gate.refused[0];
      if (outcome.state === "cancelled") return { state: "cancelled", affected: [] };
      if (outcome.state === "exited" && outcome.code === 0 && refused === undefined) continue;
      const message =
        outcome.state === "timed_out"
          ? "It took longer than it may."
          : refused !== undefined
            ? `It would do more than read: ${refused.reason}`
            : words || `kubectl ended with ${outcome.state} ${outcome.code ?? ""}`.trim();
      const code = outcome.state === "timed_out" ? "statement_timeout" : "statement_failed";
      return { state: "failed", affected: [], error: { code, message, statement: index } };
    }
    return { state: "succeeded", affected: [] };
  } finally {
    await gate.close();
  }
}
