const NAMED: Record<string, number> = { a: 7, b: 8, e: 27, E: 27, f: 12, n: 10, r: 13, t: 9, v: 11 };

/**
 * The bytes that a shell wrote as one word of its own language in ASCII: bash's `printf %q` and zsh's `(qqqq)`, bare words with backslashes and
 * `$'…'`. Undefined where it is neither.
 */
export function unquotedBytes(word: string): Uint8Array | undefined {
  if (word === "''") return new Uint8Array();
  const ansi = word.startsWith("$'");
  if (ansi && (word.length < 3 || !word.endsWith("'"))) return undefined;
  const text = ansi ? word.slice(2, -1) : word;
  const out: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return undefined;
    if (text[at] !== "\\") {
      if (ansi && text[at] === "'") return undefined;
      out.push(code);
      continue;
    }
    const next = text[++at];
    if (next === undefined) return undefined;
    const number = ansi ? /^(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2})/u.exec(text.slice(at, at + 3))?.[0] : undefined;
    if (number !== undefined) {
      out.push(number.startsWith("x") ? Number.parseInt(number.slice(1), 16) : Number.parseInt(number, 8) & 0xff);
      at += number.length - 1;
    } else if (ansi && (next === "C" || next === "M")) {
      const control = /^(M-)?(?:\\?(C-))?(.)/su.exec(text.slice(at));
      if (control === null) return undefined;
      const [whole, meta, ctrl, letter] = control;
      const base = letter!.charCodeAt(0);
      out.push((ctrl === undefined ? base : letter === "?" ? 0x7f : base & 0x1f) | (meta === undefined ? 0 : 0x80));
      at += whole.length - 1;
    } else out.push((ansi ? NAMED[next] : undefined) ?? next.charCodeAt(0));
  }
  return Uint8Array.from(out);
}
