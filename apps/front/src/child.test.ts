import { expect, test } from "vitest";
import { reasonOf } from "./child.ts";

test("the reason a child gives is the message of its fault, without the log around it", () => {
  const fault = JSON.stringify({
    level: 60,
    err: { message: "Another agent works on this database", stack: "at x" },
    msg: "could not start",
  });
  expect(reasonOf(['{"level":30,"msg":"hello"}', fault, "null", "trailing words"])).toBe("Another agent works on this database");
});

test("else it is its last lines, or nothing", () => {
  expect(reasonOf(["a", "b"])).toBe("a\nb");
  expect(reasonOf([])).toBeUndefined();
});
