import headless, { type Terminal } from "@xterm/headless";
import { expect, test, vi } from "vitest";
import type { Screen } from "./terminal-link.ts";
import { XtermScreen } from "./xterm-screen.ts";

// Reads its table from memory that Node may share with others while it loads; nothing here needs it.
vi.mock("@xterm/addon-unicode-graphemes", () => ({ UnicodeGraphemesAddon: class {} }));

/** A screen without a page, and the cells it has in the end. */
function stage() {
  const term: Terminal = new headless.Terminal({ cols: 20, rows: 4, scrollback: 50, allowProposedApi: true });
  const screen = Object.create(XtermScreen.prototype, { term: { value: term } }) as Screen;
  const cells = () => ({
    size: [term.cols, term.rows],
    cursor: [term.buffer.active.cursorX, term.buffer.active.cursorY],
    lines: Array.from({ length: term.buffer.active.length }, (_, line) => term.buffer.active.getLine(line)?.translateToString(true)),
  });
  return { screen, cells };
}

const bytes = (text: string) => new TextEncoder().encode(text);

test.each([
  ["whole", "older\r\n"],
  ["cut in a sequence", "older\x1b[3"],
  ["cut in a title", "older\x1b]0;t"],
  ["cut in a character", Uint8Array.of(0x6f, 0xe2, 0x82)],
])("a picture is drawn on an empty screen, behind what was handed over before it and before what follows (%s)", async (_, end) => {
  const [late, fresh] = [stage(), stage()];
  const drawn: string[] = [];
  // Handed over while nothing of it is drawn yet.
  late.screen.output(bytes("old\r\n\x1b[41mold"), () => drawn.push("old"));
  late.screen.size(70, 40);
  late.screen.output(bytes("older\r\n".repeat(60)), () => {});
  late.screen.output(typeof end === "string" ? bytes(end) : end, () => drawn.push("older"));
  late.screen.picture(30, 5, bytes("new\r\n$ "), () => drawn.push("picture"));
  fresh.screen.picture(30, 5, bytes("new\r\n$ "), () => {});
  for (const { screen } of [fresh, late]) {
    screen.output(bytes("a\r\n"), () => {});
    screen.size(25, 6);
    screen.output(bytes("b"), () => drawn.push("b"));
  }
  await vi.waitFor(() => expect(drawn.filter((name) => name === "b")).toHaveLength(2));
  expect(fresh.cells()).toMatchObject({ size: [25, 6], cursor: [1, 2], lines: ["new", "$ a", "b", "", "", ""] });
  expect(late.cells()).toEqual(fresh.cells());
  expect(drawn.filter((name) => name !== "b")).toEqual(["old", "older", "picture"]);
});
