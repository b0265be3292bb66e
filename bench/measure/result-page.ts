import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { ORIGIN, type BenchAgent } from "./agent.ts";
import type { Consumed, ConsumerOptions, ConsumerTask } from "./result-consumer.ts";

const MAIN = resolve(import.meta.dirname, "result-consumer.ts");

export interface Streamed extends Consumed {
  /** From proposing to the last row, in milliseconds. */
  ms: number;
  /** Highest growth of the agent's resident memory, in bytes. */
  growth: number;
}

/** A browser's stand-in, in a process of its own. */
export class ResultPage {
  readonly #agent: BenchAgent;
  readonly #child: ChildProcess;

  private constructor(agent: BenchAgent, child: ChildProcess) {
    this.#agent = agent;
    this.#child = child;
  }

  static async open(agent: BenchAgent): Promise<ResultPage> {
    const options: ConsumerOptions = {
      socketUrl: await agent.socketUrl(`room/${agent.roomId}`),
      origin: ORIGIN,
      rest: `http://127.0.0.1:${agent.process.port}/api/v1`,
      token: agent.token,
      roomId: agent.roomId,
    };
    const child = fork(MAIN, [JSON.stringify(options)], { execArgv: [] });
    await answerOf(child);
    return new ResultPage(agent, child);
  }

  /** Runs a text and resolves when its last row is here. */
  async stream(text: string): Promise<Streamed> {
    const before = await this.#agent.memory();
    let growth = 0;
    const watch = setInterval(() => void this.#agent.memory().then((now) => (growth = Math.max(growth, now - before))), 50);
    try {
      const consumed = await this.run({ text });
      if (consumed.state !== "succeeded") throw new Error(`${text}: ${consumed.state}`);
      return { ...consumed, ms: consumed.last - consumed.proposed, growth };
    } finally {
      clearInterval(watch);
    }
  }

  async run(task: ConsumerTask): Promise<Consumed> {
    this.#child.send(task);
    return (await answerOf(this.#child)) as Consumed;
  }

  close(): void {
    this.#child.kill();
  }
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const gone = once(child, "exit", { signal: ended.signal }).then(() => {
    throw new Error("the consumer ended");
  });
  gone.catch(() => {});
  try {
    const [answer] = (await Promise.race([once(child, "message", { signal: ended.signal }), gone])) as [unknown];
    if (typeof answer === "object" && answer !== null && "error" in answer) throw new Error(String(answer.error));
    return answer;
  } finally {
    ended.abort();
  }
}
