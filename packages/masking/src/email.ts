import type { Span } from "./span.ts";

/** Bytes that may stand in a local part: RFC 5322 atext, dots, and everything beyond ASCII (RFC 6532). */
const LOCAL = table("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+/=?^_`{|}~.-");
const DOMAIN = table("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
const AT = 0x40;
const DOT = 0x2e;
const DASH = 0x2d;
const QUOTE = 0x22;
/** A quoted local part is looked for no further back than this; RFC 5321 allows 64 octets, escapes may double them. */
const QUOTED_BYTES = 256;

function table(characters: string): Uint8Array {
  const bytes = new Uint8Array(256).fill(1, 0x80);
  for (const character of characters) bytes[character.charCodeAt(0)] = 1;
  return bytes;
}

/** U+2022, with which masks are drawn: never part of an address, so a masked text masks to itself. */
const isBullet = (bytes: Uint8Array, at: number): boolean => bytes[at] === 0xe2 && bytes[at + 1] === 0x80 && bytes[at + 2] === 0xa2;

/**
 * The e-mail addresses in `bytes[start, end)`, left to right. Linear: every byte is looked at once as part of a domain and once as part of
 * a local part. An address needs a dot in its domain; addresses that run into each other (`a@b.cd@e.fg`) are one span.
 */
export function findEmails(bytes: Uint8Array, start: number, end: number): Span[] {
  const spans: Span[] = [];
  for (let at = start; at < end; at++) {
    if (bytes[at] !== AT) continue;
    const to = domainEnd(bytes, at + 1, end);
    if (to === undefined) continue;
    const from = localStart(bytes, start, at);
    if (from === at) continue;
    const last = spans.at(-1);
    if (last !== undefined && from <= last.end) last.end = Math.max(last.end, to);
    else spans.push({ start: from, end: to, kind: "email" });
  }
  return spans;
}

function localStart(bytes: Uint8Array, start: number, at: number): number {
  let from = at;
  if (bytes[at - 1] === QUOTE && at - 1 > start) {
    const least = Math.max(start, at - QUOTED_BYTES);
    for (let i = at - 2; i >= least; i--) if (bytes[i] === QUOTE) return i;
    return at - 1;
  }
  while (from > start && LOCAL[bytes[from - 1]!] === 1) {
    if (from - 3 >= start && isBullet(bytes, from - 3)) break;
    from--;
  }
  return from;
}

/** End of the domain that begins at `from`; undefined when what stands there is not one. */
function domainEnd(bytes: Uint8Array, from: number, end: number): number | undefined {
  let to = from;
  if (bytes[from] === 0x5b) {
    // An address literal, `[192.0.2.1]`.
    for (to = from + 1; to < end && to - from < 64; to++) if (bytes[to] === 0x5d) return to + 1;
    return undefined;
  }
  while (to < end && DOMAIN[bytes[to]!] === 1 && !isBullet(bytes, to)) to++;
  while (to > from && (bytes[to - 1] === DOT || bytes[to - 1] === DASH)) to--;
  for (let i = to - 1; i > from; i--) if (bytes[i] === DOT) return to;
  return undefined;
}

/** Whether the whole of `bytes[start, end)` is one address. */
export function isEmail(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && LOCAL[bytes[at]!] === 1 && !isBullet(bytes, at)) at++;
  return at > start && at < end && bytes[at] === AT && domainEnd(bytes, at + 1, end) === end;
}

const utf8 = new TextEncoder();
const MIDDLE = utf8.encode("••••@•••••");

/** Writes `r••••@•••••.com` for the address in `bytes[start, end)` and returns the new end in `out`. At most 36 bytes. */
export function drawEmail(bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  let to = at;
  const first = bytes[start]!;
  // Only a letter is shown: a digit could join digits before it to a card number, and one beyond ASCII would be cut in half.
  if (isAlphabetic(bytes, start, start + 1)) out[to++] = first;
  for (let i = 0; i < MIDDLE.length; i++) out[to++] = MIDDLE[i]!;
  let dot = end - 1;
  while (dot > start && bytes[dot] !== DOT) dot--;
  const label = end - dot - 1;
  if (label < 2 || label > 10 || !isAlphabetic(bytes, dot + 1, end)) return to;
  for (let i = dot; i < end; i++) out[to++] = bytes[i]!;
  return to;
}

function isAlphabetic(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const lower = bytes[i]! | 0x20;
    if (lower < 0x61 || lower > 0x7a) return false;
  }
  return true;
}
