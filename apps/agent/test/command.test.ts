import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { verifyChain } from "@interlock/audit";
import { auditHead, auditRows } from "@interlock/db";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { count, eventTypes, openStage, POLICY, type Stage } from "./command-stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.dispose());

const act = (who: keyof Stage["people"], command: { id: string }) => ({ principal: stage.people[who], commandId: command.id });

async function setPolicy(text: string): Promise<void> {
  await writeFile(join(stage.home, "policy.yaml"), text);
  await stage.policy.reload();
}

test("a write waits for a review, counts down, runs, and everybody is told each step", async () => {
  const command = await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 11", { reason: "duplicate" });
  expect(command).toMatchObject({
    state: "awaiting_review",
    effect: "delete",
    title: expect.stringContaining("DELETE"),
    reason: "duplicate",
    verdict: { decision: "review", rules: ["writes"] },
    authors: [{ name: "oncall" }],
  });
  expect(command.digest).toMatch(/^[0-9a-f]{64}$/);
  const approved = await stage.approve("reviewer", command);
  expect(approved.ok).toBe(true);
  const ended = await stage.until(command.id);
  expect(ended).toMatchObject({ state: "succeeded", reviews: [{ reviewer: { name: "reviewer" }, group: "payments-reviewers" }] });
  const states = (): Set<string> =>
    new Set(
      stage.told.flatMap((message) => (message.type === "command" && message.command.id === command.id ? [message.command.state] : [])),
    );
  // What is told is what the command is by then, so a slow machine may pass over a state; the log may not.
  await expect.poll(() => [...states()].at(-1)).toBe("succeeded");
  expect([...states()][0]).toBe("awaiting_review");
  const [, , agreed, started] = await stage.db.auditEvent.findMany({ where: { commandId: command.id }, orderBy: { seq: "asc" } });
  expect(agreed?.type).toBe("command.approved");
  expect(JSON.parse(agreed!.data)).toMatchObject({ countdownMs: 200 });
  expect(started?.type).toBe("command.started");
  const lines = stage.told.flatMap((message) => (message.type === "timeline" ? message.entries.map(({ text }) => text) : []));
  expect(lines).toContain(`proposed ${command.title}`);
  expect(lines).toContain(`approved ${command.title}`);
});

test("an allowed read runs at once", async () => {
  const command = await stage.propose("responder", "SELECT id, status FROM payments.orders ORDER BY id LIMIT 3");
  expect(["approved", "running", "succeeded"]).toContain(command.state);
  const ended = await stage.until(command.id);
  expect(ended.execution?.results).toMatchObject([
    { statement: 0, rows: 3, done: true, truncated: false, columns: [{ name: "id" }, { name: "status" }] },
  ]);
});

test("what policy denies is kept with its reason and never runs", async () => {
  const command = await stage.propose("oncall", "GRANT ALL ON payments.orders TO PUBLIC");
  expect(command).toMatchObject({ state: "denied", effect: "privilege", verdict: { decision: "deny" } });
  expect(await eventTypes(stage, command.id)).toEqual(["command.proposed", "command.denied"]);
  expect(await stage.commands.run({ ...act("oncall", command), digest: command.digest })).toMatchObject({ ok: false, code: "wrong_state" });
});

describe("people", () => {
  test("anyone but an observer holds a countdown; authors, reviewers and the lead resume it", async () => {
    const command = await stage.propose("responder", "DELETE FROM payments.orders WHERE id = 12", { connectionId: stage.slowConnectionId });
    expect(await stage.commands.hold(act("oncall", command))).toMatchObject({ ok: false, code: "wrong_state" });
    await stage.approve("reviewer", command);
    expect(await stage.commands.hold(act("observer", command))).toMatchObject({ ok: false, code: "observer" });
    expect(await stage.commands.run({ ...act("reviewer", command), digest: command.digest })).toMatchObject({
      ok: false,
      code: "wrong_state",
    });
    const held = await stage.commands.hold(act("admin", command));
    expect(held).toMatchObject({ ok: true, value: { state: "approved", heldBy: { name: "admin" } } });
    expect(await count(stage, "SELECT count(*) FROM payments.orders WHERE id = 12")).toBe(1);
    expect(await stage.commands.run({ ...act("admin", command), digest: command.digest })).toMatchObject({ ok: false, code: "forbidden" });
    expect(await stage.commands.run({ ...act("reviewer", command), digest: "0".repeat(64) })).toMatchObject({
      ok: false,
      code: "digest_mismatch",
    });
    expect((await stage.commands.run({ ...act("reviewer", command), digest: command.digest })).ok).toBe(true);
    expect((await stage.until(command.id)).state).toBe("succeeded");
  });

  test("authors and the lead withdraw what has not run", async () => {
    const command = await stage.propose("responder", "DELETE FROM payments.orders WHERE id = 13");
    expect(await stage.commands.withdraw(act("admin", command))).toMatchObject({ ok: false, code: "forbidden" });
    expect(await stage.commands.withdraw(act("oncall", command))).toMatchObject({ ok: true, value: { state: "withdrawn" } });
    expect(await stage.approve("reviewer", command)).toMatchObject({ ok: false, code: "wrong_state" });
  });

  test("a rejection ends it", async () => {
    const command = await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 14");
    const input = { ...act("reviewer", command), digest: command.digest, decision: "reject" as const, comment: "too wide" };
    expect(await stage.commands.review(input)).toMatchObject({
      ok: true,
      value: { state: "rejected", reviews: [{ comment: "too wide" }] },
    });
  });

  test("an observer proposes nothing", async () => {
    const input = {
      principal: stage.people.observer,
      roomId: stage.room.id,
      connectionId: stage.connectionId,
      text: "SELECT 1",
      authors: [],
    };
    expect(await stage.commands.propose(input)).toMatchObject({ ok: false, code: "observer" });
  });

  test("anyone but an observer cancels what runs, and the target is quiet soon", async () => {
    const command = await stage.propose("oncall", "SELECT pg_sleep(30)");
    await stage.until(command.id, new Set(["running"]));
    expect(await stage.commands.cancel(act("observer", command))).toMatchObject({ ok: false, code: "observer" });
    const started = performance.now();
    expect((await stage.commands.cancel(act("responder", command))).ok).toBe(true);
    expect(await stage.until(command.id)).toMatchObject({ state: "cancelled", execution: { error: { code: "cancelled" } } });
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(await count(stage, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(30)%' AND state = 'active'")).toBe(
      0,
    );
  });
});

describe("bad input", () => {
  const propose = (more: object) =>
    stage.commands.propose({
      principal: stage.people.oncall,
      roomId: stage.room.id,
      connectionId: stage.connectionId,
      text: "SELECT 1",
      authors: [],
      ...more,
    });

  test.each([
    ["an unknown room", { roomId: crypto.randomUUID() }, "not_found"],
    ["an id that is none", { roomId: "x" }, "not_found"],
    ["an unknown connection", { connectionId: crypto.randomUUID() }, "unknown_connection"],
    ["an empty text", { text: " \n" }, "empty_command"],
    ["only a comment", { text: "-- nothing" }, "empty_command"],
    ["a text that is too large", { text: `SELECT '${"x".repeat(300_000)}'` }, "too_large"],
    ["a zero byte", { text: "SELECT '\0'" }, "bad_request"],
    ["half a character", { text: "SELECT '\ud800'" }, "bad_request"],
    ["a syntax error", { text: "SELEC 1" }, "syntax_error"],
    ["a limit beyond all rows", { maxRows: 3_000_000_000 }, "bad_request"],
  ])("%s is refused", async (_what, more, code) => {
    expect(await propose(more)).toMatchObject({ ok: false, code });
  });

  test("a closed room takes no new commands", async () => {
    const made = await stage.call("oncall", "POST", "/rooms", { title: "soon closed" });
    const { id } = (await made.json()) as { id: string };
    expect((await stage.call("oncall", "POST", `/rooms/${id}/close`)).status).toBe(200);
    expect(await propose({ roomId: id })).toMatchObject({ ok: false, code: "room_closed" });
  });

  test("a target that does not answer refuses and records nothing", async () => {
    const before = await stage.db.command.count();
    const made = await stage.connections.create({
      name: "down-db",
      connector: "postgres",
      environment: "dev",
      labels: {},
      secret: { read: "postgres://x:y@127.0.0.1:1/x" },
    });
    expect(await propose({ connectionId: made.ok ? made.value.id : "" })).toMatchObject({ ok: false, code: "target_down" });
    expect(await stage.db.command.count()).toBe(before);
  });
});

test("the same key is the same command, another request under it is refused", async () => {
  const text = "DELETE FROM payments.orders WHERE id = 15";
  const input = {
    principal: stage.people.oncall,
    roomId: stage.room.id,
    connectionId: stage.connectionId,
    text,
    authors: [],
    key: "a-key-of-mine",
  };
  const all = await Promise.all(Array.from({ length: 5 }, () => stage.commands.propose(input)));
  expect(new Set(all.map((outcome) => outcome.ok && outcome.value.id)).size).toBe(1);
  expect(await stage.db.command.count({ where: { text } })).toBe(1);
  expect(await stage.commands.propose({ ...input, text: "SELECT 1" })).toMatchObject({ ok: false, code: "idempotency_conflict" });
});

describe("the policy of the moment", () => {
  afterEach(() => setPolicy(POLICY));

  test("that limits the time of a statement stops it", async () => {
    await setPolicy(POLICY.replace("effect: allow }", "effect: allow, obligations: { timeout: 300ms } }"));
    const command = await stage.propose("oncall", "SELECT pg_sleep(20)");
    expect(await stage.until(command.id)).toMatchObject({ state: "failed", execution: { error: { code: "statement_timeout" } } });
  });

  test("that demands a reason refuses a proposal without one", async () => {
    await setPolicy(POLICY.replace("obligations: { guard: true,", "obligations: { reason: true, guard: true,"));
    const input = {
      principal: stage.people.oncall,
      roomId: stage.room.id,
      connectionId: stage.connectionId,
      text: "DELETE FROM payments.orders WHERE id = 16",
      authors: [],
    };
    expect(await stage.commands.propose(input)).toMatchObject({ ok: false, code: "reason_required" });
    expect((await stage.commands.propose({ ...input, reason: "because" })).ok).toBe(true);
  });

  test("that came to deny stops an approved command at its run", async () => {
    const command = await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 17", { connectionId: stage.slowConnectionId });
    await stage.approve("reviewer", command);
    await stage.commands.hold(act("oncall", command));
    await setPolicy(`${POLICY}  - { id: freeze, match: { effects: [delete] }, effect: deny, message: Freeze. }\n`);
    const ran = await stage.commands.run({ ...act("oncall", command), digest: command.digest });
    expect(ran).toMatchObject({ ok: true, value: { state: "denied" } });
    expect(await count(stage, "SELECT count(*) FROM payments.orders WHERE id = 17")).toBe(1);
  });

  test("that came to demand more reviews sends it back for them", async () => {
    const command = await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 18", { connectionId: stage.slowConnectionId });
    await stage.approve("reviewer", command);
    await stage.commands.hold(act("oncall", command));
    await setPolicy(POLICY.replace("count: 1, group: payments-reviewers", "count: 2, group: payments-reviewers"));
    const ran = await stage.commands.run({ ...act("oncall", command), digest: command.digest });
    expect(ran).toMatchObject({ ok: true, value: { state: "awaiting_review" } });
    expect(await stage.approve("reviewer2", command)).toMatchObject({ ok: true, value: { state: "approved", reviews: [{}, {}] } });
  });

  test("that became more lenient does not loosen what was sealed", async () => {
    const command = await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 19");
    await setPolicy(POLICY.replace("effect: review\n    reviews: [{ count: 1, group: payments-reviewers }]", "effect: allow"));
    expect(await stage.approve("admin", command)).toMatchObject({ ok: false, code: "not_a_reviewer" });
    const approved = await stage.approve("reviewer", command);
    expect(approved).toMatchObject({ ok: true, value: { verdict: { obligations: { guard: true } } } });
    expect((await stage.until(command.id)).state).toBe("succeeded");
  });
});

test("what waited too long expires and cannot be approved or run", async () => {
  const waiting = await stage.propose("oncall", "DELETE FROM payments.orders WHERE id = 20");
  await stage.db.command.update({ where: { id: waiting.id }, data: { expiresAt: new Date(Date.now() - 1) } });
  expect(await stage.approve("reviewer", waiting)).toMatchObject({ ok: false, code: "wrong_state" });
  await stage.restart();
  expect(await stage.commands.get(waiting.id)).toMatchObject({ state: "expired" });
  expect(await eventTypes(stage, waiting.id)).toEqual(["command.proposed", "command.expired"]);
});

test("a command that ran when the service was killed is unknown, keeps its rows, and is never run again (I5, I12)", async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL("./command-child.ts", import.meta.url))], {
    env: {
      ...process.env,
      CHILD: JSON.stringify({
        databaseUrl: stage.databaseUrl,
        home: stage.home,
        key: Buffer.from(stage.key).toString("base64"),
        roomId: stage.room.id,
        connectionId: stage.connectionId,
        userId: stage.people.oncall.id,
        text: "SELECT i, repeat('x', 1000) AS x, pg_sleep(0.01) FROM generate_series(1, 100000) i",
      }),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    const { id, rows } = JSON.parse(line) as { id: string; rows: number };
    child.kill("SIGKILL");
    await once(child, "exit");
    await stage.restart();
    const command = await stage.commands.get(id);
    expect(command).toMatchObject({
      state: "unknown",
      execution: { endedAt: expect.any(String), results: [{ done: true, truncated: true }] },
    });
    expect(command?.execution?.results[0]?.rows).toBeGreaterThanOrEqual(rows);
    const text = await (await stage.call("oncall", "GET", `/commands/${id}/result`)).text();
    expect(text.trim().split("\n").length - 2).toBe(command?.execution?.results[0]?.rows);
    expect(await eventTypes(stage, id)).toEqual(expect.arrayContaining(["command.started", "command.unknown"]));
    expect(await stage.commands.run({ ...act("oncall", { id }), digest: command?.digest ?? "" })).toMatchObject({
      ok: false,
      code: "wrong_state",
    });
    expect(await stage.db.execution.count({ where: { commandId: id } })).toBe(1);
    expect((await verifyChain(auditRows(stage.db), (await auditHead(stage.db)) ?? undefined)).ok).toBe(true);
  } finally {
    child.kill("SIGKILL");
  }
});
