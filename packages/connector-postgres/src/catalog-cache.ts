import type { AnalysisPool, AnalysisSession } from "./analysis-pool.ts";
import { loadCatalog, loadMark, loadSessionFacts } from "./catalog.ts";
import type { Catalog, SessionFacts } from "./catalog-model.ts";

/** How long catalogue facts are used without asking whether they still hold, in milliseconds. */
const TRUSTED_MS = 2_000;
/** The same where the answer is to be sealed: one analysis asks once, whatever number of sessions it uses. */
const FRESH_MS = 50;

/** Catalogue facts of one target, read again only when something was defined or analysed since. */
export class CatalogCache {
  #catalog: Promise<Catalog> | undefined;
  #latest: Catalog | undefined;
  #checkedAt = 0;
  readonly #sessions = new Map<AnalysisPool, { facts: SessionFacts; at: number }>();

  /** `fresh`: ask the server whether the facts still hold, whatever their age. */
  async catalog(session: AnalysisSession, fresh: boolean): Promise<Catalog> {
    const known = this.#catalog;
    if (known && performance.now() - this.#checkedAt < (fresh ? FRESH_MS : TRUSTED_MS)) return known;
    if (known && (await loadMark(session.query)) === (await known).mark) {
      this.#checkedAt = performance.now();
      return known;
    }
    // Other analyses wait for this reading instead of starting their own; a failed one is not kept.
    const reading = loadCatalog(session.query);
    this.#catalog = reading;
    try {
      const catalog = await reading;
      this.#checkedAt = performance.now();
      this.#latest = catalog;
      return catalog;
    } catch (error) {
      if (this.#catalog === reading) this.#catalog = undefined;
      throw error;
    }
  }

  /** Facts that are trusted without asking; undefined when they must be asked for. */
  known(pool: AnalysisPool): { catalog: Catalog; facts: SessionFacts } | undefined {
    const facts = this.#sessions.get(pool);
    const now = performance.now();
    if (!this.#latest || !facts || now - this.#checkedAt >= TRUSTED_MS || now - facts.at >= TRUSTED_MS) return undefined;
    return { catalog: this.#latest, facts: facts.facts };
  }

  async session(pool: AnalysisPool, session: AnalysisSession): Promise<SessionFacts> {
    const known = this.#sessions.get(pool);
    if (known && performance.now() - known.at < TRUSTED_MS) return known.facts;
    const facts = await loadSessionFacts(session.query);
    this.#sessions.set(pool, { facts, at: performance.now() });
    return facts;
  }
}
