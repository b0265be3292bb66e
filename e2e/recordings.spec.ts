import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import { createDb, type Db } from "@interlock/db";
import { expect, test } from "@playwright/test";
import { storeRecording, type Scene } from "../apps/agent/test/recording-scene.ts";
import { expectAccessible } from "./support/accessible.ts";
import { startTeam, type Team } from "./support/team.ts";

let team: Team;
let sshd: TestSshd | undefined;
let db: Db;

test.beforeAll(async ({ browser }) => {
  team = await startTeam(browser);
  await team.oncall.context.addInitScript(() => localStorage.setItem("interlock.terminals.read-out", "on"));
  const { databaseUrl } = JSON.parse(await readFile(join(team.service.home, "front.json"), "utf8")) as { databaseUrl: string };
  db = createDb(databaseUrl, { max: 2 });
});

test.afterAll(async () => {
  await db?.$disconnect();
  await team?.stop();
  await sshd?.close();
});

test("what was done in a shell is watched afterwards: searched, jumped in, downloaded, and that is in the log", async () => {
  test.skip(sshdFor("the browser test of recordings") === undefined);
  sshd = await startSshd();
  const file = join(team.service.home, "api-stg.json");
  await writeFile(file, JSON.stringify(sshd.secret()), { mode: 0o600 });
  expect((await team.service.cli("connection", "add", "api-stg", "--connector", "ssh", "--environment", "staging", file)).code).toBe(0);
  const { page, context } = team.oncall;
  await team.openRoom("the disk fills up");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("open a shell on api-stg");
  await page.keyboard.press("Enter");
  const pane = page.locator("[data-terminal]");
  await expect(page.getByTestId("terminal-driver")).toHaveText("You type");
  await pane.locator(".xterm-helper-textarea").focus();
  await page.keyboard.type("echo haystack; sleep 1; echo need''le-$((20+22)); exit 3\n", { delay: 5 });
  await pane.getByRole("link", { name: "Watch the recording" }).click();
  await page.waitForURL("**/recordings/*");

  const screen = page.locator("[data-recorded-screen]");
  await expect(page.getByTestId("recording-state")).toHaveText("sealed");
  await expect(page.getByTestId("recording-check")).toContainText("as recorded, and the last one is the one in the audit log");
  await expect(page.getByText("The shell ended with exit code 3.")).toBeVisible();
  const ran = page.getByRole("table", { name: "Commands of this shell" }).getByRole("row").filter({ hasText: "echo haystack" });
  await expect(ran.getByRole("cell").last()).toHaveText("3");
  await expectAccessible(page);

  await test.step("a word is found, and shown where it was", async () => {
    await page.getByLabel("Text to look for").fill("NEEDLE-42");
    await page.keyboard.press("Enter");
    await expect(page.getByText("1 place", { exact: true })).toBeVisible();
    await expect(screen).toContainText("needle-42");
    await page.getByLabel("Moment of the recording").fill("0");
    await expect(screen).not.toContainText("needle-42");
  });

  await test.step("it plays, and its moment is in a link", async () => {
    await screen.focus();
    await page.keyboard.press("Space");
    await expect(screen).toContainText("needle-42");
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy link to this moment" }).click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toMatch(/\/recordings\/[0-9a-f-]{36}\?t=\d+(\.\d)?$/);
  });

  await test.step("it is downloaded", async () => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /cast v3/ }).click()]);
    const cast = await readFile(await download.path(), "utf8");
    expect(cast.split("\n")[0]).toContain('"version":3');
    expect(cast).toContain("needle-42");
    expect(cast.trim().split("\n").at(-1)).toContain('"x", "3"');
  });

  await test.step("the room knows who watched", async () => {
    await page.getByRole("link", { name: /the disk fills up/ }).click();
    const timeline = page.getByRole("region", { name: "Timeline" });
    await expect(timeline).toContainText("oncall watched the recording of api-stg");
    await expect(timeline).toContainText("oncall downloaded the recording of api-stg as asciicast v3");
    await timeline
      .getByRole("link", { name: /watched the recording/ })
      .first()
      .click();
    await expect(screen).toBeVisible();
  });
});

test("commands are marked on the timeline, with their exit codes; what was changed says so", async () => {
  const { page } = team.oncall;
  const roomId = await team.openRoom("api-3 is slow");
  const oncall = await db.user.findUniqueOrThrow({ where: { name: "oncall" } });
  const connection = await db.connection.create({
    data: { name: "api-3", connector: "ssh", environment: "prod", secret: new Uint8Array(1) },
  });
  const scene: Scene = Array.from({ length: 200 }, (_, n): Scene => {
    const text = `${"x".repeat(1_500)}\r\nline-${n}.\r\n`;
    return [
      [n * 5_000, "started", `check --number ${n}.`],
      [n * 5_000 + 100, "output", text],
      [n * 5_000 + 400, "finished", n === 7 ? 127 : 0],
    ];
  }).flat();
  const made = { roomId, connectionId: connection.id, openedBy: { id: oncall.id, name: "oncall", sessionId: "" }, name: "api-3", scene };
  const whole = await storeRecording(db, { ...made, end: "sealed" });
  const changed = await storeRecording(db, { ...made, end: "interrupted" });
  await db.recordingChunk.update({
    where: { terminalId_number: { terminalId: changed, number: 20 } },
    data: { content: new TextEncoder().encode('[0, "o", "nothing happened"]\n') },
  });

  await page.keyboard.press("Control+k");
  await page.keyboard.type("recordings of this room");
  await page.keyboard.press("Enter");
  const list = page.getByRole("main").getByRole("listitem").filter({ hasText: "api-3" });
  await expect(list).toHaveCount(2);
  await page.getByLabel("Text to look for in every recording").fill("line-151.");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/was shown in 1 of 2 recordings/)).toBeVisible();
  await expect(page.getByText(/Not all of it could be looked through/)).toBeVisible();
  await page.getByRole("link", { name: /line-151\./ }).click();

  await expect(page).toHaveURL(new RegExp(`/recordings/${whole}\\?t=755`));
  const screen = page.locator("[data-recorded-screen]");
  await expect(screen).toContainText("line-151.");
  await expect(page.locator('[data-mark="command"]')).toHaveCount(200);
  await expect(page.locator('[data-mark="found"]')).toHaveCount(1);
  const table = page.getByRole("table", { name: "Commands of this shell" });
  await expect(table.locator('tr[aria-current="step"]')).toContainText("check --number 151.");
  await expect(table.getByRole("row", { name: /number 7\./ })).toContainText("127");
  await table.getByRole("button", { name: "check --number 7." }).click();
  await expect(page.getByTestId("player-time")).toContainText("0:35 / 16:35");
  await screen.focus();
  await page.keyboard.press("]");
  await expect(page.getByTestId("player-time")).toContainText("0:40");

  // Eight times as fast is eight times as fast, by the page's own clock.
  const speed = page.getByLabel("Speed");
  const idle = page.getByRole("button", { name: "Skip idle time" });
  if ((await idle.getAttribute("aria-pressed")) === "true") await idle.click();
  for (const times of [8, 2]) {
    await speed.selectOption(String(times));
    await page.getByLabel("Moment of the recording").fill("0");
    await screen.focus();
    await page.keyboard.press("Space");
    const rate = await page.getByTestId("player-time").evaluate(async (element, span) => {
      const shown = (): number => {
        const [minutes, seconds] = element.textContent!.split("/")[0]!.split(":").map(Number);
        return minutes! * 60 + seconds!;
      };
      const reached = async (least: number): Promise<{ shown: number; at: number }> => {
        while (shown() < least) await new Promise(requestAnimationFrame);
        return { shown: shown(), at: performance.now() };
      };
      const from = await reached(1);
      const to = await reached(from.shown + span);
      return ((to.shown - from.shown) * 1_000) / (to.at - from.at);
    }, times * 4);
    expect(rate).toBeGreaterThan(times * 0.6);
    expect(rate).toBeLessThan(times * 1.4);
    await page.keyboard.press("Space");
  }

  // Idle time is skipped where nobody says otherwise: ten minutes are not waited for, and are ten minutes on the clock.
  const pause = 600_000;
  const paused = await storeRecording(db, {
    ...made,
    scene: [
      [0, "output", "before the pause\r\n"],
      [pause, "output", "behind the pause\r\n"],
      [pause + 1_500, "output", "its end\r\n"],
    ],
    end: "sealed",
  });
  await page.goto(`/recordings/${paused}`);
  await expect(idle).toHaveAttribute("aria-pressed", "true");
  await expect(screen).toContainText("before the pause");
  await expect(page.getByTestId("player-time")).toHaveText("0:00 / 10:01");
  await expect(screen).not.toContainText("behind the pause");
  await screen.focus();
  await page.keyboard.press("Space");
  await expect(screen).toContainText("behind the pause", { timeout: pause / 10 });
  await expect(page.getByTestId("player-time")).toHaveText(/^10:0[01] /);

  await page.goto(`/recordings/${changed}`);
  await expect(page.getByTestId("recording-state")).toHaveText("interrupted");
  await expect(page.getByText("What is shown ends where the recording could not be read on.")).toBeVisible();
  await expect(page.getByTestId("recording-check")).toContainText("It is not what was recorded");
  // What is right before the change is still told.
  await expect(table.getByRole("row", { name: /number 7\./ })).toContainText("127");
  await expect(page.getByText(/What ran after these could not be read/)).toBeVisible();
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  await page.setViewportSize({ width: 1440, height: 860 });
});
