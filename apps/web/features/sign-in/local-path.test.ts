import { expect, test } from "vitest";
import { localPath } from "./local-path.ts";

test.each([["/rooms/1?command=2"], ["/"], ["/rooms#x"]])("%s is followed", (path) => {
  expect(localPath(path)).toBe(path);
});

test.each([
  ["//evil.example"],
  ["/\\evil.example"],
  ["https://evil.example/rooms"],
  ["javascript:alert(1)"],
  ["/\t/evil.example"],
  ["rooms"],
  [""],
  [undefined],
  [["/rooms/1", "/rooms/2"]],
  ["/sign-in?next=/sign-in"],
])("%j leads to the rooms", (next) => {
  expect(localPath(next)).toBe("/rooms");
});
