import { randomBytes } from "node:crypto";
import { TargetError } from "@interlock/connector";
import { isRecord, type Json, parseJson } from "@interlock/kube-model";
import { answerTime } from "../cluster/answer-time.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { faultOf } from "../cluster/open-cluster.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { readablePlaceholders, SecretValues } from "../gate/secret-values.ts";
import type { AppliedWrite, ApplyOptions, SoFar } from "./apply.ts";
import { asksForToken } from "../impact/token.ts";
import { readTokenAnswer } from "./given-token.ts";
import { EVICTION_MS, placeOf } from "./settle.ts";
import { isNamedLater, objectNow, versionsNow } from "./versions.ts";

/** As the server says that an address or a port of a Service has been given to another. */
const TAKEN = /already allocated|provided IP is already|not in the valid range|provided port is/i;
const ANSWER_LIMIT = 8 * 1024 * 1024;

/**
 * Sends one write as it is stored, once, after a look at what it rests on that the server would not check itself. `retryAfterMs` is there
 * when the server has said that it did nothing for now.
 */
export async function sendWrite(
  { cluster, writes, answerMs, onToken }: Pick<ApplyOptions, "cluster" | "writes" | "answerMs" | "onToken">,
  write: PlannedWrite,
  soFar: SoFar,
): Promise<AppliedWrite & { retryAfterMs?: number }> {
  const { index, stored } = write;
  const { applied: before, left } = soFar;
  const versions = await versionsNow(cluster, write, writes, before, left);
  if (typeof versions === "string") return { index, state: "not_sent", message: versions };
  const body = bound(write, before, versions);
  const without =
    stored.ifTaken === undefined ? undefined : bound({ ...write, stored: { ...stored, body: stored.ifTaken } }, before, versions);
  if (body === undefined) {
    return { index, state: "not_sent", message: "The write before it did not say the identity of what it made, which this one names." };
  }
  const other = write.guard === "look" ? await lookedAt(cluster, write) : createsByApply(write) ? await takenBy(cluster, write) : undefined;
  if (other !== undefined) return { index, state: "not_sent", message: other };
  const [path, query] = split(stored.url);
  const signal = answerTime(undefined, answerMs);
  const ask = async (bytes: Buffer): Promise<{ status: number; answer: Json; retryAfter: unknown }> => {
    const { method, headers } = stored;
    const response = await cluster.request({ method, path, query, headers, body: bytes, signal });
    return { status: response.status, answer: await jsonOf(response.body), retryAfter: response.headers["retry-after"] };
  };
  let told: Awaited<ReturnType<typeof ask>>;
  try {
    told = await ask(body);
    if (without !== undefined && told.status === 422 && TAKEN.test(String(told.answer?.["message"]))) told = await ask(without);
  } catch (error) {
    // Once it was sent nobody knows; only a request that never left is known not to have been done, and that cannot be told apart.
    const message = error instanceof TargetError ? error.message : "The connection was lost before the cluster's answer was whole.";
    return { index, state: "unknown", message: signal.aborted ? faultOf(error, signal).message : message };
  }
  const { status, answer, retryAfter } = told;
  if (status >= 300) {
    const words: Json = isRecord(answer) ? answer["message"] : undefined;
    const said: Json = typeof words === "string" ? withoutValues(write, words) : undefined;
    // A server or a proxy before it that ran out of time does not say whether the write was kept.
    if (status === 502 || status === 504 || (status === 500 && /timed? ?out/i.test(String(said)))) {
      return { index, state: "unknown", status, message: typeof said === "string" ? said : `The cluster answers ${status}.` };
    }
    const message = typeof said === "string" ? said : `The cluster answers ${status}.`;
    return { index, state: "failed", status, message, ...(status === 429 ? again(write, retryAfter) : {}) };
  }
  if (asksForToken(write)) return { index, status, ...(await handOver(write, answer, onToken)) };
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

/** What was issued cannot be taken back: where nobody can be given it, that is what is said. */
async function handOver(
  write: PlannedWrite,
  answer: Json,
  onToken: ApplyOptions["onToken"],
): Promise<Pick<AppliedWrite, "state" | "message">> {
  const given = readTokenAnswer(answer, write);
  if (given === undefined) return { state: "failed", message: "The cluster answered without a token that could be used." };
  const { expiresAt } = given.facts;
  try {
    if (onToken === undefined) return { state: "done", message: `a token until ${expiresAt}, which nobody was given` };
    await onToken(write, given);
  } catch (error) {
    const why = error instanceof TargetError ? error.message : "It could not be handed over.";
    return { state: "failed", message: `A token was issued until ${expiresAt}, and nobody is given it. ${why}` };
  }
  return { state: "done", message: `a token until ${expiresAt}, for its proposer alone` };
}

/**
 * A server that has too much to do says when to ask again (API priority and fairness), and an eviction is asked again until the disruption
 * budget lets it; a webhook that refuses with the same code says no time.
 */
function again({ resource }: PlannedWrite, retryAfter: unknown): { retryAfterMs?: number } {
  if (resource.subresource === "eviction") return { retryAfterMs: EVICTION_MS };
  if (typeof retryAfter !== "string" || !/^\d{1,4}$/.test(retryAfter)) return {};
  return { retryAfterMs: Math.min(Math.max(Number(retryAfter), 1), 60) * 1_000 };
}

/** A server-side apply makes what is not there, and would change what somebody has made meanwhile. */
const createsByApply = ({ method, before, after, guard, resource, mayExist }: PlannedWrite): boolean =>
  method === "PATCH" &&
  before === undefined &&
  after !== undefined &&
  guard === undefined &&
  resource.subresource === undefined &&
  mayExist !== true;

/** Why an object that is to be made is there already, or undefined when it is not. A read: nothing has been sent yet. */
async function takenBy(cluster: Cluster, { path }: PlannedWrite): Promise<string | undefined> {
  const found = await statusAndUid(cluster, path);
  if (typeof found === "string") return `Whether its name is free ${found}`;
  // A type that an earlier write defines is not served yet: the request itself says so.
  return found.status === 404 ? undefined : "Somebody has made an object of that name by now.";
}

/** Why the object is not the one that was planned, or undefined when it is. A read: nothing has been sent yet. */
async function lookedAt(cluster: Cluster, write: PlannedWrite): Promise<string | undefined> {
  const { uid } = write;
  const found = await statusAndUid(cluster, placeOf(write).path);
  if (typeof found === "string") return `What it would change ${found}`;
  if (found.status === 404) return "What it would change is no longer there.";
  return found.uid === uid ? undefined : "Another object has its name by now.";
}

/** Of an object that is there or is not; in words why neither can be said. */
async function statusAndUid(cluster: Cluster, path: string): Promise<{ status: number; uid?: unknown } | string> {
  try {
    const { status, body } = await cluster.request({ method: "GET", path, headers: { accept: "application/json" }, signal: answerTime() });
    const answer = await jsonOf(body);
    if (status !== 200 && status !== 404) return `cannot be read: the cluster answers ${status}.`;
    return { status, uid: answer?.["metadata"]?.["uid"] };
  } catch {
    // Nothing has been sent, and that is what is said.
    return "cannot be read: the cluster does not answer.";
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
