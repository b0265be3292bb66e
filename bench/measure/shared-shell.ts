import { fork, type ChildProcess } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import { sealSecret } from "@interlock/db";
import { startTestPostgres } from "@interlock/db/testing";
import { signIn } from "../../apps/agent/test/people.ts";
import { RoomPage } from "../../apps/agent/test/room-page.ts";
import { ORIGIN, startBenchAgent, type BenchAgent } from "./agent.ts";
import { DURABLE } from "./demo-database.ts";
import { startFront } from "./front.ts";
import { TerminalDriver } from "./terminal-driver.ts";
import type { WatchersOrder, WatchersWord } from "./terminal-watchers.ts";

export const SHELL_SIZE = { columns: 120, rows: 40 } as const;
/** Ends every prompt of the shell that is measured in. */
export const PROMPT = "rdy-> ";

type Sight = Extract<WatchersWord, { word: "seen" }>;

/** Browsers that watch, in a process of their own. */
export interface Watchers {
  /** Has all look for `text`, what came before not counted. Resolves once they do, with what each had got when it came, and when that was. */
  look(text: string): Promise<{ seen: Promise<(Sight & { at: number })[]> }>;
  stop(): void;
}

/** A shell of a host, opened through front and agent, and driven by one person. */
export interface SharedShell {
  driver: TerminalDriver;
  watch(people: number, slowest?: number): Promise<Watchers>;
  /** The address of the terminal's socket for somebody who has not been there. */
  url(): Promise<string>;
  end(): void;
}

export interface ShellStage {
  sshd: TestSshd;
  agent: BenchAgent;
  /** Interlock's own database. */
  databaseUrl: string;
  shell(): Promise<SharedShell>;
  /** Processor time that the agent has taken so far, all its threads, in milliseconds. */
  agentCpu(): Promise<number>;
  stop(): Promise<void>;
}

export async function startShellStage(): Promise<ShellStage> {
  const owned: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of owned.toReversed()) await end();
  };
  try {
    const database = await startTestPostgres(DURABLE);
    owned.push(() => database.stop());
    const key = randomBytes(32);
    const target = await database.createDatabase("target");
    const agent = await startBenchAgent(database.url, target, { INTERLOCK_KEY: key.toString("base64") });
    owned.push(() => agent.stop());
    const front = await startFront(agent.process.port);
    owned.push(() => front.stop());
    const sshd = await startSshd();
    owned.push(() => sshd.close());
    const connectionId = randomUUID();
    const secret = sealSecret(key, connectionId, sshd.secret());
    await agent.db.connection.create({ data: { id: connectionId, name: "api-stg", connector: "ssh", environment: "staging", secret } });
    const through = async (path: string, who = agent.person): Promise<string> => {
      const url = new URL(await agent.socketUrl(path, who));
      url.port = `${front.port}`;
      return url.href;
    };
    let opened = 0;
    let people = 0;
    const shell = async (): Promise<SharedShell> => {
      const room = await RoomPage.open(await through(`room/${agent.roomId}`), ORIGIN);
      const answer = await room.ask({ type: "terminal.open", key: `bench-shell-${opened++}`, connectionId, ...SHELL_SIZE });
      if (answer.problem !== undefined) throw new Error(JSON.stringify(answer.problem));
      const terminalId = String(answer.value?.["terminalId"]);
      const driver = await TerminalDriver.open(await through(`term/${terminalId}`), ORIGIN);
      const isLive = (): boolean =>
        room.heard.some((heard) => heard.type === "terminal" && heard.terminal.id === terminalId && heard.terminal.phase === "live");
      await room.until(isLive, "live");
      const asked = driver.sees(PROMPT);
      driver.type("exec bash --norc\rPS1='rdy-''> '; bind 'set enable-bracketed-paste off'\r");
      await asked;
      const somebody = async (): Promise<string> => through(`term/${terminalId}`, await signIn(agent.db, `watcher-${people++}`));
      return {
        driver,
        url: somebody,
        async watch(count, slowest) {
          const urls: string[] = [];
          for (let one = 0; one < count; one++) urls.push(await somebody());
          return watchersOf({ urls, origin: ORIGIN, ...(slowest === undefined ? {} : { slowest }) });
        },
        end() {
          room.send({ type: "terminal.kill", id: 0, terminalId });
          driver.close();
        },
      };
    };
    return { sshd, agent, databaseUrl: database.url, shell, agentCpu: () => cpuOf(agent.process.pid), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function watchersOf(order: WatchersOrder): Promise<Watchers> {
  const child: ChildProcess = fork(resolve(import.meta.dirname, "terminal-watchers.ts"));
  child.send(order);
  await once(child, "message");
  return {
    async look(text) {
      const { promise: seen, resolve } = Promise.withResolvers<(Sight & { at: number })[]>();
      const looking = Promise.withResolvers<void>();
      const found: (Sight & { at: number })[] = [];
      const hear = (word: WatchersWord): void => {
        if (word.word === "looking") looking.resolve();
        if (word.word !== "seen" || word.sight !== text) return;
        found.push({ ...word, at: performance.now() });
        if (found.length < order.urls.length) return;
        child.off("message", hear);
        resolve(found);
      };
      child.on("message", hear);
      child.send({ sight: text });
      await looking.promise;
      return { seen };
    },
    stop: () => void child.kill("SIGKILL"),
  };
}

/** From Linux's own books, which count in hundredths of a second. */
async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
