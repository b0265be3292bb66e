/** Failed sign-ins allowed in a window before further ones are refused without looking at the password. */
export interface SignInLimits {
  /** For one name from one address. */
  perPair: number;
  perAddress: number;
  /** For one name from everywhere: much higher, or a stranger could keep somebody out by failing in their name. */
  perName: number;
  windowMs: number;
}

const DEFAULTS: SignInLimits = { perPair: 10, perAddress: 30, perName: 100, windowMs: 60_000 };
/** Names are the caller's choice, so the number remembered is bounded; the oldest go first. */
const MOST_KEYS = 10_000;

/**
 * Counts failed sign-ins in this process. Success forgives the name from that address but not the address: whoever owns one account must
 * not be able to reset the count while guessing at others.
 */
export class SignInLimit {
  readonly #failures = new Map<string, number[]>();
  readonly #limits: SignInLimits;

  constructor(limits: SignInLimits = DEFAULTS) {
    this.#limits = limits;
  }

  /** Whether a try may be made now. `now` in milliseconds. */
  allows(name: string, address: string, now: number): boolean {
    return this.#counts(name, address).every(([key, most]) => this.#recent(key, now).length < most);
  }

  failed(name: string, address: string, now: number): void {
    for (const [key] of this.#counts(name, address)) {
      const times = [...this.#recent(key, now), now];
      this.#failures.delete(key);
      this.#failures.set(key, times);
    }
    for (const key of this.#failures.keys()) {
      if (this.#failures.size <= MOST_KEYS) break;
      this.#failures.delete(key);
    }
  }

  succeeded(name: string, address: string): void {
    this.#failures.delete(pair(name, address));
  }

  /** Names and addresses remembered now. */
  get size(): number {
    return this.#failures.size;
  }

  #counts(name: string, address: string): [key: string, most: number][] {
    const { perPair, perAddress, perName } = this.#limits;
    return [
      [pair(name, address), perPair],
      [`address ${address}`, perAddress],
      [`name ${name}`, perName],
    ];
  }

  #recent(key: string, now: number): number[] {
    return (this.#failures.get(key) ?? []).filter((at) => now - at < this.#limits.windowMs);
  }
}

function pair(name: string, address: string): string {
  return `pair ${address} ${name}`;
}
