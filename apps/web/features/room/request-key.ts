/**
 * A key that makes a resend of a request harmless: 128 random bits in hexadecimal digits. `crypto.randomUUID` exists on secure origins only;
 * Interlock also runs on plain http inside a network.
 */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
