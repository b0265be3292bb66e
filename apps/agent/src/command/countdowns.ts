/** Timers between the last approval and the run. They only remind: whether a command still runs is decided by the claim. */
export class Countdowns {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #ended: (commandId: string, runsAt: Date) => void;

  constructor(ended: (commandId: string, runsAt: Date) => void) {
    this.#ended = ended;
  }

  start(commandId: string, runsAt: Date): void {
    this.clear(commandId);
    const timer = setTimeout(
      () => {
        this.#timers.delete(commandId);
        this.#ended(commandId, runsAt);
      },
      Math.max(0, runsAt.getTime() - Date.now()),
    );
    this.#timers.set(commandId, timer);
  }

  clear(commandId: string): void {
    clearTimeout(this.#timers.get(commandId));
    this.#timers.delete(commandId);
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
