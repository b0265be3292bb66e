/**
 * Browsers that watch one terminal, in a process of their own: they say at once that they have drawn what came, but for one that takes only so
 * many bytes a second. Told over IPC what to look for; tells when each has seen it.
 */
import { readTerminalFrame, writeTerminalFrame } from "@interlock/protocol";
import { WebSocket } from "ws";
import { Taken } from "./taken.ts";

export interface WatchersOrder {
  urls: string[];
  origin: string;
  /** Bytes a second of the last of them; absent: as many as come. */
  slowest?: number;
}

/** What comes back: `open` once, then for each sight `looking`, and `seen` by each. */
export type WatchersWord = { word: "open" | "looking" } | { word: "seen"; sight: string; watcher: number; bytes: number; pictures: number };

class Watcher {
  readonly #ws: WebSocket;
  readonly #taken: Taken;
  readonly #slowest: number | undefined;
  #rest = "";
  #owed = 0;
  bytes = 0;
  pictures = 0;
  #sees: (text: string) => void = () => {};

  constructor(ws: WebSocket, slowest: number | undefined) {
    this.#ws = ws;
    this.#taken = new Taken(ws);
    this.#slowest = slowest;
    ws.on("message", (data: Buffer, binary) => binary && this.#take(data));
    ws.on("error", () => {});
  }

  /** Calls `sees` with the end of what came since, whenever something does. */
  look(sees: (text: string) => void): void {
    this.#rest = "";
    this.#sees = sees;
  }

  #take(data: Buffer): void {
    const frame = readTerminalFrame(data);
    if (frame?.type !== "output" && frame?.type !== "picture") return;
    if (frame.type === "picture") this.pictures++;
    else this.bytes += frame.bytes.byteLength;
    const offset = frame.offset + (frame.type === "output" ? frame.bytes.byteLength : 0);
    if (this.#slowest === undefined) this.#taken.up(offset);
    else {
      // A slow line: nothing more is read until what came has had its time.
      this.#owed += data.byteLength;
      this.#ws.pause();
      setTimeout(
        () => {
          this.#owed = 0;
          this.#ws.resume();
          this.#taken.up(offset);
        },
        (this.#owed / this.#slowest) * 1_000,
      );
    }
    // What is looked for is short, and comes at the end.
    this.#rest = (this.#rest + Buffer.from(frame.bytes.subarray(-4_096)).toString("latin1")).slice(-8_192);
    this.#sees(this.#rest);
  }
}

let watchers: Watcher[] = [];

process.on("message", (message: WatchersOrder | { sight: string }) => {
  const tell = (word: WatchersWord): void => void process.send!(word);
  if ("sight" in message) {
    for (const [index, watcher] of watchers.entries())
      watcher.look((text) => {
        if (!text.includes(message.sight)) return;
        watcher.look(() => {});
        tell({ word: "seen", sight: message.sight, watcher: index, bytes: watcher.bytes, pictures: watcher.pictures });
      });
    tell({ word: "looking" });
    return;
  }
  const { urls, origin, slowest } = message;
  let open = 0;
  watchers = urls.map((url, index) => {
    const ws = new WebSocket(url, { origin });
    ws.on("open", () => {
      ws.send(writeTerminalFrame({ type: "begin", offset: -1, page: 0 }));
      if (++open === urls.length) tell({ word: "open" });
    });
    return new Watcher(ws, index === urls.length - 1 ? slowest : undefined);
  });
});
