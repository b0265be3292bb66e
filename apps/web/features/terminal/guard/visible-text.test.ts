import { expect, test } from "vitest";
import { visiblePieces } from "./visible-text.ts";

test("a line is shown as it is, with names for what one would not see", () => {
  expect(visiblePieces("rm -rf /tmp/é\n\tls")).toEqual([{ text: "rm -rf /tmp/é\n\tls", hidden: false }]);
  expect(visiblePieces("rm\u00a0x\u202e")).toEqual([
    { text: "rm", hidden: false },
    { text: "U+00A0", hidden: true },
    { text: "x", hidden: false },
    { text: "U+202E", hidden: true },
  ]);
  expect(visiblePieces("\u001b[2J\u{e0041}").map(({ text }) => text)).toEqual(["U+001B", "[2J", "U+E0041"]);
  expect(visiblePieces("")).toEqual([]);
});
