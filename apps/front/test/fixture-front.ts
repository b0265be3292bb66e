/** The real front with real databases; agent and web app are stand-ins. Arguments: kind of agent, then the front's own. */
import { fileURLToPath } from "node:url";
import { startChild, type Child } from "../src/child.ts";
import { readConfig } from "../src/config.ts";
import { startFront } from "../src/front.ts";

const [kind = "", ...args] = process.argv.slice(2);
const program = fileURLToPath(new URL("./fixture-agent.ts", import.meta.url));

const stopping = new AbortController();
process.on("SIGTERM", () => stopping.abort());

const standIn = (name: string, as: string): Promise<Child> =>
  startChild({
    name,
    args: [program, as],
    cwd: ".",
    env: process.env,
    ready: (child, signal) =>
      new Promise((found, failed) => {
        signal.addEventListener("abort", () => failed(signal.reason as Error));
        child.on("message", (message: { port: number }) => found(message.port));
      }),
    log: () => {},
    signal: stopping.signal,
  });

try {
  const front = await startFront(readConfig(process.env, args), process.env, stopping.signal, {
    agent: () => standIn("agent", kind),
    web: () => standIn("web app", "web"),
  });
  process.on("SIGTERM", () => void front.stop().then(() => process.exit(0)));
  process.stdout.write("ready\n");
} catch (error) {
  if (stopping.signal.aborted) process.exit(0);
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
