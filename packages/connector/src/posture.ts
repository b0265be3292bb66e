import type { Posture } from "@interlock/protocol";

export interface PostureOptions {
  /** Only these checks, by their ids. */
  checks?: readonly string[];
  /** Label that says which environment a namespace belongs to. Default `env`. */
  environmentLabel?: string;
}

/** What was read of a target for its checks; some ten megabytes of a large one. */
export interface PostureReading {
  /** Holds the checks against it. Asks nothing of the target. */
  check(options: PostureOptions): Promise<Posture>;
}

/** A kind of objects, by its `apiVersion` and `kind`. */
export interface ReadKind {
  apiVersion: string;
  kind: string;
}
