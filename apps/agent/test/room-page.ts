import { setTimeout as sleep } from "node:timers/promises";
import { ServerMessage, type ClientMessage, type Problem, type RoomSnapshot } from "@interlock/protocol";
import { WebSocket } from "ws";

type Request = Extract<ClientMessage, { id: number }>;
type WithoutId<T> = T extends { id: number } ? Omit<T, "id"> : never;
type Reply = Extract<ServerMessage, { type: "reply" }>;

/** A browser's side of a room socket. Everything it hears is checked against the protocol. */
export class RoomPage {
  readonly ws: WebSocket;
  readonly heard: ServerMessage[] = [];
  readonly frames: Uint8Array[] = [];
  closed: { code: number; reason: string } | undefined;
  #id = 0;

  private constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on("message", (data: Buffer, binary) => {
      if (binary) this.frames.push(data);
      else this.heard.push(ServerMessage.parse(JSON.parse(data.toString())));
    });
    ws.on("close", (code, reason) => (this.closed = { code, reason: reason.toString() }));
  }

  static async open(url: string, origin: string): Promise<RoomPage> {
    const page = new RoomPage(new WebSocket(url, { origin }));
    await new Promise<void>((resolve, reject) => {
      page.ws.once("open", resolve);
      page.ws.once("error", reject);
    });
    page.ws.on("error", () => {});
    await page.until(() => page.heard.length > 0 || page.closed !== undefined, "welcomed");
    return page;
  }

  get snapshot(): RoomSnapshot {
    const [first] = this.heard;
    if (first?.type !== "snapshot") throw new Error(`the first message is ${first?.type}`);
    return first.snapshot;
  }

  /** The newest message of a type. */
  last<T extends ServerMessage["type"]>(type: T): Extract<ServerMessage, { type: T }> | undefined {
    return this.heard.findLast((message): message is Extract<ServerMessage, { type: T }> => message.type === type);
  }

  send(message: unknown): void {
    this.ws.send(typeof message === "string" || message instanceof Uint8Array ? message : JSON.stringify(message));
  }

  async ask(message: WithoutId<Request>): Promise<{ value?: Record<string, unknown>; problem?: Problem }> {
    const id = ++this.#id;
    this.send({ ...message, id });
    const replied = (): Reply | undefined => this.heard.find((heard): heard is Reply => heard.type === "reply" && heard.id === id);
    await this.until(() => replied() !== undefined || this.closed !== undefined, `answered (${message.type})`);
    const reply = replied();
    if (reply === undefined) throw new Error(`closed: ${JSON.stringify(this.closed)}`);
    return {
      ...(reply.value === undefined ? {} : { value: reply.value }),
      ...(reply.problem === undefined ? {} : { problem: reply.problem }),
    };
  }

  /** The code a request is refused with; `ok` when it is not. */
  async outcome(message: WithoutId<Request>): Promise<string> {
    return (await this.ask(message)).problem?.code ?? "ok";
  }

  async until(condition: () => boolean, what: string, ms = 10_000): Promise<void> {
    for (const end = Date.now() + ms; !condition(); await sleep(5))
      if (Date.now() > end) throw new Error(`not ${what} in ${ms} ms: ${JSON.stringify(this.heard.at(-1))?.slice(0, 500)}`);
  }
}
