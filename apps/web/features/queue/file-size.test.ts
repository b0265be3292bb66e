import { expect, test } from "vitest";
import { fileSize } from "./file-size.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_240, "1.2 KB"],
  [9_960, "10 KB"],
  [64_400, "64 KB"],
  [999_600, "1.0 MB"],
])("%d bytes", (bytes, words) => {
  expect(fileSize(bytes)).toBe(words);
});
