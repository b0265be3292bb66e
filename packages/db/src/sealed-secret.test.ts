import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { openSecret, sealSecret } from "./sealed-secret.ts";

const key = randomBytes(32);
const secret = { read: "postgres://reader:hunter2@127.0.0.1/x" };

test("opens with the same key and connection, and looks different every time", () => {
  const sealed = sealSecret(key, "c1", secret);
  expect(openSecret(key, "c1", sealed)).toEqual(secret);
  expect(Buffer.from(sealed).includes("hunter2")).toBe(false);
  expect(sealSecret(key, "c1", secret)).not.toEqual(sealed);
});

test("no single bit can be changed", () => {
  const sealed = sealSecret(key, "c1", secret);
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Uint8Array.from(sealed);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => openSecret(key, "c1", changed)).toThrow("cannot be opened");
  }
});

test("neither another key, another connection's row, nor a shortened one opens, and the error says nothing of the content", () => {
  const sealed = sealSecret(key, "c1", secret);
  expect(() => openSecret(randomBytes(32), "c1", sealed)).toThrow("cannot be opened");
  expect(() => openSecret(key, "c2", sealed)).toThrow("cannot be opened");
  for (const length of [0, 11, 27, 28, sealed.length - 1]) {
    const opening = (): unknown => openSecret(key, "c1", sealed.subarray(0, length));
    expect(opening).toThrow("cannot be opened");
    expect(opening).not.toThrow(/hunter2/);
  }
});
