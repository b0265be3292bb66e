import { expect, test } from "vitest";
import { unquotedBytes } from "./quoted-text.ts";

const text = (word: string): string | undefined => {
  const bytes = unquotedBytes(word);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("latin1");
};

test.each([
  ["''", ""],
  [String.raw`echo\ hi`, "echo hi"],
  [String.raw`rm\ -rf\ \"\$x\"\;`, 'rm -rf "$x";'],
  [String.raw`$'a\nb\tc\\d\'e'`, "a\nb\tc\\d'e"],
  [String.raw`$'\303\251\033\E\a\x41\0011'`, "\u00c3\u00a9\u001b\u001b\u0007A\u00011"],
  [String.raw`$'\M-C\M-)\C-a\M-\C-b'`, "\u00c3\u00a9\u0001\u0082"],
])("%s", (word, expected) => expect(text(word)).toBe(expected));

test.each([[String.raw`$'a`], ["$'"], [String.raw`a\ `.slice(0, 2)], ["\u00e9"], ["a\u0007"], [String.raw`$'a'b'`]])(
  "%j is no such word",
  (word) => expect(unquotedBytes(word)).toBeUndefined(),
);
