import type { KubeObject } from "@interlock/kube-model";
import type { Cluster } from "../cluster/cluster.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";
import type { TokenAnswer } from "./given-token.ts";
import { sendWrite } from "./send-write.ts";
import { awaitGone, comesTooEarly, deletedBefore, LOOK_MS, pause, placeOf, takenAlong, takesReplaceablePod } from "./settle.ts";

export type WriteState =
  /** The cluster did it. */
  | "done"
  /** The cluster refused it; it changed nothing. */
  | "failed"
  /** The connection was lost on the way, so it may or may not have been done. It is not tried again. */
  | "unknown"
  /** It was never sent: it comes after one that was not done, or what it rests on is not so (then `message` says what). */
  | "not_sent";

export interface AppliedWrite {
  index: number;
  state: WriteState;
  /** HTTP status, when there was an answer. */
  status?: number;
  /** The cluster's own words for a refusal. Unmasked: they may quote what was sent. */
  message?: string;
  /** Identity of what it left behind. */
  uid?: string;
  resourceVersion?: string;
}

export interface ApplyOptions {
  cluster: Cluster;
  writes: readonly PlannedWrite[];
  /** Stops before the next write; one that is under way is waited for. */
  signal: AbortSignal;
  onProgress?: (write: AppliedWrite) => void | Promise<void>;
  /** Longest to wait for the answer to one request, in milliseconds; after it nobody knows whether it was done. Default: `ANSWER_MS`. */
  answerMs?: number;
  /**
   * Longest to wait, in milliseconds, for what an earlier write deleted to be gone before its name is used again, and for a disruption
   * budget to let a pod go. Default: five minutes each.
   */
  settleMs?: number;
  /** Takes a token that a write was given. The token is told nowhere else. */
  onToken?: (write: PlannedWrite, given: TokenAnswer) => Promise<void>;
}

export interface ApplyOutcome {
  state: "succeeded" | "failed" | "cancelled" | "unknown";
  writes: AppliedWrite[];
}

const SETTLE_MS = 5 * 60_000;
/** Sendings of one write that meet a version that was outdated on the way. */
const MOST_OUTDATED = 20;

/**
 * Sends the stored requests as they are, in order, each once. The only thing ever put in is what an earlier one made: a uid or resource
 * version that did not exist when it was planned (`bindings`). Stops at the first that is not done.
 */
export async function applyWrites(options: ApplyOptions): Promise<ApplyOutcome> {
  const { writes, signal } = options;
  const applied: AppliedWrite[] = [];
  const soFar: SoFar = { applied, ended: new Set(), left: new Map() };
  let state: ApplyOutcome["state"] = "succeeded";
  for (const write of writes) {
    if (state === "succeeded" && signal.aborted) state = "cancelled";
    const result: AppliedWrite = state === "succeeded" ? await inTurn(options, write, soFar) : { index: write.index, state: "not_sent" };
    if (state === "succeeded") state = stateAfter(result, signal);
    applied.push(result);
    await options.onProgress?.(result);
  }
  return { state, writes: applied };
}

/** Whoever stops a write that waits for its turn has cancelled the run; nothing of that write was sent. */
function stateAfter({ state }: AppliedWrite, signal: AbortSignal): ApplyOutcome["state"] {
  if (state === "done") return "succeeded";
  if (state === "not_sent") return signal.aborted ? "cancelled" : "failed";
  return state;
}

export interface SoFar {
  applied: readonly AppliedWrite[];
  /** Uids of what was ending and has been waited for. */
  ended: Set<string>;
  /** Objects as writes have left them whose version a later write names, by the index of the write. */
  left: Map<number, KubeObject>;
}

/** One write, once what it has to wait for is over. */
async function inTurn(options: ApplyOptions, write: PlannedWrite, soFar: SoFar): Promise<AppliedWrite> {
  const { cluster, writes, signal } = options;
  const until = Date.now() + (options.settleMs ?? SETTLE_MS);
  const { index } = write;
  const deleted = deletedBefore(write, writes);
  if (deleted !== undefined) {
    const gone = await awaitGone(cluster, placeOf(deleted), until, signal).catch(() => false);
    if (!gone) return { index, state: "not_sent", message: "What was deleted under that name is not gone yet, so this was not sent." };
  }
  if (write.awaits !== undefined && !soFar.ended.has(write.awaits.uid)) {
    const gone = await awaitGone(cluster, write.awaits, until, signal).catch(() => false);
    if (!gone) return { index, state: "not_sent", message: "What is ending under that name is not gone yet, so this was not sent." };
    soFar.ended.add(write.awaits.uid);
  }
  for (let outdated = 0; ;) {
    const { retryAfterMs, ...result } = await sendWrite(options, write, soFar);
    // The server did nothing: a report came between the look at the version and the write. What people decide is looked at again as well.
    if (isOutdated(write, result) && !signal.aborted && ++outdated < MOST_OUTDATED) continue;
    if (result.state === "failed" && write.mayExist === true && result.status === 409) {
      return { index, state: "done", status: 409, message: "It was there by then: its controller has made it." };
    }
    // The server knows a type, and what it needs for pods of a new namespace, a moment after what makes it so was written.
    const early = result.state === "failed" && comesTooEarly(write, result, writes);
    if (early && !signal.aborted && Date.now() < until) {
      await pause(LOOK_MS, signal);
      continue;
    }
    if (result.state === "failed" && takesReplaceablePod(write) && (result.status === 404 || result.status === 409)) {
      return { index, state: "done", status: result.status, message: "The pod was already gone; its controller replaces it." };
    }
    if (result.state === "failed" && result.status === 404 && takenAlong(write, writes)) {
      return { index, state: "done", status: result.status, message: "It was already gone with what held it." };
    }
    if (endsWithNamespace(write, result)) {
      return { index, state: "done", status: 403, message: "Its namespace is ending, and the pod with it." };
    }
    // The server has said that it did nothing, and that it will when the budget, or its own load, allows it.
    if (retryAfterMs === undefined || Date.now() >= until) return result;
    if (signal.aborted) return { ...result, state: "not_sent" };
    await pause(retryAfterMs, signal);
  }
}

/** An eviction is made like any object, which a namespace that ends takes none of (NamespaceLifecycle admission); kubectl goes on as well. */
const endsWithNamespace = ({ resource }: PlannedWrite, { state, status, message }: AppliedWrite): boolean =>
  state === "failed" && status === 403 && resource.subresource === "eviction" && /because it is being terminated/.test(message ?? "");

const isOutdated = ({ method, bindings }: PlannedWrite, { state, status }: AppliedWrite): boolean =>
  state === "failed" && status === 409 && method !== "POST" && bindings.some(({ field }) => field === "resourceVersion");
