/**
 * Bytes of keys that a shell has not taken yet, up to which more are. A paste into a program that reads comes through, however long it is; one into
 * a program that reads nothing would fill the memory for as long as that lasts.
 */
const MOST = 8 * 1024 * 1024;
/** A paste that comes slowly is over once nothing came for so long, in milliseconds. */
const QUIET_MS = 1_000;
const CTRL_C = 0x03;

/** Keys that are on their way into a shell, and whether there is room for more. */
export class UntakenKeys {
  #bytes = 0;
  /** When something was refused last, as `performance.now()` says it. */
  #refusedAt: number | undefined;

  /** Once something was refused all is that comes with it: a paste would go on without its middle. */
  hasRoom(keys: Uint8Array): boolean {
    // By itself it is no part of a paste, and what one presses to be rid of one.
    if (keys.byteLength === 1 && keys[0] === CTRL_C && this.#bytes < 2 * MOST) return true;
    const goesOn = this.#refusedAt !== undefined && (this.#bytes > 0 || performance.now() - this.#refusedAt < QUIET_MS);
    const has = !goesOn && this.#bytes + keys.byteLength <= MOST;
    if (has) this.#refusedAt = undefined;
    else this.refused();
    return has;
  }

  /** Keys were refused, here or elsewhere on their way. */
  refused(): void {
    this.#refusedAt = performance.now();
  }

  /** They are sent, and taken once `written` is settled. */
  sent(keys: Uint8Array, written: Promise<void>): void {
    this.#bytes += keys.byteLength;
    const taken = (): void => void (this.#bytes -= keys.byteLength);
    written.then(taken, taken);
  }
}
