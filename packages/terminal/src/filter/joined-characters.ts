/**
 * Characters that a terminal may put into the cell of the one before (Unicode Standard Annex 29): marks, joiners, tags, vowels and final consonants
 * of Hangul, skin tones, and those that join what follows.
 */
const JOINING =
  /[\p{M}\p{Cf}\p{Grapheme_Extend}\p{Emoji_Modifier}\u1160-\u11FF\uD7B0-\uD7FB\u0D4E\u{111C2}\u{111C3}\u{1193F}\u{11941}\u{11A3A}\u{11A84}-\u{11A89}\u{11D46}]/v;
/** Leading consonants of Hangul join one another. */
const LEADING = /[\u1100-\u115F\uA960-\uA97C]/v;

export const ZERO_WIDTH_JOINER = 0x200d;
/** Below this nothing joins that has two bytes or more. */
const FIRST = 0x300;

/** What a character does to the cell before: nothing, joins it, or joins it where that is a leading consonant, too. */
export type CharacterJoin = "none" | "joins" | "leading";

/** One for each code point of the planes that are looked up often; 0 for what has not been asked yet. */
const KNOWN = new Uint8Array(0x1_0000);
const KINDS = ["none", "joins", "leading"] as const satisfies readonly CharacterJoin[];

function find(code: number): CharacterJoin {
  const text = String.fromCodePoint(code);
  return JOINING.test(text) ? "joins" : LEADING.test(text) ? "leading" : "none";
}

export function joinOf(code: number): CharacterJoin {
  if (code < FIRST) return "none";
  if (code >= KNOWN.length) return find(code);
  if (KNOWN[code] === 0) KNOWN[code] = 1 + KINDS.indexOf(find(code));
  return KINDS[KNOWN[code]! - 1]!;
}

/** The code point of whole, valid UTF-8 of two bytes or more. */
export function codePointAt(bytes: Uint8Array, at: number, length: number): number {
  let code = bytes[at]! & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) code = (code << 6) | (bytes[at + i]! & 0x3f);
  return code;
}
