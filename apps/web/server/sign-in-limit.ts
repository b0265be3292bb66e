/** Failed sign-ins allowed in a window, per name and per address, before further ones are refused without looking at the password. */
export interface SignInLimits {
  perName: number;
  perAddress: number;
  windowMs: number;
}

const DEFAULTS: SignInLimits = { perName: 10, perAddress: 30, windowMs: 60_000 };
/** Names are the caller's choice, so the number remembered is bounded; the oldest go first. */
const MOST_KEYS = 10_000;

/**
 * Counts failed sign-ins in this process. Success forgives the name but not the address: whoever owns one account must not be able to
 * reset the count while guessing at others.
 */
export class SignInLimit {
  readonly #failures = new Map<string, number[]>();
  readonly #limits: SignInLimits;

  constructor(limits: SignInLimits = DEFAULTS) {
    this.#limits = limits;
  }

  /** Whether a try may be made now. `now` in milliseconds. */
  allows(name: string, address: string, now: number): boolean {
    return (
      this.#recent(`name ${name}`, now).length < this.#limits.perName &&
      this.#recent(`address ${address}`, now).length < this.#limits.perAddress
    );
  }

  failed(name: string, address: string, now: number): void {
    for (const key of [`name ${name}`, `address ${address}`]) {
      const times = [...this.#recent(key, now), now];
      this.#failures.delete(key);
      this.#failures.set(key, times);
    }
    for (const key of this.#failures.keys()) {
      if (this.#failures.size <= MOST_KEYS) break;
      this.#failures.delete(key);
    }
  }

  succeeded(name: string): void {
    this.#failures.delete(`name ${name}`);
  }

  #recent(key: string, now: number): number[] {
    return (this.#failures.get(key) ?? []).filter((at) => now - at < this.#limits.windowMs);
  }
}
