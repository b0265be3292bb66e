import { claimOf } from "./claim.ts";
import type { Lane } from "./lane.ts";
import type { Truth } from "./truth.ts";

/** Rows of one statement as two methods estimate them without counting, and as they are. */
export interface Estimate {
  /** Rows the statement's own targets lose, get or change. */
  targets: { ours: number; peer: number; true: number };
  /** The same with all that cascades and triggers write. The peer's method knows one number only. */
  all: { ours: number; peer: number; true: number };
}

const PLAIN = /^(DELETE|UPDATE|INSERT|MERGE)\b/;

/** Undefined for statements whose rows the server's answer does not count, or that EXPLAIN refuses. */
export async function takeEstimate(lane: Lane, text: string, truth: Truth): Promise<Estimate | undefined> {
  if (!PLAIN.test(text) || text.includes(";") || truth.answered === undefined) return undefined;
  const peer = await lastRows(lane, text);
  if (peer === undefined) return undefined;
  const impact = await lane.impact(text, false);
  const claim = claimOf(impact);
  const own = impact.statements.flatMap((statement) =>
    statement.effects.filter((item) => ["append", "modify", "delete"].includes(item.effect)),
  );
  const written = [...truth.written.values()].reduce((sum, item) => sum + item.inserted + item.updated + item.deleted, 0);
  return {
    targets: { ours: own.reduce((sum, item) => sum + item.rows.value, 0), peer, true: truth.answered },
    all: { ours: [...claim.figures.values()].reduce((sum, figure) => sum + figure.rows, 0), peer, true: written },
  };
}

/** The method of tools that read the last `rows=` of a plan's text. */
async function lastRows(lane: Lane, text: string): Promise<number | undefined> {
  try {
    const plan = (await lane.query(`EXPLAIN ${text}`)).map((row) => String(row["QUERY PLAN"])).join("\n");
    const rows = [...plan.matchAll(/rows=(\d+)/g)].at(-1);
    return rows ? Number(rows[1]) : undefined;
  } catch (error) {
    if ((error as { code?: string }).code === undefined) throw error;
    // Rules can make a statement that EXPLAIN answers for more than one query, or for none.
    return undefined;
  }
}

/** Relative error; against 1 where nothing is written. */
export const errorOf = (estimate: number, truth: number): number => Math.abs(estimate - truth) / Math.max(truth, 1);
