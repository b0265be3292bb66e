import { createHash, randomBytes, randomUUID } from "node:crypto";
import { rm, writeFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import { sealSecret, type Db } from "@interlock/db";
import { migratedDatabase } from "@interlock/db/testing";
import { PROTOCOL_VERSION, type Recording, type RecordingCheck, type Terminal } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeOldRecordings } from "../src/recordings/retention.ts";
import { S3Objects } from "../src/recordings/s3-objects.ts";
import { createLog } from "../src/log.ts";
import { RoomHub } from "../src/room/room-hub.ts";
import { Timeline } from "../src/timeline.ts";
import { parsePolicy } from "@interlock/policy";
import { PROCESS_ORIGIN, startAgentProcess } from "./agent-process.ts";
import { signIn, ticketFor, type TestPerson } from "./people.ts";
import { restOf, unpackedText } from "./recording-scene.ts";
import { RoomPage } from "./room-page.ts";
import { expectedSignature, S3_KEYS, startS3Server, type S3Server } from "./s3-server.ts";
import { TerminalPage } from "./terminal-page.ts";
import { startWholeAgent, type WholeAgent } from "./whole-agent.ts";

const SIZE = { columns: 120, rows: 24 } as const;
const BUCKET = "interlock-recordings";

test("what is held against signatures makes those of the documentation", () => {
  // docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Example: GET Object".
  const signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
  const headers = {
    host: "examplebucket.s3.amazonaws.com",
    range: "bytes=0-9",
    "x-amz-content-sha256": createHash("sha256").digest("hex"),
    "x-amz-date": "20130524T000000Z",
    authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=${signature}`,
  };
  expect(expectedSignature({ method: "GET", target: "/test.txt", headers }, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?.wanted).toBe(
    signature,
  );
});

describe.skipIf(sshdFor("tests of recordings as they are written") === undefined)("recordings of shells", () => {
  let agent: WholeAgent;
  let sshd: TestSshd;
  let s3: S3Server;
  let folder: string;
  let call: ReturnType<typeof restOf>;
  let oncall: TestPerson;
  let room: RoomPage;
  let staging: string;
  let strict: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "interlock-s3-"));
    const file = join(folder, "credentials");
    await writeFile(file, `[default]\naws_access_key_id = ${S3_KEYS.accessKeyId}\naws_secret_access_key=${S3_KEYS.secretAccessKey}\n`);
    [sshd, s3] = await Promise.all([startSshd(), startS3Server(BUCKET)]);
    const recordings = { ...at(s3), prefix: "prod one/", credentials: { file } };
    agent = await startWholeAgent({ recordings });
    await writeFile(join(agent.config.home, "policy.yaml"), POLICY);
    call = restOf(agent.db, () => agent.port);
    staging = await agent.connect({ name: "api-stg", connector: "ssh", environment: "staging" }, sshd.secret());
    strict = await agent.connect({ name: "api-strict", connector: "ssh", environment: "dev" }, sshd.secret());
    oncall = await agent.person("oncall");
    room = await agent.room(oncall);
  });
  afterAll(async () => {
    await agent?.stop();
    await Promise.all([sshd?.close(), s3?.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  const stateOf = (id: string): Terminal | undefined =>
    room.heard.findLast((heard) => heard.type === "terminal" && heard.terminal.id === id)?.["terminal" as never];
  const becomes = (id: string, what: (terminal: Terminal) => boolean, words: string): Promise<void> =>
    room.until(() => {
      const state = stateOf(id);
      return state !== undefined && what(state);
    }, words);
  async function open(connectionId = staging): Promise<{ id: string; page: TerminalPage }> {
    const opened = await room.ask({ type: "terminal.open", key: randomUUID(), connectionId, ...SIZE });
    if (opened.problem !== undefined) throw new Error(JSON.stringify(opened.problem));
    const id = String(opened.value?.["terminalId"]);
    const page = await agent.terminal(oncall, id);
    await becomes(id, ({ phase }) => phase === "live", "live");
    return { id, page };
  }
  const objectsOf = async (id: string): Promise<string> =>
    unpackedText([...s3.objects].filter(([path]) => path.includes(id)).map(([, bytes]) => bytes));
  const text = async (path: string): Promise<string> => (await call(oncall, path)).text();

  test("hold no secret that was printed or typed, in any form in which they are to be had", async () => {
    const { id, page } = await open();
    const card = "4000056655665556";
    const spaced = "5555 5555 5555 4444";
    const mails = ["robin.smith@example.com", "kim@payments.example.org"];
    // Printed: put together by the shell, so that it was not typed.
    page.type(`printf 'card %s%s mail %s@%s\\n' 40000566 55665556 robin.smith example.com; echo 5555' '5555' '5555' '4444\r`);
    await page.sees(/mail r•+@•+\.com/);
    // Typed, and echoed as it is to those who look.
    for (const key of `echo ${card} ${mails[1]}`) page.type(key);
    await page.sees(`echo ${card} ${mails[1]}`);
    page.type("\rexit\r");
    await becomes(id, ({ recording }) => recording === "sealed", "sealed");
    const rows = await agent.db.recordingChunk.findMany({ where: { terminalId: id } });
    expect(rows.every(({ content, object }) => content === null && object !== null)).toBe(true);
    const forms: Record<string, string> = {
      objects: await objectsOf(id),
      v3: await text(`/recordings/${id}/cast`),
      v2: await text(`/recordings/${id}/cast?format=v2`),
      commands: await text(`/recordings/${id}/commands`),
      found: await text(`/recordings/${id}/search?q=echo`),
      foundAll: await text("/recordings/search?q=echo"),
    };
    for (const form of Object.values(forms)) expect(form).toContain("•");
    expect(JSON.parse(forms["commands"]!).commands).toMatchObject([
      { exitCode: 0, line: expect.stringContaining("printf 'card") },
      { exitCode: 0, line: expect.stringMatching(/echo •+5556 k•+@•+/) },
      { line: expect.stringMatching(/exit$/) },
    ]);
    for (const [form, whole] of Object.entries(forms)) {
      // As it is stored, and as it is read: without what stands between the letters of a line.
      const read = whole
        .replaceAll("\u001b", "\\u001b")
        .replaceAll(/\\u001b\[[0-9;?]*[A-Za-z]|"\]\n\[[0-9.]+, "o", "|\n\[[0-9.]+, "o", +\d+\]\n/g, "");
      for (const secret of [card, spaced, spaced.replaceAll(" ", ""), ...mails, "kim@payments"])
        for (const one of [whole, read]) expect([form, one.includes(secret)]).toEqual([form, false]);
    }
    for (const query of [card, mails[0]!, mails[1]!])
      expect(JSON.parse(await text(`/recordings/${id}/search?q=${encodeURIComponent(query)}`)).matches).toEqual([]);
  });

  test("are stored in the bucket, can be watched while they go on, and are whole at their end", async () => {
    const { id, page } = await open();
    page.type("echo so-far-$((1+1))\r");
    await page.sees("so-far-2");
    await expect.poll(() => text(`/recordings/${id}/cast?player=true`)).toContain("so-far-2");
    expect(JSON.parse(await text(`/recordings/${id}/check`))).toMatchObject({ verdict: "so_far" });
    page.type("seq 1 600000; exit\r");
    await becomes(id, ({ recording }) => recording === "sealed", "sealed");
    const check = JSON.parse(await text(`/recordings/${id}/check`)) as RecordingCheck;
    expect(check).toMatchObject({ verdict: "whole" });
    expect(check.chunks).toBeGreaterThan(3);
    expect((await text(`/recordings/${id}/cast`)).length).toBeGreaterThan(200_000);
    expect([...s3.objects.keys()].every((path) => path.startsWith(`/${BUCKET}/prod%20one/`))).toBe(true);

    // A piece that is gone from the bucket is missed, and a bucket that does not answer is no fault of the recording.
    const [first, second] = [...s3.objects.keys()].filter((path) => path.includes(id));
    const kept = s3.objects.get(second!)!;
    s3.objects.delete(second!);
    expect(JSON.parse(await text(`/recordings/${id}/check`))).toMatchObject({ verdict: "broken", fault: { chunk: 1 } });
    s3.objects.set(second!, kept);
    s3.mode = "full";
    const refused = await call(oncall, `/recordings/${id}/cast`);
    expect(refused.status).toBe(503);
    expect(await refused.text()).toMatch(/recording_unreachable.*refused it \(507 InsufficientStorage\)/);
    s3.mode = "well";

    const parsed = parsePolicy("version: 1\nrules: []\nrecordings: [{ id: day, keep: 1d }]\n");
    if (!parsed.ok) throw new Error("no policy");
    const parts = {
      db: agent.db,
      policy: { current: parsed.policy },
      timeline: new Timeline(agent.db, new RoomHub()),
      log: createLog("silent"),
      objects: new S3Objects(agent.config.recordings!),
    };
    s3.mode = "full";
    await removeOldRecordings(parts, new Date(Date.now() + 2 * 86_400_000));
    expect(JSON.parse(await text(`/recordings/${id}`))).toMatchObject({ state: "removed", chunks: 0 });
    expect(s3.objects.has(first!)).toBe(true);
    s3.mode = "well";
    // A piece whose row could not be written, and one of somebody else.
    s3.objects.set(first!.replace(/[^/]+$/, "000099-0123456789abcdef.zst"), kept);
    const others = `/${BUCKET}/prod%20one/${randomUUID()}/000000-0123456789abcdef.zst`;
    s3.objects.set(others, kept);
    await removeOldRecordings(parts, new Date());
    expect([...s3.objects.keys()].filter((path) => path.includes(id))).toEqual([]);
    expect(s3.objects.delete(others)).toBe(true);
    expect(await agent.db.recordingChunk.count({ where: { terminalId: id } })).toBe(0);
  });

  test("that cannot be stored end a shell where they are required, with the reason, and are said to end elsewhere", async () => {
    const [lax, required] = [await open(), await open(strict)];
    s3.mode = "full";
    try {
      for (const { page } of [lax, required]) page.type("echo more\r");
      await becomes(required.id, ({ phase }) => phase === "ended", "ended");
      expect(stateOf(required.id)?.end?.why).toBe(
        "it could not be recorded any more (the object storage refused it (507 InsufficientStorage))",
      );
      await becomes(lax.id, ({ recording }) => recording === "failed", "failed");
    } finally {
      s3.mode = "well";
    }
    lax.page.type("echo still-$((1+1))\r");
    await lax.page.sees("still-2");
    lax.page.type("exit\r");
    await becomes(lax.id, ({ phase }) => phase === "ended", "ended");
    for (const { id } of [lax, required]) {
      await expect.poll(async () => (JSON.parse(await text(`/recordings/${id}`)) as Recording).state).toBe("failed");
      const failed = await agent.db.auditEvent.findMany({ where: { type: "recording.failed", data: { contains: id } } });
      expect(failed.map(({ data }) => JSON.parse(data).why)).toEqual(["the object storage refused it (507 InsufficientStorage)"]);
    }
  });

  test("end with what is known of a database that is full", async () => {
    const { id, page } = await open(strict);
    await agent.db.$executeRawUnsafe(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`);
    await agent.db.$executeRawUnsafe(
      'CREATE TRIGGER full_disk BEFORE INSERT ON "RecordingChunk" FOR EACH ROW EXECUTE FUNCTION full_disk()',
    );
    try {
      page.type("echo more\r");
      await becomes(id, ({ phase }) => phase === "ended", "ended");
      expect(stateOf(id)?.end?.why).toBe("it could not be recorded any more (the disk of Interlock's database is full)");
    } finally {
      await agent.db.$executeRawUnsafe('DROP TRIGGER full_disk ON "RecordingChunk"');
    }
  });
});

describe.skipIf(sshdFor("the test of kill -9 of the agent") === undefined)("kill -9", () => {
  test("leaves everything that was shown until a second before, sealed as interrupted", async () => {
    const key = new Uint8Array(randomBytes(32));
    const [database, sshd] = await Promise.all([migratedDatabase(), startSshd()]);
    const agent = await startAgentProcess({
      databaseUrl: database.url,
      environment: { INTERLOCK_KEY: Buffer.from(key).toString("base64"), INTERLOCK_LOG_LEVEL: "error" },
    });
    const { db } = database;
    try {
      await writeFile(join(agent.home, "policy.yaml"), POLICY);
      const ann = await signIn(db, "ann");
      const { roomId, connectionId } = await scene(db, ann, key, sshd);
      const url = async (path: string): Promise<string> =>
        `ws://127.0.0.1:${agent.port}/ws/${path}?v=${PROTOCOL_VERSION}&ticket=${await ticketFor(db, ann)}`;
      const room = await RoomPage.open(await url(`room/${roomId}`), PROCESS_ORIGIN);
      const shell = async () => {
        const opened = await room.ask({ type: "terminal.open", key: randomUUID(), connectionId, ...SIZE });
        const terminalId = String(opened.value?.["terminalId"]);
        const page = await TerminalPage.open(await url(`term/${terminalId}`), PROCESS_ORIGIN);
        await page.sees("$");
        return { terminalId, page };
      };
      const [{ terminalId: id, page }, other] = [await shell(), await shell()];
      page.type("i=0; while :; do i=$((i+1)); echo line-$i; sleep 0.02; done\r");
      await page.sees("line-40");
      // A word that is not over, and a number: what is masked is not decided yet.
      const word = "pay 4242424242424242 kubectl-delete-namespace-payments";
      const stalls = monitorEventLoopDelay({ resolution: 5 });
      stalls.enable();
      /** What both pages had shown by when. */
      const shown: { at: number; line: number; letters: number }[] = [];
      const look = (): void => {
        const line = Number(/line-(\d+)(?!.*line-)/s.exec(page.screen)?.[1]);
        shown.push({ at: Date.now(), line, letters: /pay .*/.exec(other.page.screen)?.[0].trimEnd().length ?? 0 });
      };
      for (const key of word) {
        other.page.type(key);
        await pause(60);
        look();
      }
      const killed = Date.now();
      await agent.kill();
      // A second, and what the machine took from this process, which may have been taken from the agent as well.
      const bound = 1_000 + stalls.max / 1e6;
      stalls.disable();
      const due = shown.findLast(({ at }) => at <= killed - bound)!;
      const rows = await db.recordingChunk.findMany({ where: { terminalId: id }, orderBy: { number: "asc" } });
      const all = await unpackedText(rows.map(({ content }) => content!));
      const stored = Number(/line-(\d+)(?!.*line-)/s.exec(all)?.[1]);
      const missing = shown.find(({ line }) => line > stored);
      process.stdout.write(`kill -9: lines of the last ${missing === undefined ? 0 : killed - missing.at} ms are missing\n`);
      expect(stored).toBeGreaterThanOrEqual(due.line);
      const logged = await db.auditEvent.findFirstOrThrow({
        where: { type: "recording.chained", data: { contains: id } },
        orderBy: { seq: "desc" },
      });
      const { chunk, chain } = JSON.parse(logged.data) as { chunk: number; chain: string };
      expect(rows[chunk]?.chain).toBe(chain);
      // By the database's clock, which is this machine's: a piece is in the log a second after it is stored.
      expect(rows[chunk]!.storedAt.getTime()).toBeGreaterThan(killed - bound - 1_000);
      expect(await db.terminal.findUniqueOrThrow({ where: { id } })).toMatchObject({ phase: "live", recording: "recording" });

      await agent.start();
      const call = restOf(db, () => agent.port);
      const recording = (await (await call(ann, `/recordings/${id}`)).json()) as Recording;
      expect(recording).toMatchObject({ state: "interrupted", chunks: rows.length + 1 });
      // Nobody was there to end it.
      expect(recording.end).toEqual({ why: "Interlock was restarted", mayStillRun: expect.stringContaining("may run on") as string });
      expect(recording.lastsMs).toBeLessThan(killed - Date.parse(recording.openedAt) + 1_000);
      expect(await (await call(ann, `/recordings/${id}/check`)).json()).toMatchObject({ verdict: "whole" });
      const cast = await (await call(ann, `/recordings/${id}/cast`)).text();
      expect(cast).toContain(`line-${stored}\\r`);
      expect(cast.trim().split("\n").at(-1)).toBe('[0, "m", "Interlock was restarted"]');

      // What was typed a second before is there, however little of it was decided.
      const [, ...events] = (await (await call(ann, `/recordings/${other.terminalId}/cast`)).text()).trim().split("\n");
      const typing = events.map((line) => JSON.parse(line) as [number, string, string]);
      const line = /pay .*/.exec(typing.map(([, code, data]) => (code === "o" ? data : "")).join(""))?.[0] ?? "";
      const masked = word.replace("424242424242", "••••••••••••");
      const lost = shown.find(({ letters }) => letters > line.length);
      process.stdout.write(`kill -9: letters of the last ${lost === undefined ? 0 : killed - lost.at} ms are missing\n`);
      expect(masked.startsWith(line)).toBe(true);
      expect(due.letters).toBeGreaterThan(0);
      expect(line.length).toBeGreaterThanOrEqual(due.letters);
      expect(typing.at(-1)).toEqual([0, "m", "Interlock was restarted"]);
      expect(await (await call(ann, `/recordings/${other.terminalId}/check`)).json()).toMatchObject({ verdict: "whole" });
      expect(await db.recordingTail.count()).toBe(0);
    } finally {
      await agent.dispose();
      await Promise.all([database.dispose(), sshd.close()]);
    }
  });

  async function scene(db: Db, person: TestPerson, key: Uint8Array, sshd: TestSshd) {
    const members = { create: { userId: person.id, role: "lead" } };
    const { id: roomId } = await db.room.create({ data: { title: "crash", members } });
    const connectionId = randomUUID();
    const secret = sealSecret(key, connectionId, sshd.secret());
    await db.connection.create({ data: { id: connectionId, name: "api-stg", connector: "ssh", environment: "staging", secret } });
    return { roomId, connectionId };
  }
});

const at = ({ endpoint }: S3Server) => ({ endpoint, region: "eu-test-1", bucket: BUCKET, style: "path" as const });

const POLICY = `version: 1
masks: [{ detectors: [email, card] }]
terminals:
  - { id: strict, match: { environment: [dev] }, joining: peer, record: required }
  - { id: lax, match: { environment: [staging] }, joining: peer }
rules: []
`;
