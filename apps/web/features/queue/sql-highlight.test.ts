import fc from "fast-check";
import { expect, test } from "vitest";
import { sqlTokens } from "./sql-highlight.ts";

test("keywords, strings, numbers and comments", () => {
  const kinds = sqlTokens("DELETE FROM t WHERE a = 'it''s' AND n > 12 -- why").filter(({ kind }) => kind !== "plain");
  expect(kinds.map(({ kind, text }) => `${kind}:${text}`)).toEqual([
    "keyword:DELETE",
    "keyword:FROM",
    "keyword:WHERE",
    "string:'it''s'",
    "keyword:AND",
    "number:12",
    "comment:-- why",
  ]);
});

test("a keyword in quotes or in dollar quotes is none", () => {
  expect(sqlTokens('"select"').map(({ kind }) => kind)).toEqual(["plain"]);
  expect(sqlTokens("$x$ DROP TABLE t $x$").map(({ kind }) => kind)).toEqual(["string"]);
});

test("never loses or adds a character", () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom("'", '"', "--", "/*", "*/", "$$", "$a$", "\n", "select", " 1.5 "));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join("");
      expect(
        sqlTokens(text)
          .map((token) => token.text)
          .join(""),
      ).toBe(text);
    }),
  );
});
