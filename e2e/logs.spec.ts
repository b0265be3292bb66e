import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { kubectlFor } from "@interlock/connector-kubernetes/testing";
import { expect, test, type Locator } from "@playwright/test";
import { expectAccessible } from "./support/accessible.ts";
import type { Person } from "./support/people.ts";
import { card, startTeam, type Team } from "./support/team.ts";

/** Following pods' logs in a pane, and files that commands read: on the demo's cluster, whose pods write all the time. */

// Whoever has no kubectl is told so; no log can be read without it.
const program = await kubectlFor("logs and files (e2e/logs.spec.ts)");
test.skip(program === undefined, "there is no kubectl");

let team: Team;
let oncall: Person;
let reviewer: Person;

test.beforeAll(async ({ browser }) => {
  const started = await startTeam(browser, "reviewer");
  team = started;
  ({ oncall, reviewer } = started);
});

test.afterAll(() => team?.stop());

const pane = ({ page }: Person, name: string | RegExp): Locator => page.getByRole("region", { name });
const lines = (logs: Locator): Locator => logs.getByRole("log").locator("[data-row]");

/** From the palette, as somebody without a mouse would. */
async function openLogs({ page }: Person, namespace: string, name: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.keyboard.type("logs of a pod");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Open logs" });
  await dialog.getByLabel("Namespace").fill(namespace);
  await dialog.getByLabel("Pod, workload or labels").fill(name);
  await page.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
}

/** The lines the bar counts. */
const counted = async (logs: Locator): Promise<number> => {
  const words = (await logs.getByTestId("log-status").textContent()) ?? "";
  return Number(/([\d,]+) lines?$/.exec(words)?.[1]?.replaceAll(",", "") ?? 0);
};

test("several pods are followed in one pane by a command of the room, masked, searched and stopped", async () => {
  await team.openRoom("logs", reviewer);
  await openLogs(oncall, "payments", "deployment/checkout");
  const logs = pane(oncall, "Logs of payments/deployment/checkout");
  await expect(logs.getByTestId("log-status")).toContainText("following");
  await expect(lines(logs).first()).toBeVisible();
  const before = await counted(logs);
  await expect.poll(() => counted(logs)).toBeGreaterThan(before);
  await expect(logs.getByLabel("Pod", { exact: true }).locator("option").first()).toHaveText("6 pods");
  await expectAccessible(oncall.page);

  // Whoever paid is nobody's business here.
  await logs.getByLabel("Find in these logs").fill("receipt sent");
  await logs.getByRole("button", { name: "Only matching lines" }).click();
  await expect(lines(logs).first()).toContainText(/•+@•+/);
  for (const text of await lines(logs).allTextContents()) {
    expect(text).toContain("receipt sent");
    expect(text).not.toMatch(/customer\d+@/);
  }
  await expect(logs.locator("mark").first()).toHaveText("receipt sent");
  await logs.getByLabel("Find in these logs").press("Escape");

  // Somebody who reads further up is not moved while lines come.
  const list = logs.getByRole("log");
  await list.hover();
  await oncall.page.mouse.wheel(0, -600);
  await expect(list).toHaveAttribute("data-stuck", "false");
  const read = lines(logs).nth(12);
  const row = await read.getAttribute("data-row");
  const place = (await read.boundingBox())!.y;
  await expect(logs.getByRole("button", { name: /new lines?$/ })).toBeVisible();
  await expect
    .poll(async () => Number(/[\d,]+/.exec((await logs.getByRole("button", { name: /new lines?$/ }).textContent()) ?? "0")![0]))
    .toBeGreaterThan(5);
  expect((await logs.locator(`[data-row="${row}"]`).boundingBox())!.y).toBeCloseTo(place, 0);
  await logs.getByRole("button", { name: /new lines?$/ }).click();
  await expect(list).toHaveAttribute("data-stuck", "true");

  await logs.getByRole("button", { name: "Stop" }).click();
  await expect(logs.getByTestId("log-status")).toContainText("stopped");
  const { body } = await team.api.get<{ text: string; state: string; effect: string }[]>(`/rooms/${roomOf(oncall)}/commands`);
  expect(body[0]).toMatchObject({
    state: "cancelled",
    effect: "read",
    text: expect.stringMatching(/^kubectl logs --namespace payments deployment\/checkout /),
  });
  // The pane shows its rows; there is no second tab for them.
  await expect(oncall.page.getByRole("tab", { name: /kubectl logs/ })).toHaveCount(0);
});

test("a pod that is not there says so, and closing a pane ends its command", async () => {
  await team.openRoom("no logs", reviewer);
  await openLogs(oncall, "payments", "nothing-here");
  const none = pane(oncall, "Logs of payments/nothing-here");
  await expect(none).toContainText('pods "nothing-here" not found');
  await expectAccessible(oncall.page);
  await none.getByRole("button", { name: "Close these logs" }).click();
  await expect(none).toHaveCount(0);

  await openLogs(oncall, "payments", "app=api");
  const logs = pane(oncall, "Logs of payments/app=api");
  await expect(lines(logs).first()).toBeVisible();
  await logs.getByRole("button", { name: "Close these logs" }).click();
  await expect
    .poll(async () => (await team.api.get<{ state: string }[]>(`/rooms/${roomOf(oncall)}/commands`)).body[0]!.state)
    .toBe("cancelled");
});

test("a file that is added to the room is read by a command, and shown to who agrees to it", async () => {
  const room = await team.openRoom("files", reviewer);
  const text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: banner\n  namespace: payments\ndata:\n  text: we are on it\n";
  await oncall.page
    .getByTestId("add-files")
    .setInputFiles({ name: "banner.yaml", mimeType: "application/yaml", buffer: Buffer.from(text) });
  await expect(oncall.page.getByRole("tab", { name: /banner\.yaml/ })).toBeVisible();
  await expect(oncall.page.getByRole("region", { name: "File" })).toContainText("-f banner.yaml");
  await expectAccessible(oncall.page);

  const proposed = await team.api.post<{ id: string }>(`/rooms/${room}/commands`, {
    connection: "eks-prod",
    text: "kubectl apply -f banner.yaml",
  });
  expect(proposed.status).toBe(201);
  const waiting = card(reviewer, "kubectl apply -f banner.yaml");
  const files = waiting.getByRole("list", { name: "Files" });
  await expect(files).toContainText("banner.yaml");
  await expect(files).toContainText("we are on it");
  await expectAccessible(reviewer.page);
  await waiting.focus();
  await reviewer.page.keyboard.press("a");
  await expect(card(oncall, "kubectl apply -f banner.yaml")).toContainText("Done in");

  await oncall.page.getByRole("button", { name: "Remove…" }).click();
  await oncall.page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await expect(reviewer.page.getByRole("tab", { name: /banner\.yaml/ })).toHaveCount(0);
  // What was agreed to is kept.
  const kept = await team.api.get<{ content: string }[]>(`/commands/${proposed.body.id}/files`);
  expect(kept.body[0]!.content).toBe(text);
  const missing = await team.api.post<{ detail: string }>(`/rooms/${room}/commands`, {
    connection: "eks-prod",
    text: "kubectl apply -f banner.yaml",
  });
  expect(missing).toMatchObject({ status: 422, body: { detail: expect.stringContaining("There is no file banner.yaml") } });
});

test("the command line asks the service, as a person, with files of its own machine", async () => {
  const folder = await mkdtemp(join(tmpdir(), "interlock-e2e-files-"));
  try {
    await writeFile(join(folder, "banner.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: cli, namespace: payments }\n");
    await writeFile(join(folder, "lines"), "kubectl apply -f banner.yaml");
    const token = (await team.service.cli("token", "create", "--user", "oncall")).stdout.trim();
    const words = ["analyze", "--connection", "eks-prod", "-f", join(folder, "banner.yaml"), join(folder, "lines")];
    const env = { ...process.env, INTERLOCK_HOME: team.service.home, INTERLOCK_TOKEN: token, NO_COLOR: "1" };
    const { stdout } = await promisify(execFile)(process.execPath, ["apps/cli/bin/interlock.mjs", ...words], {
      env,
      cwd: join(import.meta.dirname, ".."),
    });
    expect(stdout).toContain("v1 ConfigMap payments/cli");
    expect(stdout).toMatch(/policy: needs reviews/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

const roomOf = ({ page }: Person): string => new URL(page.url()).pathname.split("/").at(-1)!;
