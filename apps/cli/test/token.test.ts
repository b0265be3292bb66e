import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { stdin } from "node:process";
import { text } from "node:stream/consumers";
import { problem, type Command, type FetchedToken } from "@interlock/protocol";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { run } from "../src/run.ts";

/** A service that answers as Interlock does, and what it was asked. */
let server: Server;
let asked: string[];
let states: Partial<Command>[];
let url: string;

/** Runs a command line within this process, as the person of `token`. */
async function interlock(args: readonly string[], token: string | null = "t0ken", signal = new AbortController().signal) {
  let [out, error] = ["", ""];
  const code = await run(args, {
    stdin,
    out: (line) => (out += `${line}\n`),
    error: (line) => (error += `${line}\n`),
    color: false,
    config: { databaseUrl: undefined, home: "/nowhere", key: undefined, url, token: token ?? undefined, color: false, cwd: "/", host: {} },
    signal,
  });
  return { code, out, error };
}

const person = { id: "u", name: "reviewer", displayName: "Reviewer", color: "#112233" };
const obligations = { reviews: [{ count: 1, group: "platform" }], reason: true, guard: false, countdownMs: 0, masks: [] };
const FACTS = {
  statement: 0,
  account: { namespace: "shop", name: "bot" },
  audiences: [],
  expiresAt: "2026-11-21T12:15:00.000Z",
  sha256: "0".repeat(64),
};
const GIVEN: FetchedToken = {
  ...FACTS,
  token: "head.body.signature",
  kubeconfig: "apiVersion: v1\nkind: Config\n",
  warnings: ["it is far away"],
};
const command = (more: Partial<Command>): object => ({
  id: "c1",
  roomId: "r1",
  connection: { id: "k", name: "eks-prod", environment: "prod" },
  text: "",
  digest: "d",
  state: "awaiting_review",
  title: "kubectl create token bot",
  effect: "privilege",
  impact: { effect: "privilege", complete: true, tookMs: 1, warnings: [], statements: [] },
  verdict: { decision: "review", rules: ["tokens"], message: "Ask platform.", obligations, trace: [], policyVersion: "p" },
  proposer: person,
  authors: [],
  reviews: [],
  proposedAt: "2026-11-21T12:00:00.000Z",
  updatedAt: "2026-11-21T12:00:00.000Z",
  ...more,
});
const done: Partial<Command> = {
  state: "succeeded",
  execution: {
    id: "e",
    startedAt: "2026-11-21T12:00:00.000Z",
    affected: [],
    notices: [],
    results: [],
    tokens: [{ ...FACTS, keptUntil: "2026-11-21T12:10:00.000Z", state: "ready" }],
  },
};

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push(`${request.method} ${request.url} ${body}`.trim());
      const answer = (status: number, value: object) =>
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
      if (request.headers.authorization !== "Bearer t0ken") return answer(401, problem("unauthenticated"));
      if (request.url === "/api/v1/rooms") return answer(201, { id: "r1" });
      if (request.url === "/api/v1/commands/c1/tokens") return answer(200, [GIVEN]);
      return answer(request.method === "POST" ? 201 : 200, command(states.length > 1 ? states.shift()! : states[0]!));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  asked = [];
});

const ask = (...more: string[]) => interlock(["token", "--connection", "eks-prod", "--service-account", "shop/bot", ...more]);

test("proposes, waits, and prints the token alone", async () => {
  states = [{}, {}, done];
  const { code, out, error } = await ask("--duration", "15m", "--audience", "it's", "--reason", "look");
  expect({ code, out }).toEqual({ code: 0, out: "head.body.signature\n" });
  expect(error).toContain("Waits for 1 of platform to agree: http://127.0.0.1:");
  expect(error).toContain("/rooms/r1?command=c1");
  expect(error).toContain("Issued: shop/bot for the API server, until 2026-11-21T12:15:00.000Z.");
  expect(error).not.toContain("signature");
  expect(asked).toEqual([
    'POST /api/v1/rooms {"title":"Token of shop/bot"}',
    `POST /api/v1/rooms/r1/commands ${JSON.stringify({ connection: "eks-prod", text: "kubectl create token bot -n shop --duration=15m '--audience=it'\\''s'", reason: "look" })}`,
    "GET /api/v1/commands/c1",
    "GET /api/v1/commands/c1",
    "POST /api/v1/commands/c1/tokens {}",
  ]);
});

test("or a kubeconfig, into a room that is there", async () => {
  states = [done];
  expect(await ask("--kubeconfig", "--room", "r7")).toMatchObject({
    code: 0,
    out: "apiVersion: v1\nkind: Config\n",
    error: expect.stringContaining("Warning: it is far away") as string,
  });
  expect(asked[0]).toContain("POST /api/v1/rooms/r7/commands");
});

test.each<[string, Partial<Command>, RegExp]>([
  ["denied", { state: "denied" }, /Denied by policy \(tokens\): Ask platform\./],
  [
    "rejected",
    {
      state: "rejected",
      reviews: [{ id: "v", reviewer: person, decision: "reject", comment: "not at night", at: "2026-11-21T12:00:00.000Z" }],
    },
    /Rejected by reviewer: not at night/,
  ],
  ["expired", { state: "expired" }, /ended as expired/],
])("%s is a finding, and nothing is printed", async (_, state, words) => {
  states = [state];
  expect(await ask()).toMatchObject({ code: 1, out: "", error: expect.stringMatching(words) as string });
  expect(asked.join()).not.toContain("/tokens");
});

test.each<[string, string[], RegExp]>([
  ["an account without a namespace", ["--connection", "c", "--service-account", "bot"], /NAMESPACE\/NAME/],
  ["an account that is a flag", ["--connection", "c", "--service-account", "shop/-x"], /NAMESPACE\/NAME/],
  ["a time that is none", ["--connection", "c", "--service-account", "shop/bot", "--duration", "forever"], /no time/],
  ["no cluster", ["--service-account", "shop/bot"], /--connection NAME/],
])("%s is usage", async (_, args, words) => {
  expect(await interlock(["token", ...args])).toMatchObject({
    code: 2,
    out: "",
    error: expect.stringMatching(words) as string,
  });
  expect(asked).toEqual([]);
});

test("without a person it asks nobody; with a wrong one nobody answers", async () => {
  const args = ["token", "--connection", "c", "--service-account", "shop/bot"];
  expect(await interlock(args, null)).toMatchObject({ code: 2, error: expect.stringContaining("INTERLOCK_TOKEN") as string });
  expect(await interlock(args, "x")).toMatchObject({ code: 3, out: "" });
});

test("interrupted while it waits, it takes the command back", async () => {
  states = [{}];
  const interrupted = new AbortController();
  const args = ["token", "--connection", "c", "--service-account", "shop/bot"];
  const ran = interlock(args, "t0ken", interrupted.signal);
  await expect.poll(() => asked.some((one) => one.startsWith("GET"))).toBe(true);
  interrupted.abort(new Error("interrupted"));
  expect(await ran).toMatchObject({ code: 3, out: "", error: expect.stringContaining("the command was withdrawn") as string });
  expect(asked.at(-1)).toBe("POST /api/v1/commands/c1/withdraw {}");
});
