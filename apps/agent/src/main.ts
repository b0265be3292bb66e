/** The agent's process: reads its configuration once, builds everything in order, and ends it in the opposite order. */
import { flushCompileCache } from "node:module";
import { createAgent, type Agent } from "./agent.ts";
import { readConfig } from "./config.ts";
import { createLog, type Log } from "./log.ts";

/** A stop that takes longer is cut: the supervisor ends databases after us, and waits no more than this, in milliseconds. */
const STOP_MS = 3_000;

let log: Log = createLog("info");
try {
  const config = readConfig(process.env);
  log = createLog(config.logLevel);
  const agent = await createAgent(config, log);
  endWith(agent);
  process.send?.({ type: "ready", port: agent.port });
  log.info({ port: agent.port }, "ready");
  // Otherwise done as we end: not by `kill -9`, and then the next start, which rooms wait for, is a slow one.
  flushCompileCache();
} catch (error) {
  log.fatal({ err: error }, "the agent could not start");
  process.exitCode = 1;
  // Whatever was opened before the failure must not keep the process.
  setTimeout(() => process.exit(1), 200).unref();
  process.disconnect?.();
}

function endWith(agent: Agent): void {
  let ending = false;
  const end = async (why: string, code: number): Promise<void> => {
    if (ending) return;
    ending = true;
    log.info({ why }, "stopping");
    setTimeout(() => process.exit(code === 0 ? 1 : code), STOP_MS).unref();
    try {
      await agent.stop();
    } catch (error) {
      log.error({ err: error }, "the agent could not stop cleanly");
      code = 1;
    }
    process.exit(code);
  };
  agent.displaced.addEventListener("abort", () => {
    log.fatal({ err: agent.displaced.reason as unknown }, "this agent may not go on");
    void end("displaced", 1);
  });
  process.on("SIGTERM", () => void end("SIGTERM", 0));
  process.on("SIGINT", () => void end("SIGINT", 0));
  process.on("disconnect", () => void end("the supervisor is gone", 0));
  // After a fault nobody caught the state is not known to be sound: everything is durable or unacknowledged, so start anew.
  const fatal = (error: unknown): void => {
    log.fatal({ err: error }, "a fault nobody caught");
    void end("fault", 1);
  };
  process.on("uncaughtException", fatal);
  process.on("unhandledRejection", fatal);
}
