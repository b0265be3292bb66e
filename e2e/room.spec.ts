import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, type Page } from "@playwright/test";
import type { Api } from "./support/api.ts";
import { shownText, signIn, typeAtEnd, type Person } from "./support/people.ts";
import type { Service } from "./support/service.ts";
import { synced, startTeam, type Team } from "./support/team.ts";

/** What happens to a room when things go wrong, change under one's hands, or are empty. Every test opens a room of its own. */

let team: Team;
let service: Service;
let oncall: Person;
let responder: Person;
let api: Api;

test.beforeAll(async ({ browser }) => {
  const started = await startTeam(browser, "responder");
  team = started;
  ({ service, oncall, responder, api } = started);
});

test.afterAll(() => team?.stop());

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
  await team.openRoom("one place", responder);
  await typeAtEnd(oncall, "-- here: ");
  await expect.poll(() => shownText(responder)).toContain("-- here: ");
  await responder.page.locator(".monaco-editor").first().click();
  await responder.page.keyboard.press("Control+End");
  await Promise.all([oncall.page.keyboard.type("mississippi", { delay: 30 }), responder.page.keyboard.type("yellowstone", { delay: 30 })]);
  for (const person of [oncall, responder])
    await expect.poll(() => shownText(person)).toMatch(/-- here: (mississippiyellowstone|yellowstonemississippi)/);
});

test("an agent that is killed while one types comes back, and nothing is lost", async () => {
  const id = await team.openRoom("killed", responder);
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

test("what the lead decides takes effect at once: roles, closing, reopening", async () => {
  await team.openRoom("lead", responder);
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
  const id = await team.openRoom("signed out");
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
  await team.openRoom("policy");
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

test("the impact panel keeps its height, whatever it has to say", async () => {
  await team.openRoom("impact");
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

test("a narrow window shows one pane at a time, with nothing cut off", async () => {
  await team.openRoom("narrow");
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
