import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import { expect, test, type Locator } from "@playwright/test";
import { expectAccessible } from "./support/accessible.ts";
import type { Person } from "./support/people.ts";
import { startTeam, type Team } from "./support/team.ts";

type Three = Team & Record<"responder" | "reviewer", Person>;

let team: Three;
let sshd: TestSshd | undefined;

test.skip(sshdFor("the browser test of shared shells") === undefined);

test.beforeAll(async ({ browser }) => {
  sshd = await startSshd();
  team = await startTeam(browser, "responder", "reviewer");
  // With the lines as text beside the drawing, as readers of screens have them.
  for (const { context } of [team.oncall, team.responder, team.reviewer])
    await context.addInitScript(() => localStorage.setItem("interlock.terminals.read-out", "on"));
  for (const [name, environment] of [
    ["api-stg", "staging"],
    ["api-3", "prod"],
  ] as const) {
    const file = join(team.service.home, `${name}.json`);
    await writeFile(file, JSON.stringify(sshd.secret()), { mode: 0o600 });
    const added = await team.service.cli("connection", "add", name, "--connector", "ssh", "--environment", environment, file);
    expect(added.stdout).toContain(`added ${name}`);
  }
});

test.afterAll(async () => {
  await team?.stop();
  await sshd?.close();
});

const pane = ({ page }: Person): Locator => page.locator("[data-terminal]");
/** The lines of a screen as they are read out. */
const rows = (person: Person): Locator => pane(person).locator(".xterm-accessibility-tree");

async function type(person: Person, text: string): Promise<void> {
  await pane(person).locator(".xterm-helper-textarea").focus();
  await person.page.keyboard.type(text, { delay: 5 });
}

test("three people share a shell: watch, take control, come back into the middle of it, and end it", async () => {
  const { oncall, responder, reviewer } = team;
  await team.openRoom("disk fills up", responder, reviewer);
  await oncall.page.keyboard.press("Control+k");
  await oncall.page.keyboard.type("shell on api-stg");
  await oncall.page.keyboard.press("Enter");
  await expect(oncall.page.getByTestId("terminal-driver")).toHaveText("You type");
  await type(oncall, "echo sum-$((20+22))\n");
  await expect(rows(oncall)).toContainText("sum-42");

  // Everybody in the room has its tab, and looks when they open it.
  for (const other of [responder, reviewer]) {
    await other.page.getByRole("tab", { name: "api-stg" }).click();
    await expect(rows(other)).toContainText("sum-42");
    await expect(other.page.getByTestId("terminal-driver")).toHaveText("oncall types");
  }
  await expectAccessible(responder.page);

  await test.step("control is asked for and given", async () => {
    await pane(responder).getByRole("button", { name: "Ask for control" }).click();
    await pane(oncall).getByRole("button", { name: "responder asks for control" }).click();
    await oncall.page.getByRole("menuitem", { name: /responder/ }).click();
    await expect(responder.page.getByTestId("terminal-driver")).toHaveText("You type");
    await type(responder, "echo mine-$((1+1))\n");
    await expect(rows(reviewer)).toContainText("mine-2");
  });

  await test.step("a page that is loaded again has the same screen, in the middle of a program", async () => {
    await type(
      responder,
      "printf '\\033[?1049h\\033[H\\033[7mfull screen\\033[0m'; read answer; printf '\\033[?1049l'; echo got-$answer\n",
    );
    await expect(rows(responder)).toContainText("full screen");
    await responder.page.reload();
    await responder.page.getByRole("tab", { name: "api-stg" }).click();
    await expect(rows(responder)).toContainText("full screen");
    await expect(rows(responder)).not.toContainText("mine-2");
    await type(responder, "yes\n");
    await expect(rows(responder)).toContainText("got-yes");
    await expect(rows(responder)).toContainText("mine-2");
  });

  await test.step("lines are not pasted unseen", async () => {
    await responder.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await responder.page.evaluate(() => navigator.clipboard.writeText("echo one\necho two-$((1+1))\n"));
    await pane(responder).locator(".xterm-helper-textarea").focus();
    await responder.page.keyboard.press("Control+Shift+V");
    const dialog = responder.page.getByRole("dialog", { name: "Paste 2 lines?" });
    await expect(dialog).toContainText("echo one");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(rows(responder)).not.toContainText("echo one");
  });

  await test.step("who opened it ends it for everybody", async () => {
    await pane(oncall).getByRole("button", { name: "End", exact: true }).click();
    await oncall.page.getByRole("button", { name: "End it" }).click();
    for (const person of [oncall, responder, reviewer]) await expect(pane(person)).toContainText("It was ended by oncall.");
    await expect(oncall.page.getByRole("region", { name: "Timeline" })).toContainText("ended the shell on api-stg");
  });
});

test("in production a shell waits for a moderator, and typing for them to come back", async () => {
  const { oncall, reviewer } = team;
  await team.openRoom("api-3 does not answer", reviewer);
  await oncall.page.keyboard.press("Control+k");
  await oncall.page.keyboard.type("shell on api-3");
  await oncall.page.keyboard.press("Enter");
  const why = oncall.page.getByRole("dialog", { name: "Open a shell on api-3" });
  await why.getByLabel("Why is it needed?").fill("The disk fills up.");
  await why.getByRole("button", { name: "Open it" }).click();
  await expect(pane(oncall)).toContainText("it opens once somebody of platform watches over it");
  await reviewer.page.getByRole("tab", { name: "api-3" }).click();
  await pane(reviewer).getByRole("button", { name: "Watch over this" }).click();
  await expect(rows(oncall)).toContainText("$");
  await type(oncall, "echo seen-$((1+1))\n");
  await expect(rows(reviewer)).toContainText("seen-2");
  await reviewer.page.goto("/rooms");
  await expect(pane(oncall)).toContainText("Nothing can be typed until somebody of platform watches over it again.");
});
