import { TargetError, type ExecuteOutcome, type ExecuteRequest, type ExecuteSink } from "@interlock/connector";
import type { Affected } from "@interlock/protocol";
import { applyWrites } from "./apply/apply.ts";
import { findDrift, type Drift } from "./apply/drift.ts";
import type { OpenedCluster } from "./cluster/open-cluster.ts";
import type { PlannedWrite } from "./gate/planned-write.ts";
import { writtenObject } from "./object-name.ts";
import { read } from "./read.ts";
import { column, RowWriter } from "./row-writer.ts";
import { openWork } from "./work.ts";

export interface Runner {
  cluster: OpenedCluster;
  /** Absolute path of kubectl; undefined where there is none. */
  program: string | undefined;
}

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
