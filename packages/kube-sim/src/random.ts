/** Letters of generated names: no vowels and no digits that look like them, so that no words come about. */
const LETTERS = "bcdfghjklmnpqrstvwxz2456789";

/** Names and uids that are the same for the same seed: tests and the demo look alike every time. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 2^32). Mulberry32, a public-domain generator by Tommy Ettinger. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** As the server appends to `generateName`. */
  suffix(length = 5): string {
    let text = "";
    for (let i = 0; i < length; i++) text += LETTERS[this.next() % LETTERS.length];
    return text;
  }

  uuid(): string {
    const hex = [this.next(), this.next(), this.next(), this.next()].map((word) => word.toString(16).padStart(8, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${((this.next() & 3) + 8).toString(16)}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}

/** A hash of a document in the letters of generated names, e.g. for `pod-template-hash`. FNV-1a over its JSON with sorted keys. */
export function hashName(value: unknown): string {
  let hash = 0x811c9dc5;
  let high = 0x01234567;
  for (const char of canonical(value)) {
    hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193) >>> 0;
    high = Math.imul(high ^ hash, 0x85ebca6b) >>> 0;
  }
  let text = "";
  for (let number = hash * 0x10000 + (high & 0xffff); text.length < 10; number = Math.floor(number / LETTERS.length))
    text += LETTERS[number % LETTERS.length];
  return text;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = value as Record<string, unknown>;
  const keys = Object.keys(fields)
    .filter((key) => fields[key] !== undefined)
    .toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(fields[key])}`).join(",")}}`;
}
