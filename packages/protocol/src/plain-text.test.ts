import { describe, expect, test } from "vitest";
import { plainLine, plainText, readsAsItIs } from "./plain-text.ts";

describe("I13: texts that read otherwise than they are", () => {
  test.each([
    ["a NUL", "a\0b"],
    ["an escape sequence", "\u001b[31mred"],
    ["a backspace", "safe\b\b\b\bevil"],
    ["a C1 control", "a\u0085b"],
    ["a right-to-left override", "SELECT 1 /* \u202e*/ DELETE /*"],
    ["an isolate", "a\u2066b\u2069"],
    ["half a surrogate pair", "a\ud800"],
  ])("%s is refused", (_, text) => {
    expect(readsAsItIs(text)).toBe(false);
    expect(plainText(100).safeParse(text).success).toBe(false);
    expect(plainLine(100).safeParse(text).success).toBe(false);
  });

  test.each(["SELECT 1;\n\tSELECT 2\r\n", "שלום עולם", "naïve 🙂 family 👩‍👩‍👧"])("%j is a text", (text) => {
    expect(readsAsItIs(text)).toBe(true);
    expect(plainText(100).parse(text)).toBe(text);
  });

  test("a line has no line ends, something in it, and no white space around it", () => {
    expect(plainLine(10).safeParse("a\nb").success).toBe(false);
    expect(plainLine(10).safeParse(" \t ").success).toBe(false);
    expect(plainLine(3).safeParse("abcd").success).toBe(false);
    expect(plainLine(10).parse("  a b ")).toBe("a b");
  });
});
