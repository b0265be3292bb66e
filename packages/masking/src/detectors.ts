import { drawCard, findCards, isCard } from "./card.ts";
import { drawEmail, findEmails, isEmail } from "./email.ts";
import type { Span } from "./span.ts";

/**
 * What values are searched for when their column is not masked whole:
 * - `email`: addresses, anywhere in the text, shown as `r••••@•••••.com`;
 * - `card`: payment card numbers of 13 to 19 digits that pass the Luhn check, with spaces and dashes between, shown as `•••• 4242`.
 */
export const DETECTORS = ["email", "card"] as const;
export type Detector = (typeof DETECTORS)[number];

const BULLETS = new TextEncoder().encode("••••");
const AT = 0x40;
/** Fewest digits of a card number. */
const CARD_DIGITS = 13;

/** Most bytes a masked value of `length` bytes takes: every span draws at most 36 bytes and is at least 5 long, so 8 times is ample. */
export const drawnBytes = (length: number): number => length * 8 + 64;

/** Detectors by name; throws on one that does not exist, since a mask that is silently missing would show what it should hide. */
export function readDetectors(names: readonly string[]): ReadonlySet<Detector> {
  for (const name of names) if (!(DETECTORS as readonly string[]).includes(name)) throw new Error(`there is no detector named ${name}`);
  return new Set(names as readonly Detector[]);
}

/** One pass that tells which detectors have to look closer; most values need none. */
export function mayHold(bytes: Uint8Array, start: number, end: number, detectors: ReadonlySet<Detector>): boolean {
  let digits = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === AT) {
      if (detectors.has("email")) return true;
    } else if (byte >= 0x30 && byte <= 0x39) digits++;
  }
  return digits >= CARD_DIGITS && detectors.has("card");
}

/** What is to be masked in a value, in order and without overlaps. */
export function findSpans(bytes: Uint8Array, start: number, end: number, detectors: ReadonlySet<Detector>): Span[] {
  const emails = detectors.has("email") ? findEmails(bytes, start, end) : [];
  const cards = detectors.has("card") ? findCards(bytes, start, end) : [];
  if (emails.length === 0) return cards;
  if (cards.length === 0) return emails;
  const spans: Span[] = [];
  for (const span of [...emails, ...cards].toSorted((a, b) => a.start - b.start)) {
    const last = spans.at(-1);
    if (last === undefined || span.start >= last.end) spans.push({ ...span });
    // An address made of a card number is drawn as an address: it shows less of the digits.
    else spans[spans.length - 1] = { start: last.start, end: Math.max(last.end, span.end), kind: "email" };
  }
  return spans;
}

/** Writes the value with its spans masked and returns the new end in `out`. */
export function drawSpans(bytes: Uint8Array, start: number, end: number, spans: readonly Span[], out: Uint8Array, at: number): number {
  let to = at;
  let from = start;
  for (const span of spans) {
    while (from < span.start) out[to++] = bytes[from++]!;
    to = span.kind === "email" ? drawEmail(bytes, span.start, span.end, out, to) : drawCard(bytes, span.start, span.end, end, out, to);
    from = span.end;
  }
  while (from < end) out[to++] = bytes[from++]!;
  return to;
}

/** Writes a stored value masked whole: an address or a card number keeps its shape, everything else is `••••`. Returns the new end in `out`. */
export function drawWhole(bytes: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  if (isEmail(bytes, start, end)) return drawEmail(bytes, start, end, out, at);
  if (isCard(bytes, start, end)) return drawCard(bytes, start, end, end, out, at);
  return drawHidden(out, at);
}

/** Writes `••••` whatever the value was. Returns the new end in `out`. */
export function drawHidden(out: Uint8Array, at: number): number {
  let to = at;
  for (let i = 0; i < BULLETS.length; i++) out[to++] = BULLETS[i]!;
  return to;
}
