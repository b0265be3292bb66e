import pg from "pg";
import { serialize } from "pg-protocol";
import { TargetError } from "@interlock/connector";
import { partRows } from "../undo/hidden-columns.ts";
import type { RawConnection } from "./connection.ts";
import { MESSAGE, type Message, MessageReader } from "./message-reader.ts";
import { ConnectionLost, readFields, readRowDescription, readTag, ServerError, noticeText, type Field } from "./server-message.ts";

/** Bytes of unread messages at which the socket is paused, and at which it goes on. */
const PAUSE_BYTES = 2 * 1024 * 1024;
const RESUME_BYTES = 512 * 1024;
const CLOSE_MS = 1_000;
/** Own catalogue queries use a name, so that the unnamed statement stays the user's. */
const OWN = "interlock_own";

/** Settings that decide how bytes are read on both sides; a text that changes them could hide what it does from the analysis or the mask. */
const PINNED: Readonly<Record<string, string>> = { client_encoding: "UTF8", standard_conforming_strings: "on" };

/** Takes rows as they come; see ExecuteSink.rows. */
export type RowTaker = (run: Buffer, rows: number) => void | Promise<void>;

/**
 * One connection, spoken to in the extended protocol. Single consumer: one `next` at a time. Rows take a shorter way while `takeRows` has
 * set a taker: they are handed on from the read buffer itself, before whatever `next` has not asked for yet.
 */
export class Session {
  readonly #raw: RawConnection;
  readonly #reader: MessageReader;
  #queue: Message[] = [];
  #queued = 0;
  #waiter: PromiseWithResolvers<Message> | undefined;
  #lost: Error | undefined;
  #onRows: RowTaker | undefined;
  /** The taker has rows it is not done with: nothing is read, nothing is handed on. */
  #held = false;
  /** What the taker threw; thrown by `next`. */
  #fault: { error: unknown } | undefined;
  /** I: idle, T: in a transaction, E: in a failed one. From the last ReadyForQuery. */
  status = "I";
  /** Where notices go; set per statement. */
  onNotice: (text: string) => void = () => {};

  constructor(raw: RawConnection) {
    this.#raw = raw;
    this.#reader = new MessageReader({ message: (message) => this.#take(message), rows: (run, rows) => this.#takeRows(run, rows) });
    const { socket } = raw;
    raw.onData((chunk) => this.#receive(chunk));
    socket.on("error", (error) => this.#lose(error));
    socket.on("close", () => this.#lose(undefined));
    socket.on("end", () => this.#lose(undefined));
    socket.resume();
  }

  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /** From now on rows go to `taker`; undefined: they come with `next` like everything else. Its fault is thrown by `next`. */
  takeRows(taker: RowTaker | undefined): void {
    this.#onRows = taker;
  }

  /** Asks the server, over a second connection, to stop what runs here now. */
  cancel(): Promise<void> {
    return this.#raw.cancel();
  }

  /** Drops the connection without a word; the server rolls back what was not committed. */
  destroy(reason: string): void {
    this.#raw.socket.destroy(new Error(reason));
  }

  send(...messages: Buffer[]): void {
    if (this.#lost !== undefined) throw this.#lost;
    this.#raw.socket.write(messages.length === 1 ? messages[0]! : Buffer.concat(messages));
  }

  /** The next message that is not a notice or a parameter. Rejects with ConnectionLost when the socket is gone. */
  async next(): Promise<Message> {
    for (;;) {
      const message = this.#shift() ?? (await this.#wait());
      if (message.code === MESSAGE.notice) this.onNotice(noticeText(readFields(message.body)));
      else if (message.code === MESSAGE.parameterStatus) this.#pin(message.body);
      else {
        if (message.code === MESSAGE.readyForQuery) this.status = String.fromCharCode(message.body[0]!);
        return message;
      }
    }
  }

  /** Reads up to ReadyForQuery; throws the first error met on the way. Rows and everything else go to `onMessage`. */
  async settle(onMessage: (message: Message) => void = () => {}): Promise<void> {
    let error: ServerError | undefined;
    for (;;) {
      const message = await this.next();
      if (message.code === MESSAGE.error) error ??= new ServerError(readFields(message.body));
      else if (message.code === MESSAGE.readyForQuery) break;
      else onMessage(message);
    }
    if (error !== undefined) throw error;
  }

  /** Runs one of our own statements and resolves with its rows, decoded as `pg` would. */
  async query(text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    await this.#own(text, values, (message, fields) => decodeRows(message, fields, rows));
    return rows;
  }

  /** As query, with every value in the server's own text form and nothing decoded. */
  async texts(text: string, values: readonly unknown[] = []): Promise<(string | null)[][]> {
    const rows: (string | null)[][] = [];
    await this.#own(text, values, ({ body, rows: count }) => rows.push(...partRows(body, count, 0).hidden));
    return rows;
  }

  async #own(text: string, values: readonly unknown[], onRows: (message: Message, fields: Field[]) => void): Promise<void> {
    this.send(
      serialize.parse({ name: OWN, text }),
      serialize.bind({ portal: OWN, statement: OWN, values: values.map(parameterText) }),
      serialize.describe({ type: "P", name: OWN }),
      serialize.execute({ portal: OWN }),
      serialize.close({ type: "P", name: OWN }),
      serialize.close({ type: "S", name: OWN }),
      serialize.sync(),
    );
    let fields: Field[] = [];
    try {
      await this.settle((message) => {
        if (message.code === MESSAGE.rowDescription) fields = readRowDescription(message.body);
        else if (message.code === MESSAGE.dataRow) onRows(message, fields);
      });
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      // The server skipped our own Close; whoever goes on after a savepoint needs the name again.
      this.send(serialize.close({ type: "S", name: OWN }), serialize.sync());
      await this.settle();
      throw error;
    }
  }

  /** Runs one of our own commands with the simple protocol and resolves with its tag. */
  async command(text: string): Promise<string> {
    let tag = "";
    this.send(serialize.query(text));
    await this.settle((message) => {
      if (message.code === MESSAGE.commandComplete) tag = readTag(message.body);
    });
    return tag;
  }

  /** Says goodbye and waits for the socket to close; never leaves a session open. */
  async end(): Promise<void> {
    const { socket } = this.#raw;
    if (socket.closed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.once("close", () => resolve());
    const timer = setTimeout(() => socket.destroy(), CLOSE_MS);
    if (socket.writable) socket.end(serialize.end());
    socket.resume();
    await promise;
    clearTimeout(timer);
  }

  #receive(chunk: Buffer): void {
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#raw.socket.destroy(error as Error);
    }
  }

  #take(message: Message): void {
    const waiter = this.#waiter;
    if (waiter !== undefined && !this.#held && this.#queue.length === 0) {
      this.#waiter = undefined;
      waiter.resolve(message);
      return;
    }
    this.#queue.push(message);
    this.#queued += message.body.length;
    if (this.#queued > PAUSE_BYTES) this.#raw.socket.pause();
  }

  /** Whether the bytes are still in use. */
  #takeRows(run: Buffer, rows: number): boolean {
    if (this.#onRows === undefined || this.#held) {
      this.#take({ code: MESSAGE.dataRow, body: Buffer.from(run), rows });
      return false;
    }
    this.#give(this.#onRows, run, rows);
    return this.#held;
  }

  #give(taker: RowTaker, run: Buffer, rows: number): void {
    let busy: void | Promise<void>;
    try {
      busy = taker(run, rows);
    } catch (error) {
      busy = Promise.reject(error as Error);
    }
    if (busy === undefined) return;
    this.#held = true;
    this.#raw.socket.pause();
    busy.then(
      () => this.#letGo(undefined),
      (error: unknown) => this.#letGo({ error }),
    );
  }

  /** The taker is done, or failed: goes on with what came in the meantime. */
  #letGo(fault: { error: unknown } | undefined): void {
    this.#held = false;
    // Nothing more is for a taker that failed; its caller decides how to go on.
    if (fault !== undefined) this.#onRows = () => {};
    this.#fault ??= fault;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter === undefined) this.#handOn();
    else if (this.#fault !== undefined) waiter.reject(this.#takeFault());
    else {
      const message = this.#shift();
      if (message !== undefined) waiter.resolve(message);
      else if (this.#lost !== undefined && !this.#held) waiter.reject(this.#lost);
      else this.#waiter = waiter;
    }
    this.#resume();
  }

  /** The next queued message that is for `next`; undefined while there is none. */
  #shift(): Message | undefined {
    this.#handOn();
    if (this.#held) return undefined;
    const message = this.#queue.shift();
    if (message !== undefined) this.#queued -= message.body.length;
    this.#resume();
    return message;
  }

  /** Gives the taker the rows that had to wait for it. */
  #handOn(): void {
    while (this.#onRows !== undefined && !this.#held && this.#queue[0]?.code === MESSAGE.dataRow) {
      const { body, rows } = this.#queue.shift()!;
      this.#queued -= body.length;
      this.#give(this.#onRows, body, rows);
    }
  }

  #resume(): void {
    if (!this.#held && this.#queued < RESUME_BYTES && this.#raw.socket.isPaused()) this.#raw.socket.resume();
  }

  #takeFault(): unknown {
    const fault = this.#fault?.error;
    this.#fault = undefined;
    return fault;
  }

  #wait(): Promise<Message> {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever the taker threw is passed on as it is
    if (this.#fault !== undefined) return Promise.reject(this.#takeFault());
    if (this.#lost !== undefined && !this.#held) return Promise.reject(this.#lost);
    this.#waiter = Promise.withResolvers<Message>();
    return this.#waiter.promise;
  }

  #lose(cause: Error | undefined): void {
    if (this.#lost !== undefined) return;
    this.#lost = new ConnectionLost(`the connection to the target was lost${cause === undefined ? "" : `: ${cause.message}`}`, { cause });
    // What came before it was lost is still handed on.
    if (this.#held) return;
    this.#waiter?.reject(this.#lost);
    this.#waiter = undefined;
  }

  #pin(body: Buffer): void {
    const [name = "", value = ""] = body.toString("utf8").split("\0");
    const pinned = PINNED[name];
    if (pinned === undefined || pinned === value) return;
    const message = `the text sets ${name} to ${value}, which is not allowed: it changes how the text and its results are read`;
    this.destroy(message);
    throw new TargetError("statement_failed", message);
  }
}

/** Text form of a parameter of our own catalogue queries, as `pg` writes it: scalars, arrays of them, and objects as JSON. */
function parameterText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return `{${value.map(elementText).join(",")}}`;
  return scalarText(value);
}

function elementText(value: unknown): string {
  return value === null || value === undefined ? "NULL" : `"${scalarText(value).replaceAll(/["\\]/g, "\\$&")}"`;
}

const scalarText = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : String(value as number | boolean | bigint);

function decodeRows(message: Message, fields: Field[], out: Record<string, unknown>[]): void {
  const { body } = message;
  for (let row = 0, at = 0; row < message.rows; row++) {
    const record: Record<string, unknown> = {};
    at += 7;
    for (const field of fields) {
      const length = body.readInt32BE(at);
      at += 4;
      if (length < 0) record[field.name] = null;
      else {
        record[field.name] = pg.types.getTypeParser(field.typeOid, "text")(body.toString("utf8", at, at + length));
        at += length;
      }
    }
    out.push(record);
  }
}
