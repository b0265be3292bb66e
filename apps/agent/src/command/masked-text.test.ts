import { expect, test } from "vitest";
import { maskedText } from "./masked-text.ts";

test.each([
  ["a clipboard that would be written", "done\u001b]52;c;cm0gLXJmIC8=\u0007 ok", "done ok"],
  ["a title", "\u001b]0;prod\u001b\\done ok", "done ok"],
  ["a cursor that goes back over what was said", "done\u001b[2K\u001b[1G ok", "done ok"],
  ["a question that a terminal would answer", "done\u001b[6n ok", "done ok"],
  ["a line that is written over", "was done\rnot\nok", "was done␍not\nok"],
])("a target's words do nothing to a terminal: %s", (_what, text, shown) => {
  expect(maskedText(text, { written: "was done not ok", quotes: "values" })).toBe(shown);
});

test("what a sequence splits is masked as a whole", () => {
  const text = maskedText("paid by 4242\u001b[0m424242424242", { written: "paid by", quotes: "values" });
  expect(text).not.toMatch(/4242\D*4242/);
  expect(maskedText("mail a\u001b[1mnn@example.com", { written: "", quotes: "names" })).not.toContain("nn@example.com");
});
