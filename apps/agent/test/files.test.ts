import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import { Command, FilePreview, HostFolder, StagedUpload } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventTypes, openStage, POLICY, type Name, type Stage } from "./command-stage.ts";

const FILES = `files:
  - { id: looked-at, match: { environment: [prod] }, allow: [browse, preview, upload], maxBytes: 1MiB }
  - { id: none-taken, match: { environment: [prod] }, deny: [download], message: Raw bytes stay in production. }
  - { id: staging, match: { environment: [staging] }, allow: [browse, preview, download, upload], reason: true, maxBytes: 1MiB }
`;

describe.skipIf(sshdFor("files of hosts through the agent") === undefined)("files of a host", () => {
  let stage: Stage;
  let sshd: TestSshd;
  let folder: string;

  beforeAll(async () => {
    [stage, sshd] = await Promise.all([openStage(POLICY + FILES), startSshd()]);
    for (const [name, environment] of [
      ["web-1", "prod"],
      ["web-2", "staging"],
      ["web-3", "dev"],
    ] as const) {
      const made = await stage.connections.create({ name, connector: "ssh", environment, labels: {}, secret: sshd.secret() });
      if (!made.ok) throw new Error(made.code);
    }
    folder = join(sshd.home, "files");
    mkdirSync(folder);
    own(folder);
  });
  afterAll(async () => {
    await stage?.dispose();
    await sshd?.close();
  });

  /** Made by whoever runs the tests, owned by the account. */
  function own(path: string): string {
    const { uid, gid } = statSync(sshd.home);
    chownSync(path, uid, gid);
    return path;
  }
  const put = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return own(join(folder, name));
  };
  const query = (words: Record<string, string>): string => new URLSearchParams(words).toString();
  const get = (who: Name, what: string, words: Record<string, string>): Promise<Response> =>
    stage.call(who, "GET", `/rooms/${stage.room.id}/files${what}?${query({ connection: "web-1", ...words })}`);
  const codeOf = async (response: Response): Promise<unknown> => ((await response.json()) as { code?: string }).code;
  const send = (who: Name, path: string, bytes: string | Uint8Array, connection = "web-1"): Promise<Response> =>
    stage.call(who, "POST", `/rooms/${stage.room.id}/uploads?${query({ connection, path })}`, Buffer.from(bytes), {
      "content-type": "application/octet-stream",
    });
  const staged = async (who: Name, path: string, bytes: string | Buffer, connection?: string): Promise<StagedUpload> =>
    StagedUpload.parse(await (await send(who, path, bytes, connection)).json());
  const propose = async (who: Name, { id }: StagedUpload, reason?: string): Promise<Command> =>
    Command.parse(
      await (await stage.call(who, "POST", `/rooms/${stage.room.id}/uploads/${id}/propose`, reason === undefined ? {} : { reason })).json(),
    );
  const hash = (bytes: string | Buffer): string => createHash("sha256").update(bytes).digest("hex");
  const left = (): string[] => readdirSync(folder).filter((name) => name.includes(".interlock-"));
  const fileEvents = async (): Promise<{ type: string; data: Record<string, unknown> }[]> =>
    (await stage.db.auditEvent.findMany({ where: { type: { startsWith: "file" } }, orderBy: { seq: "asc" } })).map(({ type, data }) => ({
      type,
      data: JSON.parse(data) as Record<string, unknown>,
    }));

  test("a folder is told with its real path, links, odd names and owners, and each look is in the log", async () => {
    put("a.txt", "12345");
    symlinkSync("a.txt", join(folder, "link"));
    symlinkSync("nowhere", join(folder, "dangling"));
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x62, 0xff])]), "x");
    put("new\nline", "");
    const answer = await get("oncall", "", { path: `${folder}/../files/.` });
    expect(answer.status).toBe(200);
    const told = HostFolder.parse(await answer.json());
    expect(told.path).toBe(folder);
    expect(told.entries.find(({ name }) => name === "a.txt")).toMatchObject({ kind: "file", size: 5, mode: 0o644, ownerName: sshd.user });
    expect(told.entries.find(({ name }) => name === "link")).toMatchObject({ link: { to: "a.txt", leadsTo: "file" } });
    expect(told.entries.find(({ name }) => name === "dangling")?.link).toEqual({ to: "nowhere" });
    expect(told.entries.filter(({ unnameable }) => unnameable)).toHaveLength(1);
    expect(told.entries.map(({ name }) => name)).toContain("new\nline");
    expect(told.rights).toMatchObject({ preview: true, download: false, upload: true, why: "Raw bytes stay in production." });
    expect((await fileEvents()).at(-1)).toMatchObject({ type: "files.listed", data: { connection: "web-1" } });
  });

  test("I7 a preview is text, masked, of its beginning only; what is none is said to be none", async () => {
    put("card.log", `paid by person1@example.com with 4242424242424242\n`);
    const shown = FilePreview.parse(await (await get("oncall", "/preview", { path: `${folder}/card.log` })).json());
    expect(shown).toMatchObject({ truncated: false, masked: true, path: `${folder}/card.log` });
    expect(shown.text).not.toMatch(/person1@example|4242424242/);
    // A number that the cut goes through is not shown by half.
    const large = `${"x".repeat(256 * 1024 - 8)}4242424242424242\n`;
    put("large.log", large);
    const cut = FilePreview.parse(await (await get("oncall", "/preview", { path: `${folder}/large.log` })).json());
    expect(cut).toMatchObject({ truncated: true, size: large.length });
    expect(cut.text).toMatch(/^x+$/);
    put("program", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]));
    expect(FilePreview.parse(await (await get("oncall", "/preview", { path: `${folder}/program` })).json()).text).toBeUndefined();
    put("latin1.txt", Buffer.from([0x66, 0xfc, 0x72]));
    expect(FilePreview.parse(await (await get("oncall", "/preview", { path: `${folder}/latin1.txt` })).json()).text).toBeUndefined();
  });

  test("I1 raw bytes go out only where policy says so, for a reason, in the log before the first of them", async () => {
    const bytes = Buffer.alloc(300_000, "abc");
    const path = put("taken.bin", bytes);
    const denied = await get("oncall", "/content", { path });
    expect([denied.status, await codeOf(denied)]).toEqual([403, "denied"]);
    expect((await fileEvents()).at(-1)).toMatchObject({ type: "file.denied", data: { act: "download", rules: ["none-taken"] } });
    const unsaid = await get("oncall", "/content", { connection: "web-2", path });
    expect([unsaid.status, await codeOf(unsaid)]).toEqual([422, "reason_required"]);
    const given = await get("oncall", "/content", { connection: "web-2", path, reason: "to look at it at home" });
    expect(given.status).toBe(200);
    expect((await fileEvents()).at(-1)).toMatchObject({
      type: "file.downloaded",
      data: { path, size: 300_000, reason: "to look at it at home" },
    });
    expect(given.headers.get("content-length")).toBe("300000");
    expect(Buffer.from(await given.arrayBuffer()).equals(bytes)).toBe(true);
    expect((await fileEvents()).at(-1)).toMatchObject({
      type: "file.download_ended",
      data: { bytes: 300_000, sha256: hash(bytes), whole: true },
    });
    put("too-large", Buffer.alloc(1024 * 1024 + 1));
    const large = await get("oncall", "/content", { connection: "web-2", path: `${folder}/too-large`, reason: "why not" });
    expect([large.status, await codeOf(large)]).toEqual([413, "too_large"]);
  });

  test("I1 whoever wants something of a host's files is in the log before the host hears of it, and also where it has nothing for them", async () => {
    const known: ReturnType<typeof fileEvents>[] = [];
    // Somebody who only looks at what the log has by the time they are reached.
    const host = createServer((socket) => {
      known.push(fileEvents());
      socket.on("error", () => undefined).destroy();
    });
    await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
    const { port } = host.address() as AddressInfo;
    const secret = { ...sshd.secret(), port };
    const made = await stage.connections.create({ name: "web-4", connector: "ssh", environment: "staging", labels: {}, secret });
    if (!made.ok) throw new Error(made.code);
    const words = { connection: "web-4", path: "~/asked" };
    for (const [ask, event] of [
      [() => get("oncall", "", words), { type: "files.listed" }],
      [() => get("oncall", "/preview", words), { type: "file.previewed" }],
      [
        () => get("oncall", "/content", { ...words, reason: "to see" }),
        { type: "file.download_asked", data: { rules: ["staging"], reason: "to see" } },
      ],
      [() => send("oncall", words.path, "x", words.connection), { type: "file.received" }],
    ] as const) {
      expect(await codeOf(await ask())).toBe("target_down");
      expect((await known.pop())?.at(-1)).toMatchObject({ ...event, data: { path: "~/asked", connection: "web-4" } });
    }
    host.close();
    const path = `${folder}/not-there`;
    expect(await codeOf(await get("oncall", "/content", { connection: "web-2", path, reason: "to see" }))).toBe("not_found");
    expect((await fileEvents()).at(-1)).toMatchObject({ data: { connection: "web-2", path, reason: "to see" } });
  });

  test("I8 observers, hosts without a rule and the host's own refusals", async () => {
    expect(await codeOf(await get("observer", "", { path: folder }))).toBe("observer");
    expect(await codeOf(await get("oncall", "", { connection: "web-3", path: folder }))).toBe("denied");
    expect(await codeOf(await get("oncall", "", { path: `${folder}/not-there` }))).toBe("not_found");
    expect(await codeOf(await get("oncall", "", { connection: "payments-db", path: "/" }))).toBe("bad_request");
    const closed = join(sshd.folder, "closed");
    mkdirSync(closed, { mode: 0o700 });
    const refused = await get("oncall", "", { path: process.getuid?.() === 0 ? closed : "/root" });
    expect(await codeOf(refused)).toBe("statement_failed");
  });

  test("I2 an upload is agreed to byte for byte by somebody else, and takes its place in one step", async () => {
    const path = `${folder}/app.conf`;
    const made = await staged("oncall", `${folder}/../files/app.conf`, "port = 1\n");
    expect(made).toMatchObject({ path, bytes: 9, sha256: hash("port = 1\n"), replaces: null, verdict: { decision: "review" } });
    expect(made.impact.effect).toBe("append");
    // Nothing is on the host yet, and nothing of it readable on the agent's disk.
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(join(stage.home, "uploads", made.id)).includes("port")).toBe(false);
    const command = await propose("oncall", made, "the old port is taken");
    expect(command).toMatchObject({ state: "awaiting_review", upload: { path, sha256: hash("port = 1\n"), replaces: null } });
    expect(command.text).toContain(hash("port = 1\n"));
    expect(FilePreview.parse(await (await stage.call("reviewer", "GET", `/commands/${command.id}/upload`)).json()).text).toBe("port = 1\n");
    expect(await stage.approve("oncall", command)).toMatchObject({ ok: false, code: "self_review" });
    expect(await stage.approve("reviewer", command)).toMatchObject({ ok: true });
    const done = await stage.until(command.id);
    expect(done).toMatchObject({ state: "succeeded", execution: { affected: [{ object: path, inserted: 1 }] } });
    expect(readFileSync(path, "utf8")).toBe("port = 1\n");
    expect(await eventTypes(stage, command.id)).toEqual([
      "command.proposed",
      "command.reviewed",
      "command.approved",
      "command.started",
      "command.succeeded",
    ]);
    expect(readdirSync(join(stage.home, "uploads"))).toEqual([]);
    expect(left()).toEqual([]);
  });

  test("what an upload replaces is told, and what was changed since is not replaced", async () => {
    const path = put("replaced.conf", "old\n");
    const made = await staged("oncall", path, "new\n");
    expect(made).toMatchObject({ replaces: { bytes: 4, sha256: hash("old\n"), mode: 0o644 }, impact: { effect: "modify" } });
    const command = await propose("oncall", made, "as agreed");
    put("replaced.conf", "hot\n");
    await stage.approve("reviewer", command);
    const done = await stage.until(command.id);
    expect(done).toMatchObject({ state: "failed", execution: { error: { code: "targets_changed" } } });
    expect(readFileSync(path, "utf8")).toBe("hot\n");
    expect(left()).toEqual([]);
    // As it is now it can be replaced, and keeps its permissions.
    execFileSync("chmod", ["600", path]);
    const again = await propose("oncall", await staged("oncall", path, "new\n"), "as agreed");
    await stage.approve("reviewer", again);
    expect(await stage.until(again.id)).toMatchObject({ state: "succeeded", execution: { affected: [{ updated: 1 }] } });
    expect(readFileSync(path, "utf8")).toBe("new\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("I2 other bytes, another place or another upload under an agreement are refused", async () => {
    const made = await staged("oncall", `${folder}/sealed`, "agreed");
    const command = await propose("oncall", made);
    for (const data of [{ sha256: hash("evil") }, { path: "/etc/passwd" }, { bytes: 7n }]) {
      const before = await stage.db.upload.findUniqueOrThrow({ where: { id: made.id } });
      await stage.db.upload.update({ where: { id: made.id }, data });
      expect(await stage.approve("reviewer", command)).toMatchObject({ ok: false, code: "digest_mismatch" });
      await stage.db.upload.update({ where: { id: made.id }, data: { sha256: before.sha256, path: before.path, bytes: before.bytes } });
    }
    // Bytes that were changed on the agent's disk are found out before they take the place.
    const kept = join(stage.home, "uploads", made.id);
    const bytes = readFileSync(kept);
    bytes[0]! ^= 1;
    writeFileSync(kept, bytes);
    await stage.approve("reviewer", command);
    expect(await stage.until(command.id)).toMatchObject({ state: "failed", execution: { error: { code: "digest_mismatch" } } });
    expect(existsSync(`${folder}/sealed`)).toBe(false);
    expect(left()).toEqual([]);
  });

  test("limits, somebody else's bytes, and what configures a host", async () => {
    const large = await send("oncall", `${folder}/large`, Buffer.alloc(1024 * 1024 + 1));
    expect([large.status, await codeOf(large)]).toEqual([413, "too_large"]);
    expect(readdirSync(join(stage.home, "uploads"))).toEqual([]);
    const mine = await staged("oncall", `${folder}/mine`, "x");
    const theirs = await stage.call("responder", "POST", `/rooms/${stage.room.id}/uploads/${mine.id}/propose`, {});
    expect(await codeOf(theirs)).toBe("not_found");
    expect((await stage.call("oncall", "DELETE", `/rooms/${stage.room.id}/uploads/${mine.id}`)).status).toBe(200);
    expect(readdirSync(join(stage.home, "uploads"))).toEqual([]);
    expect(await codeOf(await send("oncall", folder, "x"))).toBe("bad_request");
    // No rule of these tests permits that.
    const keys = await staged("oncall", `${sshd.home}/.ssh/authorized_keys`, "ssh-ed25519 AAAA");
    expect(keys).toMatchObject({ impact: { effect: "privilege" }, verdict: { decision: "deny" } });
    expect(await propose("oncall", keys)).toMatchObject({ state: "denied" });
  });

  test("a connection that breaks half way leaves no half of a file", async () => {
    const bytes = Buffer.alloc(1024 * 1024, "z");
    const command = await propose("oncall", await staged("oncall", `${folder}/broken`, bytes));
    const cutting = setInterval(() => {
      if (left().length > 0) {
        clearInterval(cutting);
        sshd.cut();
      }
    }, 1);
    await stage.approve("reviewer", command);
    const done = await stage.until(command.id);
    clearInterval(cutting);
    // Whether it was cut in time or not, it is whole or it is not there.
    if (done.state === "succeeded") expect(statSync(`${folder}/broken`).size).toBe(bytes.length);
    else expect(existsSync(`${folder}/broken`)).toBe(false);
    await expect.poll(left).toEqual([]);
  });
});
