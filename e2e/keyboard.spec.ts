import { expect, test, type Browser, type Page } from "@playwright/test";
import { expectAccessible } from "./support/accessible.ts";
import { shownText } from "./support/people.ts";
import { createService, type Service } from "./support/service.ts";

/** The story of a room without a mouse: nothing here clicks, and nothing takes the focus but by keys. */

let service: Service;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  service = await createService({ countdown: "10m" });
});

test.afterAll(async () => {
  await service?.stop();
  await service?.dispose();
});

const focus = (page: Page) => page.locator(":focus");
const palette = (page: Page) => page.getByRole("dialog", { name: "Command palette" });

/** Presses Tab until what is wanted has the focus; the number of stops a person would put up with is the limit. */
async function tabTo(page: Page, name: string | RegExp, role: "button" | "textbox" | "link", stops: number): Promise<void> {
  const wanted = page.getByRole(role, { name }).first();
  for (let i = 0; i < stops; i++) {
    await page.keyboard.press("Tab");
    await expectVisibleFocus(page);
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`${String(name)} is not within ${stops} stops`);
}

/** What has the focus is drawn: an outline of its own, or of the line that it covers. */
async function expectVisibleFocus(page: Page): Promise<void> {
  const drawn = await focus(page).evaluate((element) => {
    const outlined = (style: CSSStyleDeclaration) => style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0;
    return (
      element.closest(".monaco-editor") !== null || outlined(getComputedStyle(element)) || outlined(getComputedStyle(element, "::after"))
    );
  });
  expect(drawn, `the focus is seen on ${await focus(page).evaluate((element) => element.outerHTML.slice(0, 120))}`).toBe(true);
}

/** Runs what the palette finds first for `words`. */
async function choose(page: Page, words: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await expect(palette(page)).toBeVisible();
  await page.keyboard.type(words);
  await expect(palette(page).getByRole("option", { name: words })).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(palette(page)).toHaveCount(0);
}

async function signIn(browser: Browser, name: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: service.url });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await tabTo(page, "Name", "textbox", 8);
  await page.keyboard.type(name);
  await page.keyboard.press("Tab");
  await page.keyboard.type("interlock");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/rooms");
  await expect(page.getByRole("link", { name: /payments 5xx after deploy/ })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(focus(page)).toHaveText("Skip to the content");
  await page.keyboard.press("Enter");
  await tabTo(page, /payments 5xx after deploy/, "link", 3);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/rooms/*");
  await expect(page.getByText(/all synced/)).toBeVisible();
  return page;
}

test("the story of a room needs no mouse", async ({ browser }) => {
  const oncall = await signIn(browser, "oncall");
  const reviewer = await signIn(browser, "reviewer");
  const editor = oncall.locator(".monaco-editor");
  const card = (page: Page) => page.getByRole("region", { name: "Queue" }).getByRole("article").first();

  await test.step("a skip link leads into the editor, and Escape, then Tab out of it", async () => {
    await oncall.keyboard.press("Tab");
    await expect(focus(oncall)).toHaveText("Skip to the editor");
    await oncall.keyboard.press("Enter");
    await expect(editor).toHaveClass(/focused/);
    await expect(oncall.getByTestId("exit-hint")).toHaveText(/leaves the editor/);
    await oncall.keyboard.press("Control+a");
    await oncall.keyboard.press("Tab");
    await expect(editor).toHaveClass(/focused/);
    await oncall.keyboard.press("Control+a");
    await oncall.keyboard.insertText("DELETE FROM payments.orders WHERE id = 512;");
    await expect.poll(() => shownText({ page: oncall })).toContain("id = 512");
    // What stands between the editor and the rest of the page comes with the answer: a stop that appears behind one is the next stop back.
    await expect(oncall.getByTestId("verdict")).toContainText("Needs 1 review");
    await oncall.keyboard.press("Escape");
    await expect(oncall.getByTestId("exit-hint")).toContainText("now leaves the editor");
    await oncall.keyboard.press("Tab");
    await expect(editor).not.toHaveClass(/focused/);
    await expectVisibleFocus(oncall);
    await oncall.keyboard.press("Shift+Tab");
    await expect(editor).toHaveClass(/focused/);
  });

  await test.step("a statement is proposed, and F6 goes from the editor over the results to the queue", async () => {
    await expect(oncall.getByTestId("verdict")).toBeVisible();
    await oncall.keyboard.press("Control+Enter");
    await expect(card(oncall)).toContainText("id = 512");
    await oncall.keyboard.press("F6");
    await expect(oncall.locator('[data-place="results"]:focus-within')).toBeVisible();
    await expectVisibleFocus(oncall);
    await oncall.keyboard.press("F6");
    await expect(card(oncall)).toBeFocused();
    await expectVisibleFocus(oncall);
  });

  await test.step("a reviewer approves with one key, and the author holds and resumes", async () => {
    await expect(card(reviewer)).toContainText("id = 512");
    await choose(reviewer, "Go to the queue");
    await expect(card(reviewer)).toBeFocused();
    await reviewer.keyboard.press("a");
    await expect(card(oncall)).toContainText("it runs by itself");
    await oncall.keyboard.press("h");
    await expect(card(oncall)).toContainText("Held by oncall");
    await tabTo(oncall, "Resume", "button", 6);
    await oncall.keyboard.press("Enter");
    await expect(card(oncall)).toContainText(/Done in \d+/);
  });

  await test.step("a result is walked with the arrow keys", async () => {
    await choose(oncall, "Go to the editor");
    await expect(editor).toHaveClass(/focused/);
    await oncall.keyboard.press("Control+a");
    await oncall.keyboard.insertText("SELECT id, status FROM payments.orders ORDER BY id LIMIT 5;");
    await expect(oncall.getByTestId("verdict")).toContainText(/at once|allow|read/i);
    await oncall.keyboard.press("Control+Enter");
    await expect(oncall.getByTestId("row-count")).toContainText("5 rows");
    await choose(oncall, "Go to the results");
    await expect(oncall.getByRole("grid")).toBeFocused();
    const active = () => oncall.getByRole("grid").getAttribute("aria-activedescendant");
    const before = await active();
    await oncall.keyboard.press("ArrowDown");
    await expect.poll(active).not.toBe(before);
  });

  await test.step("the timeline and the schema are one stop each, with arrows inside", async () => {
    await choose(oncall, "Go to the timeline");
    await expect(oncall.getByRole("region", { name: "Timeline" }).getByRole("button").first()).toBeFocused();
    await oncall.keyboard.press("ArrowDown");
    await expect(oncall.getByRole("region", { name: "Timeline" }).getByRole("button").nth(1)).toBeFocused();
    await choose(oncall, "Go to the connections");
    const line = (name: RegExp) => oncall.getByRole("treeitem", { name });
    await expect(line(/^ledger/)).toBeFocused();
    await oncall.keyboard.press("ArrowDown");
    await oncall.keyboard.press("ArrowDown");
    await expect(line(/^table customers|^customers/)).toBeFocused();
    await oncall.keyboard.press("ArrowRight");
    await oncall.keyboard.press("ArrowRight");
    await expect(line(/^id/)).toBeFocused();
    await oncall.keyboard.press("ArrowLeft");
    await oncall.keyboard.press("ArrowLeft");
    await expect(line(/^table customers|^customers/)).toHaveAttribute("aria-expanded", "false");
  });

  await test.step("a dialog gives the focus back to where it was", async () => {
    const before = await focus(oncall).textContent();
    await oncall.keyboard.press("Control+/");
    await expect(oncall.getByRole("dialog", { name: "Keyboard shortcuts" })).toContainText("Next pane");
    await expect(oncall.getByRole("dialog", { name: "Keyboard shortcuts" })).toContainText("Command palette in a terminal");
    await oncall.keyboard.press("Escape");
    await expect(focus(oncall)).toHaveText(before!);
  });

  await test.step("inside a terminal the palette leaves Ctrl+K to the shell and has Shift", async () => {
    const before = await focus(oncall).textContent();
    const mark = (here: boolean) => focus(oncall).evaluate((one, on) => one.parentElement!.toggleAttribute("data-terminal", on), here);
    await mark(true);
    await oncall.keyboard.press("Control+k");
    await oncall.keyboard.press("Control+/");
    await expect(oncall.getByRole("dialog")).toHaveCount(0);
    await oncall.keyboard.press("Control+Shift+K");
    await expect(palette(oncall)).toBeVisible();
    await oncall.keyboard.press("Control+Shift+K");
    await expect(palette(oncall)).toHaveCount(0);
    await expect(focus(oncall)).toHaveText(before!);
    await mark(false);
  });

  await test.step("one signs out from the palette", async () => {
    await choose(oncall, "Sign out");
    await oncall.waitForURL("**/sign-in**");
  });
  await oncall.context().close();
  await reviewer.context().close();
});

test("the layout is remembered, is forgotten on demand, and a broken one does no harm", async ({ browser }) => {
  const page = await signIn(browser, "responder");
  const separator = page.getByRole("separator", { name: "Width of connections" });
  // The lower half of the dock.
  const results = () => page.locator(".dv-groupview").nth(1).boundingBox();
  const storedKey = () => page.evaluate(() => Object.keys(localStorage).find((key) => key.startsWith("interlock.layout.")));
  const first = await results();
  const sash = (await page.locator(".dv-sash.dv-enabled").first().boundingBox())!;
  await page.mouse.move(sash.x + sash.width / 2, sash.y + sash.height / 2);
  await page.mouse.down();
  await page.mouse.move(sash.x + sash.width / 2, sash.y - 120, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await results())!.y).toBeLessThan(first!.y - 60);
  const moved = await results();
  await expect.poll(storedKey).toBeDefined();
  const key = await storedKey();
  await page.reload();
  await expect(page.locator(".monaco-editor").first()).toBeVisible();
  await expect.poll(async () => Math.abs((await results())!.y - moved!.y)).toBeLessThan(3);

  await separator.focus();
  await page.keyboard.press("ArrowRight");
  await choose(page, "Reset layout");
  await expect.poll(async () => Math.abs((await results())!.y - first!.y)).toBeLessThan(3);
  await expect(separator).toHaveAttribute("aria-valuenow", "232");

  const warnings: string[] = [];
  page.on("console", (message) => message.type() === "warning" && warnings.push(message.text()));
  // As the page begins: what is left of the old one stores its layout when it goes.
  await page.addInitScript((name) => localStorage.setItem(name, '{"version":1,"dock":{"grid":{},"panels":{}},"seen":[]}'), key!);
  await page.reload();
  await expect(page.locator(".monaco-editor").first()).toBeVisible();
  await expect.poll(async () => Math.abs((await results())!.y - first!.y)).toBeLessThan(3);
  expect(warnings.join("\n")).toContain("The remembered layout of this room cannot be shown");
  await page.context().close();
});

for (const [what, width, height] of [
  ["at 200 % of a small laptop", 640, 400],
  ["at 320 pixels", 320, 640],
  ["in a wide and low window", 960, 480],
] as const) {
  test(`everything can be reached ${what}`, async ({ browser }) => {
    const page = await signIn(browser, "responder");
    await page.setViewportSize({ width, height });
    await choose(page, "Go to the editor");
    await expect(page.locator(".monaco-editor").first()).toHaveClass(/focused/);
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText("\nDELETE FROM payments.orders WHERE id = 513;");
    // Of this statement: the button of the line before it goes while this one is worked out.
    await expect(page.getByRole("region", { name: "Impact of the statement under the cursor" })).toContainText("1 row of payments.orders");
    await expect(page.getByTestId("verdict")).toBeVisible();
    const propose = page.getByRole("button", { name: /^Propose/ });
    await propose.scrollIntoViewIfNeeded();
    await expect(propose).toBeInViewport({ ratio: 1 });
    for (const place of ["connections", "results", "queue", "timeline", "editor"]) {
      await choose(page, `Go to the ${place}`);
      await expect(page.locator(`[data-place="${place}"]:focus-within`)).toBeVisible();
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
    }
    await expectAccessible(page);
    await page.keyboard.press("Control+z");
    await page.context().close();
  });
}
