import { column, RowWriter, type ExecuteSink } from "@interlock/connector";
import { type Json, type KubeObject, parseJson } from "@interlock/kube-model";
import type { Cluster } from "../cluster/cluster.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { keyOfType } from "../impact/resource-types.ts";
import { writtenObject } from "../object-name.ts";
import { isRolledOut, type Progress } from "./rollout.ts";
import { pause, placeOf } from "./settle.ts";

export interface WatchOptions {
  sink: ExecuteSink;
  /** Ends the watching and nothing else. */
  signal: AbortSignal;
  /** Number of the result that the lines become. */
  statement: number;
  /** Longest to watch, in milliseconds; at most ten minutes. */
  timeoutMs: number;
  /** Longest without anything new, in milliseconds. */
  stallMs?: number;
}

const LONGEST_MS = 10 * 60_000;
/** A rollout whose pods cannot start, or an object that waits for a finalizer, does not move on by itself. */
const STALL_MS = 2 * 60_000;
const LOOK_MS = 1_000;
/** The first looks come quickly: most of it is over at once. */
const FIRST_MS = 100;
/** Objects that are watched one by one. */
const MOST = 100;

interface Subject {
  object: string;
  path: string;
  /** What it has come to, by what is there now. */
  look(now: KubeObject | undefined): Progress;
  told?: string;
  over?: true;
}

/**
 * Follows what the writes of a run lead to, a line for each thing that is new: until all that was deleted is gone and all that was changed
 * is rolled out, nothing moves any more, the time is over or somebody stops it. Nothing of it changes how the run ended, so it never
 * rejects for the cluster's sake.
 */
export async function watchOutcome(cluster: Cluster, writes: readonly PlannedWrite[], options: WatchOptions): Promise<void> {
  const subjects = subjectsOf(writes);
  if (subjects.length === 0) return;
  const { sink, signal, statement } = options;
  const started = Date.now();
  const until = started + Math.min(options.timeoutMs, LONGEST_MS);
  await sink.columns(statement, ["after", "object", "state"].map(column));
  const rows = new RowWriter(sink, statement);
  const tell = async (object: string, words: string): Promise<void> => {
    await rows.add([`${Math.floor((Date.now() - started) / 1000)} s`, object, words]);
    await rows.flush();
  };
  const watched = subjects.slice(0, MOST);
  let moved = Date.now();
  for (let round = 0; ; round++) {
    const found = await Promise.all(
      watched.filter(({ over }) => over !== true).map(async (subject) => ({ subject, ...(await seen(cluster, subject, signal)) })),
    );
    for (const { subject, words, over } of found) {
      if (words !== subject.told && !signal.aborted) {
        moved = Date.now();
        subject.told = words;
        await tell(subject.object, words);
      }
      if (over) subject.over = true;
    }
    const left = watched.filter(({ over }) => over !== true);
    const why = ended(left.length, signal, moved, until, options.stallMs ?? STALL_MS);
    if (why !== undefined) {
      if (left.length > 0) await tell(left.length === 1 ? left[0]!.object : `${left.length} objects`, why);
      if (subjects.length > MOST) await tell(`${subjects.length - MOST} more objects`, "were not watched");
      break;
    }
    await pause(round < 5 ? FIRST_MS : LOOK_MS, signal);
  }
  await sink.end(statement, false);
}

function ended(left: number, signal: AbortSignal, moved: number, until: number, stallMs: number): string | undefined {
  if (left === 0) return "";
  if (signal.aborted) return "is not watched any longer, since somebody stopped that; what was done stays done and goes on by itself";
  if (Date.now() - moved > stallMs) return "has not moved on for a while and is not watched any longer; look at what it waits for";
  return Date.now() > until ? "takes longer than it is watched; it goes on by itself" : undefined;
}

async function seen(cluster: Cluster, subject: Subject, signal: AbortSignal): Promise<Progress> {
  const as = (words: string): Progress => ({ words, over: false });
  try {
    const { status, body } = await cluster.request({ method: "GET", path: subject.path, headers: { accept: "application/json" }, signal });
    const chunks: Buffer[] = [];
    for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
    if (status === 404) return subject.look(undefined);
    if (status !== 200) return as(`cannot be looked at: the cluster answers ${status}`);
    return subject.look(parseJson(Buffer.concat(chunks).toString("utf8")) as KubeObject);
  } catch {
    // Cut off by whoever stopped it, or a cluster that does not answer right now: the next look tells.
    return as(subject.told ?? "cannot be looked at: the cluster does not answer");
  }
}

const WORKLOADS = new Set(["apps/deployments", "apps/statefulsets", "apps/daemonsets"]);

/** What there is to follow: objects that go, and workloads whose pods are made anew or end. The last write to a name says which. */
function subjectsOf(writes: readonly PlannedWrite[]): Subject[] {
  const subjects = new Map<string, Subject>();
  for (const write of writes) {
    const { resource, method, after, before } = write;
    const { path, uid } = placeOf(write);
    const object = writtenObject({ ...resource, kind: kindOf(write) }, after ?? before);
    const created = method === "POST" && resource.subresource === undefined;
    const whole = created && resource.name !== undefined ? `${path}/${encodeURIComponent(resource.name)}` : path;
    if ((method === "DELETE" && resource.subresource === undefined) || resource.subresource === "eviction") {
      subjects.set(whole, { object, path: whole, look: (now) => isGone(now, uid) });
    } else if (WORKLOADS.has(keyOfType(resource)) && resource.subresource !== "status") {
      subjects.set(whole, { object, path: whole, look: (now) => isRolledOut(keyOfType(resource), now) });
    } else subjects.delete(whole);
  }
  return [...subjects.values()];
}

/** Of a part of an object the kind of the whole. */
const kindOf = ({ resource, before }: PlannedWrite): string =>
  resource.subresource === undefined || before?.kind === undefined ? resource.kind : before.kind;

function isGone(now: KubeObject | undefined, uid: string | undefined): Progress {
  if (now === undefined || (uid !== undefined && now.metadata?.uid !== uid)) return { words: "gone", over: true };
  if (now.metadata?.deletionTimestamp === undefined) return { words: "is still there", over: false };
  const conditions: Json[] = Array.isArray(now["status"]?.["conditions"]) ? now["status"]["conditions"] : [];
  const remaining =
    now.kind === "Namespace" ? conditions.filter((one) => one["status"] === "True").map((one) => String(one["message"])) : [];
  const finalizers: Json[] = Array.isArray(now.metadata.finalizers) ? now.metadata.finalizers : [];
  const why = remaining.length > 0 ? remaining : finalizers.length > 0 ? [`finalizers ${finalizers.join(", ")}`] : [];
  return { words: why.length === 0 ? "is ending" : `is ending: ${why.join("; ")}`, over: false };
}
