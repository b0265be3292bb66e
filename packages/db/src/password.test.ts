import { expect, test } from "vitest";
import { hashPassword, verifyPassword } from "./password.ts";

test("a password verifies against its own hash only", async () => {
  const stored = await hashPassword("interlock");
  expect(stored).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  expect(await verifyPassword("interlock", stored)).toBe(true);
  expect(await verifyPassword("Interlock", stored)).toBe(false);
  expect(await verifyPassword("", stored)).toBe(false);
});

test("the same password never gives the same hash, and composed letters equal decomposed ones", async () => {
  const [one, two] = await Promise.all([hashPassword("é"), hashPassword("é")]);
  expect(one).not.toBe(two);
  expect(await verifyPassword("e\u0301", one)).toBe(true);
});

test("a person without a hash has no right password, and finding out takes as long", async () => {
  const stored = await hashPassword("x");
  const timed = async (hash: string | null): Promise<number> => {
    const start = performance.now();
    expect(await verifyPassword("y", hash)).toBe(false);
    return performance.now() - start;
  };
  expect(await timed(null)).toBeGreaterThan((await timed(stored)) / 4);
});

test("a stored hash that asks for more memory than allowed is refused", async () => {
  await expect(verifyPassword("x", "scrypt$16777216$8$1$AAAA$AAAA")).rejects.toThrow();
  await expect(verifyPassword("x", "md5$abc")).rejects.toThrow("known form");
});
