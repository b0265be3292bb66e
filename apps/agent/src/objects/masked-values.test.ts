import { expect, test } from "vitest";
import { maskedValues } from "./masked-values.ts";

test("each text is masked by itself, whatever is in it, and all else stays", () => {
  const subject = { kind: "User", name: "\u0001ann@example.com", quoted: '"bob@example.com"', "carol@example.com": 1 };
  const value = { subjects: [subject, null, true, 7], empty: "", lines: "a\nann@example.com\nb" };
  const shown = maskedValues(value, ["email"]);
  const text = JSON.stringify(shown);
  for (const who of ["ann", "bob", "carol"]) expect(text).not.toContain(`${who}@`);
  expect(shown).toMatchObject({
    subjects: [{ kind: "User" }, null, true, 7],
    empty: "",
    lines: expect.stringMatching(/^a\n.+\nb$/) as string,
  });
  expect(shown.subjects).toHaveLength(4);
});

test("without detectors it is as it was", () => {
  const value = { name: "ann@example.com", list: [1, "x"] };
  expect(maskedValues(value, [])).toEqual(value);
  expect(maskedValues(undefined, ["email"])).toBeUndefined();
});
