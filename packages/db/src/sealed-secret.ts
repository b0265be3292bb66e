import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts what only the agent may read (AES-256-GCM: 12-byte nonce, ciphertext, 16-byte tag). `key` is 32 bytes. `owner`, e.g. a connection's
 * id, is the associated data, so that what was copied into another row does not open.
 */
export function sealSecret(key: Uint8Array, owner: string, secret: unknown): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(owner));
  const sealed = Buffer.concat([nonce, cipher.update(JSON.stringify(secret), "utf8"), cipher.final(), cipher.getAuthTag()]);
  return new Uint8Array(sealed);
}

/** The reverse. Throws, without a byte of the content, when key, owner or a single bit is not what it was. */
export function openSecret(key: Uint8Array, owner: string, sealed: Uint8Array): unknown {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  try {
    if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error("too short");
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(owner))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString("utf8"));
  } catch {
    // Without the cause: a JSON parser quotes what it could not read.
    throw new Error(`What was sealed for ${owner} cannot be opened. Was INTERLOCK_KEY changed?`);
  }
}
