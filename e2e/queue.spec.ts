import { expect, test } from "@playwright/test";
import type { Api } from "./support/api.ts";
import { typeAtEnd, type Person } from "./support/people.ts";
import { queue, card, propose, startTeam, type Team } from "./support/team.ts";

/** What becomes of a command that was proposed: in the queue of all, and on the target. Every test opens a room of its own. */

let team: Team;
let oncall: Person;
let reviewer: Person;
let reviewer2: Person;
let api: Api;

test.beforeAll(async ({ browser }) => {
  const started = await startTeam(browser, "reviewer", "reviewer2");
  team = started;
  ({ oncall, reviewer, reviewer2, api } = started);
});

test.afterAll(() => team?.stop());

test("a denied command says why and which rule, a failed one what the server said", async () => {
  await team.openRoom("denied");
  await propose(oncall, "GRANT SELECT ON payments.orders TO PUBLIC;");
  const denied = card(oncall, "GRANT");
  await expect(denied).toContainText("Denied by policy");
  await expect(denied).toContainText(/rule prod-privilege|rule \S+/);
  await expect(denied.getByRole("button", { name: /Approve|Resume/ })).toHaveCount(0);
  await propose(oncall, "\n\nSELECT nowhere FROM payments.orders;");
  await expect(card(oncall, "nowhere")).toContainText('column "nowhere" does not exist');
});

test("two seats need two people, and a rejection ends it with its comment", async () => {
  await team.openRoom("seats", reviewer, reviewer2);
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
  await team.openRoom("outcome", reviewer);
  await propose(oncall, "DELETE FROM payments.orders WHERE id = 4711;");
  await card(reviewer, "4711").focus();
  await reviewer.page.keyboard.press("a");
  const done = card(oncall, "4711");
  await expect(done).toContainText(/Done in \d+/);
  await expect(done.getByTestId("affected")).toContainText(/payments\.orders\s*1 deleted/);
  await expect(done.getByTestId("affected")).toContainText(/payments\.order_items\s*\d+ deleted/);
  await oncall.page.reload();
  await expect(done.getByTestId("affected")).toBeVisible();

  await propose(oncall, "\n\nDELETE FROM payments.orders WHERE id = 4712;");
  await expect(card(reviewer, "4712").getByRole("button", { name: /Approve/ })).toBeVisible();
  await team.target("UPDATE payments.order_items SET order_id = 4712 WHERE order_id = 4713");
  await card(reviewer, "4712").focus();
  await reviewer.page.keyboard.press("a");
  await expect(card(oncall, "4712")).toContainText("Rolled back by the commit guard");
  await expect(card(oncall, "4712")).toContainText("payments.order_items");
  await expect(done.getByTestId("affected")).toHaveCount(0);
});

test("a rejection that is put off keeps its words and gives the focus back", async () => {
  const id = await team.openRoom("put off", reviewer);
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
  const id = await team.openRoom("crowd", reviewer);
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
  await team.openRoom("limit", reviewer);
  await typeAtEnd(
    oncall,
    // What the first statement changes decides what the second one finds: no count can tell beforehand.
    "UPDATE payments.refunds SET reason = 'late' WHERE id = 4821; DELETE FROM payments.refunds WHERE reason = 'late';",
  );
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
