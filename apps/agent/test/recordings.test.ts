import { verifyChain } from "@interlock/audit";
import { auditHead, readAudit } from "@interlock/db";
import { parsePolicy, type Policy } from "@interlock/policy";
import type { Recording, RecordingFindings, Recordings } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLog } from "../src/log.ts";
import { keepRecordings, removeOldRecordings } from "../src/recordings/retention.ts";
import { RoomHub } from "../src/room/room-hub.ts";
import { RecordingStore } from "../src/terminal/recording-store.ts";
import { TerminalStreams } from "../src/terminal/terminal-stream.ts";
import { Timeline } from "../src/timeline.ts";
import type { TestPerson } from "./people.ts";
import { restOf, storeRecording, type Scene } from "./recording-scene.ts";
import { startWholeAgent, type WholeAgent } from "./whole-agent.ts";

const DAY_MS = 86_400_000;
const policyOf = (text: string): Policy => {
  const parsed = parsePolicy(`version: 1\nrules: []\n${text}`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.policy;
};
const SCENE: Scene = [
  [0, "output", "$ "],
  [900, "started", "systemctl status api"],
  [1_000, "output", "systemctl status api\r\n\u001b[31mFailed\u001b[0m to start: disk quota exceeded\r\n"],
  [1_400, "finished", 3],
  [5_000, "started", "df -h"],
  [5_100, "output", "/dev/sda1  99% /srv\r\n"],
  [5_200, "finished", 0],
];

let agent: WholeAgent;
let call: ReturnType<typeof restOf>;
let oncall: TestPerson;
let outsider: TestPerson;
let admin: TestPerson;
let roomId: string;
let staging: string;
let prod: string;

beforeAll(async () => {
  agent = await startWholeAgent();
  call = restOf(agent.db, () => agent.port);
  const secret = { host: "127.0.0.1", user: "nobody", password: "x" };
  staging = await agent.connect({ name: "api-stg", connector: "ssh", environment: "staging" }, secret);
  prod = await agent.connect({ name: "api-3", connector: "ssh", environment: "prod" }, secret);
  [oncall, outsider, admin] = [await agent.person("oncall"), await agent.person("passer-by"), await agent.person("admin")];
  const members = { create: { userId: oncall.id, role: "responder" } };
  roomId = (await agent.db.room.create({ data: { title: "api-3 does not answer", members } })).id;
});
afterAll(() => agent?.stop());

const stored = (more: Partial<Parameters<typeof storeRecording>[1]> = {}): Promise<string> =>
  storeRecording(agent.db, { roomId, connectionId: staging, openedBy: oncall, scene: SCENE, end: "sealed", ...more });
async function said<T>(response: Response): Promise<T> {
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}
const code = async (response: Response): Promise<string> => ((await response.json()) as { code: string }).code;
const events = async (type: string, terminalId: string) =>
  (await agent.db.auditEvent.findMany({ where: { type, data: { contains: terminalId } }, orderBy: { seq: "asc" } })).map((row) => ({
    actor: row.actor,
    ...(JSON.parse(row.data) as Record<string, unknown>),
  }));

describe("who may watch", () => {
  test("members of its room and administrators, and nobody else", async () => {
    const id = await stored();
    for (const path of ["", "/cast", "/commands", "/search?q=disk", "/check"]) {
      expect([path, (await call(oncall, `/recordings/${id}${path}`)).status]).toEqual([path, 200]);
      expect([path, (await call(admin, `/recordings/${id}${path}`)).status]).toEqual([path, 200]);
      expect([path, await code(await call(outsider, `/recordings/${id}${path}`))]).toEqual([path, "forbidden"]);
    }
    expect((await said<Recordings>(await call(outsider, "/recordings"))).recordings).toEqual([]);
    expect((await said<RecordingFindings>(await call(outsider, "/recordings/search?q=disk"))).found).toEqual([]);
    expect(await events("recording.watched", id)).toEqual([]);
    expect((await fetch(`http://127.0.0.1:${agent.port}/api/v1/recordings/${id}`)).status).toBe(401);
  });

  test("policy lets a group watch without being in the room", async () => {
    const auditor = await agent.person("auditor", ["auditors"]);
    const [inProd, inStaging] = [await stored({ connectionId: prod, name: "api-3" }), await stored()];
    expect((await call(auditor, `/recordings/${inProd}`)).status).toBe(200);
    expect((await call(auditor, `/recordings/${inStaging}`)).status).toBe(403);
    const { recordings } = await said<Recordings>(await call(auditor, "/recordings"));
    expect(recordings.map(({ connection }) => connection)).toEqual(["api-3"]);
    expect(recordings[0]).toMatchObject({ keptUntil: { rule: "prod-recordings" }, environment: "prod", openedBy: "oncall" });
  });
});

describe("watching", () => {
  test("is in the audit log before the first byte leaves, and nothing leaves where it cannot be", async () => {
    const id = await stored();
    const v3 = await (await call(oncall, `/recordings/${id}/cast?player=true`)).text();
    const lines = v3
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    expect(lines[0]).toMatchObject({ version: 3, term: { cols: 80, rows: 24 } });
    expect(lines).toContainEqual([expect.any(Number), "m", "systemctl status api"]);
    expect(lines.at(-1)).toEqual([expect.any(Number), "x", "0"]);
    expect(await events("recording.watched", id)).toEqual([{ actor: "oncall", terminalId: id, name: "api-stg" }]);
    const download = await call(oncall, `/recordings/${id}/cast?format=v2`);
    expect(download.headers.get("content-disposition")).toBe(`attachment; filename="${id}.v2.cast"`);
    expect(JSON.parse((await download.text()).split("\n")[0]!)).toMatchObject({ version: 2, width: 80, height: 24 });
    expect(await events("recording.downloaded", id)).toEqual([{ actor: "oncall", terminalId: id, name: "api-stg", format: "v2" }]);

    await agent.db.$executeRawUnsafe('ALTER TABLE "AuditEvent" ADD CONSTRAINT "no_more" CHECK ("type" NOT LIKE \'recording.%\') NOT VALID');
    try {
      for (const path of ["/cast", "/cast?player=true", "/commands", "/search?q=disk"]) {
        const refused = await call(oncall, `/recordings/${id}${path}`);
        expect(refused.status).toBe(500);
        expect(await refused.text()).not.toContain("disk");
      }
      expect((await call(oncall, "/recordings/search?q=disk")).status).toBe(500);
    } finally {
      await agent.db.$executeRawUnsafe('ALTER TABLE "AuditEvent" DROP CONSTRAINT "no_more"');
    }
  });

  test("commands with their exit codes, and what was shown when", async () => {
    const id = await stored();
    expect(await said(await call(oncall, `/recordings/${id}/commands`))).toEqual({
      commands: [
        { at: 900, endedAt: 1_400, text: "systemctl status api", folder: "/srv/api", exitCode: 3 },
        { at: 5_000, endedAt: 5_200, text: "df -h", folder: "/srv/api", exitCode: 0 },
      ],
      more: false,
    });
    expect(await said(await call(oncall, `/recordings/${id}/search?q=DISK%20quota`))).toMatchObject({
      matches: [{ at: 1_000, line: "Failed to start: disk quota exceeded", from: 17, to: 27 }],
    });
    expect(await events("recording.searched", id)).toHaveLength(2);
  });

  test("one that goes on is there as far as it is stored", async () => {
    const id = await stored({ end: undefined as never });
    expect(await said(await call(oncall, `/recordings/${id}`))).toMatchObject({ state: "recording", chunks: 2 });
    expect(await (await call(oncall, `/recordings/${id}/cast`)).text()).toContain("99% /srv");
    expect(await said(await call(oncall, `/recordings/${id}/check`))).toMatchObject({ verdict: "so_far", chunks: 2 });
  });
});

test("a search goes through all that one may watch, and tells where", async () => {
  const other = await agent.db.room.create({ data: { title: "another", members: { create: { userId: oncall.id, role: "observer" } } } });
  const scene: Scene = [
    [0, "output", "needle-a\r\n"],
    [2_000, "output", "NEEDLE-b\r\nhay\r\n"],
  ];
  const [first, second] = [await stored({ scene }), await stored({ scene, roomId: other.id })];
  const all = await said<RecordingFindings>(await call(oncall, "/recordings/search?q=needle"));
  expect(all.found.map(({ recording, matches }) => [recording.id, matches.map(({ at }) => at)])).toEqual([
    [second, [0, 2_000]],
    [first, [0, 2_000]],
  ]);
  const one = await said<RecordingFindings>(await call(oncall, `/recordings/search?q=needle&room=${other.id}`));
  expect(one).toMatchObject({ searched: 1, found: [{ recording: { id: second, room: { title: "another" } } }] });
  expect(await code(await call(oncall, "/recordings/search?q="))).toBe("bad_request");
});

test("pages of the list go on where the one before ended", async () => {
  const room = await agent.db.room.create({ data: { title: "many", members: { create: { userId: oncall.id, role: "lead" } } } });
  const openedAt = new Date();
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) ids.push(await stored({ roomId: room.id, openedAt: n < 3 ? openedAt : new Date(openedAt.getTime() + n) }));
  const met: string[] = [];
  for (let next: string | undefined, pages = 0; pages === 0 || next !== undefined; pages++) {
    const page: Recordings = await said(
      await call(oncall, `/recordings?room=${room.id}&limit=2${next === undefined ? "" : `&before=${next}`}`),
    );
    met.push(...page.recordings.map(({ id }) => id));
    next = page.next;
  }
  expect(met.toSorted()).toEqual(ids.toSorted());
  expect(met.slice(0, 2)).toEqual([ids[4], ids[3]]);
  expect(await code(await call(oncall, "/recordings?before=1-nonsense"))).toBe("bad_request");
});

describe("the chain", () => {
  const long: Scene = Array.from({ length: 5 }, (_, n) => [n * 1_000, "output", `${n} ${"x".repeat(32_000)}\r\n`]);

  test("of a whole recording is the one in the audit log", async () => {
    const id = await stored({ scene: long });
    const check = await said<{ chain: string; chunks: number }>(await call(oncall, `/recordings/${id}/check`));
    expect(check).toMatchObject({ verdict: "whole", logged: { chain: check.chain, chunk: check.chunks - 1 } });
    expect(check.chunks).toBeGreaterThan(3);
    // What a page has to keep of it is no matter of how well it is packed.
    const { bytes, outputBytes } = await said<Recording>(await call(oncall, `/recordings/${id}`));
    expect(bytes).toBeLessThan(4_000);
    expect(outputBytes).toBeGreaterThan(4 * 32_000);
  });

  test.each<[string, (id: string) => Promise<unknown>, number]>([
    ["that was changed", (id) => change(id, 2, `"content" = decode('6162', 'hex')`), 2],
    [
      "whose pieces were taken off its end",
      (id) => agent.db.recordingChunk.deleteMany({ where: { terminalId: id, number: { gte: 3 } } }),
      3,
    ],
    ["that was written anew, its hashes, too", (id) => change(id, 0, `"chain" = repeat('a', 64)`), 0],
  ])("breaks in one %s", async (_, tamper, chunk) => {
    const id = await stored({ scene: long });
    await tamper(id);
    expect(await said(await call(oncall, `/recordings/${id}/check`))).toMatchObject({ verdict: "broken", fault: { chunk } });
    const cast = await call(oncall, `/recordings/${id}/cast`);
    if (chunk === 0) expect(await code(cast)).toBe("recording_broken");
    // It cannot be taken for the whole of it.
    else if (chunk === 2) {
      await expect(cast.text()).rejects.toThrow(/terminated/);
      const watched = await (await call(oncall, `/recordings/${id}/cast?player=true`)).text();
      expect(watched.trim().split("\n").at(-1)).toBe("# fault: chunk 2 of the recording: its content was changed");
    }
  });

  const change = (id: string, number: number, to: string): Promise<unknown> =>
    agent.db.$executeRawUnsafe(`UPDATE "RecordingChunk" SET ${to} WHERE "terminalId" = '${id}' AND "number" = ${number}`);
});

describe("what is kept beside the pieces", () => {
  const piece = (number: number, end?: "sealed") => ({
    number,
    at: 0,
    offset: 0,
    content: new Uint8Array([number]),
    sha256: "",
    chain: "",
    ...(end && { end }),
  });
  const tail = (number: number, byte = 0) => ({ number, content: new Uint8Array([number, byte]) });

  test("comes and goes with them, and is of the newest", async () => {
    const id = await stored({ end: undefined as never });
    const store = new RecordingStore(agent.db, id);
    const { _max: max } = await agent.db.recordingChunk.aggregate({ where: { terminalId: id }, _max: { number: true } });
    const next = max.number! + 1;
    const kept = async (): Promise<unknown> => {
      const row = await store.tail();
      return row && [row.number - next, row.content[1]];
    };
    await store.append([], tail(next));
    expect(await kept()).toEqual([0, 0]);
    await store.append([], tail(next, 1));
    expect(await kept()).toEqual([0, 1]);
    await store.append([piece(next), piece(next + 1)], tail(next + 2));
    expect(await kept()).toEqual([2, 0]);
    // One that a connection brings that was given up.
    await store.append([], tail(next, 7));
    expect(await kept()).toEqual([2, 0]);
    await store.append([piece(next + 2)]);
    expect(await kept()).toBeUndefined();
    await store.append([], tail(next + 1, 7));
    expect(await kept()).toBeUndefined();
    // All or nothing.
    await expect(store.append([piece(next + 2)], tail(next + 3))).rejects.toThrow("duplicate key");
    expect(await kept()).toBeUndefined();
    await store.append([piece(next + 3)], tail(next + 4));
    await store.append([piece(next + 4, "sealed")]);
    expect(await kept()).toBeUndefined();
  });

  test("does not keep a recording from being closed where it cannot be read", async () => {
    const id = await stored({ end: undefined as never });
    const { _max: max } = await agent.db.recordingChunk.aggregate({ where: { terminalId: id }, _max: { number: true } });
    await agent.db.recordingTail.create({ data: { terminalId: id, number: max.number! + 1, content: Buffer.from("none of ours") } });
    const timeline = new Timeline(agent.db, new RoomHub());
    const [policy, log] = [{ current: policyOf("") }, createLog("silent")];
    const streams = new TerminalStreams({ db: agent.db, policy, timeline, objects: undefined, log });
    try {
      const row = await agent.db.terminal.findUniqueOrThrow({ where: { id } });
      expect(await streams.interrupted(row)).toMatchObject({ recording: "interrupted", chunks: max.number! + 2 });
      const last = await agent.db.recordingChunk.findFirstOrThrow({ where: { terminalId: id }, orderBy: { number: "desc" } });
      expect(last).toMatchObject({ number: max.number! + 1, end: "interrupted" });
      expect(await agent.db.recordingTail.count({ where: { terminalId: id } })).toBe(0);
    } finally {
      await streams.stop();
    }
  });
});

describe("retention", () => {
  const policy = (text: string): Policy => policyOf(`recordings:\n${text}`);
  const parts = (current: Policy) => ({
    db: agent.db,
    policy: { current },
    timeline: new Timeline(agent.db, new RoomHub()),
    objects: undefined,
    log: createLog("silent"),
  });
  const ninety = policy("  - { id: ninety-days, match: { environment: [staging] }, keep: 90d }");

  test("removes what is past its time, and the log keeps its hash", async () => {
    const openedAt = new Date();
    const [id, inProd] = [await stored({ openedAt }), await stored({ openedAt, connectionId: prod })];
    const { chain } = await said<{ chain: string }>(await call(oncall, `/recordings/${id}/check`));
    const after = (days: number): Date => new Date(openedAt.getTime() + 6_000 + days * DAY_MS);
    // As a recording that failed leaves it.
    await agent.db.recordingTail.create({ data: { terminalId: id, number: 9, content: new Uint8Array(1) } });
    await removeOldRecordings(parts(ninety), after(89));
    expect(await said(await call(oncall, `/recordings/${id}`))).toMatchObject({ state: "sealed" });

    await removeOldRecordings(parts(ninety), after(91));
    const removed = { at: after(91).toISOString(), rule: "ninety-days", policyVersion: ninety.version, hash: chain };
    expect(await said(await call(oncall, `/recordings/${id}`))).toMatchObject({ state: "removed", chunks: 0, removed });
    expect(await said(await call(oncall, `/recordings/${id}/check`))).toMatchObject({ verdict: "removed", chain, logged: { chain } });
    const gone = await call(oncall, `/recordings/${id}/cast`);
    expect([gone.status, await code(gone)]).toEqual([410, "recording_removed"]);
    expect(await agent.db.recordingChunk.count({ where: { terminalId: id } })).toBe(0);
    expect(await agent.db.recordingTail.count({ where: { terminalId: id } })).toBe(0);
    expect(await events("recording.removed", id)).toMatchObject([{ actor: "system", rule: "ninety-days", hash: chain, name: "api-stg" }]);
    expect(await said(await call(oncall, `/recordings/${inProd}`))).toMatchObject({ state: "sealed" });

    const rows = await readAudit(agent.db, { after: 0, limit: 10_000 });
    expect(await verifyChain(rows, await auditHead(agent.db))).toEqual({ ok: true, events: rows.length });
  });

  test("leaves what is held, and what goes on", async () => {
    const openedAt = new Date(Date.now() - 400 * DAY_MS);
    const [held, goesOn] = [await stored({ openedAt }), await stored({ openedAt, end: undefined as never })];
    const hold = (who: TestPerson, reason?: string) =>
      call(who, `/recordings/${held}/hold`, { method: "POST", body: JSON.stringify(reason === undefined ? {} : { reason }) });
    expect(await code(await hold(oncall, "mine"))).toBe("forbidden");
    expect(await said(await hold(admin, "Case 17 of the regulator"))).toMatchObject({ hold: { by: "admin" } });
    await removeOldRecordings(parts(ninety), new Date());
    expect(await said(await call(oncall, `/recordings/${held}`))).toMatchObject({ state: "sealed" });
    expect(await said(await call(oncall, `/recordings/${goesOn}`))).toMatchObject({ state: "recording" });
    expect((await said<Recording>(await hold(admin))).hold).toBeUndefined();
    await removeOldRecordings(parts(ninety), new Date());
    expect(await said(await call(oncall, `/recordings/${held}`))).toMatchObject({ state: "removed" });
    expect(await code(await hold(admin, "too late"))).toBe("recording_removed");
    expect(await events("recording.held", held)).toMatchObject([{ actor: "admin", reason: "Case 17 of the regulator" }]);
    expect(await events("recording.released", held)).toMatchObject([{ actor: "admin" }]);
  });

  test("runs by itself, by the clock it is given", async () => {
    const id = await stored();
    const ending = new AbortController();
    keepRecordings(parts(ninety), ending.signal, () => new Date(Date.now() + 200 * DAY_MS));
    await expect.poll(async () => (await said<Recording>(await call(oncall, `/recordings/${id}`))).state).toBe("removed");
    ending.abort();
  });
});
