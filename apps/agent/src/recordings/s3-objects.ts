import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { AwsV4Signer } from "aws4fetch";
import { StorageFault, type ChunkObjects } from "./chunk-objects.ts";
import type { S3Config } from "./s3-config.ts";
import { CurrentCredentials } from "./s3-credentials.ts";

/** How long one request may take, and how often it is tried, with a pause in between, in milliseconds. Storing a piece has 10 s in all. */
const REQUEST_MS = 4_000;
const TRIES = 2;
const PAUSE_MS = 250;
/** Most bytes of one answer of a list: at most a thousand keys, with what else is told of each. */
const LIST_BYTES = 4 * 1024 * 1024;
const EMPTY_SHA256 = createHash("sha256").digest("hex");

type Method = "PUT" | "GET" | "DELETE";

/**
 * Objects of an S3-compatible storage, by signed requests (AWS Signature Version 4) whose body is part of the signature, so that what is stored
 * is what was sent.
 */
export class S3Objects implements ChunkObjects {
  readonly #config: S3Config;
  readonly #credentials: CurrentCredentials;
  readonly #signingKeys = new Map<string, ArrayBuffer>();

  constructor(config: S3Config) {
    this.#config = config;
    this.#credentials = new CurrentCredentials(config.credentials);
  }

  /** Stores a small object, always the same, and throws what stands against it: who may not list a bucket is told nothing by what is missing. */
  async try(): Promise<void> {
    const content = new TextEncoder().encode("Interlock stores recordings here.\n");
    await this.put("storage-check", content, createHash("sha256").update(content).digest("hex"));
  }

  async put(key: string, content: Uint8Array, sha256: string): Promise<void> {
    const response = await this.#ask("PUT", this.#object(key), { content, sha256 });
    if (!response.ok) throw await refused(response);
    await response.body?.cancel();
  }

  async get(key: string, most: number): Promise<Uint8Array | undefined> {
    const response = await this.#ask("GET", this.#object(key));
    if (response.status === 404) {
      await missingObject(response);
      return undefined;
    }
    if (!response.ok) throw await refused(response);
    return await upTo(response, most);
  }

  /** ListObjectsV2, which a right of its own (`s3:ListBucket`) allows. */
  async list(folder: string): Promise<string[] | undefined> {
    const keys: string[] = [];
    for (;;) {
      const after = keys.at(-1);
      const from = after === undefined ? "" : `&start-after=${encodeURIComponent(this.#object(after))}`;
      const response = await this.#ask("GET", `?list-type=2&prefix=${encodeURIComponent(this.#object(`${folder}/`))}${from}`);
      if (!response.ok) {
        const code = await codeOf(response);
        // A clock that is wrong, or a bucket that is gone, is no right that is missing.
        if (code === "AccessDenied" || response.status === 405 || response.status === 501) return undefined;
        throw refusedAs(response, code);
      }
      const answer = new TextDecoder().decode(await upTo(response, LIST_BYTES));
      if (!answer.includes("</ListBucketResult>")) throw new StorageFault("the object storage does not list what it has as S3 does");
      // Prefixes may be written in many ways; names of pieces stand as they are, and nothing else is taken from what a storage answers.
      const found = answer.matchAll(new RegExp(`<Key>[^<]*${folder}/(\\w[\\w.-]*)</Key>`, "g"));
      const news = [...found].map(([, name]) => `${folder}/${name}`).filter((key) => after === undefined || key > after);
      keys.push(...news);
      if (news.length === 0 || !answer.includes("<IsTruncated>true</IsTruncated>")) return keys;
    }
  }

  async remove(key: string): Promise<void> {
    const response = await this.#ask("DELETE", this.#object(key));
    if (!response.ok && response.status !== 404) throw await refused(response);
    await response.body?.cancel();
  }

  #object(key: string): string {
    return `${this.#config.prefix}${key}`;
  }

  /** Asks for an object of the bucket, or with a query for the bucket itself. Tries again where the storage is busy or cannot be reached. */
  async #ask(method: Method, resource: string, body?: { content: Uint8Array; sha256: string }): Promise<Response> {
    for (let left = TRIES - 1; ; left--) {
      try {
        const response = await this.#send(method, resource, body);
        if (left === 0 || (response.status < 500 && response.status !== 429)) return response;
        await response.body?.cancel();
      } catch (error) {
        if (error instanceof StorageFault || left === 0) throw error instanceof StorageFault ? error : unreachable(error);
      }
      await pause(PAUSE_MS);
    }
  }

  async #send(method: Method, resource: string, body: { content: Uint8Array; sha256: string } | undefined): Promise<Response> {
    const { region } = this.#config;
    const signer = new AwsV4Signer({
      ...(await this.#credentials.now()),
      service: "s3",
      region,
      cache: this.#signingKeys,
      method,
      url: this.#url(resource),
      headers: {
        "x-amz-content-sha256": body?.sha256 ?? EMPTY_SHA256,
        ...(body === undefined ? {} : { "content-type": "application/zstd" }),
      },
    });
    const { url, headers } = await signer.sign();
    return fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: new Uint8Array(body.content) }),
      // An answer that leads elsewhere would take the signature along.
      redirect: "manual",
      signal: AbortSignal.timeout(REQUEST_MS),
    });
  }

  #url(resource: string): string {
    const { endpoint, bucket, style } = this.#config;
    // As the SDKs ask for a bucket: some storages sign its name without a slash behind it, whatever was asked.
    if (style === "path") return `${endpoint}/${bucket}${resource.startsWith("?") ? "" : "/"}${resource}`;
    const at = endpoint.indexOf("//") + 2;
    return `${endpoint.slice(0, at)}${bucket}.${endpoint.slice(at)}/${resource}`;
  }
}

/** What the storage says, by its own code; its message may name keys. */
async function refused(response: Response): Promise<StorageFault> {
  return refusedAs(response, await codeOf(response));
}

function refusedAs(response: Response, code: string | undefined): StorageFault {
  return new StorageFault(`the object storage refused it (${response.status}${code === undefined ? "" : ` ${code}`})`);
}

/** A bucket that is not there is no object that is missing. */
async function missingObject(response: Response): Promise<void> {
  const code = await codeOf(response);
  if (code === "NoSuchBucket") throw new StorageFault("the object storage has no such bucket (404 NoSuchBucket)");
}

async function codeOf(response: Response): Promise<string | undefined> {
  const text = new TextDecoder().decode(await upTo(response, 4096).catch(() => new Uint8Array()));
  return /<Code>([A-Za-z0-9]{1,64})<\/Code>/.exec(text)?.[1];
}

async function upTo(response: Response, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of response.body ?? []) {
      length += part.byteLength;
      // More than was stored: its hash cannot be right, and it is read no further.
      if (length > most) break;
      parts.push(part);
    }
  } catch (error) {
    throw unreachable(error);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function unreachable(cause: unknown): StorageFault {
  const late = cause instanceof Error && cause.name === "TimeoutError";
  return new StorageFault(
    late ? `the object storage did not answer within ${REQUEST_MS / 1000} s` : "the object storage cannot be reached",
    {
      cause,
    },
  );
}
