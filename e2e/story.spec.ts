import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import type { Command, Problem, Room } from "@interlock/protocol";
import { Client } from "pg";
import { expectAccessible } from "./support/accessible.ts";
import { apiOf } from "./support/api.ts";
import { openDemoRoom, shownText, signIn, typeAtEnd, type Person } from "./support/people.ts";
import { createService, demoTarget, type Service } from "./support/service.ts";

/** The README's tour and what must hold around it, with three people in three browsers. */

let service: Service;
let oncall: Person;
let responder: Person;
let reviewer: Person;
let roomId: string;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000);
  service = await createService({ countdown: "10m", fresh: true });
  oncall = await signIn(browser, service, "oncall");
  responder = await signIn(browser, service, "responder");
  reviewer = await signIn(browser, service, "reviewer");
});

test.afterAll(async () => {
  for (const person of [oncall, responder, reviewer]) await person?.context.close();
  await service?.stop();
  await service?.dispose();
});

/** Rows of one table, counted behind Interlock's back. */
async function countRows(sql: string): Promise<number> {
  const client = new Client({ connectionString: (await demoTarget(service)).read });
  await client.connect();
  try {
    return Number((await client.query<{ n: string }>(`SELECT count(*) AS n FROM ${sql}`)).rows[0]?.n);
  } finally {
    await client.end();
  }
}

const DELETE_LINE = "DELETE FROM payments.orders WHERE id BETWEEN 101 AND 120;";
const queue = (person: Person) => person.page.getByRole("region", { name: "Queue" });
const impact = (person: Person) => person.page.getByRole("region", { name: "Impact" });

test("an incident team types together, sees the impact, agrees, runs and proves it", async ({ browser }) => {
  test.setTimeout(420_000);
  let commandId = "";

  await test.step("two people open one room and see each other", async () => {
    await expectAccessible(oncall.page);
    await openDemoRoom(oncall);
    await openDemoRoom(responder);
    roomId = new URL(oncall.page.url()).pathname.split("/")[2]!;
    await expect(oncall.page.getByRole("banner").getByText("SEV-1")).toBeVisible();
    for (const person of [oncall, responder]) {
      const present = person.page.getByLabel("In the room");
      await expect(present.getByText("ON", { exact: true })).toBeVisible();
      await expect(present.getByText("RE", { exact: true })).toBeVisible();
    }
  });

  await test.step("they type in one document and see each other's cursor", async () => {
    await typeAtEnd(oncall, "\n\nDELETE FROM payments.orders WHERE id BETWEEN 101");
    await expect.poll(() => shownText(responder)).toContain("WHERE id BETWEEN 101");
    await expect(responder.page.locator(".monaco-editor").getByText("oncall")).toBeAttached();
    await typeAtEnd(responder, " AND 120;");
    await expect.poll(() => shownText(oncall)).toContain(DELETE_LINE);
  });

  await test.step("the impact of the statement is shown to both while they type", async () => {
    for (const person of [oncall, responder]) {
      await expect(impact(person)).toContainText("20 rows of payments.orders");
      await expect(impact(person)).toContainText("exact");
      await expect(impact(person)).toContainText("order_items");
      await expect(impact(person)).toContainText("Needs 1 review from payments-reviewers");
      await expect(impact(person)).toContainText("not by an author");
      await expect(impact(person)).toContainText("prod-deletes");
    }
    await expectAccessible(oncall.page);
  });

  await test.step("completion knows the schema", async () => {
    await typeAtEnd(responder, "\n\nSELECT * FROM payments.");
    await responder.page.keyboard.press("Control+Space");
    await expect(responder.page.locator(".suggest-widget")).toContainText("order_items");
    await responder.page.keyboard.press("Escape");
  });

  await test.step("a syntax error is underlined where PostgreSQL's parser sees it", async () => {
    await typeAtEnd(responder, "orders WHEREE id = 1 1;");
    await expect(responder.page.locator(".squiggly-error").first()).toBeAttached();
    for (let i = 0; i < "SELECT * FROM payments.orders WHEREE id = 1 1;".length; i++) await responder.page.keyboard.press("Backspace");
    await expect(responder.page.locator(".squiggly-error")).toHaveCount(0);
  });

  await test.step("proposing freezes exactly those bytes, and later edits change nothing", async () => {
    await oncall.page.locator(".monaco-editor").getByText("BETWEEN").click();
    await oncall.page.keyboard.press("Control+Enter");
    for (const person of [oncall, responder]) await expect(queue(person)).toContainText(DELETE_LINE.slice(0, -1));
    const api = await apiOf(service, "oncall");
    const { body: commands } = await api.get<Command[]>(`/rooms/${roomId}/commands`);
    expect(commands).toHaveLength(1);
    const [command] = commands as [Command];
    commandId = command.id;
    expect(command.state).toBe("awaiting_review");
    expect(command.authors.map(({ name }) => name).toSorted()).toEqual(["oncall", "responder"]);
    await expect(queue(oncall)).toContainText(command.digest.slice(0, 4));
    await typeAtEnd(responder, "-- later");
    expect((await api.command(commandId)).text).toBe(command.text);
  });

  await test.step("its authors cannot approve it: no button, and self_review from the API", async () => {
    for (const person of [oncall, responder]) {
      await expect(queue(person).getByRole("button", { name: /Approve/ })).toHaveCount(0);
      const api = await apiOf(service, person.name);
      const { digest } = await api.command(commandId);
      const refused = await api.post<Problem>(`/commands/${commandId}/reviews`, { digest, decision: "approve" });
      expect([refused.status, refused.body.code]).toEqual([403, "self_review"]);
    }
  });

  await test.step("a reviewer approves with one key, the countdown can be held, then it runs under the guard", async () => {
    const before = await countRows("payments.orders");
    await reviewer.page.goto(`/rooms/${roomId}?command=${commandId}`);
    await expect(queue(reviewer).getByRole("button", { name: /Approve/ })).toBeVisible();
    await reviewer.page.keyboard.press("a");
    await queue(responder).getByRole("button", { name: /Hold/ }).click();
    await expect(queue(oncall)).toContainText(/[Hh]eld/);
    expect(await countRows("payments.orders")).toBe(before);
    await queue(oncall)
      .getByRole("button", { name: /Run|Resume/ })
      .click();
    for (const person of [oncall, responder, reviewer]) await expect(queue(person)).toContainText(/20 deleted|deleted 20/);
    expect(await countRows("payments.orders")).toBe(before - 20);
    const api = await apiOf(service, "reviewer");
    const { state, execution } = await api.command(commandId);
    expect(state).toBe("succeeded");
    expect(execution?.affected.find(({ object }) => object === "payments.orders")).toMatchObject({ deleted: 20 });
  });

  await test.step("a read runs at once, masked, in everybody's browser", async () => {
    await typeAtEnd(oncall, "\n\nSELECT id, full_name, email, card_number FROM payments.customers ORDER BY id LIMIT 100;");
    await oncall.page.keyboard.press("Control+Enter");
    for (const person of [oncall, responder]) {
      const grid = person.page.getByRole("grid");
      await expect(grid).toContainText("card_number");
      await expect(grid).toContainText("••••");
      await expect(grid).not.toContainText(/@[a-z]/);
    }
    await expectAccessible(oncall.page);
  });

  await test.step("an export is masked, too", async () => {
    const api = await apiOf(service, "oncall");
    const { body: commands } = await api.get<Command[]>(`/rooms/${roomId}/commands`);
    const read = commands.find(({ text }) => text.includes("card_number"))!;
    const { stdout: token } = await service.cli("token", "create", "--user", "oncall");
    const response = await fetch(`${service.url}/api/v1/commands/${read.id}/result`, {
      headers: { authorization: `Bearer ${token.trim()}` },
    });
    const lines = (await response.text())
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    expect(lines[0]).toMatchObject({ statement: 0, columns: expect.arrayContaining([expect.objectContaining({ name: "email" })]) });
    expect(lines.at(-1)).toMatchObject({ rows: 100, truncated: false });
    expect(lines).toHaveLength(102);
    expect(JSON.stringify(lines)).not.toMatch(/[a-z]@[a-z]/);
  });

  await test.step("a million rows stream, scroll, and can be cancelled", async () => {
    await typeAtEnd(
      oncall,
      "\n\nSELECT a.id, b.quantity FROM payments.order_items a, generate_series(1, 3) s, payments.order_items b WHERE b.id = a.id LIMIT 1000000;",
    );
    await oncall.page.keyboard.press("Control+Enter");
    const grid = responder.page.getByRole("grid");
    await expect(grid).toHaveAttribute("aria-rowcount", /^100000\d$/, { timeout: 60_000 });
    await grid.click();
    await responder.page.keyboard.press("Control+End");
    await expect(grid).toContainText(/1,000,000|1000000/);
    await typeAtEnd(oncall, "\n\nSELECT pg_sleep(60);");
    await oncall.page.keyboard.press("Control+Enter");
    await oncall.page
      .getByRole("button", { name: /^Cancel/ })
      .first()
      .click();
    await expect(queue(oncall)).toContainText(/[Cc]ancelled/);
  });

  await test.step("the timeline tells who did what", async () => {
    const timeline = responder.page.getByRole("region", { name: "Timeline" });
    await expect(timeline).toContainText(/oncall.*proposed.*DELETE orders/);
    await expect(timeline).toContainText(/reviewer.*approved.*DELETE orders/);
  });

  await test.step("the light theme and a narrow window hold", async () => {
    const light = await signIn(browser, service, "observer", { colorScheme: "light" });
    await expect(light.page.getByRole("link", { name: /payments 5xx after deploy/ })).toBeVisible();
    await expect(light.page.getByRole("button", { name: /New room/ })).toHaveCount(0);
    await light.page.goto(`/rooms/${roomId}`);
    await expect(light.page.locator(".monaco-editor").first()).toBeVisible();
    await expect(queue(light).getByRole("button", { name: /Approve|Hold|Cancel/ })).toHaveCount(0);
    await light.page.setViewportSize({ width: 400, height: 800 });
    expect(await light.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    await light.context.close();
  });

  await test.step("kill -9 loses nothing that was acknowledged; what was in flight is unknown", async () => {
    await typeAtEnd(oncall, "\n-- remembered\nSELECT pg_sleep(50);");
    await oncall.page.keyboard.press("Control+Enter");
    const api = await apiOf(service, "oncall");
    const running = async () =>
      (await api.get<Command[]>(`/rooms/${roomId}/commands`)).body.find(({ text }) => text.includes("pg_sleep(50)"));
    await expect.poll(async () => (await running())?.state).toBe("running");
    await expect(oncall.page.getByText(/all synced/)).toBeVisible();
    await service.kill();
    await service.start();
    expect((await running())?.state).toBe("unknown");
    expect((await api.command(commandId)).reviews).toHaveLength(1);
    await expect(oncall.page.getByText(/all synced/)).toBeVisible();
    await expect.poll(() => shownText(oncall)).toContain("-- remembered");
    const rooms = await api.get<Room[]>("/rooms");
    expect(rooms.body.map(({ title }) => title)).toContain("payments 5xx after deploy");
  });

  await test.step("the audit chain verifies, and a changed byte is found", async () => {
    const good = await service.cli("audit", "verify");
    expect(good.stdout).toMatch(/^ok, \d+ events$/m);
    expect(good.code).toBe(0);

    const { databaseUrl } = JSON.parse(await readFile(join(service.home, "front.json"), "utf8")) as { databaseUrl: string };
    const owner = new Client({ connectionString: databaseUrl });
    await owner.connect();
    try {
      await owner.query('ALTER TABLE "AuditEvent" DISABLE TRIGGER USER');
      await owner.query(`UPDATE "AuditEvent" SET actor = 'reviewer2' WHERE type = 'command.reviewed'`);
      const forged = await owner.query<{ seq: string }>(`SELECT min(seq) AS seq FROM "AuditEvent" WHERE actor = 'reviewer2'`);
      const bad = await service.cli("audit", "verify");
      expect(bad.code).toBe(1);
      expect(bad.stdout + bad.stderr).toContain(String(forged.rows[0]?.seq));
    } finally {
      await owner.end();
    }
  });
});
