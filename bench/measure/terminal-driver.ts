import { readTerminalFrame, writeTerminalFrame } from "@interlock/protocol";
import { WebSocket } from "ws";
import { Taken } from "./taken.ts";

/** The page of whoever drives a terminal, without a screen: it takes what comes at once. */
export class TerminalDriver {
  readonly #ws: WebSocket;
  readonly #taken: Taken;
  readonly #waiting = new Set<(text: string) => void>();
  #rest = "";
  /** Bytes of output that came. */
  bytes = 0;
  /** Why it is no longer open. */
  closed: string | undefined;

  private constructor(ws: WebSocket) {
    this.#ws = ws;
    this.#taken = new Taken(ws);
    ws.on("message", (data: Buffer, binary) => binary && this.#take(data));
    ws.on("error", () => {});
    ws.on("close", (code, reason) => (this.closed = `${code} ${reason.toString()}`));
  }

  static async open(url: string, origin: string): Promise<TerminalDriver> {
    const ws = new WebSocket(url, { origin });
    const driver = new TerminalDriver(ws);
    await new Promise<void>((resolve, reject) => {
      ws.once("open", resolve);
      ws.once("error", reject);
    });
    ws.send(writeTerminalFrame({ type: "begin", offset: -1, page: 0 }));
    return driver;
  }

  type(text: string): void {
    this.#ws.send(writeTerminalFrame({ type: "input", bytes: new TextEncoder().encode(text) }));
  }

  /** Resolves when `text` comes; what came before does not count. */
  async sees(text: string, ms = 120_000): Promise<void> {
    this.#rest = "";
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (rest: string): void => {
      if (rest.includes(text)) resolve();
    };
    const timer = setTimeout(() => reject(new Error(`not seen in ${ms} ms: ${text}\n${this.closed ?? ""}\n${this.#rest.slice(-300)}`)), ms);
    this.#waiting.add(look);
    await promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(look);
    });
  }

  /** Resolves with the next output, whatever it is. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  close(): void {
    this.#ws.terminate();
  }

  #take(data: Buffer): void {
    const frame = readTerminalFrame(data);
    if (frame?.type !== "output" && frame?.type !== "picture") return;
    const length = frame.type === "output" ? frame.bytes.byteLength : 0;
    this.bytes += length;
    this.#taken.up(frame.offset + length);
    this.#rest = (this.#rest + Buffer.from(frame.bytes.subarray(-4_096)).toString("latin1")).slice(-8_192);
    for (const look of this.#waiting) look(this.#rest);
  }
}
