import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts a connection's secret (AES-256-GCM: 12-byte nonce, ciphertext, 16-byte tag). `key` is 32 bytes. The connection id is the associated
 * data, so a secret copied into another connection's row does not open.
 */
export function sealSecret(key: Uint8Array, connectionId: string, secret: unknown): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(connectionId));
  const sealed = Buffer.concat([nonce, cipher.update(JSON.stringify(secret), "utf8"), cipher.final(), cipher.getAuthTag()]);
  return new Uint8Array(sealed);
}

/** The reverse. Throws, without a byte of the content, when key, connection or a single bit is not what it was. */
export function openSecret(key: Uint8Array, connectionId: string, sealed: Uint8Array): unknown {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  try {
    if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error("too short");
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(connectionId))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString("utf8"));
  } catch {
    // Without the cause: a JSON parser quotes what it could not read.
    throw new Error(`The secret of connection ${connectionId} cannot be opened. Was INTERLOCK_KEY changed?`);
  }
}
