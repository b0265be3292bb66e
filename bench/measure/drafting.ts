import { once } from "node:events";
import type { DraftAnalysis, ServerMessage } from "@interlock/protocol";
import WebSocket from "ws";
import { ORIGIN } from "./agent.ts";

/** A room socket that only listens for drafts, and may tell where its owner's cursor is. */
export class DraftPage {
  readonly #socket: WebSocket;
  #onDraft: (draft: DraftAnalysis) => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer, binary) => {
      if (binary) return;
      const message = JSON.parse(data.toString()) as ServerMessage;
      if (message.type === "draft") this.#onDraft(message.draft);
    });
  }

  static async open(url: string): Promise<DraftPage> {
    const socket = new WebSocket(url, { origin: ORIGIN, perMessageDeflate: false });
    const page = new DraftPage(socket);
    await once(socket, "message");
    return page;
  }

  /** Tells where the cursor is, as the editor does at every move of it. */
  focus(documentId: string, position: unknown): void {
    this.#socket.send(JSON.stringify({ type: "draft.focus", documentId, anchor: position, head: position }));
  }

  /** Resolves with the next draft that fits, at most `ms` from now. */
  next(fits: (draft: DraftAnalysis) => boolean, ms: number): Promise<DraftAnalysis> {
    const { promise, resolve, reject } = Promise.withResolvers<DraftAnalysis>();
    const timer = setTimeout(() => reject(new Error(`no such draft in ${ms} ms`)), ms);
    this.#onDraft = (draft) => {
      if (fits(draft)) resolve(draft);
    };
    return promise.finally(() => clearTimeout(timer));
  }

  close(): void {
    this.#socket.terminate();
  }
}
