import { createHash } from "node:crypto";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { expectedSignature, S3_KEYS } from "../../test/s3-server.ts";
import type { S3Config } from "./s3-config.ts";
import { CurrentCredentials } from "./s3-credentials.ts";
import { S3Objects } from "./s3-objects.ts";

const CONTENT = new TextEncoder().encode("lines of a cast\n");
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");
const CONFIG: S3Config = {
  endpoint: "https://s3.example.com:9000",
  region: "eu-central-1",
  bucket: "recordings",
  prefix: "one/",
  style: "path",
  credentials: { ...S3_KEYS, sessionToken: "a/token" },
};

let asked: { url: URL; method: string; headers: Record<string, string> }[];
let answers: (Response | Error)[];
beforeEach(() => {
  asked = [];
  answers = [];
  vi.stubGlobal("fetch", async (url: URL, init: { method: string; headers: Headers }) => {
    asked.push({ url: new URL(url), method: init.method, headers: Object.fromEntries(init.headers) });
    const answer = answers.shift() ?? new Response();
    if (answer instanceof Error) throw answer;
    return answer;
  });
});
afterEach(() => vi.unstubAllGlobals());

const why = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "nothing",
    (error: Error) => `${error.name}: ${error.message}`,
  );

test.each([
  ["path", "https://s3.example.com:9000/recordings/one/a%20b/1.cast"],
  ["host", "https://recordings.s3.example.com:9000/one/a%20b/1.cast"],
] as const)("names a bucket by its %s, and signs what it asks", async (style, address) => {
  await new S3Objects({ ...CONFIG, style }).put("a b/1.cast", CONTENT, SHA256);
  const { url, method, headers } = asked[0]!;
  expect([method, url.href]).toEqual(["PUT", address]);
  expect(headers).toMatchObject({ "x-amz-content-sha256": SHA256, "x-amz-security-token": "a/token" });
  const signature = expectedSignature({ method, target: url.pathname, headers: { ...headers, host: url.host } }, S3_KEYS.secretAccessKey);
  expect(signature?.given).toBe(signature?.wanted);
});

test("tries again where the storage is busy or away, once, and then says what it is", async () => {
  const objects = new S3Objects(CONFIG);
  answers = [new Response("", { status: 503 }), new Response()];
  await objects.put("a", CONTENT, SHA256);
  answers = [new TypeError("fetch failed"), new TypeError("fetch failed")];
  expect(await why(objects.put("a", CONTENT, SHA256))).toBe("StorageFault: the object storage cannot be reached");
  answers = [
    new Response("<Error><Code>SlowDown</Code></Error>", { status: 503 }),
    new Response("<Error><Code>SlowDown</Code></Error>", { status: 503 }),
  ];
  expect(await why(objects.put("a", CONTENT, SHA256))).toBe("StorageFault: the object storage refused it (503 SlowDown)");
  expect(asked).toHaveLength(6);
});

test("does not follow where an answer leads, and tells nothing of keys and credentials", async () => {
  const objects = new S3Objects(CONFIG);
  answers = [new Response("", { status: 301, headers: { location: "https://elsewhere.example" } })];
  expect(await why(objects.get("a", 10))).toBe("StorageFault: the object storage refused it (301)");
  const body = `<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>${S3_KEYS.accessKeyId}</AWSAccessKeyId><Key>one/a</Key></Error>`;
  answers = [new Response(body, { status: 403 })];
  expect(await why(objects.get("a", 10))).toBe("StorageFault: the object storage refused it (403 SignatureDoesNotMatch)");
});

test("an object that is missing is none, a bucket that is missing is a fault, and no more is read than there should be", async () => {
  const objects = new S3Objects(CONFIG);
  answers = [
    new Response("<Error><Code>NoSuchKey</Code></Error>", { status: 404 }),
    new Response("<Error><Code>NoSuchBucket</Code></Error>", { status: 404 }),
    new Response("x".repeat(100)),
  ];
  expect(await objects.get("a", 10)).toBeUndefined();
  expect(await why(objects.get("a", 10))).toContain("no such bucket");
  expect((await objects.get("a", 10))?.byteLength).toBe(0);
});

test("lists what is in a folder, page by page, and says where it may not", async () => {
  const objects = new S3Objects({ ...CONFIG, prefix: "one & two/" });
  const listed = (more: boolean, ...names: string[]): Response => {
    const contents = names.map((name) => `<Contents><Key>one &amp; two/${name}</Key></Contents>`).join("");
    return new Response(`<ListBucketResult><IsTruncated>${more}</IsTruncated>${contents}</ListBucketResult>`);
  };
  answers = [listed(true, "a/0-f.zst", "a/1-f.zst"), listed(false, "a/2-f.zst", "b/3-f.zst", "a/..", "a/../b/4-f.zst")];
  expect(await objects.list("a")).toEqual(["a/0-f.zst", "a/1-f.zst", "a/2-f.zst"]);
  expect(asked.map(({ url }) => [url.pathname, url.searchParams.get("prefix"), url.searchParams.get("start-after")])).toEqual([
    ["/recordings", "one & two/a/", null],
    ["/recordings", "one & two/a/", "one & two/a/1-f.zst"],
  ]);
  for (const { url, headers } of asked) {
    const target = url.href.slice(url.origin.length);
    const signature = expectedSignature({ method: "GET", target, headers: { ...headers, host: url.host } }, S3_KEYS.secretAccessKey);
    expect(signature?.given).toBe(signature?.wanted);
  }
  for (const denied of [new Response("<Error><Code>AccessDenied</Code></Error>", { status: 403 }), new Response("", { status: 405 })]) {
    answers = [denied];
    expect(await objects.list("a")).toBeUndefined();
  }
  answers = [new Response("<Error><Code>RequestTimeTooSkewed</Code></Error>", { status: 403 })];
  expect(await why(objects.list("a"))).toBe("StorageFault: the object storage refused it (403 RequestTimeTooSkewed)");
  // One that says the same again and again is not asked for ever.
  answers = [listed(true, "a/0-f.zst"), listed(true, "a/0-f.zst")];
  expect(await objects.list("a")).toEqual(["a/0-f.zst"]);
  answers = [new Response("<html>hello</html>")];
  expect(await why(objects.list("a"))).toBe("StorageFault: the object storage does not list what it has as S3 does");
});

test("a credentials file is read again when it has changed, and only its default profile counts", async () => {
  const folder = await mkdtemp(join(tmpdir(), "interlock-keys-"));
  try {
    const file = join(folder, "credentials");
    const credentials = new CurrentCredentials({ file });
    expect(await why(credentials.now())).toBe("StorageFault: the credentials file of the object storage cannot be read");
    await writeFile(file, "[other]\naws_access_key_id=no\naws_secret_access_key=hunter2\n");
    expect(await why(credentials.now())).toMatch(/has no aws_access_key_id and aws_secret_access_key in \[default\]$/);
    await writeFile(file, "[default]\naws_access_key_id = A\naws_secret_access_key = b=c/+\n[other]\naws_access_key_id = no\n");
    await utimes(file, 1, 1);
    expect(await credentials.now()).toEqual({ accessKeyId: "A", secretAccessKey: "b=c/+" });
    await writeFile(file, "aws_access_key_id = B\naws_secret_access_key = d\naws_session_token = e\n");
    expect(await credentials.now()).toEqual({ accessKeyId: "B", secretAccessKey: "d", sessionToken: "e" });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
