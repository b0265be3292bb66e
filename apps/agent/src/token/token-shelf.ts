import type { FetchedToken } from "@interlock/protocol";

/** How long a token waits for its proposer, in milliseconds. */
export const KEPT_MS = 10 * 60_000;
/** Tokens kept at a time, and of one person. Whoever asks for more loses the oldest; each can be asked for again. */
const MOST = 64;
const MOST_OF_ONE = 8;

export interface Shelved {
  commandId: string;
  /** Who may have it. */
  proposerId: string;
  /** Milliseconds since 1970. */
  until: number;
  token: FetchedToken;
}

/**
 * Tokens between the run that was given them and the person who proposed it. In memory and nowhere else: gone when they are taken, after
 * `KEPT_MS`, with the access of their person, and when the agent ends.
 */
export class TokenShelf {
  readonly #held = new Set<Shelved>();
  readonly #gone: (commandId: string) => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param gone told when one was dropped without being taken */
  constructor(gone: (commandId: string) => void) {
    this.#gone = gone;
  }

  put(token: Shelved): void {
    this.#held.add(token);
    const own = [...this.#held].filter(({ proposerId }) => proposerId === token.proposerId);
    if (own.length > MOST_OF_ONE) this.#drop([own[0]!]);
    if (this.#held.size > MOST) this.#drop([this.#held.values().next().value!]);
    this.#watch();
  }

  has(commandId: string, statement: number): boolean {
    return this.#of(commandId).some(({ token }) => token.statement === statement);
  }

  /** All tokens of a command, which it has no longer: of two who ask at once one is given them. */
  take(commandId: string): Shelved[] {
    const found = this.#of(commandId);
    for (const one of found) this.#held.delete(one);
    this.#watch();
    return found;
  }

  /** Forgets what waits for a person whose access ended or changed. */
  dropOf(proposerId: string): void {
    this.#drop([...this.#held].filter((one) => one.proposerId === proposerId));
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#held.clear();
  }

  #of(commandId: string): Shelved[] {
    return [...this.#held].filter((one) => one.commandId === commandId && one.until > Date.now());
  }

  #drop(which: readonly Shelved[]): void {
    for (const one of which) this.#held.delete(one);
    for (const commandId of new Set(which.map((one) => one.commandId))) this.#gone(commandId);
    this.#watch();
  }

  /** Wakes when the next one is over. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#held.size === 0) return;
    const next = Math.min(...[...this.#held].map(({ until }) => until));
    this.#timer = setTimeout(
      () => this.#drop([...this.#held].filter(({ until }) => until <= Date.now())),
      Math.max(1, next - Date.now() + 1),
    );
    // Nothing but memory is lost when the process ends.
    this.#timer.unref();
  }
}
