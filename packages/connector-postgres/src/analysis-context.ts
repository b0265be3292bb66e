import type { AnalysisSession } from "./analysis-pool.ts";
import type { Catalog, SessionFacts } from "./catalog-model.ts";
import type { Judge } from "./judge.ts";
import type { Meaning } from "./later-meaning.ts";
import type { EarlierWrites } from "./writes/earlier.ts";

/** Everything one statement's analysis works with. */
export interface AnalysisContext {
  session: AnalysisSession;
  catalog: Catalog;
  facts: SessionFacts;
  judge: Judge;
  /** Whether rows may be counted; else they are estimated. */
  exact: boolean;
  /** Milliseconds left for counting in this analysis, the most that one query may take of them, and whether that was too little for one. */
  budget: { left: number; each: number; wasShort: boolean };
  /** Patterns of masked columns, see OpenOptions. */
  masked: readonly string[];
  /** Earlier statements of the same text already change what this one would meet: its rows, what its names stand for, or what is there. */
  after: {
    writes: boolean;
    /** The names of this statement may stand for anything. */
    meaning: boolean;
    left: Meaning;
    defines: boolean;
    earlier: EarlierWrites;
  };
  /** Other statements follow in the same text, and may put right what is only checked at its end. */
  more: boolean;
}

/** Most rows that are counted. Beyond it a figure is `capped`. */
export const COUNT_CAP = 1_000_000;
/** The SQLSTATE of statement_timeout. */
export const QUERY_CANCELED = "57014";
/** Of a question that had no time to be answered, or waits for a lock: that says nothing against the statement it was about. */
export const hadNoTime = (code: string | undefined): boolean => code === QUERY_CANCELED || code === "55P03";

/** Runs a counting query within the budget; undefined when it was refused or took too long. */
export async function countRows(context: AnalysisContext, sql: string): Promise<Record<string, any> | undefined> {
  const { session, budget } = context;
  const limit = Math.min(budget.each, budget.left);
  if (limit < 5) {
    budget.wasShort = true;
    return undefined;
  }
  const started = performance.now();
  const result = await session.attempt(limit, () => session.query(sql));
  budget.left -= performance.now() - started;
  if (result.ok) return result.value[0];
  budget.wasShort ||= result.error.code === QUERY_CANCELED;
  return undefined;
}
