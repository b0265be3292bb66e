import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Under the ports a system gives to outgoing connections (from 32768 on Linux, 49152 elsewhere): a port of that range that was free a moment
 * ago is often taken by somebody's connection before a server gets to bind it. */
const FIRST = 15_000;
const LAST = 32_767;
const ATTEMPTS = 50;

/** A loopback port nobody listens on right now, for a process that cannot choose one itself. Rejects when none is found. */
export async function freePort(): Promise<number> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const port = randomInt(FIRST, LAST + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${FIRST} and ${LAST} on 127.0.0.1 in ${ATTEMPTS} attempts`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((answer, failed) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? answer(false) : failed(error)));
    probe.listen(port, "127.0.0.1", () => probe.close(() => answer(true)));
  });
}
