import type { Readable } from "node:stream";

export interface ClusterRequest {
  method: string;
  /** Encoded, beginning with a slash. */
  path: string;
  /** Encoded, without the question mark. */
  query?: string;
  /** Nothing of identity: the credential is added by the cluster. */
  headers: Record<string, string>;
  body?: Buffer;
  signal?: AbortSignal;
}

export interface ClusterResponse {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string | string[] | undefined>;
  /** Must be read to its end or destroyed. */
  body: Readable;
}

/** A connection to one API server, holding its credential. */
export interface Cluster {
  /** Sends once, never again. Rejects with TargetError when there is no answer; an answer of any status resolves. */
  request(request: ClusterRequest): Promise<ClusterResponse>;
  close(): Promise<void>;
}
