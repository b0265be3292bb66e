import { randomBytes } from "node:crypto";
import { Socket } from "node:net";
import { readResultHeader, RESULT_HEADER_BYTES, type ResultChunkHeader } from "@interlock/protocol";

const READ_BYTES = 256 * 1024;
const TEXT = 1;
const BINARY = 2;

/**
 * The cheapest reader of a room socket: reads into one buffer again and again, looks at the header of each chunk of rows and drops the rest,
 * as `psql > /dev/null` does with what it reads. What a browser's own stack costs is so not counted as ours.
 */
export class RowSocket {
  readonly #socket: Socket;
  readonly #onText: (text: string) => void;
  readonly #onRows: (header: ResultChunkHeader) => void;
  readonly opened = Promise.withResolvers<void>();
  /** Of the frame that is being read. */
  #opcode = 0;
  #left = 0;
  /** What has to be whole before it is looked at: the upgrade, the head of a frame, a text, the header of a chunk. */
  #held = Buffer.alloc(0);
  #wanted = 0;
  #stage: "upgrade" | "head" | "content" | "skip" = "upgrade";

  constructor(url: string, origin: string, onText: (text: string) => void, onRows: (header: ResultChunkHeader) => void) {
    this.#onText = onText;
    this.#onRows = onRows;
    const { hostname, port, pathname, search } = new URL(url);
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const callback = (size: number): boolean => {
      this.#take(buffer.subarray(0, size));
      return true;
    };
    // `onread` is a documented option of net.connect; the types of the constructor leave it out.
    this.#socket = new Socket({ onread: { buffer, callback } } as ConstructorParameters<typeof Socket>[0]);
    this.#socket.on("error", (error) => this.opened.reject(error));
    this.#socket.connect(Number(port), hostname, () =>
      this.#socket.write(
        `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nOrigin: ${origin}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
      ),
    );
  }

  /** A masked text frame of RFC 6455; the mask of zeros is one as any other. */
  send(message: unknown): void {
    const body = Buffer.from(JSON.stringify(message));
    const head =
      body.length < 126 ? Buffer.from([0x81, 0x80 | body.length]) : Buffer.from([0x81, 0xfe, body.length >> 8, body.length & 255]);
    this.#socket.write(Buffer.concat([head, Buffer.alloc(4), body]));
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#stage === "skip") {
        const skipped = Math.min(this.#left, bytes.length - at);
        at += skipped;
        this.#left -= skipped;
        if (this.#left === 0) this.#next();
        continue;
      }
      const taken = this.#stage === "upgrade" ? bytes.length - at : Math.min(this.#wanted - this.#held.length, bytes.length - at);
      this.#held = Buffer.concat([this.#held, bytes.subarray(at, at + taken)]);
      at += taken;
      if (this.#stage === "upgrade") at = bytes.length - this.#upgrade();
      else if (this.#held.length === this.#wanted) this.#whole();
    }
  }

  /** Bytes that came after the answer to the upgrade and are of frames already. */
  #upgrade(): number {
    const end = this.#held.indexOf("\r\n\r\n");
    if (end < 0) return 0;
    const answer = this.#held.toString("latin1", 0, end);
    if (answer.startsWith("HTTP/1.1 101")) this.opened.resolve();
    else this.opened.reject(new Error(answer));
    const rest = this.#held.length - end - 4;
    this.#next();
    return rest;
  }

  #next(): void {
    this.#stage = "head";
    this.#held = Buffer.alloc(0);
    this.#wanted = 2;
  }

  #whole(): void {
    const held = this.#held;
    if (this.#stage === "head") {
      const short = held[1]! & 0x7f;
      const needed = short === 127 ? 10 : short === 126 ? 4 : 2;
      if (held.length < needed) {
        this.#wanted = needed;
        return;
      }
      this.#opcode = held[0]! & 0x0f;
      this.#left = needed === 10 ? Number(held.readBigUInt64BE(2)) : needed === 4 ? held.readUInt16BE(2) : short;
      this.#held = Buffer.alloc(0);
      this.#wanted = this.#opcode === BINARY ? Math.min(this.#left, RESULT_HEADER_BYTES) : this.#left;
      this.#stage = "content";
      if (this.#wanted === 0) this.#next();
      return;
    }
    this.#left -= held.length;
    if (this.#opcode === TEXT) this.#onText(held.toString("utf8"));
    else if (this.#opcode === BINARY) {
      const header = readResultHeader(held);
      if (header !== undefined) this.#onRows(header);
    }
    if (this.#left === 0) this.#next();
    else this.#stage = "skip";
  }
}
