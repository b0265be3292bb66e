import {
  column,
  RowWriter,
  type Drift,
  type ExecuteOutcome,
  type ExecuteRequest,
  type ExecuteSink,
  type UndoConflict,
  type UndoRequest,
} from "@interlock/connector";
import type { Affected } from "@interlock/protocol";
import type { OpenedCluster } from "../cluster/open-cluster.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { openClusterView } from "../impact/cluster-view.ts";
import { asksForToken } from "../impact/token.ts";
import { writtenObject } from "../object-name.ts";
import { capture } from "../undo/capture.ts";
import { packKept, type Kept } from "../undo/kept.ts";
import { withLeft } from "../undo/left.ts";
import type { Work } from "../work.ts";
import { applyWrites, type AppliedWrite } from "./apply.ts";
import { consequencesOf, moreThan } from "./consequences.ts";
import { givenToken } from "./given-token.ts";
import { findDrift, type NameDrift } from "./drift.ts";
import { watchOutcome } from "./watch.ts";

/** Drift and conflicts that are told of one run. */
const TOLD = 1_000;

/**
 * Looks whether anything has drifted since it was agreed to, keeps what undo needs, sends what was planned and follows what comes of it. A
 * run that was stopped while it followed has done what it was to do.
 */
export async function apply(
  cluster: OpenedCluster,
  work: Work,
  request: ExecuteRequest,
  sink: ExecuteSink,
  signal: AbortSignal,
): Promise<ExecuteOutcome> {
  const view = openClusterView(cluster, { signal });
  const [drifted, captured] = await Promise.all([
    findDrift(cluster, work.writes, work.fingerprintKey, signal),
    capture(view, work.writes, request.capture?.maxRows),
  ]);
  const drift = [
    ...drifted.map((one) => driftOf(one, work.writes)),
    ...moreThan(work.agreed, consequencesOf(captured.analyses, captured.missing, captured.connections)),
  ];
  if (drift.length > 0)
    return { state: "failed", affected: [], error: { code: "targets_changed", message: driftText(drift) }, drift: drift.slice(0, TOLD) };
  // The plan was the try: everything it would do was asked of the server with a dry run.
  if (request.dryRun === true) return { state: "succeeded", affected: [], notTakenBack: [] };
  const keep = request.capture === undefined ? undefined : keeper(captured.kept, request.capture.maxBytes, sink);
  await keep?.(captured.kept);
  const sent = await send(cluster, work.writes, sink, signal);
  if (keep !== undefined && sent.applied.some((one) => one.state === "done")) {
    // Whoever stops the run does not stop its being taken back.
    await keep(await withLeft(openClusterView(cluster), captured.kept, work.writes, sent.applied));
  }
  if (sent.outcome.state === "succeeded")
    await watchOutcome(cluster, work.writes, { sink, signal, statement: 1, timeoutMs: request.timeoutMs });
  return sent.outcome;
}

/** Puts objects back as an undo planned it. What is not as it was then is named, and nothing is sent. */
export async function putBack(
  cluster: OpenedCluster,
  work: Work,
  request: UndoRequest,
  sink: ExecuteSink,
  signal: AbortSignal,
): Promise<ExecuteOutcome> {
  const drifted = await findDrift(cluster, work.writes, work.fingerprintKey, signal);
  const conflicts = drifted.map((one): UndoConflict => ({ object: objectOf(one, work.writes), key: {}, ...CONFLICTS[one.reason] }));
  if (conflicts.length > 0) {
    const message = `Since the undo was proposed: ${shortly(conflicts.map(({ object }) => object))}. Nothing was put back.`;
    const told = { conflicts: conflicts.slice(0, TOLD), conflictCount: conflicts.length };
    return { state: "failed", affected: [], error: { code: "undo_conflict", message }, ...told };
  }
  if (request.dryRun === true) return { state: "succeeded", affected: [], notTakenBack: [] };
  const { outcome } = await send(cluster, work.writes, sink, signal);
  if (outcome.state === "succeeded") await watchOutcome(cluster, work.writes, { sink, signal, statement: 1, timeoutMs: request.timeoutMs });
  return outcome;
}

/** Keeps what undo needs, once before the first write and again with how the run left things. */
function keeper(kept: Kept, maxBytes: number, sink: ExecuteSink): ((kept: Kept) => Promise<void>) | undefined {
  const { captured } = sink;
  if (captured === undefined || kept.objects.length === 0) return undefined;
  return async (now) => captured(await packKept(now, maxBytes));
}

interface Sent {
  outcome: ExecuteOutcome;
  applied: AppliedWrite[];
}

async function send(cluster: OpenedCluster, writes: readonly PlannedWrite[], sink: ExecuteSink, signal: AbortSignal): Promise<Sent> {
  const { issued } = sink;
  await sink.columns(0, ["request", "object", "outcome"].map(column));
  const rows = new RowWriter(sink, 0);
  const done: Affected[] = [];
  const { state, writes: applied } = await applyWrites({
    cluster,
    writes,
    signal,
    ...(issued === undefined ? {} : { onToken: (write, given) => issued(givenToken(given, write, cluster)) }),
    onProgress: async ({ index, state: outcome, message }) => {
      const write = writes.find((item) => item.index === index)!;
      const object = writtenObject(write.resource, write.after ?? write.before);
      await rows.add([`${write.method} ${write.path}`, object, message === undefined ? WORDS[outcome] : `${WORDS[outcome]}: ${message}`]);
      await rows.flush();
      if (outcome === "done") done.push(affectedBy(object, write));
    },
  });
  await sink.end(0, false);
  const faulty = applied.find((item) => item.state !== "done" && (item.state !== "not_sent" || item.message !== undefined));
  if (state === "succeeded") return { applied, outcome: { state, affected: done } };
  const left = applied.filter((item) => item.state === "not_sent" && item !== faulty).length;
  const rest = left === 0 ? "" : ` ${left} of ${applied.length} requests were not sent.`;
  return {
    applied,
    outcome: {
      state,
      affected: done,
      error: {
        code: state === "cancelled" ? "cancelled" : "statement_failed",
        message: `${faulty?.message ?? "It was stopped before all was sent."}${rest}`,
        ...(faulty === undefined ? {} : { statement: faulty.index }),
      },
    },
  };
}

const WORDS = { done: "done", failed: "refused", unknown: "not known", not_sent: "not sent" } as const;

const affectedBy = (object: string, write: PlannedWrite): Affected => ({
  object,
  // A token is handed out; nothing in the cluster is more than before.
  inserted: !takesAway(write) && write.before === undefined && !asksForToken(write) ? 1 : 0,
  updated: !takesAway(write) && write.before !== undefined ? 1 : 0,
  deleted: takesAway(write) ? 1 : 0,
});

/** An eviction is made like an object, and takes its pod away. */
const takesAway = ({ method, resource }: PlannedWrite): boolean => method === "DELETE" || resource.subresource === "eviction";

const DRIFTED: Record<NameDrift["reason"], string> = {
  gone: "is no longer there",
  appeared: "is there by now",
  replaced: "is another object of the same name",
  changed: "was changed",
  unreadable: "cannot be read",
};

const CONFLICTS: Record<NameDrift["reason"], Pick<UndoConflict, "reason" | "why">> = {
  gone: { reason: "gone" },
  appeared: { reason: "exists" },
  replaced: { reason: "exists" },
  changed: { reason: "changed" },
  unreadable: { reason: "blocked", why: "it cannot be read" },
};

function objectOf({ write }: NameDrift, writes: readonly PlannedWrite[]): string {
  const found = writes.find((item) => item.index === write)!;
  return writtenObject(found.resource, found.before ?? found.after);
}

const driftOf = (drift: NameDrift, writes: readonly PlannedWrite[]): Drift => ({
  object: objectOf(drift, writes),
  why: DRIFTED[drift.reason],
});

const driftText = (drift: readonly Drift[]): string =>
  `Since it was planned: ${shortly(drift.map(({ object, why }) => `${object} ${why}`))}. Nothing was sent.`;

function shortly(words: readonly string[]): string {
  const more = words.length > 5 ? ` and ${words.length - 5} more` : "";
  return `${words.slice(0, 5).join("; ")}${more}`;
}
