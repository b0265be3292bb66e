import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import type { Api } from "./support/api.ts";
import type { Person } from "./support/people.ts";
import type { Service } from "./support/service.ts";
import { queue, card, propose, startTeam, type Team } from "./support/team.ts";

/** Rows on the screen and in files: masked, cut short, cancelled, several at once. Every test opens a room of its own. */

let team: Team;
let service: Service;
let oncall: Person;
let api: Api;

test.beforeAll(async ({ browser }) => {
  team = await startTeam(browser);
  ({ service, oncall, api } = team);
});

test.afterAll(() => team?.stop());

test("a result is saved as CSV, JSON and NDJSON, masked", async () => {
  await team.openRoom("export");
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

test("what runs into its time limit says so, in the queue and above its rows", async () => {
  await team.openRoom("time limit");
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
    await expect(card(oncall, "pg_sleep")).toContainText("Stopped at its time limit");
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

test("of several statements each has its result, and the one that failed says why above its rows", async () => {
  const id = await team.openRoom("several");
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

test("no short value is cut, whichever row came first", async () => {
  const { page } = oncall;
  await team.openRoom("widths");
  await propose(oncall, "SELECT id, status FROM payments.orders ORDER BY id LIMIT 5;");
  await expect(page.getByTestId("row-count")).toContainText("5 rows");
  const cells = page.getByRole("grid").getByRole("gridcell");
  await expect(cells).toHaveCount(10);
  const cut = (): Promise<string[]> =>
    cells.evaluateAll((all) => all.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent));
  await expect.poll(cut).toEqual([]);
});

test("a whole value opens from its cell, masked as the cell is, and closes back to it", async () => {
  const id = await team.openRoom("value");
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
  const id = await team.openRoom("midway");
  await api.post(`/rooms/${id}/commands`, {
    connection: "payments-db",
    text: "SELECT g, pg_sleep(CASE WHEN g > 20000 THEN 60 ELSE 0 END) FROM generate_series(1, 20010) g",
  });
  const { page } = oncall;
  await expect(page.getByRole("gridcell", { name: "1", exact: true }).first()).toBeVisible();
  await page.getByRole("tabpanel").or(page.getByRole("main")).getByRole("button", { name: "Cancel" }).first().click();
  await expect(page.getByText("cancelled: not all rows came")).toBeVisible();
  await expect(queue(oncall)).toContainText("the rows that came first are here");
  await expect(page.getByRole("button", { name: "Export", exact: true })).toBeEnabled();
});
