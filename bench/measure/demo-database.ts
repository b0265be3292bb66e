import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { seedDemoTarget, type DemoCredentials } from "../../apps/front/src/demo-target.ts";

/** As durable as the product's own server: what a commit costs is part of the figures. */
export const DURABLE = { fsync: "on", synchronous_commit: "on", full_page_writes: "on", shared_buffers: "128MB" };

export interface DemoDatabase extends TestPostgres {
  /** Addresses of `payments-db`, seeded as the demo is; `url` is an empty database. */
  target: DemoCredentials;
}

/** A server with the demo's data, reached through the demo's two roles. */
export async function demoDatabase(): Promise<DemoDatabase> {
  const server = await startTestPostgres(DURABLE);
  const home = await mkdtemp(join(tmpdir(), "interlock-bench-"));
  try {
    return { ...server, target: await seedDemoTarget(server.adminUrl, home, () => {}) };
  } catch (error) {
    await server.stop();
    throw error;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
