import { randomBytes } from "node:crypto";
import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "./config.ts";

export interface Secrets {
  /** Signs the browser's session tokens. */
  secret: string;
  /** Seals stored credentials: 32 bytes, base64. */
  key: string;
  /** Superuser of the embedded server. */
  postgres: string;
  /** Role `interlock`, which owns our own database. */
  interlock: string;
  /** Superuser of the demo target. */
  demoTarget: string;
}

/** What the operator gave, and outside production generated ones for the rest, kept in `<home>/secrets.json` (0600). */
export async function readSecrets(config: Config): Promise<Secrets> {
  const file = join(config.home, "secrets.json");
  const given = { ...(config.secret ? { secret: config.secret } : {}), ...(config.key ? { key: config.key } : {}) };
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text !== undefined) return { ...(JSON.parse(text) as Secrets), ...given };
  if (await stat(join(config.home, "postgres")).catch(() => undefined))
    throw new Error(`${file} is gone, but the database it opens is there. Restore it, or start over with --reset.`);
  const made: Secrets = {
    secret: randomBytes(32).toString("base64url"),
    key: randomBytes(32).toString("base64"),
    postgres: randomBytes(18).toString("hex"),
    interlock: randomBytes(18).toString("hex"),
    demoTarget: randomBytes(18).toString("hex"),
  };
  // In production everything needed was given; nothing is written to disk.
  if (!config.production) {
    await writeFile(`${file}.new`, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
  return { ...made, ...given };
}
