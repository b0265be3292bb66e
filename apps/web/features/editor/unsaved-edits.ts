/**
 * Counts edits the server has not yet said it wrote down. Messages are acked in the order they were sent on a socket; one sent after a
 * reconnect carries all edits made before it, so a message may cover any number of them, also none.
 */
export class UnsavedEdits {
  /** Edits covered by each message that waits for its ack. */
  #sent: number[] = [];
  /** Edits no message on this socket covers yet. */
  #unsent = 0;
  /** Messages of this socket that were acked. */
  #acked = 0;
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get waiting(): number {
    return this.#sent.reduce((sum, edits) => sum + edits, this.#unsent);
  }

  /** One edit was made; `sent`: in a message of its own. */
  edited(sent: boolean): void {
    if (sent) this.#sent.push(1);
    else this.#unsent++;
    this.#onChange();
  }

  /** A message with everything the server lacks was sent. */
  sentAll(): void {
    this.#sent.push(this.#unsent);
    this.#unsent = 0;
  }

  /** The first `messages` messages of this socket are durable, as the server counts them. */
  acked(messages: number): void {
    this.#sent.splice(0, Math.max(0, messages - this.#acked));
    this.#acked = Math.max(this.#acked, messages);
    this.#onChange();
  }

  /** The socket is gone, and with it the answers. */
  disconnected(): void {
    this.#unsent = this.waiting;
    this.#sent = [];
    this.#acked = 0;
  }
}
