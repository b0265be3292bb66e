import type { Effect, Impact, Rows } from "@interlock/protocol";

export type Write = "append" | "modify" | "delete";

/** Everything an impact says is written to one object in one way. */
export interface Figure {
  object: string;
  write: Write;
  /** Sum of all that is said about it. */
  rows: number;
  /** Every part of it is exact. */
  exact: boolean;
  kinds: string[];
}

/** What an impact claims, in the shape in which the server tells what happened. */
export interface Claim {
  effect: Effect;
  complete: boolean;
  /** By `object/write`. */
  figures: Map<string, Figure>;
  /** Objects named by any effect but a read, or by a cascade. */
  named: Set<string>;
  /** `object/mode`. */
  locks: Set<string>;
  rewrites: Set<string>;
  willFail: string[];
}

const WRITES: readonly string[] = ["append", "modify", "delete"];

export function claimOf(impact: Impact): Claim {
  const figures = new Map<string, Figure>();
  const named = new Set<string>();
  const add = (object: string, write: string, rows: Rows): void => {
    if (write !== "read") named.add(object);
    if (!WRITES.includes(write)) return;
    const key = `${object}/${write}`;
    const known = figures.get(key) ?? { object, write: write as Write, rows: 0, exact: true, kinds: [] };
    known.rows += rows.value;
    known.exact &&= rows.kind === "exact";
    known.kinds.push(rows.kind);
    figures.set(key, known);
  };
  const { statements } = impact;
  for (const statement of statements) {
    for (const item of statement.effects) add(item.object, item.effect, item.rows);
    for (const item of statement.cascades) add(item.object, item.effect, item.rows);
    for (const item of statement.sideEffects.flatMap((effect) => effect.writes ?? [])) add(item.object, item.effect, item.rows);
  }
  return {
    effect: impact.effect,
    complete: impact.complete,
    figures,
    named,
    locks: new Set(statements.flatMap((statement) => statement.locks.map((lock) => `${lock.object}/${lock.mode}`))),
    rewrites: new Set(statements.flatMap((statement) => statement.rewrites)),
    willFail: statements.flatMap((statement) => statement.willFail.map((item) => item.code)),
  };
}
