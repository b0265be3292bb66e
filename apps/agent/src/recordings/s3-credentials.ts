import { readFile, stat } from "node:fs/promises";
import { StorageFault } from "./chunk-objects.ts";
import type { S3Config, S3Credentials } from "./s3-config.ts";

/**
 * Credentials as they are now: a file is read again when it has changed, since keys are turned over without a restart. It is an AWS shared
 * credentials file, of which the profile `default` counts.
 */
export class CurrentCredentials {
  readonly #from: S3Config["credentials"];
  #known: { changed: number; value: S3Credentials } | undefined;

  constructor(from: S3Config["credentials"]) {
    this.#from = from;
  }

  /** Throws StorageFault, which names no content of the file. */
  async now(): Promise<S3Credentials> {
    if (!("file" in this.#from)) return this.#from;
    const { file } = this.#from;
    try {
      const { mtimeMs } = await stat(file);
      if (this.#known?.changed !== mtimeMs) this.#known = { changed: mtimeMs, value: readProfile(await readFile(file, "utf8")) };
      return this.#known.value;
    } catch (error) {
      if (error instanceof StorageFault) throw error;
      throw new StorageFault("the credentials file of the object storage cannot be read");
    }
  }
}

function readProfile(text: string): S3Credentials {
  const fields = new Map<string, string>();
  let profile = "default";
  for (const line of text.split("\n").map((one) => one.trim())) {
    const [, section] = /^\[(.+)\]$/.exec(line) ?? [];
    if (section !== undefined) profile = section.trim();
    const [, key, value] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (profile === "default" && key !== undefined && value !== undefined) fields.set(key, value);
  }
  const [accessKeyId, secretAccessKey] = [fields.get("aws_access_key_id"), fields.get("aws_secret_access_key")];
  if (!accessKeyId || !secretAccessKey)
    throw new StorageFault("the credentials file of the object storage has no aws_access_key_id and aws_secret_access_key in [default]");
  const sessionToken = fields.get("aws_session_token");
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
