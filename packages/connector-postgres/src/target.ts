import {
  TargetError,
  type ExecuteOutcome,
  type ExecuteRequest,
  type ExecuteSink,
  type ImpactOptions,
  type OpenOptions,
  type Resolution,
  type Target,
  type RowsImage,
  type UndoImage,
  type UndoRequest,
} from "@interlock/connector";
import type { Completion, Impact, SchemaTree } from "@interlock/protocol";
import { QUERY_CANCELED } from "./analysis-context.ts";
import { AnalysisPool, databaseError, type AnalysisSession } from "./analysis-pool.ts";
import { CatalogCache } from "./catalog-cache.ts";
import type { Catalog, SessionFacts } from "./catalog-model.ts";
import { completions } from "./complete.ts";
import { plansWrite } from "./explained-writes.ts";
import { execute } from "./execute/execute.ts";
import { analyse, analysisContext, judgedEffect, unasked } from "./impact.ts";
import { lineageOf } from "./lineage.ts";
import { resolveText } from "./resolve.ts";
import { schemaTree } from "./schema-tree.ts";
import type { PostgresSecret } from "./secret.ts";
import { statementTrees } from "./statement-tree.ts";
import { putBack } from "./undo/put-back.ts";
import { undoImpact } from "./undo/undo-impact.ts";

/** SQLSTATEs of what passes: a connection, the server's means, an operator, or a lock in the way. */
const PASSING = /^(?:08|53|57)|^55P03$/;

/** One PostgreSQL database. Sessions for analysis are few, short and read-only; a run gets a session of its own. */
export class PostgresTarget implements Target {
  readonly #options: OpenOptions<PostgresSecret>;
  readonly #read: AnalysisPool;
  readonly #write: AnalysisPool;
  readonly #cache = new CatalogCache();

  constructor(options: OpenOptions<PostgresSecret>) {
    this.#options = options;
    const { read, write } = options.secret;
    this.#read = new AnalysisPool(read);
    this.#write = write === undefined || write === read ? this.#read : new AnalysisPool(write);
  }

  async ping(signal: AbortSignal): Promise<void> {
    await this.#read.session(signal, (session) => session.query("select 1"));
  }

  async impact(text: string, options: ImpactOptions): Promise<Impact> {
    const started = performance.now();
    const timed = (impact: Omit<Impact, "tookMs">): Impact => ({ ...impact, tookMs: performance.now() - started });
    const unanswered = (why: string): Impact => timed({ ...unasked(text, why), cutShort: "asking" });
    try {
      // Figures that may be sealed rest on facts no older than the question.
      const since = options.exact ? started : undefined;
      const pool = await this.#poolFor(text, options.signal, since);
      const impact = await this.#facts(pool, options.signal, since, (session, catalog, facts) =>
        analyse({
          text,
          session,
          catalog,
          facts,
          exact: options.exact,
          countingMs: options.countingMs,
          masked: this.#options.maskedColumns(),
        }),
      );
      return timed(impact);
    } catch (error) {
      if (error instanceof TargetError && error.code === "cancelled") return unanswered("The analysis was stopped before it was done");
      if (error instanceof TargetError) return unanswered(error.message);
      const refused = databaseError(error);
      if (refused) {
        // query_canceled: of statement_timeout, which every question of the analysis has.
        if (refused.code === QUERY_CANCELED) return unanswered("The target took too long to answer");
        const impact = unasked(text, `The target refused the analysis (${refused.code})`);
        return timed(PASSING.test(refused.code ?? "") ? { ...impact, cutShort: "asking" } : impact);
      }
      throw error;
    }
  }

  /** As the role that would run the text: the reading one when everything in it reads. */
  async resolve(text: string, signal: AbortSignal): Promise<Resolution> {
    const pool = await this.#poolFor(text, signal, performance.now());
    return pool.session(signal, (session) => resolveText(text, session.query));
  }

  async schema(signal: AbortSignal): Promise<SchemaTree> {
    return this.#known(this.#read, signal, undefined, (catalog) => schemaTree(catalog, this.#options.maskedColumns()));
  }

  async complete(text: string, offset: number, signal: AbortSignal): Promise<Completion[]> {
    return this.#known(this.#read, signal, undefined, (catalog, facts) => completions(text, offset, catalog, facts));
  }

  execute(request: ExecuteRequest, sink: ExecuteSink, signal: AbortSignal): Promise<ExecuteOutcome> {
    return execute({ secret: this.#options.secret, resolve: resolveText, lineage: lineageOf }, request, sink, signal);
  }

  foreseeUndo(kept: UndoImage, options: ImpactOptions): Promise<{ impact: Impact; resolution: Resolution }> {
    const image = rowsOf(kept);
    const started = performance.now();
    return this.#facts(this.#write, options.signal, started, async (session, catalog, facts) => {
      const { exact, countingMs } = options;
      const impact = await undoImpact(analysisContext({ session, catalog, facts, exact, countingMs, masked: [] }), image);
      const targets = [...new Set(image.tables.map(({ object, oid }) => `${object}=table:${oid}`))].toSorted();
      const resolution = { database: catalog.database, role: facts.role, targets, settings: {} };
      return { impact: { ...impact, tookMs: performance.now() - started }, resolution };
    });
  }

  undo(image: UndoImage, request: UndoRequest, signal: AbortSignal): Promise<ExecuteOutcome> {
    const { read, write } = this.#options.secret;
    return putBack(write ?? read, rowsOf(image), request, signal);
  }

  async close(): Promise<void> {
    await this.#read.close();
    if (this.#write !== this.#read) await this.#write.close();
  }

  async #poolFor(text: string, signal: AbortSignal, since: number | undefined): Promise<AnalysisPool> {
    if (this.#write === this.#read || statementTrees(text).diagnostics.length > 0) return this.#write;
    const effect = await this.#known(this.#read, signal, since, (catalog, facts) => judgedEffect(text, catalog, facts));
    return effect === "read" && !plansWrite(text) ? this.#read : this.#write;
  }

  /** Work on the catalogue alone, without a session when its facts are recent. */
  async #known<T>(
    pool: AnalysisPool,
    signal: AbortSignal,
    since: number | undefined,
    work: (catalog: Catalog, facts: SessionFacts) => T,
  ): Promise<T> {
    const known = since === undefined ? this.#cache.known(pool) : undefined;
    if (known) return work(known.catalog, known.facts);
    return this.#facts(pool, signal, since, async (_session, catalog, facts) => work(catalog, facts));
  }

  #facts<T>(
    pool: AnalysisPool,
    signal: AbortSignal,
    since: number | undefined,
    work: (session: AnalysisSession, catalog: Catalog, facts: SessionFacts) => Promise<T>,
  ): Promise<T> {
    return pool.session(signal, async (session) => {
      const catalog = await this.#cache.catalog(session, since);
      return work(session, catalog, await this.#cache.session(pool, session));
    });
  }
}

function rowsOf(image: UndoImage): RowsImage {
  if ("tables" in image) return image;
  throw new TargetError("undo_unavailable", "what was kept are no rows of a database");
}
