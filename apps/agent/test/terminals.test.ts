import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import { createDb, hashToken, newToken, revokeSession } from "@interlock/db";
import type { Terminal } from "@interlock/protocol";
import { checkCast, readCast } from "@interlock/recording";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RecordingStore } from "../src/terminal/recording-store.ts";
import type { TestPerson } from "./people.ts";
import type { RoomPage } from "./room-page.ts";
import type { TerminalPage } from "./terminal-page.ts";
import { startWholeAgent, type WholeAgent } from "./whole-agent.ts";

const SIZE = { columns: 80, rows: 24 } as const;

describe.skipIf(sshdFor("tests of shared shells") === undefined)("a shell of a host, shared", () => {
  let agent: WholeAgent;
  let sshd: TestSshd;
  let oncall: TestPerson;
  let responder: TestPerson;
  let reviewer: TestPerson;
  let room: RoomPage;
  let staging: string;
  let prod: string;

  beforeAll(async () => {
    [agent, sshd] = await Promise.all([startWholeAgent(), startSshd()]);
    staging = await agent.connect({ name: "api-stg", connector: "ssh", environment: "staging" }, sshd.secret());
    prod = await agent.connect({ name: "api-3", connector: "ssh", environment: "prod" }, sshd.secret({ hostKeys: [] }));
    oncall = await agent.person("oncall");
    responder = await agent.person("responder");
    reviewer = await agent.person("reviewer");
    room = await agent.room(oncall);
  });
  afterAll(async () => {
    await agent?.stop();
    await sshd?.close();
  });

  let opened = 0;
  async function open(connectionId = staging, more: { reason?: string } = {}, page = room): Promise<string> {
    const answer = await page.ask({ type: "terminal.open", key: `terminal-${opened++}`, connectionId, ...SIZE, ...more });
    if (answer.problem !== undefined) throw new Error(JSON.stringify(answer.problem));
    return String(answer.value?.["terminalId"]);
  }
  const stateOf = (terminalId: string, page = room): Terminal | undefined =>
    page.heard.findLast((heard) => heard.type === "terminal" && heard.terminal.id === terminalId)?.["terminal" as never];
  const becomes = (terminalId: string, what: (terminal: Terminal) => boolean, words: string): Promise<void> =>
    room.until(() => {
      const state = stateOf(terminalId);
      return state !== undefined && what(state);
    }, words);
  async function live(more?: { reason?: string }): Promise<{ id: string; page: TerminalPage }> {
    const id = await open(staging, more);
    const page = await agent.terminal(oncall, id);
    await becomes(id, ({ phase }) => phase === "live", "live");
    return { id, page };
  }
  const kill = (terminalId: string) => room.outcome({ type: "terminal.kill", terminalId });

  test("everybody sees what one types, and only the driver's keys reach the shell", async () => {
    const { id, page } = await live();
    const watcher = await agent.terminal(responder, id);
    page.type("echo sum-$((20+22))\r");
    await Promise.all([page.sees("sum-42"), watcher.sees("sum-42")]);
    watcher.type("echo not-$((1+1))\r");
    await watcher.until(() => watcher.problems.length > 0, "refused");
    expect(watcher.problems[0]?.code).toBe("not_driving");
    page.type("echo next-$((1+1))\r");
    await page.sees("next-2");
    expect(page.screen).not.toContain("not-");
    expect(await kill(id)).toBe("ok");
    await becomes(id, ({ phase }) => phase === "ended", "ended");
    expect(stateOf(id)?.end?.why).toBe("it was ended by oncall");
  });

  test("shells of one host have names of their own, also those that begin at once, and an ended one keeps its", async () => {
    const host = await agent.connect({ name: "api", connector: "ssh", environment: "staging" }, sshd.secret());
    const nameOf = async (id: string): Promise<string | undefined> => {
      await becomes(id, () => true, "told of");
      return stateOf(id)?.name;
    };
    const first = await open(host);
    expect(await nameOf(first)).toBe("api");
    expect(await kill(first)).toBe("ok");
    const both = await Promise.all([open(host), open(host)]);
    expect(new Set(await Promise.all(both.map(nameOf)))).toEqual(new Set(["api · 2", "api · 3"]));
    const log = await agent.db.auditEvent.findMany({ where: { type: "terminal.opened", roomId: agent.roomId }, orderBy: { seq: "asc" } });
    const logged = log.map(({ data }) => JSON.parse(data) as { name: string; connection: string });
    expect(logged.filter(({ connection }) => connection === "api").map(({ name }) => name)).toEqual(["api", "api · 2", "api · 3"]);
    for (const id of both) await kill(id);
  });

  test("control is asked for, given, and taken back by the lead", async () => {
    const { id, page } = await live();
    const other = await agent.room(responder);
    const watcher = await agent.terminal(responder, id);
    await becomes(id, ({ watchers }) => watchers.length === 2, "looked at by two");
    expect(await other.outcome({ type: "terminal.give", terminalId: id, userId: responder.id })).toBe("forbidden");
    expect(await other.outcome({ type: "terminal.ask", terminalId: id, asking: true })).toBe("ok");
    await becomes(id, ({ asking }) => asking[0] === responder.id, "asked for");
    expect(await room.outcome({ type: "terminal.give", terminalId: id, userId: responder.id })).toBe("ok");
    watcher.type("echo mine-$((1+1))\r");
    await page.sees("mine-2");
    expect(await room.outcome({ type: "terminal.give", terminalId: id, userId: oncall.id })).toBe("ok");
    page.type("echo back-$((1+1))\r");
    await watcher.sees("back-2");
    const events = await agent.db.auditEvent.findMany({ where: { type: "terminal.control" }, orderBy: { seq: "asc" } });
    expect(events.slice(-2).map(({ actor, data }) => [actor, JSON.parse(data).from, JSON.parse(data).to])).toEqual([
      ["oncall", "oncall", "responder"],
      ["oncall", "responder", "oncall"],
    ]);
    await kill(id);
  });

  test("who comes late has the screen as it is, and who comes back goes on where they were", async () => {
    const { id, page } = await live();
    page.type("printf '\\033[31mred\\033[0m %s\\n' plain; seq 1 5\r");
    await page.sees(/red plain[\s\S]*5/);
    const late = await agent.terminal(reviewer, id);
    await late.sees(/red plain[\s\S]*5/);
    expect(late.frames[0]?.type).toBe("picture");
    const { offset } = late;
    late.close();
    page.type("echo while-away-$((1+1))\r");
    await page.sees("while-away-2");
    const again = await agent.terminal(reviewer, id, offset);
    await again.sees("while-away-2");
    expect(again.frames.some(({ type }) => type === "picture")).toBe(false);
    await kill(id);
  });

  test("the driver's screen is the shell's, at that place in the output", async () => {
    const { id, page } = await live();
    page.send({ type: "resize", columns: 101, rows: 31 });
    page.type("stty size\r");
    await page.sees("31 101");
    expect(page.frames).toContainEqual(expect.objectContaining({ type: "size", columns: 101, rows: 31 }));
    const watcher = await agent.terminal(responder, id);
    watcher.send({ type: "resize", columns: 60, rows: 20 });
    await watcher.until(() => watcher.problems.length > 0, "refused");
    expect(stateOf(id)).toMatchObject({ columns: 101, rows: 31 });
    await kill(id);
  });

  test("what somebody points at and has scrolled to is told to the others, at its place in the output, and never to the shell", async () => {
    const { id, page } = await live();
    page.type("seq 1 60\r");
    await page.sees(/60\r?\n/);
    const [watcher, observer] = [await agent.terminal(responder, id), await agent.terminal(await agent.person("observer"), id)];
    await Promise.all([watcher.sees("60"), observer.sees("60")]);
    const { offset } = page;
    const span = { fromRow: -3, fromColumn: 0, toRow: 2, toColumn: 4, alternate: false };
    watcher.send({ type: "point", offset, span });
    watcher.send({ type: "view", offset, row: -10 });
    for (const other of [page, observer]) {
      await other.until(() => other.frames.some(({ type }) => type === "viewed"), "told");
      expect(other.frames.slice(-2)).toEqual([
        { type: "pointed", offset, span, userId: responder.id },
        { type: "viewed", offset, row: -10, userId: responder.id },
      ]);
    }
    expect(watcher.frames.some(({ type }) => type === "pointed" || type === "viewed")).toBe(false);
    // Who comes now is told where others have scrolled to, and not what they pointed at then.
    const late = await agent.terminal(reviewer, id);
    await late.until(() => late.frames.some(({ type }) => type === "viewed"), "told");
    expect(late.frames.some(({ type }) => type === "pointed")).toBe(false);
    // An observer points, too, which is all that they do; and nobody without end.
    observer.send({ type: "point", offset, span });
    await watcher.until(() => watcher.frames.some(({ type }) => type === "pointed"), "told");
    for (let times = 0; times < 200; times++) observer.send({ type: "point", offset, span });
    await observer.until(() => observer.problems.length > 0, "refused");
    expect(observer.problems.map(({ code }) => code)).toEqual(["too_many_requests"]);
    page.type("echo quiet-$((1+1))\r");
    await watcher.sees("quiet-2");
    expect(watcher.frames.filter(({ type }) => type === "pointed").length).toBeLessThan(30);
    expect(page.offset).toBeGreaterThan(offset);
    await kill(id);
  });

  test.each([
    [
      "of a screen that has not been yet",
      { type: "point", offset: 2 ** 40, span: { fromRow: 0, fromColumn: 0, toRow: 0, toColumn: 0, alternate: false } },
    ],
    ["of a frame that only the agent sends", { type: "viewed", offset: 0, row: 0, userId: "somebody" }],
  ] as const)("nobody is told %s", async (_what, frame) => {
    const { id, page } = await live();
    const watcher = await agent.terminal(responder, id);
    watcher.send(frame);
    await watcher.until(() => watcher.closed !== undefined || watcher.problems.length > 0, "refused");
    expect(watcher.closed?.code ?? watcher.problems[0]?.code).toBe(frame.type === "viewed" ? 4400 : "malformed_frame");
    expect(page.frames.some(({ type }) => type === "pointed" || type === "viewed")).toBe(false);
    await kill(id);
  });

  test("what somebody has in front of them is told to the room, and to who comes later, for following", async () => {
    const [one, other] = [await agent.room(responder), await agent.room(reviewer)];
    one.send({ type: "look", terminalId: "a-terminal" });
    await other.until(() => other.last("looks") !== undefined, "told");
    expect(other.last("looks")).toEqual({ type: "looks", userId: responder.id, terminalId: "a-terminal" });
    one.send({ type: "look", documentId: "a-document" });
    await other.until(() => other.last("looks")?.documentId === "a-document", "told");
    const late = await agent.room(await agent.person("observer"));
    await late.until(() => late.last("looks") !== undefined, "told");
    expect(late.last("looks")).toEqual({ type: "looks", userId: responder.id, documentId: "a-document" });
    for (const page of [one, other, late]) page.ws.close();
  });

  test("who missed more than is kept is told how many lines that was", async () => {
    const { id, page } = await live();
    await page.sees("$");
    const watcher = await agent.terminal(responder, id);
    await watcher.sees("$");
    const { offset } = watcher;
    const seen = watcher.frames.flatMap((frame) => (frame.type === "picture" ? [frame.lines] : []))[0];
    watcher.close();
    // 2.9 MB in 30,000 lines; two megabytes are kept.
    page.type("stty -echo; seq -f '%095g' 30000; echo end-$((1+1))\r");
    await page.sees("end-2", 30_000);
    const again = await agent.terminal(responder, id, offset);
    await again.sees("end-2");
    const [picture] = again.frames;
    expect(picture?.type).toBe("picture");
    const lines = picture?.type === "picture" ? picture.lines - seen! : 0;
    // The line that was typed, its numbers, its end; and what a prompt may bring.
    expect(lines).toBeGreaterThanOrEqual(30_001);
    expect(lines).toBeLessThan(30_006);
    await kill(id);
  });

  test("card numbers are masked for everybody and in the recording, which is whole", async () => {
    const { id, page } = await live();
    page.type("printf '4242%s\\n' 424242424242; exit 3\r");
    await becomes(id, ({ recording }) => recording === "sealed", "sealed");
    expect(stateOf(id)).toMatchObject({ phase: "ended", end: { exitCode: 3 } });
    const store = new RecordingStore(agent.db, id);
    let said = "";
    for await (const item of readCast(store, id)) if ("event" in item && item.event.code === "o") said += item.event.data;
    for (const text of [said, page.screen]) {
      expect(text).not.toContain("4242424242424242");
      expect(text).toContain(`${"•".repeat(12)}4242`);
    }
    const ended = await agent.db.auditEvent.findFirstOrThrow({ where: { type: "terminal.ended" }, orderBy: { seq: "desc" } });
    const { recording } = JSON.parse(ended.data);
    expect(await checkCast(store, id, { chunk: recording.chunks - 1, chain: recording.hash })).toMatchObject({
      end: "sealed",
      chunks: recording.chunks,
    });
  });

  test("a page that comes again has left its earlier connection: what is still on its way by that is not taken", async () => {
    const id = await open();
    const first = await agent.terminal(oncall, id, -1, 7);
    await becomes(id, ({ phase }) => phase === "live", "live");
    const others = [await agent.terminal(oncall, id, -1, 8), await agent.terminal(responder, id, -1, 7)];
    const again = await agent.terminal(oncall, id, -1, 7);
    await first.until(() => first.closed !== undefined, "closed");
    again.type("echo again-$((1+1))\r");
    for (const page of [again, ...others]) await page.sees("again-2");
    expect(others.map(({ closed }) => closed)).toEqual([undefined, undefined]);
    await kill(id);
  });

  test("of one that has ended the last screen is shown to whoever comes back, and nothing is taken", async () => {
    const { id, page } = await live();
    page.type("echo last-$((1+1)); exit 3\r");
    await becomes(id, ({ phase }) => phase === "ended", "ended");
    await page.until(() => page.closed !== undefined, "closed");
    const again = await agent.terminal(oncall, id);
    again.type("echo no\r");
    await again.sees("last-2");
    await again.until(() => again.closed !== undefined, "closed");
    expect(again.closed?.code).toBe(1000);
    expect(again.frames.map(({ type }) => type)).toEqual(["picture", "end"]);
    const whole = await agent.terminal(oncall, id, page.offset);
    await whole.until(() => whole.closed !== undefined, "closed");
    expect(whole.frames.map(({ type }) => type)).toEqual(["end"]);
    // Who has not seen it is shown recordings, where policy lets them.
    const other = await agent.terminal(responder, id);
    await other.until(() => other.closed !== undefined, "closed");
    expect([other.closed?.code, other.frames]).toEqual([4403, []]);
  });

  test("of many that are opened at once no more are than a room may have", async () => {
    const lead = await agent.person("lead-of-many", ["oncall"]);
    const { id: roomId } = await agent.db.room.create({
      data: { title: "many", members: { create: { userId: lead.id, role: "lead" } } },
    });
    const many = await agent.room(lead, roomId);
    const asked = Array.from({ length: 24 }, (_, n) =>
      many.ask({ type: "terminal.open", key: `of-many-at-once-${n}`, connectionId: staging, ...SIZE }),
    );
    const answers = (await Promise.all(asked)).map(({ problem }) => problem?.code ?? "ok");
    expect(answers.filter((code) => code === "ok")).toHaveLength(16);
    expect(new Set(answers)).toEqual(new Set(["ok", "too_many_requests"]));
    const rows = await agent.db.terminal.findMany({ where: { roomId } });
    await Promise.all(rows.map(({ id }) => many.outcome({ type: "terminal.kill", terminalId: id })));
  });

  test("a piece whose connection to the database breaks is stored by another", async () => {
    const { id, page } = await live();
    const second = createDb(agent.config.databaseUrl, { max: 1 });
    try {
      await second.$transaction(
        async (tx) => {
          await tx.$executeRaw`LOCK TABLE "RecordingChunk" IN EXCLUSIVE MODE`;
          page.type("echo kept-$((1+1))\r");
          await page.sees("kept-2");
          const broken = async (): Promise<number> => {
            const [row] = await agent.db.$queryRaw<{ count: bigint }[]>`
              SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
              WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO "RecordingChunk"%'`;
            return Number(row!.count);
          };
          await expect.poll(broken).toBe(1);
        },
        { timeout: 30_000 },
      );
    } finally {
      await second.$disconnect();
    }
    page.type("exit\r");
    await becomes(id, ({ recording }) => recording === "sealed", "sealed");
    const store = new RecordingStore(agent.db, id);
    let said = "";
    for await (const item of readCast(store, id)) if ("event" in item && item.event.code === "o") said += item.event.data;
    expect(said).toContain("kept-2");
  });

  test("a host that is not known is sent nothing until an administrator has approved its key", async () => {
    const other = await agent.room(reviewer);
    const id = await open(prod, { reason: "the disk fills up" });
    const moderator = await agent.terminal(reviewer, id);
    await becomes(id, ({ watchers }) => watchers.length === 1, "looked at");
    expect(await other.outcome({ type: "terminal.moderate", terminalId: id, moderating: true })).toBe("ok");
    await becomes(id, ({ phase }) => phase === "ended", "ended");
    expect(stateOf(id)?.end).toMatchObject({ code: "host_key_unknown" });
    moderator.close();
    const rest = async (name: string, method: string, path: string, body?: unknown) => {
      const token = newToken();
      await agent.db.apiToken.create({ data: { userId: (await agent.person(name)).id, hash: hashToken(token) } });
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const response = await fetch(`http://127.0.0.1:${agent.port}/api/v1/connections/api-3/host-keys${path}`, init);
      return { status: response.status, body: await response.json() };
    };
    const met = () => rest("oncall", "GET", "");
    await expect.poll(async () => (await met()).body.keys).toMatchObject([{ state: "met", fingerprint: sshd.fingerprint }]);
    const [{ id: keyId, fingerprint }] = (await met()).body.keys;
    const approve = { decision: "approve", fingerprint };
    expect(await rest("oncall", "POST", `/${keyId}`, approve)).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(await rest("admin", "POST", `/${keyId}`, { ...approve, fingerprint: "SHA256:other" })).toMatchObject({
      body: { code: "digest_mismatch" },
    });
    expect(await rest("admin", "POST", `/${keyId}`, approve)).toMatchObject({
      status: 200,
      body: { state: "approved", decidedBy: "admin" },
    });
  });

  test("in production nothing connects until a moderator watches, and typing stops when they leave", async () => {
    const id = await open(prod, { reason: "the disk fills up" });
    const page = await agent.terminal(oncall, id);
    await becomes(id, ({ watchers }) => watchers.length === 1, "looked at");
    expect(stateOf(id)?.phase).toBe("waiting");
    expect(await room.outcome({ type: "terminal.moderate", terminalId: id, moderating: true })).toBe("forbidden");
    const other = await agent.room(reviewer);
    const moderator = await agent.terminal(reviewer, id);
    await becomes(id, ({ watchers }) => watchers.length === 2, "looked at by two");
    expect(stateOf(id)?.phase).toBe("waiting");
    expect(await other.outcome({ type: "terminal.moderate", terminalId: id, moderating: true })).toBe("ok");
    await becomes(id, ({ phase }) => phase === "live", "live");
    page.type("echo seen-$((1+1))\r");
    await moderator.sees("seen-2");
    moderator.close();
    await becomes(id, ({ paused }) => paused !== undefined, "paused");
    page.type("echo alone-$((1+1))\r");
    await page.until(() => page.problems.length > 0, "refused");
    const back = await agent.terminal(reviewer, id);
    await becomes(id, ({ watchers }) => watchers.length === 2, "looked at again");
    expect(await other.outcome({ type: "terminal.moderate", terminalId: id, moderating: true })).toBe("ok");
    await becomes(id, ({ paused }) => paused === undefined, "going on");
    page.type("echo again-$((1+1))\r");
    await back.sees("again-2");
    expect(back.screen).not.toContain("alone-");
    await kill(id);
  });

  test("what the shell calls itself is told to the room, and to who comes later", async () => {
    const { id, page } = await live();
    page.type("printf '\\033]0;deploy %s\\007' 42\r");
    await becomes(id, ({ title }) => title === "deploy 42", "called so");
    const later = await agent.room(reviewer);
    expect(later.snapshot.terminals.find((one) => one.id === id)?.title).toBe("deploy 42");
    later.ws.close();
    await kill(id);
  });

  test("in a closed room nothing is typed, and what runs goes on", async () => {
    const { id, page } = await live();
    page.type("for i in 1 2 3 4 5 6 7 8 9; do sleep 0.1; done; echo went-$((40+2))-on\r");
    expect(await room.outcome({ type: "room.close" })).toBe("ok");
    await becomes(id, ({ paused }) => paused?.includes("the room is closed") === true, "paused");
    page.type("echo typed-$((1+1))\r");
    await page.until(() => page.problems.some(({ code }) => code === "forbidden"), "refused");
    await page.sees("went-42-on");
    expect(await room.outcome({ type: "room.reopen" })).toBe("ok");
    await becomes(id, ({ paused }) => paused === undefined, "goes on");
    page.type("echo again-$((1+1))\r");
    await page.sees("again-2");
    expect(page.screen).not.toContain("typed-2");
    await kill(id);
  });

  test("without a reason, without the groups, and in a closed room nothing is opened", async () => {
    const asked = { type: "terminal.open", key: "refused-terminal", connectionId: prod, ...SIZE } as const;
    expect(await room.outcome(asked)).toBe("reason_required");
    const other = await agent.room(responder);
    expect(await other.outcome({ ...asked, reason: "to look" })).toBe("denied");
    const observer = await agent.room(await agent.person("observer"));
    expect(await observer.outcome({ ...asked, connectionId: staging })).toBe("observer");
  });

  test("access that ends ends the shell, and no byte comes after", async () => {
    const person = await agent.person("leaver", ["oncall"]);
    const page = await agent.room(person);
    const id = await open(staging, {}, page);
    const [own, watcher] = [await agent.terminal(person, id), await agent.terminal(oncall, id)];
    await becomes(id, ({ phase }) => phase === "live", "live");
    // Not as fast as it can: the pages of this test are drawn in its own process, and what waits there is not on its way any more.
    own.type("while :; do echo revoked; sleep 0.01; done\r");
    await watcher.sees("revoked");
    const began = performance.now();
    await revokeSession(agent.db, person.sessionId);
    await becomes(id, ({ phase }) => phase === "ended", "ended");
    const ended = performance.now();
    expect(own.lastOutput - began).toBeLessThan(1_000);
    expect(ended - began).toBeLessThan(1_000);
    await own.until(() => own.closed !== undefined, "closed");
    expect(own.closed?.code).toBe(4401);
    process.stdout.write(
      `revoked: last byte after ${Math.round(own.lastOutput - began)} ms, shell ended after ${Math.round(ended - began)} ms\n`,
    );
  });

  test("who is signed out is shown nothing more of a shell that floods, and it goes on for the others", async () => {
    const { id, page } = await live();
    const person = await agent.person("watcher-who-leaves", ["oncall"]);
    const watcher = await agent.terminal(person, id);
    page.type("yes flood\r");
    await watcher.until(() => watcher.bytes > 1_000_000, "flooded", 30_000);
    const began = performance.now();
    await revokeSession(agent.db, person.sessionId);
    await watcher.until(() => watcher.closed !== undefined, "closed");
    const after = watcher.lastOutput - began;
    expect(watcher.closed?.code).toBe(4401);
    expect(after).toBeLessThan(1_000);
    process.stdout.write(`revoked in a flood: last byte after ${Math.max(0, Math.round(after))} ms\n`);
    page.type("\u0003");
    page.type("echo still-$((1+1))\r");
    await page.sees("still-2", 30_000);
    await kill(id);
  });

  test("an agent that restarts ends its shells, and says so", async () => {
    const { id } = await live();
    await agent.restart();
    const page = await agent.room(oncall);
    const ended = page.snapshot.terminals.find((terminal) => terminal.id === id);
    expect(ended).toMatchObject({ phase: "ended", end: { why: "Interlock was stopped" }, recording: "interrupted" });
  });
});
