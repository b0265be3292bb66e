import { createCipheriv, createDecipheriv, createHash, hkdfSync, type Cipheriv, type Decipheriv } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ok, refuse, type Outcome } from "@interlock/protocol";

/** What was received of one upload. */
export interface Received {
  bytes: number;
  /** SHA-256, hex. */
  sha256: string;
}

/**
 * Bytes that people sent for hosts, until the command that puts them there is over. They may hold anything, so that on the agent's disk they are
 * encrypted (AES-256-CTR, a key of its own for each, made of INTERLOCK_KEY by HKDF); that they are what was agreed to is told by their hash,
 * which is under the command's digest.
 */
export class StagedUploads {
  readonly #folder: string;
  readonly #key: Uint8Array;

  constructor({ folder, key }: { folder: string; key: Uint8Array }) {
    this.#folder = folder;
    this.#key = key;
  }

  /** Writes what comes, never holding more than a piece of it. Refused with `too_large` beyond `limit`; what came until then is removed. */
  async receive(id: string, body: AsyncIterable<Uint8Array>, limit: number, signal: AbortSignal): Promise<Outcome<Received>> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const file = await open(this.#path(id), "wx", 0o600);
    const hash = createHash("sha256");
    const cipher = this.#cipher(id, createCipheriv);
    let bytes = 0;
    let whole = false;
    try {
      for await (const piece of body) {
        signal.throwIfAborted();
        bytes += piece.byteLength;
        if (bytes > limit)
          return refuse("too_large", `It has more than ${limit.toLocaleString("en-US")} bytes, the most that policy lets be put there.`);
        hash.update(piece);
        await file.appendFile(cipher.update(piece));
      }
      whole = true;
      return ok({ bytes, sha256: hash.digest("hex") });
    } catch (error) {
      if (error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT"))
        return refuse("storage_full", "The disk of Interlock's agent is full.");
      throw error;
    } finally {
      await file.close();
      if (!whole) await this.drop(id);
    }
  }

  /** The bytes as they were received. Rejects where they are not kept any more. */
  async *read(id: string): AsyncGenerator<Uint8Array> {
    const decipher = this.#cipher(id, createDecipheriv);
    for await (const piece of createReadStream(this.#path(id))) yield decipher.update(piece as Buffer);
  }

  async drop(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  /** Ids of all that is kept. */
  async kept(): Promise<string[]> {
    return readdir(this.#folder).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw error;
    });
  }

  #path(id: string): string {
    return join(this.#folder, id);
  }

  #cipher<Made extends Cipheriv | Decipheriv>(id: string, make: (algorithm: string, key: Uint8Array, nonce: Uint8Array) => Made): Made {
    // Every upload has its own key, so that one counter may begin at nothing.
    const key = new Uint8Array(hkdfSync("sha256", this.#key, id, "interlock staged upload", 32));
    return make("aes-256-ctr", key, new Uint8Array(16));
  }
}
