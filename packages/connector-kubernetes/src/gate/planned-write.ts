import type { KubeObject } from "@interlock/kube-model";
import type { Effect } from "@interlock/protocol";

/** What a write names. */
export interface WriteResource {
  group: string;
  version: string;
  resource: string;
  kind: string;
  namespace?: string;
  name?: string;
  subresource?: string;
}

/**
 * A request as it will be sent, byte for byte. Sensitive: the body may hold values of Secrets. Stored encrypted, never shown, never logged.
 */
export interface StoredRequest {
  readonly sensitive: true;
  method: string;
  /** Encoded, with the query and without a dry run. */
  url: string;
  headers: Record<string, string>;
  body: Buffer;
  /** Sent when the server refuses `body` because an address or port in it has been given to another. */
  ifTaken?: Buffer;
}

/** Text in a stored body that stands for what an earlier write of the same plan will have made; put in when that write was done. */
export interface Binding {
  /** As it stands in the body: a uid or resource version of the plan's own. */
  token: string;
  /** Index of the write whose answer has the value; of the write itself: the version that its object has right before it is sent. */
  write: number;
  field: "uid" | "resourceVersion";
}

/** One write that kubectl wanted to do. */
export interface PlannedWrite {
  index: number;
  method: string;
  /** Encoded path, without the query. */
  path: string;
  /** Encoded, without a dry run; empty for none. */
  query: string;
  resource: WriteResource;
  effect: Effect;
  /** Of the object that will be written, when the cluster has it. */
  uid?: string;
  resourceVersion?: string;
  /**
   * What makes sure that the object is still that one: the request itself, which the server refuses otherwise, or a look at it right before
   * (an apply patch of kubectl is copied into an annotation, so nothing may be put into it). Absent: the cluster has no such object.
   */
  guard?: "request" | "look";
  /** The object without and with the write, values of Secrets replaced by fingerprints. Absent: there is none. */
  before?: KubeObject;
  after?: KubeObject;
  /** `server`: `after` is the server's own answer to the dry run; `plan`: worked out here, since the server could not be asked. */
  shown: "server" | "plan";
  /** The server's warnings. */
  warnings: string[];
  /** What is still ending under that name, or in which it lies: nothing is sent until it is gone. */
  awaits?: { path: string; uid: string };
  /** Somebody else may make it first; that it is there by then is what was wanted. */
  mayExist?: true;
  stored: StoredRequest;
  bindings: Binding[];
}

/** A request that was not let through. It makes the plan incomplete. */
export interface RefusedRequest {
  method: string;
  path: string;
  effect: Effect;
  reason: string;
}

/** An object that stays, terminating, until somebody takes its finalizers off; a client waits for it. */
export interface Waiting {
  resource: string;
  namespace?: string;
  name: string;
  finalizers: string[];
}
