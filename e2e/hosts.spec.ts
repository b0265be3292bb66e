import { chown, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./support/accessible.ts";
import { typeAtEnd, type Person } from "./support/people.ts";
import { card, startTeam, type Team } from "./support/team.ts";

let team: Team & Record<"reviewer", Person>;
let hosts: TestSshd[];

test.skip(sshdFor("the browser tests of scripts and files of hosts") === undefined);

test.beforeAll(async ({ browser }) => {
  [team, ...hosts] = (await Promise.all([startTeam(browser, "reviewer"), startSshd(), startSshd()])) as [typeof team, ...TestSshd[]];
  for (const [at, host] of hosts.entries()) {
    const file = join(team.service.home, `web-${at + 1}.json`);
    await writeFile(file, JSON.stringify(host.secret()), { mode: 0o600 });
    const words = ["connection", "add", `web-${at + 1}`, "--connector", "ssh", "--environment", at === 0 ? "prod" : "staging"];
    const added = await team.service.cli(...words, "--labels", "role=web", file);
    expect(added.stdout).toContain(`added web-${at + 1}`);
  }
});

test.afterAll(async () => {
  await team?.stop();
  await Promise.all((hosts ?? []).map((host) => host.close()));
});

/** A room of `oncall` with one document for the first host. */
async function openRoom(title: string): Promise<void> {
  const { body } = await team.api.post<{ id: string }>("/rooms", { title });
  await team.api.post(`/rooms/${body.id}/documents`, { name: "look.sh", connection: "web-1" });
  await team.oncall.page.goto(`/rooms/${body.id}`);
  await expect(team.oncall.page.locator(".monaco-editor").first()).toBeVisible();
  await expect(team.oncall.page.getByTestId("sync")).toContainText("all synced");
}

test("a script on two hosts: chosen by label, stopped where the first fails, and carried on where that is wanted", async () => {
  const { page } = team.oncall;
  await writeFile(join(hosts[1]!.home, "marker"), "it is here\n");
  await openRoom("which host has it");
  await typeAtEnd(team.oncall, "cat marker");
  await expect(page.getByTestId("verdict")).toContainText("Runs at once");
  const dialog = page.getByRole("dialog");
  const choose = async (): Promise<void> => {
    await page.getByRole("button", { name: "On several hosts…" }).click();
    await dialog.getByRole("button", { name: /^role=web/ }).click();
    await expect(dialog.getByText("runs at once")).toHaveCount(2);
  };

  await choose();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Propose on 2 hosts" }).click();
  const stopped = card(team.oncall, "stopping at the first that fails");
  await expect(stopped.locator('[data-host="web-1"]')).toContainText("failed · exit code 1");
  await expect(stopped.locator('[data-host="web-2"]')).toContainText("not begun");

  await choose();
  await dialog.getByLabel("Stop at the first that fails").uncheck();
  await dialog.getByRole("button", { name: "Propose on 2 hosts" }).click();
  const carried = card(team.oncall, "carrying on after a failure");
  await expect(carried.locator('[data-host="web-1"]')).toContainText("failed · exit code 1");
  await expect(carried.locator('[data-host="web-2"]')).toContainText("succeeded · exit code 0");
  // Each host has its tab, with its streams apart.
  await carried.getByRole("button", { name: "1 line of web-2" }).click();
  await expect(page.getByRole("tab", { name: /^web-2:/ })).toHaveAttribute("aria-selected", "true");
  await expect(page.getByRole("grid")).toContainText("it is here");
  await page
    .getByRole("tab", { name: /^web-1:/ })
    .last()
    .click();
  await expect(page.getByRole("grid")).toContainText("No such file");
  await expect(page.getByRole("region", { name: "Timeline" })).toContainText("web-1 failed");
  await expectAccessible(page);
});

test("files of hosts: looked at, taken where policy lets them out, and put there by agreement", async () => {
  const { oncall, reviewer } = team;
  const { page } = oncall;
  const [prod, staging] = hosts as [TestSshd, TestSshd];
  const own = async (host: TestSshd, name: string, content: string): Promise<void> => {
    await mkdir(join(host.home, "app"), { recursive: true });
    await writeFile(join(host.home, "app", name), content);
    const { uid, gid } = await stat(host.home);
    for (const path of [join(host.home, "app"), join(host.home, "app", name)]) await chown(path, uid, gid);
  };
  await own(staging, "a-log.txt", "seen by person1@example.com\n");
  for (let at = 0; at < 300; at++) await writeFile(join(staging.home, "app", `part-${String(at).padStart(3, "0")}`), "");
  await own(prod, "app.conf", "limit = 10\n");
  await openRoom("the limit is too low");
  await reviewer.page.goto(page.url());
  const pane = page.locator("[data-host-files]");
  const show = async (name: string): Promise<void> => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type(`files of ${name}`);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("region", { name: `Files of ${name}` })).toBeVisible();
  };
  const goInto = async (home: string): Promise<void> => {
    await pane.getByRole("button", { name: "Write a path" }).click();
    await pane.getByRole("textbox", { name: "Path" }).fill(`${home}/app/../app`);
    await page.keyboard.press("Enter");
    // Where that is, without `..`.
    await expect(pane.getByRole("button", { name: "app", exact: true })).toHaveAttribute("aria-current", "location");
  };

  await test.step("a folder by the keyboard, and the beginning of a file, masked", async () => {
    await show("web-2");
    await goInto(staging.home);
    await expect(pane.getByTestId("names")).toContainText("301 names");
    await pane.getByRole("listbox").focus();
    // Only what is in sight is drawn.
    await page.keyboard.press("End");
    await expect(pane.getByRole("option", { name: /part-299/ })).toHaveAttribute("aria-selected", "true");
    expect(await pane.getByRole("option").count()).toBeLessThan(100);
    await page.keyboard.press("Home");
    await expectAccessible(page);
    await page.keyboard.press("Enter");
    await expect(pane.getByTestId("preview")).toContainText("seen by");
    await expect(pane.getByTestId("preview")).not.toContainText("person1@example");
    await pane.getByRole("button", { name: "Folder", exact: true }).click();
  });

  await test.step("outside production the bytes are taken as they are", async () => {
    await pane.getByRole("option", { name: /a-log/ }).click();
    const coming = page.waitForEvent("download");
    await pane.getByRole("button", { name: "Download" }).click();
    expect(await readFile(await (await coming).path(), "utf8")).toBe("seen by person1@example.com\n");
  });

  await test.step("in production they stay, and a file is replaced by agreement to exactly its bytes", async () => {
    await show("web-1");
    await goInto(prod.home);
    await pane.getByRole("option", { name: /app\.conf/ }).click();
    await expect(pane.getByRole("button", { name: "Download" })).toBeDisabled();
    await pane.getByTestId("upload-files").setInputFiles({ name: "app.conf", mimeType: "text/plain", buffer: Buffer.from("limit = 99\n") });
    const dialog = page.getByRole("dialog", { name: /Replace app\.conf on web-1/ });
    await expect(dialog).toContainText("11 bytes of");
    await expect(dialog).toContainText("Needs 1 review from platform");
    await expectAccessible(page);
    await dialog.getByLabel("Why is it needed?").fill("connections are refused since Friday");
    await dialog.getByRole("button", { name: "Propose to replace it" }).click();
    const agreed = card(reviewer, "Replaces");
    await agreed.getByRole("button", { name: "Look at what is put there" }).click();
    await expect(reviewer.page.getByTestId("preview")).toContainText("limit = 99");
    await reviewer.page.keyboard.press("Escape");
    expect(await readFile(join(prod.home, "app", "app.conf"), "utf8")).toBe("limit = 10\n");
    await agreed.getByRole("button", { name: "Approve" }).click();
    await expect(card(oncall, "Replaces")).toContainText("Done in");
    expect(await readFile(join(prod.home, "app", "app.conf"), "utf8")).toBe("limit = 99\n");
  });

  await test.step("what the host refuses is said, with a way back", async () => {
    await pane.getByRole("button", { name: "Write a path" }).click();
    await pane.getByRole("textbox", { name: "Path" }).fill("/not-there");
    await page.keyboard.press("Enter");
    await expect(pane.getByRole("alert")).toContainText('There is no "/not-there" on the host.');
    await pane.getByRole("button", { name: /^Back to/ }).click();
    await expect(pane.getByRole("option", { name: /app\.conf/ })).toBeVisible();
  });
});
