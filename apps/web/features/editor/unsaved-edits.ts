/**
 * Counts updates the server has not yet said it wrote down. Acks come in the order of updates, one each. After a reconnect everything
 * that is missing travels as one message, which is acked once.
 */
export class UnsavedEdits {
  #waiting = 0;
  readonly #onChange: (waiting: number) => void;

  constructor(onChange: (waiting: number) => void) {
    this.#onChange = onChange;
  }

  get waiting(): number {
    return this.#waiting;
  }

  edited(): void {
    this.#set(this.#waiting + 1);
  }

  acked(): void {
    this.#set(Math.max(0, this.#waiting - 1));
  }

  /** A new socket: what waited is sent again as one. */
  reconnected(): void {
    this.#set(Math.min(1, this.#waiting));
  }

  #set(waiting: number): void {
    if (waiting === this.#waiting) return;
    this.#waiting = waiting;
    this.#onChange(waiting);
  }
}
