import { TargetError, type TerminalEnd } from "@interlock/connector";
import type { WebSocket } from "ws";
import { CHANNEL, closeOfInput, message, PROTOCOLS, readStatus, sizeMessage, type StreamStatus } from "./channels.ts";

/** How often a server is asked whether it is there, and how long it may be silent, in milliseconds. */
const PING_MS = 15_000;
const SILENT_MS = 50_000;
/** How long a server may take to close what it has said the end of, in milliseconds. */
const CLOSE_MS = 1_000;
/** Most bytes of one message of input: servers of v4 pass it on in one piece. */
const INPUT_BYTES = 16 * 1024;
/** Longest status that is read, in bytes. */
const STATUS_BYTES = 256 * 1024;

/** How a stream ended: what the server said, or how the link went. */
export type StreamEnd = { status: StreamStatus } | { broken: string };

export interface StreamTimes {
  pingMs: number;
  silentMs: number;
}

/** The streams of one program over a WebSocket. It is paused until somebody listens. */
export class PodStream {
  /** Resolves after the last byte was told. Never rejects. */
  readonly ended: Promise<StreamEnd>;
  readonly #socket: WebSocket;
  readonly #times: StreamTimes;
  readonly #raw: boolean;
  /** Bytes that were not told yet: those that the library had read before it was paused. */
  readonly #waiting: Uint8Array[] = [];
  #listener: ((bytes: Uint8Array) => void) | undefined;
  #paused = true;
  #over = false;
  #status = "";
  #said: StreamStatus | undefined;
  #heard = Date.now();
  #why: string | undefined;
  #told: () => void = () => {};
  #writing: Promise<void> = Promise.resolve();
  #unwritten = 0;

  /** @param raw without a terminal in between: its lines end as a screen wants them */
  constructor(socket: WebSocket, { raw, times = { pingMs: PING_MS, silentMs: SILENT_MS } }: { raw: boolean; times?: StreamTimes }) {
    this.#socket = socket;
    this.#raw = raw;
    this.#times = times;
    socket.on("message", (data: Buffer | ArrayBuffer | Buffer[]) => this.#take(whole(data)));
    socket.on("pong", () => (this.#heard = Date.now()));
    socket.on("error", (error: Error & { code?: string }) => (this.#why ??= `the link to the cluster broke${codeOf(error)}`));
    const alive = setInterval(() => this.#ping(), times.pingMs);
    this.ended = new Promise((resolve) => {
      socket.once("close", () => {
        clearInterval(alive);
        this.#over = true;
        const said = this.#said;
        // Nobody is made to wait any more, so what was held back is told; it is what one read of the socket brought.
        this.#told = () =>
          resolve(said === undefined ? { broken: this.#why ?? "the cluster closed it without saying why" } : { status: said });
        this.#tell();
      });
    });
  }

  /** Replaces the listener; what was not told yet is told to it. */
  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
    this.#tell();
  }

  /** Gives back what was told and belongs to whoever listens next. */
  giveBack(bytes: Uint8Array): void {
    this.#listener = undefined;
    if (bytes.byteLength > 0) this.#waiting.unshift(bytes);
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    // What it did not say while nobody read is not its silence.
    this.#heard = Date.now();
    this.#paused = false;
    this.#tell();
    // A listener may have paused it again.
    if (!this.#paused) this.#socket.resume();
  }

  /** Bytes of input that the socket has not taken. What waits is kept whole: a caller that may write without end looks here. */
  get unwritten(): number {
    return this.#over ? 0 : this.#unwritten;
  }

  /** Resolves once the socket has taken the bytes, which come after all that was written before. Rejects once the terminal has ended. */
  write(bytes: Uint8Array): Promise<void> {
    this.#unwritten += bytes.byteLength;
    return this.#inTurn(() => this.#write(bytes));
  }

  /** Does not wait for input: a program that reads nothing is to see its size. */
  resize(columns: number, rows: number): void {
    void this.#send(sizeMessage(columns, rows)).catch(() => undefined);
  }

  /** Ends the program's input after what was written. False where the protocol cannot. */
  endInput(): boolean {
    if (this.#socket.protocol !== PROTOCOLS[0]) return false;
    void this.#inTurn(() => this.#send(closeOfInput())).catch(() => undefined);
    return true;
  }

  /** Ends the link, whatever is still under way: writes that wait are rejected. */
  close(why: string): void {
    this.#why ??= why;
    this.#socket.terminate();
  }

  get over(): boolean {
    return this.#over;
  }

  /** One after the other: a write is several messages, and the keys after a paste must not come between them. */
  #inTurn(send: () => Promise<void>): Promise<void> {
    const sent = this.#writing.then(send);
    this.#writing = sent.catch(() => undefined);
    return sent;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength; at += INPUT_BYTES) {
      const piece = bytes.subarray(at, at + INPUT_BYTES);
      await this.#send(message(CHANNEL.stdin, piece));
      this.#unwritten -= piece.byteLength;
    }
  }

  #send(data: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = (): void => reject(new TargetError("terminal_ended", "The terminal has ended."));
      if (this.#over) gone();
      else this.#socket.send(data, (error) => (error == null ? resolve() : gone()));
    });
  }

  #ping(): void {
    if (this.#paused) this.#heard = Date.now();
    if (Date.now() - this.#heard > this.#times.silentMs) this.close("the cluster has not answered for a while");
    else if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  #take(data: Uint8Array): void {
    this.#heard = Date.now();
    const [channel] = data;
    const bytes = data.subarray(1);
    // Servers send an empty message first to say that the streams are there.
    if (bytes.byteLength === 0) return;
    if (channel === CHANNEL.stdout || channel === CHANNEL.stderr) {
      this.#waiting.push(this.#raw ? withReturns(bytes) : bytes);
      this.#tell();
    } else if (channel === CHANNEL.error) this.#takeStatus(bytes);
  }

  #takeStatus(bytes: Uint8Array): void {
    if (this.#status.length < STATUS_BYTES) this.#status += Buffer.from(bytes).toString("utf8");
    this.#said ??= readStatus(this.#status);
    if (this.#said !== undefined) setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref();
  }

  #tell(): void {
    while (this.#listener !== undefined && (!this.#paused || this.#over)) {
      const bytes = this.#waiting.shift();
      if (bytes === undefined) break;
      this.#listener(bytes);
    }
    if (this.#waiting.length === 0) this.#told();
  }
}

/** What a program's end comes to for whoever looks at it. */
export const endOf = (end: StreamEnd): TerminalEnd =>
  "broken" in end ? { why: end.broken } : "exitCode" in end.status ? { exitCode: end.status.exitCode } : { why: end.status.failed };

const codeOf = ({ code }: { code?: string }): string => (code !== undefined && /^[A-Z0-9_]+$/.test(code) ? ` (${code})` : "");

function whole(data: Buffer | ArrayBuffer | Buffer[]): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

const LINE_FEED = 10;
const RETURN = 13;

/** What a terminal's line discipline would have put before each end of a line. */
function withReturns(bytes: Uint8Array): Uint8Array {
  const feeds = bytes.reduce((sum, byte) => (byte === LINE_FEED ? sum + 1 : sum), 0);
  if (feeds === 0) return bytes;
  const out = new Uint8Array(bytes.byteLength + feeds);
  let at = 0;
  for (const byte of bytes) {
    if (byte === LINE_FEED) out[at++] = RETURN;
    out[at++] = byte;
  }
  return out;
}
