import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import { expect, test, type Locator } from "@playwright/test";
import { expectAccessible } from "./support/accessible.ts";
import type { Person } from "./support/people.ts";
import { startTeam, type Team } from "./support/team.ts";

let team: Team & Record<"reviewer", Person>;
let sshd: TestSshd | undefined;

test.skip(sshdFor("the browser test of the guard in front of shells") === undefined);

test.beforeAll(async ({ browser }) => {
  sshd = await startSshd();
  team = await startTeam(browser, "reviewer");
  for (const { context } of [team.oncall, team.reviewer])
    await context.addInitScript(() => localStorage.setItem("interlock.terminals.read-out", "on"));
  const file = join(team.service.home, "guarded.json");
  await writeFile(file, JSON.stringify(sshd.secret()), { mode: 0o600 });
  const added = await team.service.cli("connection", "add", "api-9", "--connector", "ssh", "--environment", "prod", file);
  expect(added.stdout).toContain("added api-9");
});

test.afterAll(async () => {
  await team?.stop();
  await sshd?.close();
});

const pane = ({ page }: Person): Locator => page.locator("[data-terminal]");
const rows = (person: Person): Locator => pane(person).locator(".xterm-accessibility-tree");
const card = (person: Person): Locator => pane(person).locator("[data-line]");

/** What every tooltip of a guarded shell ends with. */
const RAIL =
  "It keeps a hand from slipping. Whoever means to can get round it: the wall is who watches, what the account may do, and the recording.";

/** What is told about the guard is on the screen, whole. */
async function expectTold({ page }: Person, words: string): Promise<void> {
  const told = page.getByRole("tooltip");
  await expect(told).toHaveText(words);
  // It is there for readers of screens; around it is what is drawn.
  await expect(told.locator("..")).toBeInViewport({ ratio: 1 });
}

async function type(person: Person, text: string): Promise<void> {
  await pane(person).locator(".xterm-helper-textarea").focus();
  await person.page.keyboard.type(text, { delay: 5 });
}

test("in production a line that deletes waits until a second person has agreed to it, and is not run where they reject it", async () => {
  const { oncall, reviewer } = team;
  const [going, staying] = [join(sshd!.home, "going"), join(sshd!.home, "staying")];
  await mkdir(going);
  await mkdir(staying);
  await team.openRoom("the disk of api-9 is full", reviewer);
  await oncall.page.keyboard.press("Control+k");
  await oncall.page.keyboard.type("shell on api-9");
  await oncall.page.keyboard.press("Enter");
  const why = oncall.page.getByRole("dialog", { name: "Open a shell on api-9" });
  await why.getByLabel("Why is it needed?").fill("The disk fills up.");
  await why.getByRole("button", { name: "Open it" }).click();
  await reviewer.page.getByRole("tab", { name: "api-9" }).click();
  await pane(reviewer).getByRole("button", { name: "Watch over this" }).click();
  const strip = pane(oncall).getByTestId("guard-strip");
  await expect(strip).toContainText("guarded");
  await expect(strip).toContainText(sshd!.home);

  await test.step("reading runs at once", async () => {
    await type(oncall, "echo sum-$((20+22))\n");
    await expect(rows(oncall)).toContainText("sum-42");
    await expect(card(oncall)).toHaveCount(0);
  });

  await test.step("it waits, and who typed it cannot agree to it", async () => {
    await type(oncall, "rm -rf going staying\n");
    await expect(card(oncall)).toContainText("rm -rf going staying");
    await expect(card(oncall).getByRole("button", { name: "Approve" })).toHaveCount(0);
    await expect(card(oncall)).toContainText("needs somebody of platform");
    await expectAccessible(reviewer.page);
  });

  await test.step("where it waits it is said that the guard is no wall", async () => {
    for (const person of [oncall, reviewer]) {
      const words = card(person).getByText("A guard-rail, not a wall: it judges the line, not what its programs do.", { exact: true });
      await expect(words).toBeInViewport({ ratio: 1 });
    }
    await strip.getByText("guarded", { exact: true }).focus();
    await expectTold(oncall, `Lines are judged by policy before they run. ${RAIL}`);
    await pane(oncall).locator(".xterm-helper-textarea").focus();
    await expect(oncall.page.getByRole("tooltip")).toHaveCount(0);
  });

  await test.step("rejected in the queue of the second browser, it is given back unrun", async () => {
    const queued = reviewer.page.getByRole("region", { name: "Queue" }).locator("[data-line]");
    await expect(queued).toContainText("rm -rf going staying");
    await expect(queued).toContainText("oncall on api-9");
    await queued.getByRole("button", { name: "Reject" }).click();
    await expect(rows(oncall)).toContainText("not run, rejected by reviewer");
    expect(existsSync(going) && existsSync(staying)).toBe(true);
  });

  await test.step("changed, and approved in the second browser, it runs", async () => {
    for (let at = 0; at < " staying".length; at++) await oncall.page.keyboard.press("Backspace");
    await type(oncall, "\n");
    await expect(card(reviewer)).toContainText("rm -rf going");
    await expect(card(reviewer)).not.toContainText("staying");
    expect(existsSync(going)).toBe(true);
    await card(reviewer).getByRole("button", { name: "Approve" }).click();
    await expect(rows(oncall)).toContainText("approved by reviewer");
    await expect.poll(() => existsSync(going)).toBe(false);
    expect(existsSync(staying)).toBe(true);
    await expect(oncall.page.getByRole("region", { name: "Timeline" })).toContainText("let run on api-9: rm -rf going");
  });

  await test.step("what only adds is confirmed by who types, and Ctrl-C gives it back", async () => {
    await type(oncall, "mkdir made\n");
    await expect(card(oncall).getByRole("button", { name: "Run it" })).toBeVisible();
    await expect(card(reviewer).getByRole("button", { name: "Run it" })).toHaveCount(0);
    await pane(oncall).locator(".xterm-helper-textarea").focus();
    await oncall.page.keyboard.press("Control+c");
    await expect(card(oncall)).toHaveCount(0);
    await oncall.page.keyboard.press("Enter");
    await card(oncall).getByRole("button", { name: "Run it" }).click();
    await expect.poll(() => existsSync(join(sshd!.home, "made"))).toBe(true);
  });

  await test.step("wherever the prompt is, the card leaves the line free that it asks about", async () => {
    for (const lines of [0, 6, 10, 40]) {
      await type(oncall, `clear; yes '' | head -${lines}\n`);
      await type(oncall, "rm -rf staying\n");
      await expect(card(oncall)).toBeVisible();
      await expect
        .poll(async () => {
          const screen = (await pane(oncall).locator(".xterm-screen").boundingBox())!;
          const shown = await rows(oncall).locator("> div").allInnerTexts();
          const row = shown.findLastIndex((text) => text.replaceAll("\u00a0", " ").includes("rm -rf staying"));
          const { y, height } = (await card(oncall).boundingBox())!;
          const [top, bottom] = [row, row + 1].map((at) => screen.y + (at * screen.height) / shown.length) as [number, number];
          return row >= 0 && (y >= bottom || y + height <= top);
        })
        .toBe(true);
      await pane(oncall).locator(".xterm-helper-textarea").focus();
      await oncall.page.keyboard.press("Control+c");
      await expect(card(oncall)).toHaveCount(0);
      await oncall.page.keyboard.press("Control+c");
    }
  });

  await test.step("another shell inside it is said not to be guarded", async () => {
    await type(oncall, "sh\n");
    await card(reviewer).getByRole("button", { name: "Approve" }).click();
    await expect(strip).toContainText("not guarded");
    await expect(strip).toContainText("runs sh");
    await strip.getByText("runs, not guarded", { exact: true }).hover();
    await expectTold(
      oncall,
      `What is typed into a program that runs is not judged, nor are another shell's lines. The guard is back at the next prompt. ${RAIL}`,
    );
  });
});
