import { randomBytes } from "node:crypto";
import { TargetError } from "@interlock/connector";
import { isRecord, type Json, type KubeObject, parseJson } from "@interlock/kube-model";
import type { Cluster } from "../cluster/cluster.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { readablePlaceholders, SecretValues } from "../gate/secret-values.ts";
import {
  awaitGone,
  comesTooEarly,
  deletedBefore,
  EVICTION_MS,
  LOOK_MS,
  pause,
  placeOf,
  takenAlong,
  takesReplaceablePod,
} from "./settle.ts";
import { isNamedLater, objectNow, versionsNow } from "./versions.ts";

export type WriteState =
  /** The cluster did it. */
  | "done"
  /** The cluster refused it; it changed nothing. */
  | "failed"
  /** The connection was lost on the way, so it may or may not have been done. It is not tried again. */
  | "unknown"
  /** It comes after one that was not done, and was never sent. */
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
  /**
   * Longest to wait, in milliseconds, for what an earlier write deleted to be gone before its name is used again, and for a disruption
   * budget to let a pod go. Default: five minutes each.
   */
  settleMs?: number;
}

export interface ApplyOutcome {
  state: "succeeded" | "failed" | "cancelled" | "unknown";
  writes: AppliedWrite[];
}

const SETTLE_MS = 5 * 60_000;
/** As the server says that an address or a port of a Service has been given to another. */
const TAKEN = /already allocated|provided IP is already|not in the valid range|provided port is/i;
/** Sendings of one write that meet a version that was outdated on the way. */
const MOST_OUTDATED = 20;
const ANSWER_LIMIT = 8 * 1024 * 1024;

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
    if (result.state === "failed") state = "failed";
    else if (result.state === "unknown") state = "unknown";
    applied.push(result);
    await options.onProgress?.(result);
  }
  return { state, writes: applied };
}

interface SoFar {
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
    if (!gone) return { index, state: "failed", message: "What was deleted under that name is not gone yet, so this was not sent." };
  }
  if (write.awaits !== undefined && !soFar.ended.has(write.awaits.uid)) {
    const gone = await awaitGone(cluster, write.awaits, until, signal).catch(() => false);
    if (!gone) return { index, state: "failed", message: "What is ending under that name is not gone yet, so this was not sent." };
    soFar.ended.add(write.awaits.uid);
  }
  for (let outdated = 0; ;) {
    const result = await send(cluster, write, writes, soFar);
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
    // The server has said that it did nothing, and that it will when the budget allows it.
    const held = result.status === 429 && write.resource.subresource === "eviction";
    if (!held || signal.aborted || Date.now() >= until) return result;
    await pause(EVICTION_MS, signal);
  }
}

/** An eviction is made like any object, which a namespace that ends takes none of (NamespaceLifecycle admission); kubectl goes on as well. */
const endsWithNamespace = ({ resource }: PlannedWrite, { state, status, message }: AppliedWrite): boolean =>
  state === "failed" && status === 403 && resource.subresource === "eviction" && /because it is being terminated/.test(message ?? "");

const isOutdated = ({ method, bindings }: PlannedWrite, { state, status }: AppliedWrite): boolean =>
  state === "failed" && status === 409 && method !== "POST" && bindings.some(({ field }) => field === "resourceVersion");

async function send(cluster: Cluster, write: PlannedWrite, writes: readonly PlannedWrite[], soFar: SoFar): Promise<AppliedWrite> {
  const { index, stored } = write;
  const { applied: before, left } = soFar;
  const versions = await versionsNow(cluster, write, writes, before, left);
  if (typeof versions === "string") return { index, state: "failed", message: versions };
  const body = bound(write, before, versions);
  const without =
    stored.ifTaken === undefined ? undefined : bound({ ...write, stored: { ...stored, body: stored.ifTaken } }, before, versions);
  if (body === undefined) {
    return { index, state: "failed", message: "The write before it did not say the identity of what it made, which this one names." };
  }
  const other = write.guard === "look" ? await lookedAt(cluster, write) : undefined;
  if (other !== undefined) return { index, state: "failed", message: other };
  const [path, query] = split(stored.url);
  let status: number;
  let answer: Json;
  try {
    const ask = async (bytes: Buffer): Promise<[number, Json]> => {
      const response = await cluster.request({ method: stored.method, path, query, headers: stored.headers, body: bytes });
      return [response.status, await jsonOf(response.body)];
    };
    [status, answer] = await ask(body);
    if (without !== undefined && status === 422 && TAKEN.test(String(answer?.["message"]))) [status, answer] = await ask(without);
  } catch (error) {
    // Once it was sent nobody knows; only a request that never left is known not to have been done, and that cannot be told apart.
    const message = error instanceof TargetError ? error.message : "The connection was lost before the cluster's answer was whole.";
    return { index, state: "unknown", message };
  }
  if (status >= 300) {
    const told: Json = isRecord(answer) ? answer["message"] : undefined;
    const said: Json = typeof told === "string" ? withoutValues(write, told) : undefined;
    // A server or a proxy before it that ran out of time does not say whether the write was kept.
    if (status === 502 || status === 504 || (status === 500 && /timed? ?out/i.test(String(said)))) {
      return { index, state: "unknown", status, message: typeof said === "string" ? said : `The cluster answers ${status}.` };
    }
    return { index, state: "failed", status, message: typeof said === "string" ? said : `The cluster answers ${status}.` };
  }
  const metadata: Json = isRecord(answer) && answer["kind"] !== "Status" ? answer["metadata"] : undefined;
  if (isNamedLater(write, writes)) {
    // The answer to a scale is no Deployment.
    const object = write.resource.subresource === undefined ? answer : await objectNow(cluster, write);
    if (isRecord(object)) left.set(index, object);
  }
  return {
    index,
    state: "done",
    status,
    ...(typeof metadata?.["uid"] === "string" ? { uid: metadata["uid"] } : {}),
    ...(typeof metadata?.["resourceVersion"] === "string" ? { resourceVersion: metadata["resourceVersion"] } : {}),
  };
}

/** Why the object is not the one that was planned, or undefined when it is. A read: nothing has been sent yet. */
async function lookedAt(cluster: Cluster, write: PlannedWrite): Promise<string | undefined> {
  try {
    const response = await cluster.request({ method: "GET", path: write.path, headers: { accept: "application/json" } });
    const answer = await jsonOf(response.body);
    if (response.status === 404) return "What it would change is no longer there.";
    if (response.status !== 200) return `What it would change cannot be read: the cluster answers ${response.status}.`;
    return answer?.["metadata"]?.["uid"] === write.uid ? undefined : "Another object has its name by now.";
  } catch {
    return "What it would change cannot be read: the cluster does not answer.";
  }
}

/** The stored body with what earlier writes made; undefined when one of them did not tell. */
function bound(write: PlannedWrite, before: readonly AppliedWrite[], versions: ReadonlyMap<string, string>): Buffer | undefined {
  let text = write.stored.body.toString("latin1");
  if (write.bindings.length === 0) return write.stored.body;
  for (const { token, write: index, field } of write.bindings) {
    const value = versions.get(token) ?? before.find((done) => done.index === index)?.[field];
    if (value === undefined) return undefined;
    text = text.replaceAll(token, value);
  }
  return Buffer.from(text, "latin1");
}

/** A refusal, of a webhook above all, may quote what it refuses: values that were written to a Secret are taken out of it. */
function withoutValues({ resource, stored }: PlannedWrite, text: string): string {
  if (resource.group !== "" || resource.resource !== "secrets") return text;
  let body: Json;
  try {
    body = parseJson(stored.body.toString("utf8"));
  } catch {
    body = undefined;
  }
  // Of a list of operations, or of what is no JSON, nobody can tell what of it is a value.
  if (!isRecord(body)) return "The cluster refuses it; its words are not shown, since they may hold what was written to the Secret.";
  const { namespace = "", name = "" } = resource;
  const values = new SecretValues(randomBytes(32));
  values.mask({ metadata: { namespace, name }, data: body["data"], stringData: body["stringData"] }, namespace);
  return readablePlaceholders(values.hideText(text, `${namespace}/${name}`));
}

function split(url: string): [string, string] {
  const mark = url.indexOf("?");
  return mark === -1 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}

async function jsonOf(body: AsyncIterable<Buffer>): Promise<Json> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    // What is beyond is read, so that the connection stays in order, and dropped.
    if (size <= ANSWER_LIMIT) chunks.push(chunk);
  }
  try {
    return parseJson(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}
