import type { Connector } from "./connector.ts";

/** What a connector's test gives the suite: a real target and texts in its language. */
export interface ConformanceSubject<Secret> {
  connector: Connector<Secret>;
  secret: Secret;
  /** Right in shape, but nothing listens there. */
  downSecret: Secret;
  /** Right in shape, but the target refuses it. */
  wrongSecret: Secret;
  /** Something that must not be in any error: the password of `wrongSecret`. */
  password: string;
  /** Objects that are not a secret of this connector. */
  badSecrets: readonly unknown[];
  /** Texts that are not of the language. */
  garbage: readonly string[];
  /** One statement that reads; its result has at least ten rows, and the same every time. */
  read: string;
  /** One statement whose result has at least 100,000 rows, made as they are fetched. */
  many: string;
  /** One statement that would take a minute and shows nothing meanwhile. */
  slow: string;
  /** One statement that writes exactly `rows` (at least two) rows of `object`, which `written` sees from outside. */
  write: { text: string; object: string; rows: number };
  /** Two statements: a write as above, then one that fails. */
  writeThenFail: string;
  /** How often `write` took effect since `reset`, seen without the connector. */
  written(): Promise<number>;
  reset(): Promise<void>;
  /** Changes, from outside, what the names of `write` stand for; `reset` undoes it. */
  replaceTarget(): Promise<void>;
  /** Sessions the connector has open at the target for a run, seen from outside. */
  openRuns(): Promise<number>;
}

/** One rule; `run` throws when the connector breaks it. */
export interface ConformanceCase {
  name: string;
  run(): Promise<void>;
}
