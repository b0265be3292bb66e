import type { Span } from "./span.ts";

/** ISO/IEC 7812: a card number has up to 19 digits; 13 is the shortest issued. */
const LEAST = 13;
const MOST = 19;
/** Digits beyond which a run is masked as a whole: no data a person reads, and searching it would take time squared. */
const LONGEST_RUN = 256;
const SPACE = 0x20;
const DASH = 0x2d;

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/**
 * The card numbers in `bytes[start, end)`, left to right: 13 to 19 digits that pass the Luhn check, with any spaces and dashes between
 * them. A number begins and ends where a group of digits does (`ref 12 4242 4242 4242 4242`); inside a longer group only the lengths and
 * prefixes of the large issuers count, since one in ten of all digit strings passes Luhn. Time is linear: runs
 * have a bounded length.
 */
export function findCards(bytes: Uint8Array, start: number, end: number): Span[] {
  const spans: Span[] = [];
  for (let at = start; at < end;) {
    if (!isDigit(bytes[at]!)) {
      at++;
      continue;
    }
    const run = readRun(bytes, at, end);
    if (run.places.length >= LEAST) searchRun(bytes, run.places, spans);
    at = run.end;
  }
  return spans;
}

/** Places of the digits of a run; it ends at the first byte that is neither a digit nor a separator. */
function readRun(bytes: Uint8Array, start: number, end: number): { places: number[]; end: number } {
  const places: number[] = [];
  let at = start;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (isDigit(byte)) places.push(at);
    else if (byte !== SPACE && byte !== DASH) break;
  }
  return { places, end: at };
}

function searchRun(bytes: Uint8Array, places: number[], spans: Span[]): void {
  if (places.length > LONGEST_RUN) {
    spans.push({ start: places[0]!, end: places.at(-1)! + 1, kind: "card" });
    return;
  }
  const found = searchWindows(bytes, places);
  // What a span leaves over on either side has ends of its own now, so it is searched as a run of its own.
  let rest: number[] = [];
  let next = 0;
  const searchRest = (): void => {
    if (rest.length >= LEAST) searchRun(bytes, rest, spans);
    rest = [];
  };
  for (const place of places) {
    while (next < found.length && place >= found[next]!.end) spans.push(found[next++]!);
    if (next === found.length || place < found[next]!.start) rest.push(place);
    else if (found[next]!.start === place) searchRest();
  }
  spans.push(...found.slice(next));
  if (found.length > 0) searchRest();
  spans.sort((a, b) => a.start - b.start);
}

/** The numbers in one run, overlapping ones joined. */
function searchWindows(bytes: Uint8Array, places: number[]): Span[] {
  const spans: Span[] = [];
  const count = places.length;
  const begins = (i: number): boolean => i === 0 || places[i - 1]! + 1 < places[i]!;
  const ends = (i: number): boolean => i === count - 1 || places[i]! + 1 < places[i + 1]!;
  for (let first = 0; first + LEAST <= count; first++) {
    for (let length = Math.min(MOST, count - first); length >= LEAST; length--) {
      const last = first + length - 1;
      if (!(begins(first) && ends(last)) && !looksIssued(bytes, places, first, length)) continue;
      if (!passesLuhn(bytes, places, first, length)) continue;
      const before = spans.at(-1);
      const start = places[first]!;
      const end = places[last]! + 1;
      if (before !== undefined && start < before.end) before.end = Math.max(before.end, end);
      else spans.push({ start, end, kind: "card" });
      break;
    }
  }
  return spans;
}

/** Lengths and prefixes of Visa, Mastercard, American Express, Discover, JCB and UnionPay. */
function looksIssued(bytes: Uint8Array, places: number[], first: number, length: number): boolean {
  let prefix = 0;
  for (let i = 0; i < 4; i++) prefix = prefix * 10 + bytes[places[first + i]!]! - 0x30;
  const two = Math.floor(prefix / 100);
  if (length === 15) return two === 34 || two === 37;
  if (length !== 16) return false;
  return two >= 40 && two <= 49
    ? true
    : (two >= 51 && two <= 55) ||
        (prefix >= 2221 && prefix <= 2720) ||
        prefix === 6011 ||
        two === 62 ||
        two === 64 ||
        two === 65 ||
        two === 35;
}

/** The check digit formula of ISO/IEC 7812-1, annex B. */
function passesLuhn(bytes: Uint8Array, places: number[], first: number, length: number): boolean {
  let sum = 0;
  let double = false;
  for (let i = first + length - 1; i >= first; i--) {
    let digit = bytes[places[i]!]! - 0x30;
    if (double) {
      digit *= 2;
      if (digit > 9) digit -= 9;
    }
    double = !double;
    sum += digit;
  }
  return sum % 10 === 0;
}

/** Whether the whole of `bytes[start, end)` is one card number. */
export function isCard(bytes: Uint8Array, start: number, end: number): boolean {
  let digits = 0;
  let sum = 0;
  if (start === end || !isDigit(bytes[start]!) || !isDigit(bytes[end - 1]!)) return false;
  for (let i = end - 1; i >= start; i--) {
    const byte = bytes[i]!;
    if (isDigit(byte)) {
      const digit = (byte - 0x30) << (digits++ & 1);
      sum += digit > 9 ? digit - 9 : digit;
    } else if (byte !== SPACE && byte !== DASH) return false;
  }
  return digits >= LEAST && digits <= MOST && sum % 10 === 0;
}

const BULLETS = new TextEncoder().encode("••••");

/**
 * Writes `•••• 4242` for the number in `bytes[start, end)` and returns the new end in `out`; at most 17 bytes. The last four are left out
 * where more digits follow up to `limit`, so that what is shown cannot join them to a number that passes the check again.
 */
export function drawCard(bytes: Uint8Array, start: number, end: number, limit: number, out: Uint8Array, at: number): number {
  let to = at;
  for (let i = 0; i < BULLETS.length; i++) out[to++] = BULLETS[i]!;
  let next = end;
  while (next < limit && (bytes[next] === SPACE || bytes[next] === DASH)) next++;
  if (next < limit && isDigit(bytes[next]!)) return to;
  let from = end;
  for (let digits = 0; digits < 4 && from > start;) if (isDigit(bytes[--from]!)) digits++;
  out[to++] = SPACE;
  for (let i = from; i < end; i++) if (isDigit(bytes[i]!)) out[to++] = bytes[i]!;
  return to;
}
