import { zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { packed, unpacked } from "./packed-content.ts";

const lines = new TextEncoder().encode('[0.001, "o", "drwxr-xr-x file.ts\\r\\n"]\n'.repeat(1_000));

test("lines come back as they were, and take less room", async () => {
  const kept = packed(lines);
  expect(kept.byteLength).toBeLessThan(lines.byteLength / 10);
  expect(Buffer.from(await unpacked(kept, lines.byteLength)).equals(lines)).toBe(true);
});

test.each(["", "[", '[0, "o", "x"]\n'])("what would grow is kept as it is: %j", async (text) => {
  const kept = packed(new TextEncoder().encode(text));
  expect(Buffer.from(kept).toString()).toBe(text);
  expect(Buffer.from(await unpacked(kept, kept.byteLength)).toString()).toBe(text);
});

test("what unfolds to more than was said, and what is broken, is not read", async () => {
  await expect(unpacked(zstdCompressSync(Buffer.alloc(1_000_000)), 1_000)).rejects.toThrow();
  await expect(unpacked(packed(lines).subarray(0, 40), lines.byteLength)).rejects.toThrow();
});
