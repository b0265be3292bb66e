import { readFile } from "node:fs/promises";
import { createDb, type Db } from "@interlock/db";
import { migrate } from "@interlock/db/migrate";
import { hashToken, newToken } from "@interlock/db";
import { PROTOCOL_VERSION } from "@interlock/protocol";
import { PROCESS_ORIGIN, startAgentProcess, type AgentProcess } from "../../apps/agent/test/agent-process.ts";
import { signIn, ticketFor, type TestPerson } from "../../apps/agent/test/people.ts";

/** The agent in a process of its own with the demo's policy; its connection `payments-db` is the given target. */
export interface BenchAgent {
  db: Db;
  process: AgentProcess;
  person: TestPerson;
  roomId: string;
  documentId: string;
  /** Bearer token of the person. */
  token: string;
  /** A URL for one connection to a socket; `who` defaults to the person. */
  socketUrl(path: string, who?: TestPerson): Promise<string>;
  /** Resident memory of the agent now, in bytes. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

export const ORIGIN = PROCESS_ORIGIN;

/** `target`: one address for both roles, or one for each. `environment` goes over the agent's usual one. */
export async function startBenchAgent(
  databaseUrl: string,
  target: string | { read: string; write: string },
  environment: Record<string, string> = {},
): Promise<BenchAgent> {
  await migrate(databaseUrl);
  const db = createDb(databaseUrl);
  try {
    const agent = await startAgentProcess({
      databaseUrl,
      demoTarget: typeof target === "string" ? { read: target, write: target } : target,
      environment,
    });
    const person = await signIn(db, "oncall");
    const token = newToken();
    await db.apiToken.create({ data: { userId: person.id, hash: hashToken(token) } });
    return {
      db,
      process: agent,
      person,
      token,
      roomId: (await db.room.findFirstOrThrow()).id,
      documentId: (await db.document.findFirstOrThrow()).id,
      socketUrl: async (path, who = person) =>
        `ws://127.0.0.1:${agent.port}/ws/${path}?v=${PROTOCOL_VERSION}&ticket=${await ticketFor(db, who)}`,
      memory: () => residentMemory(agent.pid),
      async stop() {
        await agent.dispose();
        await db.$disconnect();
      },
    };
  } catch (error) {
    await db.$disconnect();
    throw error;
  }
}

/** From Linux's own books; elsewhere there is no such file and the figure cannot be had. */
async function residentMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
