import type { Attributes } from "./xterm-state.ts";

const HAS_EXTENDED = 0x10000000;
const UNDERLINE = 0x10000000;
const COLOUR_BITS = 0x3ffffff;

/** SGR of flags, by bit of the foreground and of the background. */
const FOREGROUND_FLAGS: readonly [number, number][] = [
  [0x08000000, 1],
  [0x20000000, 5],
  [0x04000000, 7],
  [0x40000000, 8],
  [0x80000000, 9],
];
const BACKGROUND_FLAGS: readonly [number, number][] = [
  [0x08000000, 2],
  [0x04000000, 3],
  [0x40000000, 53],
];

/** The link a cell belongs to; 0 for none. */
export const linkOf = (attributes: Attributes): number => ((attributes.bg & HAS_EXTENDED) === 0 ? 0 : attributes.extended.urlId);

const underlineStyle = (attributes: Attributes): number => (attributes.extended._ext & 0x1c000000) >>> 26;

/**
 * Underlined without a style, as DECRC leaves it: a colour or weight of SGR does not bring that about.
 */
export const isOddUnderline = (attributes: Attributes): boolean =>
  (attributes.fg & UNDERLINE) !== 0 &&
  (attributes.bg & HAS_EXTENDED) !== 0 &&
  attributes.extended.urlId === 0 &&
  underlineStyle(attributes) === 0;

/** Whether the style at the cursor is one that SGR alone does not bring about: underlined without a style, or a style and not underlined. */
export const isOddPen = (attributes: Attributes): boolean =>
  attributes.extended.urlId === 0 && ((attributes.fg & UNDERLINE) === 0) !== (underlineStyle(attributes) === 0);

/** Whether both are the same but for what says that an underline or a link counts, which comes with the next link. */
export const isAlike = (a: Attributes, b: Attributes): boolean => a.fg === b.fg && (a.bg & ~HAS_EXTENDED) === (b.bg & ~HAS_EXTENDED);

/** Style and colour of the underline alone. */
export function underline(attributes: Attributes): string {
  const list: (number | string)[] = [];
  if (underlineStyle(attributes) !== 0) list.push(`4:${underlineStyle(attributes)}`);
  colour(list, attributes.extended._ext, 50);
  return list.length === 0 ? "" : `\u001b[${list.join(";")}m`;
}

/** Whether nothing but a background colour is to be seen, which is what erasing leaves. */
export const isErased = (attributes: Attributes): boolean => attributes.fg === 0 && (attributes.bg & ~COLOUR_BITS) === 0;

/** The background colour alone. */
export const backgroundOf = (attributes: Attributes): number => attributes.bg & COLOUR_BITS;

/**
 * SGR from nothing on. `pen`: also what shows only once something is underlined, as it matters at the cursor. Kitty's and ECMA's forms as
 * xterm.js reads them.
 */
export function sgr(attributes: Attributes, pen = false): string {
  const { fg, bg, extended } = attributes;
  const list: (number | string)[] = [0];
  for (const [bit, code] of FOREGROUND_FLAGS) if ((fg & bit) !== 0) list.push(code);
  for (const [bit, code] of BACKGROUND_FLAGS) if ((bg & bit) !== 0) list.push(code);
  const styled = (bg & HAS_EXTENDED) !== 0;
  if ((fg & UNDERLINE) !== 0) {
    const style = styled ? underlineStyle(attributes) : 1;
    list.push(style <= 1 ? 4 : `4:${style}`);
  }
  colour(list, fg, 30);
  colour(list, bg, 40);
  if (styled || pen) colour(list, extended._ext, 50);
  return list.length === 1 ? "\u001b[m" : `\u001b[${list.join(";")}m`;
}

/** `base`: 30 foreground, 40 background, 50 underline. */
function colour(list: (number | string)[], bits: number, base: number): void {
  const value = bits & 0xffffff;
  switch (bits & 0x3000000) {
    case 0x1000000: {
      const number = value & 0xff;
      list.push(number < 8 ? base + number : base + 60 + number - 8);
      return;
    }
    case 0x2000000:
      list.push(base === 50 ? `58:5:${value & 0xff}` : `${base + 8};5;${value & 0xff}`);
      return;
    case 0x3000000: {
      const parts = [value >>> 16, (value >>> 8) & 0xff, value & 0xff];
      list.push(base === 50 ? `58:2::${parts.join(":")}` : `${base + 8};2;${parts.join(";")}`);
    }
  }
}
