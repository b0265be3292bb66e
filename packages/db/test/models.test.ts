import { readdir } from "node:fs/promises";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MODELS } from "../src/postgres/model-data.ts";
import { keepModels, startTestPostgres } from "../src/testing.ts";

let forget: () => Promise<void>;

beforeEach(async () => {
  // Gives the run's own back afterwards.
  vi.stubEnv(MODELS, process.env[MODELS]);
  forget = await keepModels();
});
afterEach(async () => {
  await forget();
  vi.unstubAllEnvs();
});

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test("servers that begin with one model at one time share neither a password nor what is written", async () => {
  const models = process.env[MODELS]!;
  const servers = await Promise.all([startTestPostgres(), startTestPostgres()]);
  try {
    const [one, other] = servers;
    await ask(one.url, "CREATE TABLE mine (a int)");
    expect(await ask(other.url, "SELECT to_regclass('mine') AS found")).toEqual([{ found: null }]);
    expect(await ask(one.url, "SHOW password_encryption")).toEqual([{ password_encryption: "scram-sha-256" }]);
    const strange = new URL(one.url);
    strange.password = new URL(other.url).password;
    await expect(ask(strange.href, "SELECT 1")).rejects.toThrow("password authentication failed");
    // Nothing half-made is left beside it.
    expect(await readdir(models)).toEqual([String(one.version)]);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
});

test("without models a server is initialised for itself", async () => {
  await forget();
  const server = await startTestPostgres();
  try {
    expect(await ask(server.url, "SELECT current_database() AS name")).toEqual([{ name: "test" }]);
  } finally {
    await server.stop();
  }
});
