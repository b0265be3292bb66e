import type { AnalysisPool, AnalysisSession } from "./analysis-pool.ts";
import { loadCatalog, loadMark, loadSessionFacts } from "./catalog.ts";
import type { Catalog, SessionFacts } from "./catalog-model.ts";

/** How long catalogue facts are used without asking whether they still hold, in milliseconds. */
const TRUSTED_MS = 2_000;

/** Catalogue facts of one target, read again only when something was defined or analysed since. */
export class CatalogCache {
  #latest: Catalog | undefined;
  #checkedAt = Number.NEGATIVE_INFINITY;
  readonly #sessions = new Map<AnalysisPool, { facts: SessionFacts; at: number }>();

  /** `since`: facts must have been compared with the server no earlier (performance.now()); without it recent ones will do. */
  async catalog(session: AnalysisSession, since?: number): Promise<Catalog> {
    const known = this.#latest;
    const asked = performance.now();
    if (known && this.#checkedAt >= (since ?? asked - TRUSTED_MS)) return known;
    if (known && (await loadMark(session.query)) === known.mark) {
      this.#checkedAt = Math.max(this.#checkedAt, asked);
      return known;
    }
    const catalog = await loadCatalog(session.query);
    // A slower reading that began earlier must not replace a newer one.
    if (asked >= this.#checkedAt) {
      this.#checkedAt = asked;
      this.#latest = catalog;
    }
    return catalog;
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
