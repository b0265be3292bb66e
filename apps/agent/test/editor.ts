import { setTimeout as sleep } from "node:timers/promises";
import { DOCUMENT_ACK, DOCUMENT_REFUSED, Problem } from "@interlock/protocol";
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { WebSocket } from "ws";
import * as awarenessProtocol from "y-protocols/awareness";
import * as syncProtocol from "y-protocols/sync";
import * as Y from "yjs";

export interface EditorOptions {
  /** Continues with what an earlier connection left. */
  doc?: Y.Doc;
  /** False: a hostile peer, that sends only what a test tells it to. */
  polite?: boolean;
}

/** A browser's side of a document: ws, yjs and y-protocols, as y-websocket puts them together. */
export class Editor {
  readonly ws: WebSocket;
  readonly doc: Y.Doc;
  readonly awareness: awarenessProtocol.Awareness;
  readonly refusals: Problem[] = [];
  sent = 0;
  acked = 0;
  synced = false;
  closed: { code: number; reason: string } | undefined;

  private constructor(ws: WebSocket, { doc = new Y.Doc(), polite = true }: EditorOptions) {
    this.ws = ws;
    this.doc = doc;
    this.awareness = new awarenessProtocol.Awareness(doc);
    ws.binaryType = "arraybuffer";
    ws.on("message", (data) => this.#read(new Uint8Array(data as ArrayBuffer), polite));
    ws.on("close", (code, reason) => (this.closed = { code, reason: reason.toString() }));
    ws.on("error", () => {});
    if (!polite) return;
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== this) this.update(update);
    });
    this.awareness.on("update", ({ added, updated, removed }: Record<"added" | "updated" | "removed", number[]>) => {
      // Echoes what it hears about others, as y-websocket does.
      this.aware(awarenessProtocol.encodeAwarenessUpdate(this.awareness, [...added, ...updated, ...removed]));
    });
  }

  static async open(url: string, origin: string, options: EditorOptions = {}): Promise<Editor> {
    const ws = new WebSocket(url, { origin });
    const editor = new Editor(ws, options);
    await new Promise<void>((resolve, reject) => {
      ws.once("open", resolve);
      ws.once("error", reject);
    });
    editor.send((encoder) => {
      encoding.writeVarUint(encoder, 0);
      syncProtocol.writeSyncStep1(encoder, editor.doc);
    });
    if (options.polite !== false) editor.aware(awarenessProtocol.encodeAwarenessUpdate(editor.awareness, [editor.doc.clientID]));
    await editor.until(() => editor.synced || editor.closed !== undefined, "synced");
    return editor;
  }

  get text(): Y.Text {
    return this.doc.getText("content");
  }

  get clientId(): number {
    return this.doc.clientID;
  }

  toString(): string {
    return this.text.toJSON();
  }

  /** Sends an update as it is. */
  update(update: Uint8Array): void {
    this.sent++;
    this.send((encoder) => {
      encoding.writeVarUint(encoder, 0);
      syncProtocol.writeUpdate(encoder, update);
    });
  }

  aware(update: Uint8Array): void {
    this.send((encoder) => {
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarUint8Array(encoder, update);
    });
  }

  send(write: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder();
    write(encoder);
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(encoding.toUint8Array(encoder));
  }

  /** Resolves when everything sent so far is durable. */
  async saved(): Promise<void> {
    await this.until(() => this.acked >= this.sent, "saved");
  }

  async until(condition: () => boolean, what: string, ms = 10_000): Promise<void> {
    for (const end = Date.now() + ms; !condition(); await sleep(5))
      if (Date.now() > end)
        throw new Error(
          `not ${what} in ${ms} ms: sent ${this.sent}, acked ${this.acked}, ${JSON.stringify(this.closed)}, ${JSON.stringify(this.refusals)}`,
        );
  }

  close(): void {
    this.awareness.destroy();
    this.ws.terminate();
  }

  #read(data: Uint8Array, polite: boolean): void {
    const decoder = decoding.createDecoder(data);
    const type = decoding.readVarUint(decoder);
    if (type === 0) this.#sync(decoder, polite);
    else if (type === 1) awarenessProtocol.applyAwarenessUpdate(this.awareness, decoding.readVarUint8Array(decoder), this);
    else if (type === DOCUMENT_ACK) this.acked = decoding.readVarUint(decoder);
    else if (type === DOCUMENT_REFUSED) this.refusals.push(Problem.parse(JSON.parse(decoding.readVarString(decoder))));
    else throw new Error(`message type ${type}`);
  }

  #sync(decoder: decoding.Decoder, polite: boolean): void {
    const step = decoding.peekVarUint(decoder);
    if (step === syncProtocol.messageYjsSyncStep1 && !polite) return;
    const reply = encoding.createEncoder();
    encoding.writeVarUint(reply, 0);
    syncProtocol.readSyncMessage(decoder, reply, this.doc, this);
    if (encoding.length(reply) > 1) {
      this.sent++;
      this.ws.send(encoding.toUint8Array(reply));
    }
    if (step === syncProtocol.messageYjsSyncStep2) this.synced = true;
  }
}
