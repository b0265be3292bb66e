import { expect, it } from "vitest";
import { textFingerprint } from "./text-fingerprint.ts";

it("hashes as FNV-1a does", () => {
  expect(textFingerprint("")).toBe("0-811c9dc5");
  expect(textFingerprint("a")).toBe("1-e40c292c");
  expect(textFingerprint("foobar")).toBe("6-bf9cf968");
});

it("tells a statement from its beginning and from a change inside", () => {
  const text = "DELETE FROM t WHERE a = 1";
  expect(textFingerprint(text)).not.toBe(textFingerprint(text.slice(0, -4)));
  expect(textFingerprint(text)).not.toBe(textFingerprint(text.replace("1", "2")));
});
