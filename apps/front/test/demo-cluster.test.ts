import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Child } from "../src/child.ts";
import { readConfig } from "../src/config.ts";
import { startDemoCluster } from "../src/services.ts";

let home: string;
let cluster: Child | undefined;
let said: string[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "interlock-cluster-"));
  said = [];
});
afterEach(async () => {
  await cluster?.stop(1_000);
  await rm(home, { recursive: true, force: true });
});

const start = async (): Promise<Child> => {
  const config = readConfig({ INTERLOCK_HOME: home }, []);
  const log = { say: () => {}, file: () => (line: string) => void said.push(line) };
  return (cluster = await startDemoCluster(config, process.env, log, new AbortController().signal));
};

interface Kubeconfig {
  clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
  users: { user: { token: string } }[];
}

const kubeconfig = async (): Promise<Kubeconfig> => JSON.parse(await readFile(join(home, "demo-cluster.kubeconfig"), "utf8")) as Kubeconfig;

/** Asks the cluster as the kubeconfig says, or without its token. */
async function get(path: string, { as = true } = {}): Promise<{ status: number; body: string }> {
  const { clusters, users } = await kubeconfig();
  const { server, "certificate-authority-data": authority } = clusters[0]!.cluster;
  const headers = as ? { authorization: `Bearer ${users[0]!.user.token}` } : {};
  return new Promise((resolve, reject) => {
    request(`${server}${path}`, { ca: Buffer.from(authority, "base64"), headers, agent: false }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode!, body }), reject);
    })
      .once("error", reject)
      .end();
  });
}

test("answers its administrator over TLS, and nobody else; the kubeconfig is for nobody else to read", async () => {
  await start();
  const { status, body } = await get("/api/v1/namespaces/payments/pods");
  expect(status).toBe(200);
  expect((JSON.parse(body) as { items: unknown[] }).items).toHaveLength(42);
  expect((await get("/api/v1/secrets", { as: false })).status).toBeGreaterThanOrEqual(401);
  expect((await stat(join(home, "demo-cluster.kubeconfig"))).mode & 0o777).toBe(0o600);
});

test("every start brings a new cluster with a new credential", async () => {
  await writeFile(join(home, "demo-cluster.kubeconfig"), "of the last start");
  await start();
  const first = await kubeconfig();
  await cluster!.stop(1_000);
  await start();
  expect((await kubeconfig()).users[0]!.user.token).not.toBe(first.users[0]!.user.token);
  expect((await get("/version")).status).toBe(200);
});

test("is not started again when it ends by itself: what it held is gone, and nobody may take a new one for it", async () => {
  const { pid } = await start();
  process.kill(pid!, "SIGKILL");
  await expect.poll(() => said).toContain("ended (SIGKILL)");
  await expect.poll(() => cluster!.port).toBeUndefined();
  // Longer than a first restart would wait.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(cluster!.pid).toBe(pid);
});
