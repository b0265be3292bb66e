import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium, expect as expectSoon, type Page } from "@playwright/test";
import config from "./playwright.config.ts";
import { openDemoRoom, shownText, signIn, typeAtEnd, type Person } from "./support/people.ts";
import { createService } from "./support/service.ts";

/** Plays a rich moment of the demo's room with five people and takes the README's pictures of it. */

const IMAGES = join(import.meta.dirname, "../docs/images");
// Outside the test runner the patience is short, and this machine may be busy.
const expect = expectSoon.configure({ timeout: 20_000 });
const VIEWPORT = { width: 1440, height: 860 };

const READ = `SELECT o.id, c.email AS customer_email, c.card_number AS card, o.status, o.amount, o.created_at
  FROM payments.orders o JOIN payments.customers c ON c.id = o.customer_id
 WHERE o.status = 'pending' ORDER BY o.created_at DESC LIMIT 200;`;
const SCENE = `-- orders left in "pending" by the bad deploy
SELECT status, count(*) FROM payments.orders
WHERE created_at > '2026-11-20 23:40+00' GROUP BY 1;

`;
// The editor adds the indentation of the line before.
const DELETE = ["DELETE FROM payments.orders\n", " WHERE status = 'pending'\n", "  AND created_at > '2026-11-20 23:40+00';"] as const;

const service = await createService();
const browser = await chromium.launch(config.use?.launchOptions);
try {
  await mkdir(IMAGES, { recursive: true });
  const oncall = await signIn(browser, service, "oncall");
  const responder = await signIn(browser, service, "responder");
  const reviewer = await signIn(browser, service, "reviewer");
  const others = [await signIn(browser, service, "reviewer2"), await signIn(browser, service, "observer")];
  for (const person of [oncall, responder, reviewer, ...others]) {
    await person.page.setViewportSize(VIEWPORT);
    await openDemoRoom(person);
  }

  await replaceAll(oncall, "UPDATE payments.orders SET status = 'failed' WHERE id IN (4711, 4712);");
  await propose(oncall);
  await approve(reviewer, "4711");
  await expect(queue(oncall.page)).toContainText("Done in", { timeout: 20_000 });

  await replaceAll(oncall, READ);
  await propose(oncall);
  await expect(oncall.page.getByTestId("row-count")).toContainText("200 rows");

  await replaceAll(oncall, SCENE + DELETE[0] + DELETE[1]);
  await expect.poll(() => shownText(responder)).toContain("'pending'");
  await typeAtEnd(responder, DELETE[2]);
  await responder.page.keyboard.press("Escape");
  await expect.poll(() => shownText(oncall)).toContain(DELETE[2].trim());
  // Of the whole statement: the part that was typed first had an impact, too.
  await expect(oncall.page.getByRole("region", { name: "Impact" })).toContainText("12,431 rows of payments.orders");
  await propose(oncall);
  await expect(queue(reviewer.page).getByRole("button", { name: /Approve/ })).toBeVisible();

  await reviewer.page.locator(".monaco-editor .view-line").nth(5).click();
  await expect(reviewer.page.getByRole("button", { name: /^Propose/ })).toBeVisible();
  await take(reviewer.page, "room-dark.png", oncall, responder);
  await reviewer.page.keyboard.press("Control+k");
  await reviewer.page.keyboard.type("theme: light");
  await reviewer.page.keyboard.press("Enter");
  await expect(reviewer.page.locator("html")).toHaveAttribute("data-theme", "light");
  await take(reviewer.page, "room-light.png", oncall, responder);
} finally {
  await browser.close();
  await service.stop();
  await service.dispose();
}

function queue(page: Page) {
  return page.getByRole("region", { name: "Queue" });
}

function verdict({ page }: Person) {
  return page.getByTestId("verdict");
}

/** Puts a text in place of the document's, at once: typing would complete words and close brackets. */
async function replaceAll(person: Person, text: string): Promise<void> {
  await typeAtEnd(person, "");
  await person.page.keyboard.press("Control+a");
  await person.page.keyboard.insertText(text);
  await person.page.keyboard.press("Escape");
  await expect(person.page.getByTestId("sync")).toContainText("all synced");
}

async function propose(person: Person): Promise<void> {
  await expect(verdict(person)).toBeVisible();
  await person.page.keyboard.press("Control+Enter");
}

async function approve({ page }: Person, text: string): Promise<void> {
  const card = queue(page).locator("article").filter({ hasText: text });
  await card.focus();
  await page.keyboard.press("a");
}

/** Both cursors move first, so that their names are shown; nothing of the picture is the mouse's. */
async function take(page: Page, name: string, oncall: Person, responder: Person): Promise<void> {
  await page.mouse.move(0, 0);
  await oncall.page.locator(".monaco-editor .view-line").nth(1).click();
  await oncall.page.keyboard.press("End");
  await responder.page.keyboard.press("Control+End");
  await responder.page.keyboard.press("ArrowLeft");
  await expect(page.locator(".remote-cursor-moved")).toHaveCount(2);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(IMAGES, name), animations: "disabled", caret: "initial" });
}
