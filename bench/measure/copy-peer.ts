import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import pg from "pg";

/** Reads `COPY (query) TO STDOUT` to its end with the fastest client there is and throws the bytes away. */
export interface CopyPeer {
  name: string;
  copy(url: string, query: string): Promise<void>;
}

/** `psql` where it is installed; else the same COPY over our own socket, which is faster than psql and so the harder peer. */
export function copyPeer(): CopyPeer {
  const psql = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "psql"))
    .find((path) => existsSync(path));
  return psql === undefined
    ? { name: "COPY over a socket", copy: copyOverSocket }
    : { name: "psql COPY", copy: (url, query) => copyWithPsql(psql, url, query) };
}

async function copyWithPsql(psql: string, url: string, query: string): Promise<void> {
  const child = spawn(psql, [url, "-qXc", `COPY (${query}) TO STDOUT`], { stdio: ["ignore", "ignore", "inherit"] });
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`psql ended with ${code}`);
}

async function copyOverSocket(url: string, query: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`COPY (${query}) TO STDOUT`);
  } finally {
    await client.end();
  }
}
