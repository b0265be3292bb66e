/**
 * Bytes of text a detector may still need: longer than any address (RFC 5321: 64 octets before the @, 255 behind it) and any card number
 * (19 digits) with what stands between. A word beyond that loses its head to the screen before its end is known.
 */
export const CARRY_BYTES = 1024;

/** A quoted local part is looked for no further back than this, as the detector does. */
const QUOTED_BYTES = 256;
/** An address literal, `[192.0.2.1]`. */
const LITERAL_BYTES = 66;

const DIGIT = 1;
const BETWEEN_DIGITS = 2;
/** What ends an address on either side. */
const ENDS_ADDRESS = 4;

const KINDS = new Uint8Array(256);
for (let code = 0x30; code <= 0x39; code++) KINDS[code] = DIGIT;
for (let code = 0; code <= 0x20; code++) KINDS[code] = ENDS_ADDRESS;
for (const character of '"(),:;<>[\\]\u007f') KINDS[character.charCodeAt(0)]! |= ENDS_ADDRESS;
KINDS[0x20]! |= BETWEEN_DIGITS;
KINDS[0x2d]! |= BETWEEN_DIGITS;

/**
 * From where on the end of `text[0, length)` could become part of an address or a card number with what comes next; `length` where nothing
 * could. What stands before it is decided.
 */
export function unfinishedFrom(text: Uint8Array, length: number): number {
  return Math.min(cardFrom(text, length), addressFrom(text, length));
}

function cardFrom(text: Uint8Array, length: number): number {
  let from = length;
  for (let at = length - 1; at >= 0; at--) {
    const kind = KINDS[text[at]!]!;
    if ((kind & DIGIT) !== 0) from = at;
    else if ((kind & BETWEEN_DIGITS) === 0) break;
  }
  return from;
}

function addressFrom(text: Uint8Array, length: number): number {
  let from = wordFrom(text, length);
  const literal = literalAt(text, length);
  if (literal >= 0) from = Math.min(from, wordFrom(text, literal));
  // A quote that is still open, or has just been closed, may turn out to be the beginning of a local part.
  const least = Math.max(0, length - QUOTED_BYTES);
  const quote = text.lastIndexOf(0x22, length - 1);
  if (quote >= least && length > 0) {
    from = Math.min(from, quote);
    const before = quote === 0 ? -1 : text.lastIndexOf(0x22, quote - 1);
    if (before >= least) from = Math.min(from, before);
  }
  return from;
}

function wordFrom(text: Uint8Array, length: number): number {
  let at = length;
  while (at > 0 && (KINDS[text[at - 1]!]! & ENDS_ADDRESS) === 0) at--;
  return at;
}

/** Where the @ of an address literal that is not closed stands; -1 for none. */
function literalAt(text: Uint8Array, length: number): number {
  for (let at = length - 1; at > Math.max(0, length - LITERAL_BYTES); at--) {
    if (text[at] === 0x5d) return -1;
    if (text[at] === 0x5b) return text[at - 1] === 0x40 ? at - 1 : -1;
  }
  return -1;
}
