import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { problem, type Command, type HostKey } from "@interlock/protocol";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { run } from "../src/run.ts";

/** A service that answers as Interlock does, and what it was asked. */
let server: Server;
let url: string;
let asked: { method: string; path: string; body: unknown }[];
let states: Partial<Command>[];

const FINGERPRINT = `SHA256:${"a".repeat(43)}`;
const key: HostKey = {
  id: "5f0c8f6e-0000-4000-8000-000000000001",
  host: "web-1.internal:22",
  algorithm: "ssh-ed25519",
  fingerprint: FINGERPRINT,
  state: "met",
  metAt: "2026-11-22T02:00:00.000Z",
};
const person = { id: "u", name: "oncall", displayName: "On call", color: "#112233" };
const obligations = { reviews: [{ count: 1, group: "platform" }], reason: false, guard: false, countdownMs: 0, masks: [] };
const impact = { effect: "read", complete: true, tookMs: 1, warnings: [], statements: [] };
const host = (name: string, differs: string[]) => ({
  connection: { id: name, name, environment: "prod" },
  role: "deploy",
  targets: [],
  effect: "read",
  complete: true,
  differs,
  decision: "allow",
  rules: ["reads"],
});
const command = (more: Partial<Command>): object => ({
  id: "c1",
  roomId: "r1",
  connection: { id: "k", name: "web-1", environment: "prod" },
  text: "uptime",
  digest: "d",
  state: "awaiting_review",
  title: "Shows uptime on 2 hosts",
  effect: "read",
  impact,
  verdict: { decision: "review", rules: ["host-changes"], message: "Ask platform.", obligations, trace: [], policyVersion: "p" },
  proposer: person,
  authors: [],
  reviews: [],
  hosts: [host("web-1", []), host("web-2", ["runs by sh, not bash"])],
  hostOrder: { onFailure: "carry_on", atOnce: 2 },
  proposedAt: "2026-11-22T02:00:00.000Z",
  updatedAt: "2026-11-22T02:00:00.000Z",
  ...more,
});
const result = (statement: number) => ({
  statement,
  columns: ["stream", "output"].map((name) => ({ name, type: "text", mask: "detect" as const })),
  rows: 2,
  chunks: 1,
  truncated: false,
  done: true,
  host: `web-${statement + 1}`,
});
const failed: Partial<Command> = {
  state: "failed",
  execution: {
    id: "e",
    startedAt: "2026-11-22T02:00:00.000Z",
    affected: [],
    notices: [],
    results: [result(0), result(1)],
    hosts: [
      { connection: { id: "1", name: "web-1" }, state: "succeeded", exit: { code: 0 } },
      { connection: { id: "2", name: "web-2" }, state: "failed", exit: { code: 3 } },
    ],
    error: { code: "statement_failed", message: "1 of 2 hosts succeeded, 1 failed." },
  },
};

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((sent) => {
      const { method = "", url: path = "" } = request;
      asked.push({ method, path, body: sent === "" ? undefined : JSON.parse(sent) });
      const answer = (body: unknown, status = 200): void => void response.writeHead(status).end(JSON.stringify(body));
      if (path === "/api/v1/connections?ping=false")
        return answer([
          { name: "web-1", connector: "ssh" },
          { name: "payments-db", connector: "postgres" },
        ]);
      if (path === "/api/v1/connections/web-1/host-keys")
        return answer({ keys: [key, { ...key, state: "approved", decidedBy: "ada", decidedAt: key.metAt }] });
      if (path === `/api/v1/connections/web-1/host-keys/${key.id}`) return answer({ ...key, state: "approved" });
      if (path === "/api/v1/rooms") return answer({ id: "r1" }, 201);
      if (path.startsWith("/api/v1/commands/c1/result")) {
        const at = Number(new URL(path, url).searchParams.get("statement"));
        const lines = [{ columns: [] }, ["stdout", `up ${at}`], ["stderr", `warned ${at}`], { rows: 2, truncated: false }];
        return void response.end(lines.map((line) => JSON.stringify(line)).join("\n"));
      }
      if (path === "/api/v1/rooms/r1/commands") return answer(command({}), 201);
      if (path === "/api/v1/commands/c1") return answer(command(states.shift() ?? failed));
      return answer(problem("not_found"), 404);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked = [];
  states = [];
});
afterAll(() => void server.close());

/** Runs a command line within this process. */
async function interlock(args: readonly string[], stdin = "", token: string | undefined = "t0ken") {
  let [out, error] = ["", ""];
  const code = await run(args, {
    stdin: Readable.from([stdin]) as NodeJS.ReadStream,
    out: (line) => (out += `${line}\n`),
    error: (line) => (error += `${line}\n`),
    color: false,
    config: { databaseUrl: undefined, home: "/nowhere", key: undefined, url, token, color: false, cwd: "/", host: {} },
    signal: new AbortController().signal,
  });
  return { code, out, error };
}

test("keys that wait are listed, and one is approved by its whole fingerprint only", async () => {
  const listed = await interlock(["host-key"]);
  expect(listed).toMatchObject({ code: 0, out: `web-1  web-1.internal:22  ssh-ed25519  ${FINGERPRINT}  waits since ${key.metAt}\n` });
  expect((await interlock(["host-key", "list", "--all"])).out).toContain("approved by ada");
  expect(JSON.parse((await interlock(["host-key", "--format", "json"])).out)).toMatchObject([{ connection: "web-1", state: "met" }]);
  for (const bad of [
    ["approve", FINGERPRINT],
    ["approve", "--connection", "web-1", "SHA256:abc"],
    ["approve", "--connection", "web-1"],
    ["forget"],
  ])
    expect((await interlock(["host-key", ...bad])).code).toBe(2);
  const other = await interlock(["host-key", "approve", "--connection", "web-1", `SHA256:${"b".repeat(43)}`]);
  expect(other).toMatchObject({ code: 1 });
  expect(other.error).toContain("somebody else answered in its place");
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
  const approved = await interlock(["host-key", "approve", "--connection", "web-1", FINGERPRINT]);
  expect(approved).toMatchObject({ code: 0 });
  expect(approved.out).toContain(`approved ${FINGERPRINT} of web-1.internal:22`);
  expect(asked.filter(({ method }) => method === "POST")[0]).toMatchObject({ body: { decision: "approve", fingerprint: FINGERPRINT } });
});

test("a script on several hosts is waited for; its lines have their host and stream, and the end its exit codes", async () => {
  states = [{ state: "awaiting_review" }, { state: "running" }];
  const done = await interlock(
    ["run", "--connection", "web-1", "--host", "web-2", "--labels", "role=web", "--carry-on", "--at-once", "2"],
    "uptime\n",
  );
  expect(done.code).toBe(1);
  expect(asked.find(({ path }) => path.endsWith("/rooms/r1/commands"))?.body).toEqual({
    connection: "web-1",
    text: "uptime\n",
    hosts: { connections: ["web-2"], labels: { role: "web" }, order: { onFailure: "carry_on", atOnce: 2 } },
  });
  expect(done.out).toBe("web-1: up 0\nweb-2: up 1\n");
  for (const words of [
    "web-2: runs by sh, not bash",
    "Waits for 1 of platform to agree",
    "web-1: warned 0",
    "web-1: succeeded (exit code 0)",
    "web-2: failed (exit code 3)",
    "It ended as failed: 1 of 2 hosts succeeded, 1 failed.",
  ])
    expect(done.error).toContain(words);
});

test("what is said of several hosts belongs to several hosts", async () => {
  expect((await interlock(["run", "--connection", "web-1", "--carry-on"], "uptime")).code).toBe(2);
  expect((await interlock(["run", "--connection", "web-1", "--host", "web-2", "--at-once", "99"], "uptime")).code).toBe(2);
  expect((await interlock(["run"], "uptime")).code).toBe(2);
  expect(asked).toEqual([]);
});
