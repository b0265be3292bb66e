import { pino } from "pino";
import type { Logger } from "pino";

export type Log = Logger;

/** JSON lines on standard output; `front` keeps them in the log folder. Credentials never reach it: these paths are cut out whatever logs them. */
export function createLog(level: string): Log {
  return pino({
    name: "agent",
    level,
    redact: {
      paths: [
        "secret",
        "*.secret",
        "ticket",
        "*.ticket",
        "token",
        "*.token",
        "authorization",
        "*.authorization",
        "cookie",
        "*.cookie",
        "password",
        "*.password",
      ],
      remove: true,
    },
  });
}
