import type { Span } from "@interlock/masking";
import type { ByteBuilder } from "../byte-builder.ts";
import { cellsOf } from "./text-width.ts";

const BULLET = new TextEncoder().encode("•");
const AT = 0x40;
const DOT = 0x2e;
const QUOTE = 0x22;

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isBetween = (byte: number): boolean => byte === 0x20 || byte === 0x2d;
const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

/**
 * Draws `text[from, to)`, a part of `span`, cell by cell with bullets. What stays readable is what `@interlock/masking` leaves readable: the last
 * four digits of a card number where no more follow, the first letter, the @ and the last label of an address. `cut`: where the span begins or
 * ends is not all of it, so neither digits nor label stay.
 */
export function drawMasked(text: Uint8Array, length: number, span: Span, cut: boolean, from: number, to: number, out: ByteBuilder): void {
  // An address that a quote follows may be joined to a quoted one, and then it is not its last label.
  const whole = !cut && !(span.end < length && text[span.end] === QUOTE);
  const shown = !whole ? span.end : span.kind === "card" ? lastDigits(text, length, span) : lastLabel(text, span);
  for (let at = from; at < to; at++) {
    const byte = text[at]!;
    const keep = at >= shown || (span.kind === "card" ? isBetween(byte) : byte === AT || (at === span.start && isLetter(byte)));
    if (keep) out.byte(byte);
    else for (let i = cellsOf(byte); i > 0; i--) out.append(BULLET, 0, BULLET.length);
  }
}

/** Where the last four digits begin; the end of the span where more digits follow, which they could be joined to. */
function lastDigits(text: Uint8Array, length: number, span: Span): number {
  let next = span.end;
  while (next < length && isBetween(text[next]!)) next++;
  if (next < length && isDigit(text[next]!)) return span.end;
  let from = span.end;
  for (let digits = 0; digits < 4 && from > span.start;) if (isDigit(text[--from]!)) digits++;
  return from;
}

/** Where the dot before the last label stands; the end of the span where that is not a name. */
function lastLabel(text: Uint8Array, span: Span): number {
  let dot = span.end - 1;
  while (dot > span.start && text[dot] !== DOT) dot--;
  const label = span.end - dot - 1;
  if (label < 2 || label > 10) return span.end;
  for (let at = dot + 1; at < span.end; at++) if (!isLetter(text[at]!)) return span.end;
  return dot;
}
