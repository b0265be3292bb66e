import { expect, test, type Page } from "@playwright/test";
import { Client } from "pg";
import { expectAccessible } from "./support/accessible.ts";
import { shownText, signIn, typeAtEnd, type Person } from "./support/people.ts";
import { demoTarget } from "./support/service.ts";
import { card, startTeam, synced, type Team } from "./support/team.ts";

/** What the room says of a statement before it runs, and what one can do about it: each test in a room of its own. */

let team: Team;
let oncall: Person;
let reviewer: Person;
let observer: Person;

test.beforeAll(async ({ browser }) => {
  const started = await startTeam(browser, "reviewer", "observer");
  team = started;
  ({ oncall, reviewer, observer } = started);
});

test.afterAll(() => team?.stop());

const impact = ({ page }: Person) => page.getByRole("region", { name: "Impact" });
const attention = (person: Person) => impact(person).getByTestId("attention");

/** Puts a text in place of the document's, at once: typing would complete words and close brackets. */
async function write(person: Person, text: string): Promise<void> {
  await typeAtEnd(person, "");
  await person.page.keyboard.press("Control+a");
  await person.page.keyboard.insertText(text);
  await person.page.keyboard.press("Escape");
}

test("a safer text is one click or one key, one undo step, and everybody sees it", async () => {
  await team.openRoom("safer", reviewer, observer);
  const before = "SELECT 1;\n\nSELECT * FROM payments.orders;";
  const after = "SELECT 1;\n\nSELECT * FROM payments.orders\nLIMIT 1000;";
  await write(oncall, before);
  await expect(attention(oncall)).toContainText("About 200,000 rows would come back");
  // Who may not write is told, and offered nothing.
  await expect(attention(observer)).toContainText("About 200,000 rows would come back");
  await expect(impact(observer).getByRole("button", { name: /Use the safer text/ })).toHaveCount(0);

  const both = async (text: string) => {
    for (const person of [oncall, reviewer, observer]) await expect.poll(() => shownText(person)).toBe(text);
  };
  await attention(oncall)
    .getByRole("button", { name: /Use the safer text/ })
    .click();
  await both(after);
  await expect(attention(oncall)).not.toContainText("would come back");
  // The keyboard is back in the text: one step takes the whole edit back, and nothing else.
  await oncall.page.keyboard.press("Control+z");
  await both(before);
  await expect(attention(oncall)).toContainText("About 200,000 rows would come back");
  await oncall.page.keyboard.press("Control+.");
  await both(after);
  await oncall.page.keyboard.press("Control+z");
  await both(before);
});

test("of several statements the edit changes the one it is for", async () => {
  await team.openRoom("several", reviewer);
  await write(oncall, "LOCK TABLE payments.refunds IN ACCESS EXCLUSIVE MODE;\nUPDATE payments.orders SET amount = 1 WHERE id = 7;");
  await oncall.page.keyboard.press("Control+a");
  await expect(impact(oncall).getByRole("heading", { level: 2 })).toContainText("2 statements: 1 row changed");
  await expect(attention(oncall)).toContainText("Statement 1: Nobody can even read refunds");
  await impact(oncall).getByRole("button", { name: "Show the details" }).click();
  await expect(impact(oncall).getByRole("heading", { name: /1\. LOCK/ })).toBeVisible();
  await expect(impact(oncall).getByRole("heading", { name: /2\. UPDATE orders/ })).toBeVisible();
  await impact(oncall)
    .getByRole("button", { name: /Use the safer text/ })
    .first()
    .click();
  for (const person of [oncall, reviewer])
    await expect
      .poll(() => shownText(person))
      .toBe("LOCK TABLE payments.refunds IN SHARE ROW EXCLUSIVE MODE;\nUPDATE payments.orders SET amount = 1 WHERE id = 7;");
});

test("what would be lost is the first thing said, and that it would fail, to the author and the reviewer", async () => {
  await team.openRoom("lost", reviewer);
  await write(oncall, "DROP TABLE payments.orders CASCADE;");
  await expect(impact(oncall).getByRole("heading", { level: 2 })).toContainText("Drops payments.orders with 200,000 rows");
  await expect(impact(oncall)).toContainText("will fail");
  await expect(attention(oncall)).toContainText("Will fail: interlock_write: must be owner");
  await expect(impact(oncall).getByRole("group", { name: "Facts" })).toContainText("dropped, too");
  await expectAccessible(oncall.page);
  await oncall.page.keyboard.press("Control+Enter");
  const waiting = card(reviewer, "DROP TABLE payments.orders");
  await expect(waiting.getByTestId("consequence")).toContainText("Drops payments.orders with 200,000 rows");
  await expect(waiting).toContainText("Will fail: interlock_write: must be owner");
  await waiting.getByRole("button", { name: "Impact and policy in full" }).click();
  await expect(waiting).toContainText("drops view payments.open_orders");
  await expectAccessible(reviewer.page);
});

test("who would be waited for is told with what they run, until they let go", async () => {
  await team.openRoom("waits");
  const holder = new Client({ connectionString: (await demoTarget(team.service)).write });
  await holder.connect();
  try {
    await holder.query("BEGIN");
    await holder.query("LOCK TABLE payments.staff IN SHARE MODE");
    await write(oncall, "LOCK TABLE payments.staff IN ROW EXCLUSIVE MODE;");
    const facts = impact(oncall).getByRole("group", { name: "Facts" });
    await expect(facts).toContainText("would wait now for interlock_write");
    await expect(attention(oncall)).toContainText("Would wait now for interlock_write");
    await impact(oncall).getByRole("button", { name: "Show the details" }).click();
    await expect(impact(oncall)).toContainText(/RowExclusive on payments\.staff/);
    // Nobody types meanwhile: it is looked at again by itself.
    await holder.query("ROLLBACK");
    await expect(facts).toContainText("RowExclusive on staff");
    await expect(impact(oncall)).not.toContainText("would wait now");
  } finally {
    await holder.end();
  }
});

test("an impact of an earlier text says so until the one of the present text is there", async ({ browser }) => {
  const id = await team.openRoom("behind");
  const other = await signIn(browser, team.service, "responder");
  let holding = false;
  const held: (() => void)[] = [];
  await other.context.routeWebSocket(/\/ws\/room\//u, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      if (holding && typeof message === "string" && message.startsWith('{"type":"draft"')) held.push(() => socket.send(message));
      else socket.send(message);
    });
  });
  await other.page.goto(`/rooms/${id}`);
  await synced(other);
  await write(other, "DELETE FROM payments.refunds WHERE id = 7;");
  await expect(impact(other).getByRole("heading", { level: 2 })).toContainText("1 row of payments.refunds");
  await expect(impact(other)).not.toContainText("being worked out anew");
  holding = true;
  await write(other, "DELETE FROM payments.refunds WHERE id IN (7, 8, 9);");
  await expect(impact(other)).toContainText("being worked out anew");
  await expect(impact(other).getByRole("heading", { level: 2 })).toContainText("1 row of payments.refunds");
  await expect.poll(() => held.length).toBeGreaterThan(0);
  holding = false;
  for (const release of held) release();
  await expect(impact(other).getByRole("heading", { level: 2 })).toContainText("3 rows of payments.refunds");
  await expect(impact(other)).not.toContainText("being worked out anew");
  await other.context.close();
});

test("what is too much to keep is known before it runs", async () => {
  await team.openRoom("too much");
  await write(oncall, "UPDATE payments.order_items SET quantity = quantity + 1 WHERE unit_price > 20;");
  await expect(impact(oncall).getByTestId("reversal")).toContainText("Cannot be undone: it writes more than 200,000 rows");
  await impact(oncall).getByRole("button", { name: "Show the details" }).click();
  // The mark beside the sentence and the line in the details.
  await expect(impact(oncall).getByTestId("reversal")).toHaveCount(2);
});

test("an undo is tried and proposed with the keyboard alone, also after a reload", async () => {
  const id = await team.openRoom("keys", reviewer);
  await team.api.post(`/rooms/${id}/commands`, { connection: "payments-db", text: "DELETE FROM payments.refunds WHERE id = 41" });
  await card(reviewer, "id = 41").focus();
  await reviewer.page.keyboard.press("a");
  const { page } = oncall;
  const done = card(oncall, "id = 41");
  await expect(done).toContainText("1 row can be put back until", { timeout: 20_000 });
  await page.reload();
  // After the reload it may be folded: Enter on its head opens it.
  await done.focus();
  if ((await done.getByRole("button", { name: "Undo…" }).count()) === 0) {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
  }
  await expect(done.getByRole("button", { name: "Undo…" })).toBeVisible();
  await tabTo(page, "Undo…");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog").getByTestId("undo-scope")).toContainText("put back 1 deleted row");
  await tabTo(page, "Try it first (dry run)");
  await page.keyboard.press("Enter");
  const trial = card(reviewer, "tries to undo");
  await expect(card(oncall, "tries to undo")).toBeFocused();
  await trial.focus();
  await reviewer.page.keyboard.press("a");
  await expect(card(oncall, "tries to undo")).toContainText("Dry run: nothing was changed", { timeout: 20_000 });
  await expect(card(oncall, "tries to undo").getByTestId("affected")).toContainText(/payments\.refunds\s*1 inserted/);
});

/** Presses Tab until the button of that name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
  for (let step = 0; step < 40; step++) {
    if ((await focused()) === name) return;
    await page.keyboard.press("Tab");
  }
  expect(await focused()).toBe(name);
}
