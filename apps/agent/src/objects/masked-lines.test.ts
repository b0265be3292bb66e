import { expect, test } from "vitest";
import { maskedLines } from "./masked-lines.ts";

test("what detectors find in any line is masked, and every other line stays as it is", () => {
  const text = "kind: ConfigMap\ndata:\n  owner: rita@example.org\n  note: grüße\n\n  card: '4242 4242 4242 4242'\n";
  expect(maskedLines(text, ["email", "card"]).split("\n")).toEqual([
    "kind: ConfigMap",
    "data:",
    expect.stringMatching(/^ {2}owner: r•+@•+\.org$/u),
    "  note: grüße",
    "",
    expect.stringMatching(/^ {2}card: '•+ 4242'$/u),
    "",
  ]);
  expect(maskedLines(text, [])).toBe(text);
});
