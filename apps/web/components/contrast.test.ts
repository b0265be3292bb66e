import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const css = readFileSync(new URL("../styles/tokens.css", import.meta.url), "utf8");
const block = (start: string): Map<string, string> => {
  const from = css.indexOf(start);
  const body = css.slice(css.indexOf("{", from) + 1, css.indexOf("}", from));
  return new Map([...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/gu)].map((found) => [found[1]!, found[2]!]));
};
const dark = block(":root {");
const themes = { dark, light: new Map([...dark, ...block('[data-theme="light"] {')]) };

/** WCAG 2.2, relative luminance and contrast ratio. */
function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
function ratio(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

const SURFACES = ["bg", "panel", "raise", "hover"];
const TINTED = ["accent", "read", "session", "append", "modify", "delete", "schema", "privilege", "unknown", "masked"];
const SYNTAX = ["keyword", "string", "number", "comment", "identifier", "operator"].map((name) => `syntax-${name}`);

/** Text colour, what it stands on, least ratio. */
const PAIRS: [string, string, number][] = [
  ...["fg", "dim", "faint"].flatMap((text) => SURFACES.map((surface): [string, string, number] => [text, surface, 4.5])),
  ...TINTED.flatMap((name): [string, string, number][] => [
    [`${name}-on`, name, 4.5],
    [`${name}-text`, `${name}-soft`, 4.5],
    ["fg", `${name}-soft`, 4.5],
    ["dim", `${name}-soft`, 4.5],
    ...SURFACES.map((surface): [string, string, number] => [`${name}-text`, surface, 4.5]),
  ]),
  ...SYNTAX.map((name): [string, string, number] => [name, "bg", 4.5]),
  ...SURFACES.flatMap((surface): [string, string, number][] => [
    ["line-strong", surface, 3],
    ["focus", surface, 3],
  ]),
];

for (const [theme, tokens] of Object.entries(themes)) {
  test.each(PAIRS)(`${theme}: %s on %s has a contrast of at least %d`, (text, surface, least) => {
    expect(tokens.has(text) && tokens.has(surface)).toBe(true);
    expect(ratio(tokens.get(text)!, tokens.get(surface)!)).toBeGreaterThanOrEqual(least);
  });
}

/** What `filter: grayscale(1)` makes of a colour (Filter Effects Module 1, in sRGB). */
function grey(color: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const value = Math.round(0.2126 * r! + 0.7152 * g! + 0.0722 * b!).toString(16);
  return `#${value.padStart(2, "0").repeat(3)}`;
}

test.each(Object.entries(themes))("%s: what is of an earlier state can still be read on everything", (_, tokens) => {
  const under = [...SURFACES, ...TINTED.map((name) => `${name}-soft`)];
  const least = Math.min(...under.map((surface) => ratio(grey(tokens.get("dim")!), grey(tokens.get(surface)!))));
  expect(least).toBeGreaterThanOrEqual(4.5);
});

test("the light theme names every colour that the dark one has", () => {
  expect([...block('[data-theme="light"] {').keys()].sort()).toEqual([...dark.keys()].sort());
});
