import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from "node:crypto";
import { promisify } from "node:util";

/** OWASP Password Storage Cheat Sheet, scrypt: N = 2^15, r = 8, p = 3 (32 MiB for each computation). */
const COST = { N: 2 ** 15, r: 8, p: 3 };
const HASH_BYTES = 32;
/** Most memory a stored hash may make us use; a tampered row must not exhaust the machine. */
const MAX_MEMORY = 256 * 1024 * 1024;

const derive = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt);

/** `scrypt$N$r$p$salt$hash`, the last two base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password.normalize("NFC"), salt, HASH_BYTES, { ...COST, maxmem: MAX_MEMORY });
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/**
 * Whether the password is the one behind `stored`. For a person who does not exist, or signs in elsewhere, pass null: it takes as long and is
 * false, so that time tells nobody which names exist. Rejects when `stored` is not of our making.
 */
export async function verifyPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  if (!stored) {
    await derive(password.normalize("NFC"), randomBytes(16), HASH_BYTES, { ...COST, maxmem: MAX_MEMORY });
    return false;
  }
  const [scheme, n, r, p, salt, hash] = stored.split("$");
  if (scheme !== "scrypt" || !n || !r || !p || !salt || !hash) throw new Error("the stored password hash is not of a known form");
  const expected = Buffer.from(hash, "base64url");
  const options = { N: Number(n), r: Number(r), p: Number(p), maxmem: MAX_MEMORY };
  const actual = await derive(password.normalize("NFC"), Buffer.from(salt, "base64url"), expected.length, options);
  return timingSafeEqual(actual, expected);
}
