import { isUtf8 } from "node:buffer";

const NOTHING = new Uint8Array(0);

/** UTF-8 that is cut anywhere, as pieces of whole characters; what is none is U+FFFD. */
export class WholeCharacters {
  #held: Uint8Array = NOTHING;

  /** The whole characters so far; what is at the end of the last one waits. */
  push(bytes: Uint8Array): Uint8Array {
    let all = bytes;
    if (this.#held.length > 0) {
      all = new Uint8Array(this.#held.length + bytes.length);
      all.set(this.#held);
      all.set(bytes, this.#held.length);
    }
    const end = wholeEnd(all);
    this.#held = end === all.length ? NOTHING : all.slice(end);
    return valid(end === all.length ? all : all.subarray(0, end));
  }

  /** One that goes on by itself. */
  copy(): WholeCharacters {
    const copy = new WholeCharacters();
    copy.#held = this.#held;
    return copy;
  }

  end(): Uint8Array {
    const rest = valid(this.#held);
    this.#held = NOTHING;
    return rest;
  }
}

const valid = (bytes: Uint8Array): Uint8Array =>
  isUtf8(bytes) ? bytes : new TextEncoder().encode(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));

/** Where a character begins at the end that may still become whole; the length where there is none. */
function wholeEnd(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 && byte <= 0xf4 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc2 && byte < 0xe0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
