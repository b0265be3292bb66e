import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a request is signed with, as it stands in the request. */
export interface SignedRequest {
  method: string;
  /** Path and query as they were sent. */
  target: string;
  headers: Record<string, string>;
}

const sha256 = (data: Uint8Array | string): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: Uint8Array | string, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/**
 * The signature that AWS Signature Version 4 asks of a request for S3, made from its documentation alone
 * (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html); undefined where the request has none.
 */
export function expectedSignature(request: SignedRequest, secretAccessKey: string): { wanted: string; given: string } | undefined {
  const { headers } = request;
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers["authorization"] ?? "",
    );
  if (found === null) return undefined;
  const [, , day, region, names, given] = found as unknown as [string, string, string, string, string, string];
  const [path, query = ""] = request.target.split("?") as [string, string?];
  const canonical = [
    request.method,
    path,
    query.split("&").filter(Boolean).toSorted().join("&"),
    ...names.split(";").map((name) => `${name}:${(headers[name] ?? "").trim().replaceAll(/ +/g, " ")}`),
    "",
    names,
    headers["x-amz-content-sha256"] ?? "",
  ].join("\n");
  const text = ["AWS4-HMAC-SHA256", headers["x-amz-date"], `${day}/${region}/s3/aws4_request`, sha256(canonical)].join("\n");
  const key = ["s3", "aws4_request"].reduce<Buffer>(
    (signing, part) => hmac(signing, part),
    hmac(hmac(`AWS4${secretAccessKey}`, day), region),
  );
  return { wanted: hmac(key, text).toString("hex"), given };
}

export interface S3Server {
  readonly endpoint: string;
  /** By path, as it was put. */
  readonly objects: Map<string, Buffer>;
  /** Requests that were answered. */
  readonly requests: string[];
  /** What it does with requests: answer them, refuse them, or leave them without an answer. */
  mode: "well" | "full" | "silent";
  close(): Promise<void>;
}

export const S3_KEYS = { accessKeyId: "AKIAINTERLOCKTEST", secretAccessKey: "not/really+a-secret-of-anybody" };

/** Keys in one answer. */
const LISTED = 2;

/** A bucket on loopback that takes only what is signed rightly, body included. */
export async function startS3Server(bucket: string): Promise<S3Server> {
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : new Error(String(error))));
  });
  const started: S3Server = {
    get endpoint() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    objects,
    requests,
    mode: "well",
    close: async () => {
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return started;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray());
    const { method = "", url = "" } = request;
    if (started.mode === "silent") return;
    requests.push(`${method} ${url}`);
    const refuse = (status: number, code: string): void =>
      void response
        .writeHead(status, { "content-type": "application/xml" })
        .end(`<Error><Code>${code}</Code><Message>hunter2</Message></Error>`);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const signature = expectedSignature({ method, target: url, headers }, S3_KEYS.secretAccessKey);
    if (signature === undefined || !timingSafeEqual(Buffer.from(signature.wanted), Buffer.from(signature.given)))
      return refuse(403, "SignatureDoesNotMatch");
    if (sha256(body) !== headers["x-amz-content-sha256"]) return refuse(400, "XAmzContentSHA256Mismatch");
    if (!url.startsWith(`/${bucket}/`) && !url.startsWith(`/${bucket}?`)) return refuse(404, "NoSuchBucket");
    if (started.mode === "full") return refuse(507, "InsufficientStorage");
    if (method === "PUT") {
      objects.set(url, body);
      response.writeHead(200).end();
    } else if (method === "DELETE") {
      objects.delete(url);
      response.writeHead(204).end();
    } else if (url.startsWith(`/${bucket}?`)) {
      const asked = new URLSearchParams(url.slice(url.indexOf("?")));
      const keyOf = (path: string): string => decodeURIComponent(path.slice(bucket.length + 2));
      const [prefix, after] = [asked.get("prefix") ?? "", asked.get("start-after") ?? ""];
      const keys = [...objects.keys()].map(keyOf).filter((key) => key.startsWith(prefix) && key > after);
      // Few at once, so that more than one answer is needed.
      const page = keys.toSorted().slice(0, LISTED);
      const contents = page.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join("");
      response
        .writeHead(200, { "content-type": "application/xml" })
        .end(`<ListBucketResult><IsTruncated>${page.length < keys.length}</IsTruncated>${contents}</ListBucketResult>`);
    } else {
      const found = objects.get(url);
      if (found === undefined) return refuse(404, "NoSuchKey");
      response.writeHead(200).end(found);
    }
  }
}
