import { once } from "node:events";
import { readResultHeader, type Command, type ServerMessage } from "@interlock/protocol";
import WebSocket from "ws";
import { ORIGIN, type BenchAgent } from "./agent.ts";

const FINAL = new Set(["denied", "succeeded", "failed", "cancelled", "rolled_back", "unknown"]);

export interface Streamed {
  rows: number;
  /** From proposing to the last row, in milliseconds. */
  ms: number;
  /** From proposing to the first row. */
  firstMs: number;
  /** Highest growth of the agent's resident memory, in bytes. */
  growth: number;
}

/** A browser's stand-in: proposes texts over REST, pulls the whole result over its room socket as soon as it is announced, counts rows. */
export class ResultPage {
  readonly #agent: BenchAgent;
  readonly #socket: WebSocket;
  readonly #connectionName = "payments-db";
  #onCommand: (command: Command) => void = () => {};
  #onFrame: (frame: Buffer) => void = () => {};

  private constructor(agent: BenchAgent, socket: WebSocket) {
    this.#agent = agent;
    this.#socket = socket;
    socket.on("message", (data: Buffer, binary) => {
      if (binary) return this.#onFrame(data);
      const message = JSON.parse(data.toString()) as ServerMessage;
      if (message.type === "command") this.#onCommand(message.command);
    });
  }

  static async open(agent: BenchAgent): Promise<ResultPage> {
    const socket = new WebSocket(await agent.socketUrl(`room/${agent.roomId}`), { origin: ORIGIN, perMessageDeflate: false });
    const page = new ResultPage(agent, socket);
    await once(socket, "message");
    return page;
  }

  async propose(text: string): Promise<Command> {
    const answer = await this.#post(`rooms/${this.#agent.roomId}/commands`, { connection: this.#connectionName, text });
    return (await answer.json()) as Command;
  }

  /** Runs a text and resolves when its last row is here. */
  async stream(text: string): Promise<Streamed> {
    const before = await this.#agent.memory();
    let growth = 0;
    const watch = setInterval(() => void this.#agent.memory().then((now) => (growth = Math.max(growth, now - before))), 50);
    const done = Promise.withResolvers<void>();
    let rows = 0;
    let expected: number | undefined;
    let firstMs = 0;
    let pulled = false;
    const start = performance.now();
    const check = (): void => void (expected !== undefined && rows >= expected && done.resolve());
    this.#onFrame = (frame) => {
      if (rows === 0) firstMs = performance.now() - start;
      rows += readResultHeader(frame)!.rows;
      check();
    };
    this.#onCommand = ({ execution, state }) => {
      const result = execution?.results[0];
      if (result !== undefined && !pulled) {
        pulled = true;
        this.#send({ type: "result.pull", executionId: execution!.id, statement: 0, from: 0, count: 1_000_000 });
      }
      if (result?.done) expected = result.rows;
      if (FINAL.has(state) && state !== "succeeded") done.reject(new Error(`${state}: ${execution?.error?.message ?? ""}`));
      check();
    };
    try {
      await this.propose(text);
      await done.promise;
      return { rows, ms: performance.now() - start, firstMs, growth };
    } finally {
      clearInterval(watch);
    }
  }

  /** Milliseconds from asking for a cancel, once rows flow, to the last frame and the final state. */
  async cancelInFlight(text: string): Promise<number> {
    const flowing = Promise.withResolvers<string>();
    const over = Promise.withResolvers<void>();
    let commandId = "";
    let last = 0;
    this.#onFrame = () => {
      last = performance.now();
      flowing.resolve(commandId);
    };
    this.#onCommand = ({ id, execution, state }) => {
      commandId = id;
      const result = execution?.results[0];
      if (state === "running" && result !== undefined && last === 0)
        this.#send({ type: "result.pull", executionId: execution!.id, statement: 0, from: 0, count: 1_000_000 });
      if (FINAL.has(state)) over.resolve();
    };
    await this.propose(text);
    await flowing.promise;
    await new Promise((resolve) => setTimeout(resolve, 200));
    const asked = performance.now();
    await this.#post(`commands/${commandId}/cancel`, {});
    await over.promise;
    return Math.max(performance.now(), last) - asked;
  }

  close(): void {
    this.#socket.terminate();
  }

  #send(message: unknown): void {
    this.#socket.send(JSON.stringify(message));
  }

  async #post(path: string, body: unknown): Promise<Response> {
    const answer = await fetch(`http://127.0.0.1:${this.#agent.process.port}/api/v1/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.#agent.token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }
}
