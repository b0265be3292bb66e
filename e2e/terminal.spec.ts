import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import { expect, test, type Locator } from "@playwright/test";
import { expectAccessible } from "./support/accessible.ts";
import type { Person } from "./support/people.ts";
import { startTeam, type Team } from "./support/team.ts";

/** Shells of hosts that a room shares, and the pane they are in. One file: each begins Interlock and a host anew, which takes longer than a story. */

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
  // A busy page tells of several moments at once: what was not to be seen in the first of them may be since.
  await team.reviewer.context.addInitScript(() => {
    window.IntersectionObserver = class extends IntersectionObserver {
      constructor(told: IntersectionObserverCallback, options?: IntersectionObserverInit) {
        super((entries, self) => {
          const { target, time, rootBounds, boundingClientRect, intersectionRect } = entries[0]!;
          const before = { target, time, rootBounds, boundingClientRect, intersectionRect, intersectionRatio: 0, isIntersecting: false };
          told([before, ...entries], self);
        }, options);
      }
    };
  });
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

const firstRow = async (person: Person): Promise<string> => (await rows(person).innerText()).split("\n")[0]!;

async function type(person: Person, text: string): Promise<void> {
  await pane(person).locator(".xterm-helper-textarea").focus();
  await person.page.keyboard.type(text, { delay: 5 });
}

/** Opens a shell by the palette. */
async function openShell({ page }: Person, name: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.keyboard.type(`shell on ${name}`);
  await page.keyboard.press("Enter");
}

test("three people share a shell: a moderator, control, a reload in the middle of vim, a pause, an end", async () => {
  const { oncall, responder, reviewer } = team;
  await team.openRoom("api-3 does not answer", responder, reviewer);

  await test.step("in production nothing is connected before a moderator watches", async () => {
    await openShell(oncall, "api-3");
    const why = oncall.page.getByRole("dialog", { name: "Open a shell on api-3" });
    await why.getByLabel("Why is it needed?").fill("The disk fills up.");
    await why.getByRole("button", { name: "Open it" }).click();
    await expect(pane(oncall)).toContainText("it opens once somebody of platform watches over it");
    for (const other of [responder, reviewer]) await other.page.getByRole("tab", { name: "api-3" }).click();
    await pane(reviewer).getByRole("button", { name: "Watch over this" }).click();
    await expect(rows(oncall)).toContainText("$");
  });

  await test.step("everybody sees what one types", async () => {
    await expect(oncall.page.getByTestId("terminal-driver")).toHaveText("You type");
    await type(oncall, "echo sum-$((20+22))\n");
    for (const person of [oncall, responder, reviewer]) await expect(rows(person)).toContainText("sum-42");
    await expect(responder.page.getByTestId("terminal-driver")).toHaveText("oncall types");
    await expectAccessible(responder.page);
  });

  await test.step("what was shown is searched", async () => {
    await oncall.page.keyboard.press("Control+Shift+f");
    const search = pane(oncall).getByRole("search");
    await search.getByLabel("Search in this terminal").fill("sum-42");
    await expect(search.getByRole("status")).toHaveText("1 of 1");
    await search.getByLabel("Search in this terminal").fill("sum-43");
    await expect(search.getByRole("status")).toHaveText("not in the last lines that this page has");
    await oncall.page.keyboard.press("Escape");
    await expect(search).toHaveCount(0);
    await pane(oncall).locator(".xterm-helper-textarea").focus();
  });

  await test.step("who watches in a smaller window sees all of the driver's screen, in smaller letters", async () => {
    const size = responder.page.viewportSize()!;
    const sizeOf = async (person: Person) => {
      const [screen, room] = [pane(person).locator(".xterm-screen"), pane(person).locator(".xterm").locator("..")];
      const [inner, outer, count] = [await screen.boundingBox(), await room.boundingBox(), await rows(person).locator("> div").count()];
      return { inner: inner!, outer: outer!, count };
    };
    const before = await sizeOf(responder);
    await responder.page.setViewportSize({ width: 1_200, height: 640 });
    await expect
      .poll(async () => {
        const { inner, outer, count } = await sizeOf(responder);
        const fits = inner.x + inner.width <= outer.x + outer.width + 1 && inner.y + inner.height <= outer.y + outer.height + 1;
        return [fits && inner.height < before.inner.height, count];
      })
      .toEqual([true, (await sizeOf(oncall)).count]);
    await responder.page.setViewportSize(size);
  });

  await test.step("control is asked for and given, without taking the keyboard from who types", async () => {
    await pane(responder).getByRole("button", { name: "Ask for control" }).click();
    const asked = pane(oncall).getByRole("alert").filter({ hasText: "responder asks for control" });
    await expect(asked).toBeVisible();
    await expect(pane(oncall).locator(".xterm-helper-textarea")).toBeFocused();
    await expectAccessible(oncall.page);
    await asked.getByRole("button", { name: "Give control" }).click();
    await expect(responder.page.getByTestId("terminal-driver")).toHaveText("You type");
    await expect(oncall.page.getByText("responder has control of the shell on api-3 now.")).toBeVisible();
    await type(responder, "echo mine-$((1+1))\n");
    await expect(rows(reviewer)).toContainText("mine-2");
  });

  await test.step("a watcher points, and everybody sees the same words marked", async () => {
    await pane(reviewer)
      .getByRole("button", { name: /^Point at something/ })
      .click();
    const at = await placeOf(reviewer, "mine-2");
    await reviewer.page.mouse.click(at.x, at.y);
    await expect(pane(oncall).locator(".terminal-pointer-name")).toHaveText("reviewer");
    await expect(pane(responder).getByRole("status").filter({ hasText: "reviewer points at: mine-2" })).toBeAttached();
    await reviewer.page.keyboard.press("Escape");
  });

  await test.step("who follows sees what is seen by whom they follow", async () => {
    await pane(oncall)
      .getByRole("button", { name: /^Follow responder/ })
      .click();
    await responder.page.getByRole("tab", { name: "work.sql" }).click();
    await expect(oncall.page.locator(".monaco-editor").first()).toBeVisible();
    await responder.page.getByRole("tab", { name: "api-3" }).click();
    await expect(pane(oncall)).toContainText("You follow responder");
    await type(responder, "seq -f 'line-%g-of-many' 300\n");
    await expect(rows(oncall)).toContainText("line-300-of-many");
    await responder.page.locator("[data-terminal] .xterm-screen").hover();
    await responder.page.mouse.wheel(0, -4_000);
    const top = async (person: Person) => /line-\d+-of-many/.exec(await firstRow(person))?.[0];
    await expect.poll(async () => Number(/\d+/.exec((await top(responder)) ?? "")?.[0])).toBeLessThan(277);
    await expect.poll(async () => (await top(oncall)) === (await top(responder))).toBe(true);
    await pane(oncall).getByRole("button", { name: "Stop", exact: true }).click();
  });

  await test.step("a page that is loaded again has the same screen, in the middle of vim", async () => {
    await writeFile(join(sshd!.home, "numbers"), Array.from({ length: 90 }, (_, line) => `line-${line + 1}-of-the-file\n`).join(""));
    // An editor may change what it opens: in production that is confirmed first.
    await type(responder, `${existsSync("/usr/bin/vim") ? "vim" : "vi"} numbers\n`);
    await pane(responder).locator("[data-line]").getByRole("button", { name: "Run it" }).click();
    await expect(rows(responder)).toContainText("line-3-of-the-file");
    // Without the lines that some keep around the cursor. Line 40 is in view after `40G` already, and is the first one only after the last key.
    await type(responder, ":set scrolloff=0\n40Gzt");
    for (const person of [responder, reviewer]) await expect.poll(() => firstRow(person)).toBe("line-40-of-the-file");
    const before = await rows(responder).innerText();
    await responder.page.reload();
    await responder.page.getByRole("tab", { name: "api-3" }).click();
    await expect.poll(() => rows(responder).innerText()).toBe(before);
    await type(responder, ":q!\n");
    // Keys that come while an editor ends are the editor's.
    await expect(rows(responder)).toHaveText(/vim? numbers[^$]*\$\s*$/);
    await type(responder, "echo back-$((1+1))\n");
    for (const person of [oncall, responder, reviewer]) await expect(rows(person)).toContainText("back-2");
  });

  await test.step("a moderator whose window becomes narrow, and wide again, has not gone", async () => {
    for (const [width, height] of [
      [390, 844],
      [1440, 860],
    ] as const) {
      await reviewer.page.setViewportSize({ width, height });
      await expect(reviewer.page.getByRole("tab", { name: "Editor", exact: true })).toHaveCount(width < 900 ? 1 : 0);
      await expect(rows(reviewer)).toContainText("back-2");
      await expect(pane(reviewer).getByText("Fetching the screen")).toHaveCount(0);
    }
    await type(responder, "echo on-$((1+1))\n");
    await expect(rows(reviewer)).toContainText("on-2");
    await expect(oncall.page.getByRole("region", { name: "Timeline" })).not.toContainText(/is paused: nobody watches over it/);
  });

  await test.step("without its moderator nothing can be typed, and with one it goes on", async () => {
    await pane(reviewer).getByRole("button", { name: "Stop watching over this" }).click();
    for (const person of [oncall, responder])
      await expect(pane(person)).toContainText("Nothing can be typed until somebody of platform watches over it again. What runs goes on.");
    await type(responder, "echo alone\n");
    await pane(reviewer).getByRole("button", { name: "Watch over this" }).click();
    await expect(pane(responder).getByTestId("terminal-notice")).toHaveCount(0);
    await type(responder, "echo again-$((1+1))\n");
    await expect(rows(reviewer)).toContainText("again-2");
    await expect(rows(reviewer)).not.toContainText("alone");
  });

  await test.step("the lead takes it back, and ends it for everybody", async () => {
    await pane(oncall).getByRole("button", { name: "Take control" }).click();
    await expect(responder.page.getByTestId("terminal-driver")).toHaveText("oncall types");
    await pane(oncall).getByRole("button", { name: "End", exact: true }).click();
    await oncall.page.getByRole("button", { name: "End it" }).click();
    for (const person of [oncall, responder, reviewer]) await expect(pane(person)).toContainText("It was ended by oncall.");
    await expect(oncall.page.getByRole("region", { name: "Timeline" })).toContainText("ended the shell on api-3");
    // Its last screen is there also where the page is laid out anew.
    await oncall.page.setViewportSize({ width: 390, height: 844 });
    await expect(oncall.page.getByRole("tab", { name: "Editor", exact: true })).toHaveCount(1);
    await expect(rows(oncall)).toContainText("again-2");
    await oncall.page.setViewportSize({ width: 1440, height: 860 });
    await expect(rows(oncall)).toContainText("again-2");
  });

  await test.step("what was done is watched again, from where a word was shown", async () => {
    const { page } = reviewer;
    await pane(reviewer).getByRole("link", { name: "Watch the recording" }).click();
    await page.waitForURL("**/recordings/*");
    await expect(page.getByTestId("recording-state")).toHaveText("sealed");
    const screen = page.locator("[data-recorded-screen]");
    await page.getByLabel("Text to look for").fill("line-300-of-many");
    await page.keyboard.press("Enter");
    await expect(page.getByText(/^\d+ places?$/)).toBeVisible();
    await expect(screen).toContainText("line-300-of-many");
    await expect(page.getByRole("table", { name: "Commands of this shell" })).toContainText("vim numbers");
  });
});

test("what comes in a shell, and into it, is looked at first; and the pane outlives its graphics card and its connection", async () => {
  const { oncall, responder } = team;
  await team.openRoom("disk fills up", responder);
  await openShell(oncall, "api-stg");
  await expect(rows(oncall)).toContainText("$");
  await oncall.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const paste = async (text: string): Promise<void> => {
    await oncall.page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
    await pane(oncall).locator(".xterm-helper-textarea").focus();
    await oncall.page.keyboard.press("Control+Shift+V");
  };

  await test.step("lines and control characters are not pasted unseen", async () => {
    await paste("echo one\necho two-$((1+1))\n");
    const lines = oncall.page.getByRole("dialog", { name: "Paste 2 lines?" });
    await expect(lines).toContainText("echo one");
    await lines.getByRole("button", { name: "Cancel" }).click();
    await expect(rows(oncall)).not.toContainText("echo one");
    // The end of a bracketed paste within one: what follows it would be keys.
    await paste("echo \u001b[201~kept");
    const controls = oncall.page.getByRole("dialog", { name: "Paste control characters?" });
    await expect(controls).toContainText("echo U+001B[201~kept");
    await controls.getByRole("button", { name: "Paste without them" }).click();
    await oncall.page.keyboard.press("Enter");
    await expect(rows(oncall)).toContainText("[201~kept");
  });

  await test.step("a screen takes the theme's colours with the page", async () => {
    const background = () =>
      pane(oncall)
        .locator(".xterm-scrollable-element")
        .first()
        .evaluate((element) => getComputedStyle(element).backgroundColor);
    const dark = await background();
    for (const theme of ["light", "dark"]) {
      await oncall.page.keyboard.press("Control+Shift+K");
      await oncall.page.keyboard.type(`theme: ${theme}`);
      await oncall.page.keyboard.press("Enter");
      await expect(oncall.page.locator("html")).toHaveAttribute("data-theme", theme);
      if (theme === "light") {
        await expect.poll(background).not.toBe(dark);
        await expectAccessible(oncall.page);
      } else await expect.poll(background).toBe(dark);
    }
  });

  await test.step("the menu of a screen copies and pastes, by the keyboard, too; who watches is not offered to paste", async () => {
    await type(oncall, "clear; echo copied-$((1+1))\n");
    await expect(rows(oncall)).toContainText("copied-2");
    const at = await placeOf(oncall, "copied-2");
    await oncall.page.mouse.dblclick(at.x, at.y);
    const menu = oncall.page.getByRole("menu", { name: "Menu of the terminal on api-stg" });
    await oncall.page.mouse.click(at.x, at.y, { button: "right" });
    await expectAccessible(oncall.page);
    await menu.getByRole("menuitem", { name: /^Copy/ }).click();
    await expect.poll(() => oncall.page.evaluate(() => navigator.clipboard.readText())).toContain("copied");
    await expect(pane(oncall).locator(".xterm-helper-textarea")).toBeFocused();
    await oncall.page.evaluate(() => navigator.clipboard.writeText("echo pasted-$((1+1))\n"));
    await oncall.page.keyboard.press("ContextMenu");
    await menu.getByRole("menuitem", { name: "Clear the selection" }).click();
    // A menu that closes has the keyboard until it is gone.
    await expect(pane(oncall).locator(".xterm-helper-textarea")).toBeFocused();
    await oncall.page.keyboard.press("ContextMenu");
    await expect(menu.getByRole("menuitem", { name: /^Copy/ })).toHaveAttribute("aria-disabled", "true");
    await menu.getByRole("menuitem", { name: /^Paste/ }).click();
    // Also from here lines are looked at first.
    await oncall.page
      .getByRole("dialog", { name: "Paste a line with its Enter?" })
      .getByRole("button", { name: "Paste", exact: true })
      .click();
    // Within a bracketed paste a line end is no Enter for bash; and the shell has the keyboard again.
    await oncall.page.keyboard.press("Enter");
    await expect(rows(oncall)).toContainText("pasted-2");
    await responder.page.getByRole("tab", { name: "api-stg" }).click();
    await expect(rows(responder)).toContainText("pasted-2");
    await responder.page.locator("[data-terminal] .xterm-screen").click({ button: "right" });
    const watchers = responder.page.getByRole("menu", { name: "Menu of the terminal on api-stg" });
    await expect(watchers.getByRole("menuitem", { name: "Select all" })).toBeVisible();
    await expect(watchers.getByRole("menuitem", { name: /^Paste/ })).toHaveCount(0);
    await responder.page.keyboard.press("Escape");
    await responder.page.getByRole("tab", { name: "work.sql" }).click();
  });

  await test.step("whether typed letters are shown at once is chosen, and remembered", async () => {
    const choose = async (words: string): Promise<void> => {
      await pane(oncall).getByRole("button", { name: "More about terminals" }).click();
      await oncall.page.getByRole("menuitemradio", { name: words }).click();
      await expect(oncall.page.getByRole("menuitemradio", { name: words })).toBeChecked();
      await expectAccessible(oncall.page);
      await oncall.page.keyboard.press("Escape");
    };
    await choose("Never shown at once");
    expect(await oncall.page.evaluate(() => localStorage.getItem("interlock.terminals.echo"))).toBe("off");
    await choose("Shown at once on slow links");
    expect(await oncall.page.evaluate(() => localStorage.getItem("interlock.terminals.echo"))).toBeNull();
  });

  await test.step("a window that becomes narrow shows what was in front", async () => {
    await oncall.page.setViewportSize({ width: 390, height: 844 });
    await expect(pane(oncall)).toBeVisible();
    await oncall.page.setViewportSize({ width: 1440, height: 860 });
    await expect(pane(oncall)).toBeVisible();
    // In the wide window: one that is being replaced takes no click.
    await expect(oncall.page.getByRole("tab", { name: "Editor", exact: true })).toHaveCount(0);
    await oncall.page.getByRole("tab", { name: "work.sql" }).click();
    await expect(oncall.page.locator(".monaco-editor").first()).toBeVisible();
    await oncall.page.setViewportSize({ width: 390, height: 844 });
    await expect(oncall.page.locator(".monaco-editor").first()).toBeVisible();
    await oncall.page.setViewportSize({ width: 1440, height: 860 });
    await expect(oncall.page.locator(".monaco-editor").first()).toBeVisible();
    await oncall.page.getByRole("tab", { name: "api-stg" }).click();
    await expect(rows(oncall)).toContainText("pasted-2");
  });

  await test.step("a link says where it leads", async () => {
    await type(oncall, "clear; printf '\\033]8;;https://elsewhere.example/pay\\033\\\\https://bank.example\\033]8;;\\033\\\\ \\n'\n");
    await expect(rows(oncall)).toContainText(/^\s*https:\/\/bank\.example/m);
    const at = await placeOf(oncall, "bank.example ");
    await oncall.page.mouse.move(at.x - 20, at.y);
    await oncall.page.mouse.click(at.x, at.y);
    const link = oncall.page.getByRole("dialog", { name: "Open a page of elsewhere.example?" });
    await expect(link).toContainText("https://elsewhere.example/pay");
    await expect(link).toContainText("Its text says something else: “https://bank.example”");
    await link.getByRole("button", { name: "Cancel" }).click();
  });

  await test.step("wide, joined and accented characters take the columns that are theirs", async () => {
    // All bars are in the third column.
    const lines = ["ab|", "漢|", "👩\u200d👩\u200d👧|", " e\u0301|"];
    await writeFile(join(sshd!.home, "bars"), `${lines.join("\n")}\n`);
    await type(oncall, "clear; cat bars\n");
    await expect.poll(async () => (await linesOf(oncall)).map((line) => line.trimEnd())).toEqual(expect.arrayContaining(lines));
    const first = (await linesOf(oncall)).findIndex((line) => line.startsWith("ab|"));
    const [from, to] = [await cellOf(oncall, first, 2.1), await cellOf(oncall, first + lines.length - 1, 2.9)];
    // With Alt a column is selected.
    await oncall.page.keyboard.down("Alt");
    await oncall.page.mouse.move(from.x, from.y);
    await oncall.page.mouse.down();
    await oncall.page.mouse.move(to.x, to.y);
    await oncall.page.mouse.up();
    await oncall.page.keyboard.up("Alt");
    await oncall.page.keyboard.press("Control+Shift+C");
    await expect.poll(() => oncall.page.evaluate(() => navigator.clipboard.readText())).toBe("|\n|\n|\n|");
  });

  await test.step("letters stay as large as they were chosen, and the keyboard finds its way out", async () => {
    const chosen = () => oncall.page.evaluate(() => localStorage.getItem("interlock.terminals.letters"));
    const rowHeight = () =>
      pane(oncall).evaluate(
        (element) =>
          element.querySelector(".xterm-screen")!.getBoundingClientRect().height /
          element.querySelectorAll(".xterm-accessibility-tree > div").length,
      );
    const usual = await rowHeight();
    await pane(oncall).locator(".xterm-helper-textarea").focus();
    for (let step = 0; step < 2; step++) await oncall.page.keyboard.press("Control+=");
    expect(await chosen()).toBe("15");
    await expect.poll(rowHeight).toBeGreaterThan(usual);
    for (let step = 0; step < 3; step++) await oncall.page.keyboard.press("Control+-");
    expect(await chosen()).toBe("12");
    await expect.poll(rowHeight).toBeLessThan(usual);
    await oncall.page.keyboard.press("Control+0");
    expect(await chosen()).toBeNull();
    await expect.poll(rowHeight).toBe(usual);
    await oncall.page.keyboard.press("F6");
    await expect(pane(oncall).locator(".xterm-helper-textarea")).not.toBeFocused();
  });

  await test.step("the drawing goes on when the graphics card is taken away", async () => {
    // Chromium has WebGL in software, too (SwiftShader): also a machine without a card tests it.
    const offered = await oncall.page.evaluate(() => document.createElement("canvas").getContext("webgl2") !== null);
    expect(offered, "This Chromium offers no WebGL 2, so WebGL in terminals cannot be tested with it.").toBe(true);
    /** Drawings by the card in panes of terminals; taken away, if asked. */
    const cards = (lose = false): Promise<number> =>
      oncall.page.evaluate((losing) => {
        const canvases = [...document.querySelectorAll<HTMLCanvasElement>("[data-terminal] .xterm-screen canvas")];
        const contexts = canvases.flatMap((canvas) => canvas.getContext("webgl2") ?? []).filter((context) => !context.isContextLost());
        if (losing) for (const context of contexts) context.getExtension("WEBGL_lose_context")?.loseContext();
        return contexts.length;
      }, lose);
    await expect.poll(() => cards()).toBe(1);
    await cards(true);
    await expect(pane(oncall).locator(".xterm-rows")).toBeVisible();
    // Its cells are wider now: the screen has as many as there is room for, and is not cut off.
    const used = () =>
      pane(oncall)
        .locator(".terminal-pane")
        .evaluate((element) => element.querySelector(".xterm-screen")!.getBoundingClientRect().width / element.clientWidth);
    await expect.poll(used).toBeLessThanOrEqual(1);
    expect(await used()).toBeGreaterThan(0.9);
    await type(oncall, "echo drawn-$((1+1))\n");
    await expect(pane(oncall).locator(".xterm-rows")).toContainText("drawn-2");
    // Only what is seen has one, and what is seen anew gets one again.
    expect(await cards()).toBe(0);
    await oncall.page.getByRole("tab", { name: "work.sql" }).click();
    await oncall.page.getByRole("tab", { name: "api-stg" }).click();
    await expect.poll(() => cards()).toBe(1);
    await oncall.page.getByRole("tab", { name: "work.sql" }).click();
    await expect.poll(() => cards()).toBe(0);
    await oncall.page.getByRole("tab", { name: "api-stg" }).click();
    await expect(rows(oncall)).toContainText("drawn-2");
  });

  await test.step("who was away is told what they missed, and stays where they were", async () => {
    await responder.page.getByRole("tab", { name: "api-stg" }).click();
    await expect(rows(responder)).toContainText("drawn-2");
    await responder.context.setOffline(true);
    await responder.page.evaluate(() => {
      // Chromium keeps open sockets when it is told to be offline; a network that is gone does not.
      window.dispatchEvent(new Event("offline"));
    });
    const notice = pane(responder).getByTestId("terminal-notice");
    await expect(notice).toContainText("The shell may go on meanwhile; what you type now is lost.");
    await type(oncall, "seq -f '%095g' 30000; echo end-$((1+1))\n");
    await expect(rows(oncall)).toContainText("end-2");
    await responder.context.setOffline(false);
    await expect(rows(responder)).toContainText("end-2");
    await expect(notice).toContainText(
      /\d\.\d MiB \(\d+,\d{3} lines\) of output went by in \d+ s that you did not see; it is in the recording\./,
    );
    await notice.getByRole("button").click();
    await expect(notice).toHaveCount(0);
  });

  await test.step("on a slow link what is typed is there at once, and the screen is the shell's alone", async () => {
    await oncall.context.addInitScript(() => {
      const later = 150;
      window.WebSocket = new Proxy(WebSocket, {
        construct(Quick, [url]: [string]) {
          const socket = new Quick(url);
          if (!url.includes("/ws/term/")) return socket;
          const send = socket.send.bind(socket);
          socket.send = (data) => void setTimeout(() => send(data), later);
          let listener: ((event: MessageEvent) => void) | null = null;
          Object.defineProperty(socket, "onmessage", {
            set(next: typeof listener) {
              listener = next;
            },
          });
          socket.addEventListener("message", (event) => setTimeout(() => listener?.(event), later));
          return socket;
        },
      });
    });
    await oncall.page.reload();
    await oncall.page.getByRole("tab", { name: "api-stg" }).click();
    await expect(rows(oncall)).toContainText("end-2");
    await type(oncall, "clear\n");
    const guess = pane(oncall).locator(".terminal-guess");
    // Until it is known that the link is slow, and that this line is echoed.
    await expect(async () => {
      await type(oncall, "x");
      await oncall.page.keyboard.type("yz");
      await expect(guess).toBeVisible({ timeout: 100 });
    }).toPass();
    await expect(guess).toBeHidden();
    await oncall.page.keyboard.press("Control+c");
    // What comes right behind it bash throws away with the line.
    await expect(rows(oncall)).toContainText("^C");
    await type(oncall, "read -s secret\n");
    await expect(rows(oncall)).toContainText("read -s secret");
    await oncall.page.waitForTimeout(700);
    for (const key of "hunter2") {
      await oncall.page.keyboard.type(key);
      expect(await guess.isVisible()).toBe(false);
    }
    await oncall.page.keyboard.press("Enter");
    await type(oncall, "echo length-${#secret}\n");
    await expect(rows(oncall)).toContainText("length-7");
  });
});

/** The lines of a screen, top to bottom. */
async function linesOf(person: Person): Promise<string[]> {
  return (await rows(person).locator("> div").allInnerTexts()).map((line) => line.replaceAll("\u00a0", " "));
}

/** Where a text is drawn, in pixels of the window: the middle of its first place on the screen. Each of its characters takes one column. */
async function placeOf(person: Person, text: string): Promise<{ x: number; y: number }> {
  const lines = await linesOf(person);
  const row = lines.findIndex((line) => line.includes(text.trimEnd()) && !line.includes("$(("));
  return cellOf(person, row, lines[row]!.indexOf(text.trimEnd()) + text.trimEnd().length / 2);
}

/** Where a column of a row is on the screen, in pixels of the window: halfway down the row. */
async function cellOf(person: Person, row: number, column: number): Promise<{ x: number; y: number }> {
  const box = (await pane(person).locator(".xterm-screen").boundingBox())!;
  const columns = Number(await pane(person).getAttribute("data-columns"));
  const count = await rows(person).locator("> div").count();
  return { x: box.x + (column * box.width) / columns, y: box.y + ((row + 0.5) * box.height) / count };
}
