import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, type Page } from "@playwright/test";
import { Client } from "pg";
import { apiOf, type Api } from "./support/api.ts";
import { shownText, signIn, typeAtEnd, type Person } from "./support/people.ts";
import { createService, demoTarget, type Service } from "./support/service.ts";

/** What happens to a room when things go wrong, change under one's hands, or are empty. Every test opens a room of its own. */

let service: Service;
let oncall: Person;
let responder: Person;
let reviewer: Person;
let reviewer2: Person;
let api: Api;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000);
  service = await createService();
  api = await apiOf(service, "oncall");
  [oncall, responder, reviewer, reviewer2] = await Promise.all([
    signIn(browser, service, "oncall"),
    signIn(browser, service, "responder"),
    signIn(browser, service, "reviewer"),
    signIn(browser, service, "reviewer2"),
  ]);
});

test.afterAll(async () => {
  for (const person of [oncall, responder, reviewer, reviewer2]) await person?.context.close();
  await service?.stop();
  await service?.dispose();
});

const queue = ({ page }: Person) => page.getByRole("region", { name: "Queue" });
const card = (person: Person, text: string | RegExp) => queue(person).locator("article").filter({ hasText: text });
const synced = ({ page }: Person) => expect(page.getByTestId("sync")).toContainText("all synced", { timeout: 30_000 });

/** A new room of `oncall`, who leads it, with one document, which `others` look at, too. */
async function openRoom(title: string, ...others: Person[]): Promise<string> {
  const { body } = await api.post<{ id: string }>("/rooms", { title });
  await oncall.page.goto(`/rooms/${body.id}`);
  await oncall.page.getByRole("main").getByRole("button", { name: "New document" }).last().click();
  await oncall.page.getByLabel("Name").fill("work.sql");
  await oncall.page.getByRole("button", { name: "Create" }).click();
  await expect(oncall.page.locator(".monaco-editor").first()).toBeVisible();
  for (const other of others) {
    await other.page.goto(`/rooms/${body.id}`);
    await expect(other.page.locator(".monaco-editor").first()).toBeVisible();
    await synced(other);
  }
  await synced(oncall);
  return body.id;
}

/** Types a statement at the end and proposes it once its impact is there. */
async function propose(person: Person, text: string): Promise<void> {
  await typeAtEnd(person, text);
  await person.page.keyboard.press("Escape");
  await expect(person.page.getByTestId("verdict")).toBeVisible();
  await person.page.keyboard.press("Control+Enter");
}

async function target(sql: string): Promise<void> {
  const client = new Client({ connectionString: (await demoTarget(service)).write });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

test("an empty room offers a document, and a second one opens in a tab of its own", async () => {
  const { body } = await api.post<{ id: string }>("/rooms", { title: "empty" });
  const { page } = oncall;
  await page.goto(`/rooms/${body.id}`);
  await expect(page.getByText("Nothing is open in this room")).toBeVisible();
  await page.getByRole("main").getByRole("button", { name: "New document" }).last().click();
  await expect(page.getByRole("dialog").getByRole("textbox")).toBeFocused();
  await page.keyboard.type("first.sql");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("tab", { name: /first\.sql/ })).toBeVisible();
  await page.getByRole("button", { name: "New document" }).click();
  // The editor of the first one may still be loading: it must not take the keyboard from the dialog.
  await expect(page.getByRole("dialog").getByRole("textbox")).toBeFocused();
  await page.keyboard.type("second.sql", { delay: 20 });
  await expect(page.getByRole("dialog").getByRole("textbox")).toHaveValue("second.sql");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("tab", { name: /second\.sql/ })).toHaveAttribute("aria-selected", "true");
  await expect(page.getByText("Nothing is open in this room")).toHaveCount(0);
});

test("two people who type in one place at one time keep their words whole", async () => {
  await openRoom("one place", responder);
  await typeAtEnd(oncall, "-- here: ");
  await expect.poll(() => shownText(responder)).toContain("-- here: ");
  await responder.page.locator(".monaco-editor").first().click();
  await responder.page.keyboard.press("Control+End");
  await Promise.all([oncall.page.keyboard.type("mississippi", { delay: 30 }), responder.page.keyboard.type("yellowstone", { delay: 30 })]);
  for (const person of [oncall, responder])
    await expect.poll(() => shownText(person)).toMatch(/-- here: (mississippiyellowstone|yellowstonemississippi)/);
});

test("an agent that is killed while one types comes back, and nothing is lost", async () => {
  const id = await openRoom("killed", responder);
  await typeAtEnd(oncall, "-- before");
  await synced(oncall);
  await service.killAgent();
  await expect(oncall.page.getByText(/Connecting again/)).toBeVisible();
  await typeAtEnd(oncall, " -- meanwhile");
  await synced(oncall);
  await expect(oncall.page.getByText(/Connecting again/)).toHaveCount(0);
  await expect.poll(() => shownText(responder)).toContain("-- before -- meanwhile");
  await responder.page.goto(`/rooms/${id}`);
  await expect.poll(() => shownText(responder)).toContain("-- before -- meanwhile");
});

test("a result is saved as CSV, JSON and NDJSON, masked", async () => {
  await openRoom("export");
  await propose(oncall, "SELECT id, email, card_number FROM payments.customers ORDER BY id LIMIT 20;");
  const { page } = oncall;
  await expect(page.getByTestId("row-count")).toContainText("20 rows");
  const saved = async (format: string) => {
    await page.getByRole("button", { name: "Export", exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: format, exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`\\.${format.toLowerCase()}$`));
    return readFile(await download.path(), "utf8");
  };
  const files = [await saved("CSV"), await saved("JSON"), await saved("NDJSON")] as const;
  for (const file of files) {
    expect(file).toContain("••••");
    expect(file).not.toMatch(/[a-z0-9]@[a-z]/i);
  }
  expect(files[0].trimEnd().split(/\r?\n/)).toHaveLength(21);
  expect(() => JSON.parse(files[1]) as unknown).not.toThrow();
  expect(
    files[2]
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  ).toHaveLength(22);
});

test("what the lead decides takes effect at once: roles, closing, reopening", async () => {
  await openRoom("lead", responder);
  await typeAtEnd(responder, "-- may");
  await expect.poll(() => shownText(oncall)).toContain("-- may");
  const setRole = async (role: string) => {
    await oncall.page.getByRole("button", { name: /^People:/ }).click();
    await oncall.page.getByRole("button", { name: /^Role of .*Responder|^Role of responder/i }).click();
    await oncall.page.getByRole("menuitemradio", { name: new RegExp(`^${role}`) }).click();
    await oncall.page.keyboard.press("Escape");
  };
  await setRole("observer");
  await expect(responder.page.getByText(/read only/)).toBeVisible();
  await responder.page.locator(".monaco-editor").first().click();
  await responder.page.keyboard.type("NOT ALLOWED");
  expect(await shownText(responder)).not.toContain("NOT ALLOWED");
  await setRole("responder");
  await expect(responder.page.getByText(/read only/)).toHaveCount(0);
  await typeAtEnd(responder, " again");
  await expect.poll(() => shownText(oncall)).toContain("-- may again");
  await oncall.page.getByRole("button", { name: "Close room" }).click();
  await expect(responder.page.getByRole("banner").getByText("closed")).toBeVisible();
  await oncall.page.getByRole("button", { name: "Reopen room" }).click();
  await expect(responder.page.getByRole("banner").getByText("closed")).toHaveCount(0);
});

test("a sign-out in another tab ends the room with a way back", async ({ browser }) => {
  const id = await openRoom("signed out");
  const admin = await signIn(browser, service, "admin");
  await admin.page.goto(`/rooms/${id}`);
  await synced(admin);
  const other = await admin.context.newPage();
  await other.goto("/rooms");
  await other.getByRole("button", { name: /your menu/ }).click();
  await other.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(admin.page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
  await admin.page.getByRole("link", { name: "Sign in again" }).click();
  await admin.page.getByLabel("Name").fill("admin");
  await admin.page.getByLabel("Password").fill("interlock");
  await admin.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await admin.page.waitForURL(`**/rooms/${id}`);
  await synced(admin);
  await admin.context.close();
});

test("a broken policy file is told to everybody in the room until it is mended", async () => {
  await openRoom("policy");
  const file = join(service.home, "policy.yaml");
  const good = await readFile(file, "utf8");
  const notice = oncall.page.getByText(/the policy file has errors/);
  try {
    await writeFile(file, `${good}\n- id: [broken\n`);
    await expect(notice).toBeVisible();
  } finally {
    await writeFile(file, good);
  }
  await expect(notice).toHaveCount(0);
});

test("what runs into its time limit says so, in the queue and above its rows", async () => {
  await openRoom("time limit");
  const file = join(service.home, "policy.yaml");
  const good = await readFile(file, "utf8");
  try {
    await writeFile(
      file,
      "version: 1\nrules:\n  - { id: short, match: { effects: [read, session] }, effect: allow, obligations: { timeout: 1s } }\n",
    );
    const { page } = oncall;
    let seconds = 60;
    // Until the new policy binds: another text is judged anew.
    await expect(async () => {
      await page.locator(".monaco-editor").first().click();
      await page.keyboard.press("Control+a");
      await page.keyboard.insertText(`SELECT pg_sleep(${seconds++});`);
      await page.keyboard.press("Escape");
      await expect(page.getByTestId("verdict")).toContainText("rule short", { timeout: 3_000 });
    }).toPass();
    await page.keyboard.press("Control+Enter");
    await expect(card(oncall, "pg_sleep")).toContainText("Stopped at its time limit", { timeout: 30_000 });
  } finally {
    await writeFile(file, good);
  }
  // The server's own words, or Interlock's where a text took its limit away.
  await expect(
    oncall.page
      .getByRole("alert")
      .filter({ hasText: /statement timeout|took longer than/ })
      .first(),
  ).toBeVisible();
});

test("a denied command says why and which rule, a failed one what the server said", async () => {
  await openRoom("denied");
  await propose(oncall, "GRANT SELECT ON payments.orders TO PUBLIC;");
  const denied = card(oncall, "GRANT");
  await expect(denied).toContainText("Denied by policy");
  await expect(denied).toContainText(/rule prod-privilege|rule \S+/);
  await expect(denied.getByRole("button", { name: /Approve|Resume/ })).toHaveCount(0);
  await propose(oncall, "\n\nSELECT nowhere FROM payments.orders;");
  await expect(card(oncall, "nowhere")).toContainText('column "nowhere" does not exist');
});

test("two seats need two people, and a rejection ends it with its comment", async () => {
  await openRoom("seats", reviewer, reviewer2);
  await propose(oncall, "ALTER TABLE payments.orders ALTER COLUMN status SET STATISTICS 50;");
  const text = "SET STATISTICS 50";
  await expect(card(reviewer, text)).toContainText("2 more from payments-reviewers");
  await card(reviewer, text).focus();
  await reviewer.page.keyboard.press("a");
  for (const person of [oncall, reviewer2]) await expect(card(person, text)).toContainText("1 more from payments-reviewers");
  await expect(card(reviewer, text).getByRole("button", { name: /Approve/ })).toHaveCount(0);
  await card(reviewer2, text).focus();
  await reviewer2.page.keyboard.press("r");
  await reviewer2.page.keyboard.type("Not during the incident.");
  await reviewer2.page.keyboard.press("Control+Enter");
  await expect(card(oncall, text)).toContainText("Rejected by reviewer2");
  await expect(card(oncall, text)).toContainText("Not during the incident.");
});

test("what a write did stays in view, and one that would do more than agreed is rolled back", async () => {
  await openRoom("outcome", reviewer);
  await propose(oncall, "DELETE FROM payments.orders WHERE id = 4711;");
  await card(reviewer, "4711").focus();
  await reviewer.page.keyboard.press("a");
  const done = card(oncall, "4711");
  await expect(done).toContainText(/Done in \d+/, { timeout: 20_000 });
  await expect(done.getByTestId("affected")).toContainText(/payments\.orders\s*1 deleted/);
  await expect(done.getByTestId("affected")).toContainText(/payments\.order_items\s*\d+ deleted/);
  await oncall.page.reload();
  await expect(done.getByTestId("affected")).toBeVisible();

  await propose(oncall, "\n\nDELETE FROM payments.orders WHERE id = 4712;");
  await expect(card(reviewer, "4712").getByRole("button", { name: /Approve/ })).toBeVisible();
  await target("UPDATE payments.order_items SET order_id = 4712 WHERE order_id = 4713");
  await card(reviewer, "4712").focus();
  await reviewer.page.keyboard.press("a");
  await expect(card(oncall, "4712")).toContainText("Rolled back by the commit guard", { timeout: 20_000 });
  await expect(card(oncall, "4712")).toContainText("payments.order_items");
  await expect(done.getByTestId("affected")).toHaveCount(0);
});

test("the impact panel keeps its height, whatever it has to say", async () => {
  await openRoom("impact");
  const { page } = oncall;
  const panel = page.getByRole("region", { name: "Impact" });
  const height = async () => (await panel.boundingBox())?.height;
  const empty = await height();
  for (const [text, words] of [
    ["SELECT count(*) FROM payments.orders;", "Runs at once"],
    ["DELETE FROM payments.customers;", "rows of payments.customers"],
    ["DELETE FORM payments.orders;", "This cannot be parsed yet"],
    ["GRANT SELECT ON payments.orders TO PUBLIC;", "Denied"],
  ] as const) {
    await page.locator(".monaco-editor").first().click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(text);
    await page.keyboard.press("Escape");
    await expect(panel).toContainText(words);
    expect(await height()).toBe(empty);
  }
  await panel.getByRole("button", { name: "Show the details" }).click();
  await expect(panel.getByText("Why policy says so")).toBeVisible();
});

test("a rejection that is put off keeps its words and gives the focus back", async () => {
  const id = await openRoom("put off", reviewer);
  await api.post(`/rooms/${id}/commands`, { connection: "payments-db", text: "DELETE FROM payments.orders WHERE id = 4801" });
  const waiting = card(reviewer, "4801");
  await waiting.focus();
  await reviewer.page.keyboard.press("r");
  await reviewer.page.keyboard.type("Only those of");
  await reviewer.page.keyboard.press("Escape");
  await expect(waiting).toBeFocused();
  await reviewer.page.keyboard.press("r");
  await reviewer.page.keyboard.type(" merchant 7.");
  await expect(reviewer.page.getByLabel("Why it is rejected")).toHaveValue("Only those of merchant 7.");
  await reviewer.page.keyboard.press("Control+Enter");
  await expect(card(oncall, "4801")).toContainText("Rejected by reviewer");
  await expect(card(oncall, "4801")).toContainText("Only those of merchant 7.");
  await expect(oncall.page.getByRole("region", { name: "Timeline" }).getByText(/reject/)).toHaveCount(1);
});

test("of many that wait the last ones are folded, and a key agrees to nothing unseen", async () => {
  const id = await openRoom("crowd", reviewer);
  for (let order = 4811; order < 4818; order++)
    await api.post(`/rooms/${id}/commands`, { connection: "payments-db", text: `DELETE FROM payments.orders WHERE id = ${order}` });
  const waiting = queue(reviewer).locator("article");
  await expect(waiting).toHaveCount(7);
  await expect(queue(reviewer).getByRole("button", { name: /Approve/ })).toHaveCount(6);
  await waiting.last().focus();
  await reviewer.page.keyboard.press("a");
  await expect(waiting.last()).toContainText("4811");
  await expect(waiting.last()).toHaveAttribute("data-state", "awaiting_review");
  await reviewer.page.keyboard.press("a");
  await expect(waiting.filter({ hasText: "4811" })).not.toHaveAttribute("data-state", "awaiting_review");
});

test("the row limit an author states is sealed and shown to the reviewer", async () => {
  await openRoom("limit", reviewer);
  await propose(
    oncall,
    "UPDATE payments.orders SET status = 'failed' WHERE id = 4821; DELETE FROM payments.refunds WHERE order_id = 4821;",
  );
  await oncall.page.keyboard.press("Escape");
  await oncall.page.locator(".monaco-editor").first().click();
  await oncall.page.keyboard.press("Control+a");
  await expect(oncall.page.getByRole("region", { name: "Impact" })).toContainText("2 statements");
  await oncall.page.keyboard.press("Control+Enter");
  const dialog = oncall.page.getByRole("dialog");
  const limit = dialog.getByLabel(/Roll back if it writes more rows/);
  await limit.fill("many");
  await expect(dialog.getByRole("button", { name: "Propose" })).toBeDisabled();
  await limit.fill("1,250");
  await oncall.page.keyboard.press("Enter");
  await expect(card(reviewer, "1,250 rows")).toContainText("Rolled back if it writes more than 1,250 rows in a table.");
});

test("of several statements each has its result, and the one that failed says why above its rows", async () => {
  const id = await openRoom("several");
  await api.post(`/rooms/${id}/commands`, {
    connection: "payments-db",
    text: "SELECT 11 AS eleven; SELECT 22 AS twenty_two; SELECT 1 / (g - 3) AS q FROM generate_series(1, 5) g",
  });
  const { page } = oncall;
  await expect(page.getByTestId("row-count")).toContainText("statement 3 of 3");
  await expect(page.getByRole("alert").filter({ hasText: "division by zero" }).first()).toBeVisible();
  await expect(page.getByText("failed: not all rows came")).toHaveCount(1);
  await expect(card(oncall, "eleven")).toContainText("Statement 3: ");
  await card(oncall, "eleven")
    .getByRole("button", { name: /Result 1/ })
    .click();
  await expect(page.getByRole("gridcell", { name: "11" })).toBeVisible();
});

test("a whole value opens from its cell, masked as the cell is, and closes back to it", async () => {
  const id = await openRoom("value");
  await api.post(`/rooms/${id}/commands`, {
    connection: "payments-db",
    text: `SELECT '{"a":[1,12345678901234567890]}'::jsonb AS doc, c.email FROM payments.customers c ORDER BY id LIMIT 3`,
  });
  const { page } = oncall;
  const grid = page.getByRole("grid", { name: "Result" });
  await expect(grid.getByRole("gridcell").first()).toContainText("12345678901234567890");
  await grid.focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Value")).toContainText("    12345678901234567890\n  ]");
  await page.keyboard.press("Escape");
  await expect(grid).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toContainText("masked");
  await expect(page.getByLabel("Value")).toContainText("•");
  await page.keyboard.press("Escape");
});

test("a read that is cancelled midway keeps the rows that came, and they can be exported", async () => {
  const id = await openRoom("midway");
  await api.post(`/rooms/${id}/commands`, {
    connection: "payments-db",
    text: "SELECT g, pg_sleep(CASE WHEN g > 20000 THEN 60 ELSE 0 END) FROM generate_series(1, 20010) g",
  });
  const { page } = oncall;
  await expect(page.getByRole("gridcell", { name: "1", exact: true }).first()).toBeVisible({ timeout: 30_000 });
  await page.getByRole("tabpanel").or(page.getByRole("main")).getByRole("button", { name: "Cancel" }).first().click();
  await expect(page.getByText("cancelled: not all rows came")).toBeVisible();
  await expect(queue(oncall)).toContainText("the rows that came first are here");
  await expect(page.getByRole("button", { name: "Export", exact: true })).toBeEnabled();
});

test("a narrow window shows one pane at a time, with nothing cut off", async () => {
  await openRoom("narrow");
  await typeAtEnd(oncall, "SELECT 1;");
  const { page } = oncall;
  try {
    await page.setViewportSize({ width: 390, height: 800 });
    await expect(page.getByRole("tab", { name: "Editor" })).toHaveAttribute("aria-selected", "true");
    expect(await overflow(page)).toBe(0);
    await page.getByRole("tab", { name: /Queue/ }).click();
    await expect(page.getByRole("region", { name: "Timeline" })).toBeVisible();
    expect(await overflow(page)).toBe(0);
  } finally {
    await page.setViewportSize({ width: 1440, height: 860 });
  }
});

/** Pixels the page is wider than its window. */
const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
