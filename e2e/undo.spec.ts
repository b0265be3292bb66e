import { expect, test } from "@playwright/test";
import { expectAccessible } from "./support/accessible.ts";
import type { Person } from "./support/people.ts";
import { card, propose, startTeam, type Team } from "./support/team.ts";

/** Taking back what a command did, and trying what one would do: two people in two browsers, each test in a room of its own. */

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

const timeline = ({ page }: Person) => page.getByRole("region", { name: "Timeline" });
const impact = ({ page }: Person) => page.getByRole("region", { name: "Impact" });

async function approve(text: string | RegExp): Promise<void> {
  await card(reviewer, text).focus();
  await reviewer.page.keyboard.press("a");
}

/** Every row of an order, its items included, as text. */
const orderRows = (ids: string) =>
  team.target(`SELECT o::text AS row FROM payments.orders o WHERE id IN (${ids})
    UNION ALL SELECT i::text FROM payments.order_items i WHERE order_id IN (${ids}) ORDER BY 1`);

test("what one deletes another agrees to put back, and every row is as it was", async () => {
  await team.openRoom("undo", reviewer, observer);
  const before = await orderRows("5101, 5102");
  await propose(oncall, "DELETE FROM payments.orders WHERE id IN (5101, 5102);");
  await expect(impact(oncall).getByTestId("reversal")).toContainText("Can be undone in part: what audit_order");
  await expect(card(reviewer, "5101").getByTestId("reversal")).toContainText("Can be undone in part");
  await approve("5101");
  const deleted = card(oncall, "5101");
  await expect(deleted).toContainText("Done in");
  expect(await orderRows("5101, 5102")).toEqual([]);

  await expect(deleted).toContainText(/\d+ rows can be put back until/);
  await expect(card(observer, "5101")).toContainText(/\d+ rows can be put back until/);
  await expect(card(observer, "5101").getByRole("button", { name: "Undo…" })).toHaveCount(0);
  await deleted.getByRole("button", { name: "Undo…" }).click();
  const dialog = oncall.page.getByRole("dialog", { name: "Undo DELETE orders" });
  await expect(dialog.getByTestId("undo-scope")).toContainText(/payments\.orders\s*put back 2 deleted rows/);
  await expect(dialog.getByTestId("undo-scope")).toContainText("Stays as it is: ledger.audit");
  await expectAccessible(oncall.page);
  await oncall.page.keyboard.type("Wrong incident.");
  await dialog.getByRole("button", { name: "Propose undo" }).click();

  const undo = card(reviewer, "undoes DELETE orders");
  await expect(undo).toContainText("put back 2 deleted rows of payments.orders");
  await expect(undo).toContainText("Wrong incident.");
  await expect(card(oncall, "undoes DELETE orders")).toBeFocused();
  await expect(card(oncall, "undoes DELETE orders").getByRole("button", { name: /Approve/ })).toHaveCount(0);
  await approve("undoes DELETE orders");
  await expect(card(oncall, "undoes DELETE orders")).toContainText("Done in");
  expect(await orderRows("5101, 5102")).toEqual(before);

  // The one that was put back is folded now; its link leads there and says by whom, without a reload.
  await card(oncall, "undoes DELETE orders")
    .getByRole("button", { name: /^DELETE orders/ })
    .click();
  await expect(card(oncall, "put back by oncall")).toBeFocused();
  await expect(card(oncall, "put back by oncall").getByRole("button", { name: "Undo…" })).toHaveCount(0);
  await expect(timeline(oncall)).toContainText("undo: put back 2 deleted rows of payments.orders");
  await expectAccessible(oncall.page);
});

test("rows that were changed since are listed one by one, and nothing is put back", async () => {
  await team.openRoom("conflict", reviewer);
  await propose(oncall, "UPDATE payments.orders SET status = 'refunded' WHERE id IN (5201, 5202, 5203);");
  await approve("5201");
  await expect(card(oncall, "5201")).toContainText("Done in");
  await team.target("UPDATE payments.orders SET status = 'shipped' WHERE id = 5202");
  await team.target("DELETE FROM payments.orders WHERE id = 5203");
  await card(oncall, "5201").getByRole("button", { name: "Undo…" }).click();
  await oncall.page.getByRole("button", { name: "Propose undo" }).click();
  await approve("undoes UPDATE orders");
  const failed = card(oncall, "undoes UPDATE orders");
  await expect(failed).toContainText("Nothing was put back: rows were changed since");
  const rows = failed.getByTestId("conflicts").getByRole("row");
  await expect(rows.filter({ hasText: "id 5202" })).toContainText("was changed since");
  await expect(rows.filter({ hasText: "id 5203" })).toContainText("is not there any more");
  await expect(rows).toHaveCount(3);
  expect(await team.target("SELECT id::int, status FROM payments.orders WHERE id IN (5201, 5202) ORDER BY id")).toEqual([
    { id: 5201, status: "refunded" },
    { id: 5202, status: "shipped" },
  ]);
  await expect(timeline(oncall)).toContainText("2 rows are not as the run left them");
  // It can be tried again; the link leads to what it is about.
  await failed.getByRole("button", { name: /^UPDATE orders/ }).click();
  await expect(card(oncall, "5201").getByRole("button", { name: "Undo…" })).toBeVisible();
  await expectAccessible(oncall.page);
});

test("a dry run is reviewed like a run, says what would go, and changes nothing", async () => {
  await team.openRoom("dry run", reviewer);
  const before = await orderRows("5301");
  await propose(oncall, "DELETE FROM payments.orders WHERE id = 5301;", "Control+Shift+Enter");
  const waiting = card(reviewer, "5301");
  await expect(waiting).toContainText("Dry run: it does everything but commit, and changes nothing");
  await expect(waiting.getByTestId("reversal")).toHaveCount(0);
  await expectAccessible(reviewer.page);
  await approve("5301");
  const ended = card(oncall, "5301");
  await expect(ended).toContainText("Dry run: nothing was changed");
  await expect(ended.getByTestId("affected")).toContainText(/payments\.orders\s*1 deleted/);
  await expect(ended.getByTestId("not-taken-back")).toContainText("vacuum");
  await expect(ended.getByRole("button", { name: "Undo…" })).toHaveCount(0);
  expect(await orderRows("5301")).toEqual(before);
  await expect(timeline(oncall)).toContainText("nothing was changed");
  await expect(impact(oncall).getByRole("button", { name: "Dry run" })).toBeVisible();
});
