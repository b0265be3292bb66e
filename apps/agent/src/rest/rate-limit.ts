interface Bucket {
  tokens: number;
  at: number;
}

/** A token bucket for each key: `burst` at once, then `perSecond`. */
export class RateLimit {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor({ burst, perSecond, now = () => performance.now() }: { burst: number; perSecond: number; now?: () => number }) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#now = now;
  }

  admits(key: string): boolean {
    const now = this.#now();
    const known = this.#buckets.get(key);
    const refilled = known === undefined ? this.#burst : known.tokens + ((now - known.at) / 1000) * this.#perSecond;
    const tokens = Math.min(this.#burst, refilled);
    const admitted = tokens >= 1;
    this.#buckets.set(key, { tokens: admitted ? tokens - 1 : tokens, at: now });
    return admitted;
  }
}
