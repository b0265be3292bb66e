import { verifyChain } from "@interlock/audit";
import { auditHead, auditRows } from "@interlock/db";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RecordedRun } from "../src/result/recorded-run.ts";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { count, eventTypes, openStage, type Stage } from "./command-stage.ts";

/** The invariants that commands keep, one after the other on one agent and target, so that each is found by its number. */

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.dispose());

const orders = (where: string): Promise<number> => count(stage, `SELECT count(*) FROM payments.orders WHERE ${where}`);

/** An approved command that waits for nothing but `run`. */
async function held(text: string, maxRows?: number) {
  const connectionId = stage.slowConnectionId;
  const command = await stage.propose("oncall", text, maxRows === undefined ? { connectionId } : { connectionId, maxRows });
  expect(command.state).toBe("awaiting_review");
  const approved = await stage.approve("reviewer", command);
  expect(approved.ok && approved.value.state).toBe("approved");
  const stopped = await stage.commands.hold({ principal: stage.people.responder, commandId: command.id });
  expect(stopped.ok).toBe(true);
  return command;
}

const run = (command: { id: string; digest: string }, who: "oncall" | "reviewer" = "oncall") =>
  stage.commands.run({ principal: stage.people[who], commandId: command.id, digest: command.digest });

describe("I1 audit first", () => {
  test("nothing runs and nothing is recorded while the log cannot be written", async () => {
    const command = await held("DELETE FROM payments.orders WHERE id = 1");
    const executions = await stage.db.execution.count();
    await stage.db.$executeRaw`ALTER TABLE "AuditEvent" RENAME TO "AuditGone"`;
    try {
      expect(await run(command)).toMatchObject({ ok: false, code: "audit_unavailable" });
      const read = await stage.commands.propose({
        principal: stage.people.oncall,
        roomId: stage.room.id,
        connectionId: stage.connectionId,
        text: "SELECT 1",
        authors: [],
      });
      expect(read).toMatchObject({ ok: false, code: "audit_unavailable" });
      expect(await stage.call("oncall", "POST", "/analyze", { connection: "payments-db", text: "SELECT 2" })).toMatchObject({
        status: 500,
      });
    } finally {
      await stage.db.$executeRaw`ALTER TABLE "AuditGone" RENAME TO "AuditEvent"`;
    }
    expect(await stage.db.execution.count()).toBe(executions);
    expect(await orders("id = 1")).toBe(1);
    expect(await stage.commands.get(command.id)).toMatchObject({ state: "approved" });
    expect((await run(command)).ok).toBe(true);
    expect((await stage.until(command.id)).state).toBe("succeeded");
  });

  test("the events of a command are in the log in the order things happened", async () => {
    const command = await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 2");
    await stage.approve("reviewer", command);
    await stage.until(command.id);
    expect(await eventTypes(stage, command.id)).toEqual([
      "command.proposed",
      "command.reviewed",
      "command.approved",
      "command.started",
      "command.succeeded",
    ]);
    expect((await verifyChain(auditRows(stage.db), (await auditHead(stage.db)) ?? undefined)).ok).toBe(true);
  });
});

describe("I2 what was approved is what runs", () => {
  test("a reviewer who was shown something else is refused", async () => {
    const command = await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 3");
    const other = await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 4");
    expect(await stage.approve("reviewer", { ...command, digest: other.digest })).toMatchObject({ ok: false, code: "digest_mismatch" });
  });

  test.each([
    ["text", "UPDATE \"Command\" SET text = 'DELETE FROM payments.orders' WHERE id = $1::uuid"],
    ["envelope", `UPDATE "Command" SET envelope = replace(envelope, 'id = 5', 'id > 5') WHERE id = $1::uuid`],
    ["maxRows", `UPDATE "Command" SET "maxRows" = 1000000 WHERE id = $1::uuid`],
    ["figures", `UPDATE "Command" SET impact = jsonb_set(impact, '{statements,0,effects,0,rows,value}', '1000000') WHERE id = $1::uuid`],
    ["cascades", `UPDATE "Command" SET impact = jsonb_set(impact, '{statements,0,cascades}', '[]') WHERE id = $1::uuid`],
    ["impact's effect", `UPDATE "Command" SET impact = jsonb_set(impact, '{effect}', '"read"') WHERE id = $1::uuid`],
    ["effect", `UPDATE "Command" SET effect = 'read' WHERE id = $1::uuid`],
  ])("a row whose %s was changed after approval does not run", async (_what, sql) => {
    const command = await held("DELETE FROM payments.orders WHERE id = 5");
    await stage.db.$executeRawUnsafe(sql, command.id);
    expect(await run(command)).toMatchObject({ ok: false, code: "digest_mismatch" });
    expect(await orders("id = 5")).toBe(1);
  });

  test("a row whose figures were changed before the review is not approved, but may be rejected", async () => {
    const command = await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 6");
    const sql = `UPDATE "Command" SET impact = jsonb_set(impact, '{statements,0,effects,0,rows,value}', '0') WHERE id = $1::uuid`;
    await stage.db.$executeRawUnsafe(sql, command.id);
    expect(await stage.approve("reviewer", command)).toMatchObject({ ok: false, code: "digest_mismatch" });
    const { principal, commandId, digest } = { principal: stage.people.reviewer, commandId: command.id, digest: command.digest };
    expect(await stage.commands.review({ principal, commandId, digest, decision: "reject" })).toMatchObject({
      ok: true,
      value: { state: "rejected" },
    });
  });

  test("a table that came to stand for the name in between voids the approval", async () => {
    await stage.target.query("CREATE TABLE public.notes (id int); INSERT INTO public.notes VALUES (1)");
    const command = await held("DELETE FROM notes WHERE id = 1");
    await stage.target.query(
      "ALTER TABLE public.notes RENAME TO notes_old; CREATE TABLE public.notes (id int); INSERT INTO public.notes VALUES (1)",
    );
    expect((await run(command)).ok).toBe(true);
    const ended = await stage.until(command.id);
    expect(ended).toMatchObject({ state: "failed", execution: { error: { code: "targets_changed" } } });
    expect(await count(stage, "SELECT count(*) FROM public.notes")).toBe(1);
  });
});

describe("I3 unknown fails closed", () => {
  test.each(["DO $$ BEGIN EXECUTE 'DELETE FROM payments.orders'; END $$", "CALL nothing_known()", "SELECT not_there(1)"])(
    "%s is never taken for a read and does not run",
    async (text) => {
      const answered = await stage.commands.propose({
        principal: stage.people.oncall,
        roomId: stage.room.id,
        connectionId: stage.connectionId,
        text,
        authors: [],
      });
      if (answered.ok) expect(answered.value).toMatchObject({ state: "denied", effect: "unknown" });
      else expect(answered.code).toBe("statement_failed");
    },
  );

  test("a text that cannot be parsed is refused with its place", async () => {
    const answered = await stage.call("oncall", "POST", `/rooms/${stage.room.id}/commands`, {
      connection: "payments-db",
      text: "DELET FROM x",
    });
    expect(answered.status).toBe(422);
    expect(await answered.json()).toMatchObject({ code: "syntax_error", detail: expect.stringMatching(/character \d+/) });
  });

  test("what cannot be parsed has effect unknown and a deny when analysed", async () => {
    const answered = await stage.call("oncall", "POST", "/analyze", { connection: "payments-db", text: "DELET FROM x" });
    expect(await answered.json()).toMatchObject({ impact: { effect: "unknown" }, verdict: { decision: "deny" } });
  });
});

describe("I4 two people means two people", () => {
  test("proposer, author and a second account of an author are refused before groups are looked at", async () => {
    const command = await stage.propose("reviewer", "DELETE FROM payments.orders WHERE id = 6", { authors: [stage.people.responder.id] });
    await stage.db.user.update({ where: { id: stage.people.responder.id }, data: { identities: ["tomas@example.com"] } });
    await stage.db.user.update({ where: { id: stage.people.reviewer2.id }, data: { identities: ["Tomas@Example.com"] } });
    try {
      for (const name of ["reviewer", "responder", "reviewer2"] as const)
        expect(await stage.approve(name, command)).toMatchObject({ ok: false, code: "self_review" });
      const rejected = await stage.commands.review({
        principal: stage.people.reviewer2,
        commandId: command.id,
        digest: command.digest,
        decision: "reject",
      });
      expect(rejected).toMatchObject({ ok: false, code: "self_review" });
    } finally {
      await stage.db.user.updateMany({ data: { identities: [] } });
    }
    const approved = await stage.approve("reviewer2", command);
    expect(approved.ok && approved.value.state).toBe("approved");
  });

  test("being an administrator changes nothing, and an observer only observes", async () => {
    const command = await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 7");
    expect(await stage.approve("admin", command)).toMatchObject({ ok: false, code: "not_a_reviewer" });
    expect(await stage.approve("observer", command)).toMatchObject({ ok: false, code: "observer" });
  });

  test("one reviewer in two demanded groups fills one seat", async () => {
    const command = await stage.propose("oncall", "CREATE INDEX ON payments.orders (status)");
    const first = await stage.approve("reviewer", command);
    expect(first.ok && first.value.state).toBe("awaiting_review");
    expect(await stage.approve("reviewer", command)).toMatchObject({ ok: false, code: "already_reviewed" });
    const second = await stage.approve("reviewer2", command);
    expect(second.ok).toBe(true);
    const ended = await stage.until(command.id);
    expect(new Set(ended.reviews.map(({ group }) => group))).toEqual(new Set(["network", "platform"]));
  });
});

describe("I5 at most once", () => {
  test("of many claims at the same moment exactly one runs", async () => {
    const command = await held("UPDATE payments.orders SET status = status || '+' WHERE id = 8");
    const claims = await Promise.all(Array.from({ length: 8 }, (_, n) => run(command, n % 2 === 0 ? "oncall" : "reviewer")));
    expect(claims.filter(({ ok }) => ok)).toHaveLength(1);
    for (const claim of claims) if (!claim.ok) expect(claim.code).toBe("wrong_state");
    expect((await stage.until(command.id)).state).toBe("succeeded");
    expect(await stage.db.execution.count({ where: { commandId: command.id } })).toBe(1);
    expect(await orders("id = 8 AND status = 'pending+'")).toBe(1);
  });

  test("two last approvals at the same moment are one approval and one run", async () => {
    const command = await stage.propose("oncall", "UPDATE payments.orders SET status = status || '!' WHERE id = 9");
    const both = await Promise.all([stage.approve("reviewer", command), stage.approve("reviewer2", command)]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    expect((await stage.until(command.id)).state).toBe("succeeded");
    expect((await eventTypes(stage, command.id)).filter((type) => type === "command.approved" || type === "command.started")).toHaveLength(
      2,
    );
    expect(await orders("id = 9 AND status = 'pending!'")).toBe(1);
  });

  test("an outcome that cannot be written is written later, and the command is not run again", async () => {
    const command = await held("UPDATE payments.orders SET status = status || '?' WHERE id = 22 AND pg_sleep(0.005) IS NOT NULL", 1);
    expect((await run(command)).ok).toBe(true);
    await stage.db.$executeRaw`ALTER TABLE "AuditEvent" RENAME TO "AuditGone"`;
    try {
      await expect.poll(() => orders("id = 22 AND status = 'paid?'"), { timeout: 10_000 }).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(await stage.commands.get(command.id)).toMatchObject({ state: "running" });
    } finally {
      await stage.db.$executeRaw`ALTER TABLE "AuditGone" RENAME TO "AuditEvent"`;
    }
    expect((await stage.until(command.id)).state).toBe("succeeded");
    expect(await orders("id = 22 AND status = 'paid?'")).toBe(1);
    expect(await stage.db.execution.count({ where: { commandId: command.id } })).toBe(1);
  });

  test("what was counting down when the service stopped is held, not run", async () => {
    const command = await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 10", { connectionId: stage.slowConnectionId });
    await stage.approve("reviewer", command);
    await stage.restart();
    const now = await stage.commands.get(command.id);
    expect(now).toMatchObject({ state: "approved" });
    expect(now?.runsAt).toBeUndefined();
    expect(await eventTypes(stage, command.id)).toContain("command.held");
    expect(await orders("id = 10")).toBe(1);
    expect((await run(command)).ok).toBe(true);
    expect((await stage.until(command.id)).state).toBe("succeeded");
  });
});

describe("I11 revocation is prompt", () => {
  test("what runs for somebody who was locked out is stopped, and what waits does not start", async () => {
    const command = await held("DELETE FROM payments.orders WHERE id = 21");
    const running = await stage.propose("oncall", "SELECT pg_sleep(30)");
    await stage.until(running.id, new Set(["running"]));
    await stage.db.user.update({ where: { id: stage.people.oncall.id }, data: { lockedAt: new Date() } });
    try {
      const started = performance.now();
      await stage.commands.endOf(stage.people.oncall.id);
      expect((await stage.until(running.id)).state).toBe("cancelled");
      expect(performance.now() - started).toBeLessThan(1_000);
      expect(await run(command, "reviewer")).toMatchObject({ ok: false, code: "forbidden" });
    } finally {
      await stage.db.user.update({ where: { id: stage.people.oncall.id }, data: { lockedAt: null } });
    }
    await stage.db.user.update({ where: { id: stage.people.reviewer.id }, data: { lockedAt: new Date() } });
    try {
      expect(await run(command)).toMatchObject({ ok: true, value: { state: "awaiting_review" } });
    } finally {
      await stage.db.user.update({ where: { id: stage.people.reviewer.id }, data: { lockedAt: null } });
    }
    expect(await orders("id = 21")).toBe(1);
  });
});

describe("I6 commit guard", () => {
  test("rows that came between approval and run roll it back", async () => {
    const command = await held("DELETE FROM payments.orders WHERE id BETWEEN 60 AND 61");
    await stage.target.query("INSERT INTO payments.order_items VALUES (9001, 60, 'late')");
    expect((await run(command)).ok).toBe(true);
    const ended = await stage.until(command.id);
    expect(ended.state).toBe("rolled_back");
    expect(ended.execution?.guard).toEqual([{ object: "payments.order_items", approved: 6, actual: 7 }]);
    expect(await orders("id BETWEEN 60 AND 61")).toBe(2);
  });

  test("exactly what was approved commits, and is counted by the target", async () => {
    const command = await stage.propose("oncall", "DELETE FROM payments.orders WHERE id BETWEEN 62 AND 63");
    await stage.approve("reviewer", command);
    const ended = await stage.until(command.id);
    expect(ended.state).toBe("succeeded");
    expect(ended.execution?.affected.toSorted((a, b) => a.object.localeCompare(b.object))).toEqual([
      { object: "payments.order_items", inserted: 0, updated: 0, deleted: 6 },
      { object: "payments.orders", inserted: 0, updated: 0, deleted: 2 },
    ]);
  });

  test("where a figure is not exact the author states maxRows, and it is sealed", async () => {
    const text = "UPDATE payments.orders SET status = 'x' WHERE id > 64 AND random() < 2";
    const input = { principal: stage.people.oncall, roomId: stage.room.id, connectionId: stage.connectionId, text, authors: [] };
    expect(await stage.commands.propose(input)).toMatchObject({ ok: false, code: "max_rows_required" });
    const low = await stage.propose("oncall", text, { maxRows: 3 });
    const high = await stage.propose("oncall", text, { maxRows: 100 });
    expect(low.digest).not.toBe(high.digest);
    await stage.approve("reviewer", low);
    expect((await stage.until(low.id)).state).toBe("rolled_back");
    expect(await orders("status = 'x'")).toBe(0);
    await stage.approve("reviewer", high);
    expect((await stage.until(high.id)).state).toBe("succeeded");
    expect(await orders("status = 'x'")).toBe(36);
  });
});

describe("I7 mask before anyone sees", () => {
  const PLAIN = /person\d+@example\.com|4242424242424242/;

  test("neither results, exports, notices nor errors show what is masked", async () => {
    const read = await stage.propose(
      "oncall",
      "SELECT id, email, card_number, 'mail ' || full_name || '@example.com' AS note FROM payments.customers",
    );
    const ended = await stage.until(read.id);
    expect(ended.state).toBe("succeeded");
    for (const format of ["ndjson", "json", "csv"]) {
      const text = await (await stage.call("oncall", "GET", `/commands/${read.id}/result?format=${format}`)).text();
      expect(text).toContain("•");
      expect(text).not.toMatch(PLAIN);
    }
    const failing = await stage.propose("oncall", "SELECT email::int FROM payments.customers");
    const failed = await stage.until(failing.id);
    expect(failed.execution?.error?.message).toContain("invalid input syntax");
    expect(JSON.stringify([stage.told, await stage.commands.list(stage.room.id, 200)])).not.toMatch(PLAIN);
    const folder = join(stage.home, "results", ended.execution?.id ?? "");
    for (const name of await readdir(folder)) expect(await readFile(join(folder, name), "latin1")).not.toMatch(PLAIN);
  });

  test("notices that the target really raises are masked, and command no terminal", async () => {
    const raising = String.raw`DO $$ BEGIN
      RAISE NOTICE 'half way through%', E'\x1b[2J\x1b]52;c;aGk=\x07\x1b]52;c;aGk=\x1b\\\u009d0;t\u009c\x1b[6n';
      RAISE WARNING 'to somebody@example.org by card 4242424242424242';
      RAISE INFO '%', '42424242' || E'\x1b[31m' || '42424242';
      RAISE NOTICE '% %', E'\x1b]0;t\x07', (SELECT email || card_number FROM payments.customers WHERE id = 1)
        USING DETAIL = E'\x1b]52;c;aGk=\x07', HINT = (SELECT email FROM payments.customers WHERE id = 1);
    END $$`;
    const dropping = String.raw`DROP TABLE IF EXISTS U&"\001b]52;c;aGk=\0007gone", "somebody@example.org", "4242424242424242"`;
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    const HOSTILE = /[\u001b\u0007\u0080-\u009f]|\\u00(?:1b|07|[89])|aGk=|(?:person1|somebody)@example|42424242/i;

    // They are what they are meant to be: whoever asks the target by other means is told them raw.
    const raw: string[] = [];
    const hear = ({ message = "" }: { message?: string | undefined }): void => void raw.push(message);
    stage.target.on("notice", hear);
    for (const text of [raising, dropping]) await stage.target.query(text);
    stage.target.off("notice", hear);
    expect(raw).toHaveLength(7);
    expect(raw.filter((message) => HOSTILE.test(message))).toEqual(raw);

    const notices: Record<string, unknown> = {};
    for (const text of [raising, dropping]) {
      const command = await stage.propose("oncall", text);
      if (command.state === "awaiting_review") for (const name of ["reviewer", "reviewer2"] as const) await stage.approve(name, command);
      const ended = await stage.until(command.id);
      expect(ended.state).toBe("succeeded");
      notices[text] = ended.execution?.notices;
      // A command's own text says what it says: what is told and stored of its run is looked at without it.
      const told = () =>
        stage.told.flatMap((message) =>
          message.type === "command" && message.command.id === command.id ? [message.command.execution] : [],
        );
      await expect.poll(() => told().at(-1)?.endedAt).toBe(ended.execution?.endedAt);
      expect(told().at(-1)?.notices).toEqual(ended.execution?.notices);
      const rows = await stage.db.execution.findMany({ where: { commandId: command.id } });
      const asked = (await (await stage.call("oncall", "GET", `/commands/${command.id}`)).json()) as { execution: unknown };
      expect(asked.execution).toMatchObject({ notices: ended.execution?.notices });
      const stored = rows.map(({ summary }) => summary);
      expect(stored).toMatchObject([{ notices: ended.execution?.notices }]);
      expect(JSON.stringify([told(), asked.execution, stored])).not.toMatch(HOSTILE);
    }
    expect(notices).toEqual({
      [raising]: [
        "NOTICE: half way through",
        "WARNING: to s••••@•••••.org by card •••• 4242",
        "INFO: •••• 4242",
        "NOTICE: •••• (said by code in the database)",
      ],
      [dropping]: [
        'NOTICE: table "gone" does not exist, skipping',
        'NOTICE: table "s••••@•••••.org" does not exist, skipping',
        'NOTICE: table "•••• 4242" does not exist, skipping',
      ],
    });
  });

  test("names that are written with escapes command no terminal, and read as they are", async () => {
    const name = String.raw`U&"\001b]52;c;aGk=\0007\202egone"`;
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    const HOSTILE = /[\u001b\u0007\u0080-\u009f\u202e]|\\u001b|\\u0007/;
    const dropping = await stage.propose("oncall", `DROP TABLE IF EXISTS ${name}`);
    const dropped = await stage.call("oncall", "GET", `/commands/${dropping.id}`);
    const { title, impact } = (await dropped.json()) as { title: string; impact: unknown };
    expect(title).toBe("DROP TABLE \\u202egone");
    expect(JSON.stringify(impact)).not.toMatch(HOSTILE);
    const events = await stage.db.auditEvent.findMany({ where: { commandId: dropping.id } });
    expect(events.length).toBeGreaterThan(0);
    for (const { data } of events) expect(data).not.toMatch(HOSTILE);

    await stage.target.query('CREATE TABLE payments."ord\u202eers" (id int PRIMARY KEY, n int)');
    await stage.target.query('INSERT INTO payments."ord\u202eers" VALUES (1, 1)');
    const writing = await stage.propose("oncall", String.raw`UPDATE payments.U&"ord\202eers" SET n = 2 WHERE id = 1`);
    if (writing.state === "awaiting_review") for (const who of ["reviewer", "reviewer2"] as const) await stage.approve(who, writing);
    const written = await stage.until(writing.id);
    // What was foretold and what was done are of one name, by which pages put them together.
    expect(written.execution?.affected.map(({ object }) => object)).toEqual(["payments.ord\\u202eers"]);
    expect(JSON.stringify(written.impact)).toContain(JSON.stringify("payments.ord\\u202eers"));
    expect(JSON.stringify([written.impact, written.execution])).not.toMatch(HOSTILE);

    const reading = await stage.propose("oncall", `SELECT 1 AS ${name}`);
    const read = await stage.until(reading.id);
    expect(read.execution?.results[0]?.columns.map((column) => column.name)).toEqual(["\\u202egone"]);
    const csv = await (await stage.call("oncall", "GET", `/commands/${reading.id}/result?format=csv`)).text();
    expect(csv).toMatch(/^"?\\u202egone"?\r?\n1\r?\n$/);
  });

  test("rows that cannot be masked end the run and nothing of them is kept", async () => {
    const folder = await mkdtemp(join(tmpdir(), "interlock-rows-"));
    try {
      const execution = { id: crypto.randomUUID(), startedAt: new Date().toISOString(), affected: [], notices: [], results: [] };
      const run = { execution, fault: undefined, progress: () => {} };
      const recorded = new RecordedRun(run, { folder, maskedColumns: ["a.b.c"], detectors: [], said: { written: "", quotes: "values" } });
      await recorded.sink.columns(0, [{ name: "c", type: "text", sources: ["a.b.c"], searchable: true, stored: true }]);
      expect(() => recorded.sink.rows(0, new TextEncoder().encode("Dnot a row: person1@example.com"), 1)).toThrow();
      await recorded.close();
      expect(run.fault).toMatchObject({ code: "internal" });
      expect(await readFile(join(folder, "0.rows"), "latin1")).toBe("");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("I9 secrets stay in the agent", () => {
  test("a credential is in no message, answer, row or event, also when it is wrong", async () => {
    const password = "correct-horse-battery";
    const url = new URL(stage.targetUrl);
    url.username = "nobody";
    url.password = password;
    const made = await stage.connections.create({
      name: "locked-db",
      connector: "postgres",
      environment: "dev",
      labels: {},
      secret: { read: url.href },
    });
    if (!made.ok) throw new Error(made.code);
    expect(await stage.connections.ping(made.value.id)).toBe("down");
    const texts = await Promise.all(
      [
        stage.call("oncall", "GET", "/connections"),
        stage.call("oncall", "GET", "/connections/locked-db/schema"),
        stage.call("oncall", "POST", "/analyze", { connection: "locked-db", text: "SELECT 1" }),
        stage.call("oncall", "POST", `/rooms/${stage.room.id}/commands`, { connection: "locked-db", text: "SELECT 1" }),
        stage.call("admin", "GET", "/audit"),
      ].map(async (response) => (await response).text()),
    );
    const row = await stage.db.connection.findUniqueOrThrow({ where: { id: made.value.id } });
    for (const text of [...texts, JSON.stringify(stage.told), Buffer.from(row.secret).toString("latin1")]) {
      expect(text).not.toContain(password);
      expect(text).not.toContain("postgres://");
    }
    const refused = await stage.connections.create({
      name: "odd",
      connector: "postgres",
      environment: "dev",
      labels: {},
      secret: { read: `mysql://root:${password}@x` },
    });
    expect(refused.ok).toBe(false);
    expect(JSON.stringify(refused)).not.toContain(password);
  });
});
