import { type KubeObject, sameJson } from "@interlock/kube-model";
import type { Effect } from "@interlock/protocol";
import type { ApiFacts } from "./api-facts.ts";
import type { Body } from "./body.ts";
import type { DeleteOptions } from "./delete-options.ts";
import { keyOf, type ObjectKey, type Overlay } from "./overlay.ts";
import type { ResourceTarget } from "./request-target.ts";
import { failure, type Answer } from "./status.ts";
import type { Upstream } from "./upstream.ts";

export type WriteMethod = "POST" | "PUT" | "PATCH" | "DELETE";

export interface WriteRequest {
  method: WriteMethod;
  target: ResourceTarget;
  query: ReadonlyMap<string, string>;
  body: Body;
  /** The client's, which names the field manager where the query does not. */
  userAgent?: string;
  /** The server takes no dry run of it: what it would do is worked out here. */
  blind?: true;
}

/** The cluster and what the plan has made of it so far. */
export interface PlanView {
  upstream: Upstream;
  facts: ApiFacts;
  overlay: Overlay;
  /** Why requests could not be answered as the cluster would: kubectl may carry on after them, so nothing behind is known (I3). */
  unshown: string[];
}

/** The answer to what only the cluster could tell, had it been changed. */
export function notShown(view: PlanView, reason: string): Answer {
  view.unshown.push(reason);
  return failure(501, reason);
}

/** A write as it would go. Nothing has changed yet, neither in the cluster nor in the overlay. */
export interface Foreseen {
  /** For the client; secret values unmasked. */
  answer: Answer;
  /** Absent when the write failed: then it changes nothing and is no part of the plan. */
  write?: {
    /** What it names, with the name the server gave it. */
    target: ResourceTarget;
    sent: Body | { encoding: "delete"; options: DeleteOptions };
    effect: Effect;
    kind?: string;
    before?: KubeObject;
    after?: KubeObject;
    live?: { uid: string; resourceVersion: string };
    shown: "server" | "plan";
  };
  /** Writes of which this request is made up, in place of itself (a collection is deleted member by member). */
  members?: NonNullable<Foreseen["write"]>[];
  /** Enters the write into the overlay. */
  enter: (view: PlanView, write: number) => void;
}

export const failed = (answer: Answer): Foreseen => ({ answer, enter: () => undefined });

/** The cluster did not take a dry run for one. Nothing more may be sent to it. */
export class NotADryRun extends Error {}

/** The object a target names, without its subresource. */
export function keyOfTarget(target: ResourceTarget, name = target.name ?? ""): ObjectKey {
  const { group, resource, namespace } = target;
  return { group, resource, name, ...(namespace === undefined ? {} : { namespace }) };
}

export function objectTarget(target: ResourceTarget, name = target.name): ResourceTarget {
  const { subresource: _subresource, ...rest } = target;
  return { ...rest, ...(name === undefined ? {} : { name }) };
}

/** What the cluster has under that name; undefined when it has nothing or does not show it. */
export async function readLive(view: PlanView, target: ResourceTarget): Promise<KubeObject | undefined> {
  const answer = await view.upstream.read(objectTarget(target));
  return answer.status === 200 ? answer.body : undefined;
}

export function identity(object: KubeObject | undefined): { uid: string; resourceVersion: string } | undefined {
  const uid: unknown = object?.metadata?.uid;
  const resourceVersion: unknown = object?.metadata?.resourceVersion;
  return typeof uid === "string" && typeof resourceVersion === "string" ? { uid, resourceVersion } : undefined;
}

/** The object with metadata fields replaced. */
export function withObjectMetadata(object: KubeObject, changes: Record<string, unknown>): KubeObject {
  const metadata: Record<string, unknown> = { ...(object.metadata as Record<string, unknown> | undefined), ...changes };
  for (const [key, value] of Object.entries(changes)) if (value === undefined) delete metadata[key];
  return { ...object, metadata };
}

/** What somebody decided about an object: all but its status and the server's own bookkeeping. */
export function essence(object: KubeObject): KubeObject {
  const { status: _status, ...rest } = object;
  return withObjectMetadata(rest, { managedFields: undefined, resourceVersion: undefined, generation: undefined });
}

/**
 * Looks whether the server really kept nothing, where that can be seen: an object it did not keep has no resource version, and one it did
 * not change has the one it had. Throws NotADryRun.
 */
export async function holdToDryRun(view: PlanView, target: ResourceTarget, before: KubeObject | undefined, answer: Answer): Promise<void> {
  const told = identity(answer.body);
  if (told === undefined || told.resourceVersion === identity(before)?.resourceVersion) return;
  const now = await readLive(view, objectTarget(target, String(answer.body.metadata?.name ?? target.name)));
  if (now === undefined || identity(now)?.uid !== told.uid) return;
  const changed = before === undefined || !sameJson(essence(before), essence(answer.body));
  if (changed && sameJson(essence(now), essence(answer.body))) {
    throw new NotADryRun(`the cluster kept a change to ${keyOf(keyOfTarget(target))} that it was asked only to try`);
  }
}
