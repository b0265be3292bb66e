/** `npm start [-- --reset]`: makes the checkout ready, then runs the service until it is told to stop. */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { pinnedNode, ROOT, run } from "./process.mjs";
import { setup } from "./setup.mjs";

/** Runs the front process with what it should know; ends as it ends. */
export async function serve(args) {
  // Killed outright, npm cannot tell us; its place as our parent is then taken by another process.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event)
    setInterval(() => {
      if (process.ppid !== parent) process.kill(process.pid, "SIGTERM");
    }, 250).unref();
  // The channel is a leash: the front stops when we are gone, even by `kill -9`.
  const { code } = await run(pinnedNode(), [join(ROOT, "apps/front/src/main.ts"), ...args], { ipc: true });
  process.exit(code);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setup({ build: true });
  await serve(process.argv.slice(2));
}
