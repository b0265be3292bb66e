import { once } from "node:events";
import { connect } from "node:net";
import { request } from "node:http";
import { createSession, hashToken, issueTicket, lockUser, newToken, revokeSession } from "@interlock/db";
import { CLOSE, LIMITS, Problem, PROTOCOL_VERSION } from "@interlock/protocol";
import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createAuthentication } from "../src/http/authentication.ts";
import { ORIGIN, startDocumentAgent, type DocumentAgent } from "./document-agent.ts";
import { ticketFor, type TestPerson } from "./people.ts";

let agent: DocumentAgent;
let ann: TestPerson;
let documentId: string;
beforeAll(async () => {
  agent = await startDocumentAgent();
  ann = await agent.person("ann");
  documentId = await agent.document("SELECT 1;");
});
afterAll(() => agent?.stop());

type Knock = { status: number; problem: Problem } | { opened: true; closed: Promise<{ code: number; reason: string }>; ws: WebSocket };

/** Tries to open a socket; resolves with how it was answered. */
function knock(url: string, headers: Record<string, string> = { origin: ORIGIN }): Promise<Knock> {
  const ws = new WebSocket(url, { headers });
  const closed = once(ws, "close").then(([code, reason]) => ({ code: code as number, reason: String(reason) }));
  return new Promise((resolve, reject) => {
    ws.on("error", reject);
    ws.once("open", () => resolve({ opened: true, closed, ws }));
    ws.once("unexpected-response", (_request, response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => {
        expect(response.headers["content-type"]).toBe("application/problem+json");
        resolve({ status: response.statusCode ?? 0, problem: Problem.parse(JSON.parse(body)) });
      });
    });
  });
}

const refusal = (status: number, code: string) => ({ status, problem: { status, code } });

test("I13: a foreign or missing Origin is refused, and does not use up the ticket", async () => {
  const url = agent.url(documentId, await ticketFor(agent.db, ann));
  for (const headers of [{ origin: "https://evil.example" }, { origin: "null" }, { origin: `${ORIGIN}.evil.example` }, {}])
    expect(await knock(url, headers as Record<string, string>)).toMatchObject(refusal(403, "origin_refused"));
  const opened = await knock(url);
  expect(opened).toMatchObject({ opened: true });
  if ("ws" in opened) opened.ws.terminate();
});

test("I13: a ticket opens one socket, once, for sixty seconds", async () => {
  const ticket = await ticketFor(agent.db, ann);
  const first = await knock(agent.url(documentId, ticket));
  expect(first).toMatchObject({ opened: true });
  if ("ws" in first) first.ws.terminate();
  expect(await knock(agent.url(documentId, ticket))).toMatchObject(refusal(401, "ticket_invalid"));
  const old = await issueTicket(agent.db, { userId: ann.id, sessionId: ann.sessionId }, new Date(Date.now() - LIMITS.ticketMs - 1));
  expect(await knock(agent.url(documentId, old))).toMatchObject(refusal(401, "ticket_invalid"));
  for (const wrong of ["", "x".repeat(5_000), newToken()])
    expect(await knock(agent.url(documentId, wrong))).toMatchObject(refusal(401, "ticket_invalid"));
  const contested = await ticketFor(agent.db, ann);
  const races = await Promise.all(Array.from({ length: 8 }, () => knock(agent.url(documentId, contested))));
  expect(races.filter((one) => "opened" in one)).toHaveLength(1);
  for (const one of races) if ("ws" in one) one.ws.terminate();
});

test("I13: a ticket of an ended session or a locked person opens nothing", async () => {
  const leaver = await agent.person("leaver");
  const other = await createSession(agent.db, leaver.id, -1);
  const expired = await issueTicket(agent.db, { userId: leaver.id, sessionId: other.id });
  expect(await knock(agent.url(documentId, expired))).toMatchObject(refusal(401, "unauthenticated"));
  const mixed = await issueTicket(agent.db, { userId: leaver.id, sessionId: ann.sessionId });
  expect(await knock(agent.url(documentId, mixed))).toMatchObject(refusal(401, "unauthenticated"));
  const late = await ticketFor(agent.db, leaver);
  await lockUser(agent.db, leaver.id);
  expect(await knock(agent.url(documentId, late))).toMatchObject(refusal(401, "unauthenticated"));
});

test("another protocol version is told to reload, and keeps its ticket", async () => {
  const ticket = await ticketFor(agent.db, ann);
  for (const version of [String(PROTOCOL_VERSION + 1), "", "1e0"]) {
    const answer = await knock(agent.url(documentId, ticket).replace(`v=${PROTOCOL_VERSION}`, `v=${version}`));
    if (!("closed" in answer)) throw new Error("refused");
    expect(await answer.closed).toEqual({ code: CLOSE.reload, reason: "protocol_version" });
  }
  const opened = await knock(agent.url(documentId, ticket));
  expect(opened).toMatchObject({ opened: true });
  if ("ws" in opened) opened.ws.terminate();
});

test("paths that are none, and documents that are not there", async () => {
  const base = `ws://127.0.0.1:${agent.port}`;
  for (const path of ["/", "/ws", "/ws/doc/", "/ws/doc/../room", "/ws/doc/1", "/ws/shell/" + documentId, "//ws", "/ws/doc/%00"])
    expect(await knock(base + path)).toMatchObject(refusal(404, "not_found"));
  const answer = await knock(agent.url(crypto.randomUUID(), await ticketFor(agent.db, ann)));
  if (!("closed" in answer)) throw new Error("refused");
  expect(await answer.closed).toEqual({ code: CLOSE.forbidden, reason: "not_found" });
});

test("one person opens a bounded number of sockets", async () => {
  const many = await agent.person("many");
  const answers: Knock[] = [];
  for (let n = 0; n < 66; n++) answers.push(await knock(agent.url(documentId, await ticketFor(agent.db, many))));
  expect(answers.filter((answer) => "opened" in answer)).toHaveLength(64);
  expect(answers.at(-1)).toMatchObject(refusal(429, "too_many_requests"));
  for (const answer of answers) if ("ws" in answer) answer.ws.terminate();
  await expect.poll(() => [...agent.sockets].length).toBe(0);
});

test("a peer that hangs up in mid-handshake, or speaks no HTTP, harms nobody", async () => {
  for (const bytes of [
    "GET /ws/doc/x HTTP/1.1\r\nUpgrade: websocket\r\n",
    "\x16\x03\x01",
    `GET /ws/doc/${documentId} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  ]) {
    const stream = connect(agent.port, "127.0.0.1");
    stream.on("error", () => {});
    await once(stream, "connect");
    stream.write(bytes);
    stream.resetAndDestroy();
  }
  const opened = await knock(agent.url(documentId, await ticketFor(agent.db, ann)));
  expect(opened).toMatchObject({ opened: true });
  if ("ws" in opened) opened.ws.terminate();
});

test("a frame beyond what is read at all closes its sender", async () => {
  const answer = await knock(agent.url(documentId, await ticketFor(agent.db, ann)));
  if (!("ws" in answer)) throw new Error("refused");
  answer.ws.send(new Uint8Array(3 * LIMITS.documentMessageBytes));
  expect((await answer.closed).code).toBe(CLOSE.tooLarge);
});

/** Sends a REST request as a browser or a script would; resolves with the status and the problem's code. */
async function rest(method: string, headers: Record<string, string>): Promise<{ status: number; code: string | undefined }> {
  const sent = request({ port: agent.port, host: "127.0.0.1", path: "/api/v1/rooms", method, headers });
  sent.end();
  const [response] = await once(sent, "response");
  let body = "";
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, code: body === "" ? undefined : (JSON.parse(body) as Problem).code };
}

test("I13: REST takes nothing from other sites; scripts with a token of their own need no Origin", async () => {
  const cookie = "next-auth.session-token=x";
  const refused = { status: 403, code: "origin_refused" };
  expect(await rest("POST", { cookie })).toEqual(refused);
  expect(await rest("POST", { cookie, origin: "https://evil.example" })).toEqual(refused);
  expect(await rest("GET", { cookie, origin: "https://evil.example" })).toEqual(refused);
  expect(await rest("POST", { authorization: "Bearer x", origin: "https://evil.example" })).toEqual(refused);
  for (const headers of [{ authorization: "Bearer x" }, { cookie, origin: ORIGIN }]) expect((await rest("POST", headers)).status).toBe(404);
  expect((await rest("GET", { cookie })).status).toBe(404);
});

test("requests are somebody's by bearer token or session cookie, and nobody's otherwise", async () => {
  const secret = "a secret of at least sixteen characters";
  const authenticate = createAuthentication({ db: agent.db, secret });
  const ask = (headers: Record<string, string>) => authenticate(new Request("http://agent/api/v1/rooms", { headers }));
  const scripter = await agent.person("scripter", ["platform"]);
  const [token, stale, revoked] = [newToken(), newToken(), newToken()];
  const past = new Date(Date.now() - 1_000);
  await agent.db.apiToken.createMany({
    data: [
      { userId: scripter.id, hash: hashToken(token) },
      { userId: scripter.id, hash: hashToken(stale), expiresAt: past },
      { userId: scripter.id, hash: hashToken(revoked), revokedAt: past },
    ],
  });
  const jwt = (claims: Record<string, unknown>, key = secret) => encode({ token: claims, secret: key });
  const session = await jwt({ sub: scripter.id, sid: scripter.sessionId });
  expect(await ask({ authorization: `Bearer ${token}` })).toMatchObject({ principal: { name: "scripter", groups: ["platform"] } });
  for (const name of ["next-auth.session-token", "__Secure-next-auth.session-token"])
    expect(await ask({ cookie: `a=b; ${name}=${session}` })).toMatchObject({
      principal: { id: scripter.id },
      sessionId: scripter.sessionId,
    });
  const nobody: Record<string, string>[] = [
    {},
    { authorization: `Bearer ${stale}` },
    { authorization: `Bearer ${revoked}` },
    { authorization: `Bearer ${newToken()}` },
    { authorization: `Basic ${token}` },
    { authorization: `Bearer ${token}x`, cookie: `next-auth.session-token=${session}` },
    { cookie: "next-auth.session-token=nonsense" },
    { cookie: `next-auth.session-token=${await jwt({ sub: scripter.id, sid: scripter.sessionId }, "another secret of sixteen")}` },
    { cookie: `next-auth.session-token=${await jwt({ sub: ann.id, sid: scripter.sessionId })}` },
    { cookie: `next-auth.session-token=${await jwt({ sub: scripter.id })}` },
  ];
  for (const headers of nobody) expect(await ask(headers)).toBeUndefined();
  await revokeSession(agent.db, scripter.sessionId);
  expect(await ask({ cookie: `next-auth.session-token=${session}` })).toBeUndefined();
  await lockUser(agent.db, scripter.id);
  expect(await ask({ authorization: `Bearer ${token}` })).toBeUndefined();
});
