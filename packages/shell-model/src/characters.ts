import type { ShellDiagnostic } from "./line.ts";

/**
 * Characters that people do not see or that change the order in which they see others, first and last of each range. Sources: Unicode
 * Technical Report 36 and UAX 9 (bidirectional controls), the Default_Ignorable_Code_Point property, blanks other than a space, and
 * the C0 and C1 controls, which a terminal obeys. U+FE0F is none of them: it colours a sign and hides nothing.
 */
const STRANGE: readonly (readonly [number, number])[] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0xa0],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x1680, 0x1680],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x2000, 0x200f],
  [0x2028, 0x202f],
  [0x205f, 0x206f],
  [0x2800, 0x2800],
  [0x3000, 0x3000],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfe00, 0xfe0e],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];

/** Told one by one up to here; a text full of them is told as such. */
const MOST = 50;

export function strangeCharacters(text: string): ShellDiagnostic[] {
  const out: ShellDiagnostic[] = [];
  for (const match of text.matchAll(/[^\t\n\u0020-\u007E]/gu)) {
    const code = match[0].codePointAt(0)!;
    if (!STRANGE.some(([first, last]) => code >= first && code <= last)) continue;
    const at = { start: match.index, end: match.index + match[0].length };
    if (code === 13)
      out.push({ code: "carriage_return", message: "Has a carriage return, which the shell takes as part of the last word", ...at });
    else out.push({ code: "invisible", message: `Has ${nameOf(code)}`, ...at });
    if (out.length >= MOST) {
      out.push({ code: "invisible", message: "Has many characters that are not to be seen", start: at.end, end: text.length });
      break;
    }
  }
  return out;
}

function nameOf(code: number): string {
  const point = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  if (code === 0) return "a NUL character, at which programs stop reading";
  if (code === 0x1b) return `an escape character (${point}), which a terminal obeys`;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return `a control character (${point})`;
  if (code >= 0xd800 && code <= 0xdfff) return `half a character (${point})`;
  if (/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u.test(String.fromCodePoint(code)))
    return `a character that turns the order of what follows (${point})`;
  if (/\s/u.test(String.fromCodePoint(code))) return `a blank that is none for the shell (${point})`;
  return `an invisible character (${point})`;
}

/** Where `!` would bring back an earlier line in an interactive bash, or `^a^b` would; undefined where nothing does. */
export function historyExpansion(line: string): number | undefined {
  if (/^\^[^\s^]/u.test(line)) return 0;
  let single = false;
  let double = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (single) {
      single = character !== "'";
      continue;
    }
    if (character === "\\") i++;
    else if (character === '"') double = !double;
    else if (character === "'" && !double) single = true;
    else if (character === "#" && !double && (i === 0 || /\s/u.test(line[i - 1]!))) return undefined;
    else if (character === "!") {
      const next = line[i + 1];
      if (next === undefined || /[\s=(]/u.test(next)) continue;
      if (double && next === '"') continue;
      // `$!`, `${!x}`, `[!a]` are no designators.
      if (/[${[]/u.test(line[i - 1] ?? "")) continue;
      return i;
    }
  }
  return undefined;
}
