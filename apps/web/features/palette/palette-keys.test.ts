import { expect, test } from "vitest";
import { isInTerminal, type Keys, paletteKey } from "./palette-keys.ts";

/** `Ctrl+Shift+K` as the event a browser sends: with Shift the key is the capital. */
function keys(written: string): Keys {
  const parts = written.split("+");
  const [key] = parts.slice(-1) as [string];
  const shiftKey = parts.includes("Shift");
  const held = { metaKey: parts.includes("Cmd"), ctrlKey: parts.includes("Ctrl"), altKey: parts.includes("Alt"), shiftKey };
  return { key: shiftKey ? key.toUpperCase() : key.toLowerCase(), ...held };
}
const opens = (written: string, apple: boolean, inTerminal: boolean, shown?: "palette") =>
  paletteKey(keys(written), { apple, inTerminal, shown });

test.each([
  ["Ctrl+K", "palette", undefined],
  ["Ctrl+/", "shortcuts", undefined],
  ["Ctrl+Shift+K", undefined, "palette"],
  ["Ctrl+Shift+/", undefined, undefined],
  // AltGr is Ctrl and Alt on Windows.
  ["Ctrl+Alt+K", undefined, undefined],
  ["Cmd+K", undefined, undefined],
  ["Ctrl+Cmd+K", undefined, undefined],
  ["K", undefined, undefined],
  ["Ctrl+J", undefined, undefined],
] as const)("where Mod is Ctrl, %s is %s on the page and %s in a terminal", (written, page, terminal) => {
  expect(opens(written, false, false)).toBe(page);
  expect(opens(written, false, true)).toBe(terminal);
});

test.each([
  ["Cmd+K", "palette"],
  ["Cmd+/", "shortcuts"],
  ["Cmd+Shift+K", undefined],
  ["Ctrl+K", undefined],
  ["Ctrl+Shift+K", undefined],
  ["Cmd+Ctrl+K", undefined],
] as const)("on an Apple keyboard %s is %s, in a terminal, too", (written, wanted) => {
  expect(opens(written, true, false)).toBe(wanted);
  expect(opens(written, true, true)).toBe(wanted);
});

test("what a terminal opened the palette with closes it, though the keyboard is in the palette by then", () => {
  expect(opens("Ctrl+Shift+K", false, false, "palette")).toBe("palette");
  expect(opens("Ctrl+K", false, false, "palette")).toBe("palette");
});

test("a terminal is told by what is above the element that has the keyboard", () => {
  const inside = (selector: string) => ({ closest: (asked: string) => (asked === selector ? ({} as Element) : null) });
  expect(isInTerminal(inside("[data-terminal]"))).toBe(true);
  expect(isInTerminal(inside("[data-place]"))).toBe(false);
  expect(isInTerminal(null)).toBe(false);
});
