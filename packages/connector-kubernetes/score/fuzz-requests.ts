import { gzipSync } from "node:zlib";
import { sealEnvelope, writeBytes } from "../src/gate/protobuf.ts";
import type { Chance } from "./chance.ts";
import { named, type Names } from "./fixture.ts";

export interface Address {
  port: number;
  /** With its slash. */
  secret: string;
}

/** Bytes for one connection, in parts that are written one after the other, and how many requests they are meant to be. */
export interface FuzzedBytes {
  bytes: Buffer[];
  requests: number;
}

const PATHS = [
  "/api/v1/namespaces/<shop>/configmaps/<settings>",
  "/api/v1/namespaces/<shop>/configmaps",
  "/api/v1/namespaces/<lab>",
  "/api/v1/namespaces/<lab>/pods/<single>",
  "/api/v1/namespaces/<lab>/pods/<single>/eviction",
  "/api/v1/namespaces/<lab>/pods/<single>/status",
  "/api/v1/namespaces/<lab>/pods/<single>/exec?command=sh",
  "/api/v1/namespaces/<lab>/pods/<single>/binding",
  "/api/v1/namespaces/<lab>/finalize",
  "/api/v1/namespaces/<shop>/secrets/<database>",
  "/api/v1/namespaces/<shop>/serviceaccounts/<robot>/token",
  "/api/v1/nodes/<node>",
  "/api/v1/nodes/<node>/proxy/run",
  "/apis/apps/v1/namespaces/<shop>/deployments/<web>",
  "/apis/apps/v1/namespaces/<shop>/deployments/<web>/scale",
  "/apis/apps/v1/namespaces/<shop>/deployments",
  "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
  "/apis/certificates.k8s.io/v1/certificatesigningrequests/<waiting>/approval",
  "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
  "/apis/example.com/v1/namespaces/<shop>/things/one",
  "/apis/batch/v1/namespaces/<shop>/cronjobs/<nightly>",
  "/version",
];
const METHODS = [
  "DELETE",
  "DELETE",
  "DELETE",
  "POST",
  "POST",
  "PUT",
  "PATCH",
  "PATCH",
  "GET",
  "HEAD",
  "OPTIONS",
  "delete",
  "PATCH ",
  "PURGE",
  "CONNECT",
  "TRACE",
];
const QUERIES = [
  "dryRun=All",
  "dryRun=",
  "dryRun=None",
  "dryRun",
  "dryRun=All&dryRun=All",
  "dryRun=All&dryRun=",
  "dryrun=All",
  "DryRun=All",
  "%64ryRun=None",
  "dryRun=All%00",
  "dryRun=all",
  "dryRun[]=All",
  "gracePeriodSeconds=0",
  "propagationPolicy=Orphan",
  "orphanDependents=true",
  "force=true",
  "fieldManager=x",
  "watch=true&timeoutSeconds=1",
  "labelSelector=app",
  "_method=DELETE",
  "pretty=1;dryRun=None",
];
const TYPES = [
  "application/json",
  "application/json; charset=utf-8",
  "application/json; charset=utf-16le",
  "APPLICATION/JSON",
  "application/json, application/vnd.kubernetes.protobuf",
  "application/yaml",
  "text/yaml",
  "application/vnd.kubernetes.protobuf",
  "application/cbor",
  "application/cbor-seq",
  "application/merge-patch+json",
  "application/json-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
  "application/apply-patch+cbor",
  "multipart/form-data; boundary=x",
  "application/x-www-form-urlencoded",
];
const HEADERS = [
  "X-HTTP-Method-Override: DELETE",
  "X-Method-Override: DELETE",
  "X-HTTP-Method: DELETE",
  "X-Original-URL: /api/v1/namespaces/default",
  "X-Rewrite-URL: /api/v1/namespaces/default",
  "Impersonate-User: system:admin",
  "Impersonate-Group: system:masters",
  "Authorization: Bearer other",
  "Expect: 100-continue",
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13",
  "Upgrade: SPDY/3.1\r\nConnection: Upgrade",
  "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
  "Content-Encoding: gzip",
  "Content-Encoding: identity",
  "Content-Encoding: gzip, identity",
  "Accept: application/vnd.kubernetes.protobuf",
  "Accept: application/cbor",
  "Connection: keep-alive, dryRun",
  "Kubectl-Command: kubectl rollout undo",
  "Folded: one\r\n two",
  "Host: cluster.example.com",
];
const MADE = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"fuzzed"}}';

function deleteOptions(...fields: Buffer[]): Buffer {
  return sealEnvelope({ apiVersion: "v1", kind: "DeleteOptions", message: Buffer.concat(fields) });
}

/** What the bytes of a body may be; a length of its own is put before it, or not. */
function bodyOf(chance: Chance): Buffer {
  const some = chance.one<() => Buffer | string>([
    () => "",
    () => "{}",
    () => MADE,
    () => '{"kind":"DeleteOptions","apiVersion":"v1","dryRun":[]}',
    () => '{"kind":"DeleteOptions","dryRun":["All"],"dryRun":[]}',
    () => '{"dryRun":["None"],"gracePeriodSeconds":0}',
    () => '{"dryRun":"All","propagationPolicy":"Background"}',
    () => "kind: DeleteOptions\ndryRun: []\n",
    () => "kind: DeleteOptions\ndryRun: &a [All]\npreconditions: *a\n",
    () => '{"metadata":{"labels":{"fuzzed":"yes"}}}',
    () => '[{"op":"add","path":"/metadata/labels","value":{"fuzzed":"yes"}}]',
    () => '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"x"},"deleteOptions":{}}',
    () => '{"spec":{"replicas":0}}',
    () => '{"spec":{"finalizers":[]}}',
    () => deleteOptions(),
    () => deleteOptions(writeBytes(5, Buffer.from("All"))),
    () => deleteOptions(writeBytes(5, Buffer.from("None"))),
    () => deleteOptions(writeBytes(9, Buffer.from("x"))),
    () => Buffer.concat([Buffer.from("6b387300", "hex"), randomOf(chance)]),
    () => Buffer.from("a16664727952756e80", "hex"),
    () => Buffer.from(`\ufeff${MADE}`),
    () => Buffer.from(MADE, "utf16le"),
    () => gzipSync(MADE),
    () => randomOf(chance),
  ])();
  return Buffer.from(some);
}

const randomOf = (chance: Chance): Buffer => Buffer.from(Array.from({ length: chance.below(80) }, () => chance.below(256)));

/** Spells a path as another program might read it. */
function misspelt(path: string, chance: Chance): string {
  const at = chance.below(path.length);
  const parts = path.split("/");
  const place = 1 + chance.below(parts.length - 1);
  const put = (part: string): string => parts.toSpliced(place, 0, part).join("/");
  return chance.one<() => string>([
    () => path,
    () => path,
    () => path,
    () => `${path.slice(0, at)}%${path.charCodeAt(at).toString(16).padStart(2, "0")}${path.slice(at + 1)}`,
    () => put(""),
    () => put("."),
    () => put(".."),
    () => put("x/.."),
    () => put("%2e%2e"),
    () => put("%2f"),
    () => put("%c0%ae%c0%ae"),
    () => put("watch"),
    () => put("proxy"),
    () => `${path}/`,
    () => `${path};dryRun=All`,
    () => `${path}%00`,
    () => `${path}%0d%0aX-Other:%20yes`,
    () => `${path}%3fdryRun=All`,
    () => `${path}#dryRun`,
    () => path.replaceAll("/", "\\"),
    () => path.toUpperCase(),
    () => path.replace("namespaces", "NameSpaces"),
    () => `http://127.0.0.1${path}`,
  ])();
}

function chunked(body: Buffer, chance: Chance): Buffer {
  const size = body.length.toString(16);
  const head = chance.one([size, `${size};name=value`, `0${size}`, size.toUpperCase(), `${size} `, `0x${size}`]);
  const trailer = chance.one(["", "Dry-Run: None\r\n", "Content-Type: application/json\r\n", "Content-Length: 3\r\n"]);
  return Buffer.concat([
    Buffer.from(body.length === 0 ? "" : `${head}\r\n`),
    body,
    Buffer.from(`${body.length === 0 ? "" : "\r\n"}0\r\n${trailer}\r\n`),
  ]);
}

type Whole = readonly [method: string, path: string, type: string, body: string | Buffer];

/** Requests as a client would send them, which odd ones are made of. */
const WHOLE: readonly Whole[] = [
  ["DELETE", "/api/v1/namespaces/<shop>/configmaps/<settings>", "application/json", '{"kind":"DeleteOptions","apiVersion":"v1"}'],
  ["DELETE", "/api/v1/namespaces/<lab>", "application/json", '{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"}'],
  ["DELETE", "/apis/apps/v1/namespaces/<shop>/deployments", "", ""],
  ["DELETE", "/api/v1/namespaces/<lab>/pods/<single>", "application/vnd.kubernetes.protobuf", deleteOptions()],
  ["POST", "/api/v1/namespaces/<shop>/configmaps", "application/json", MADE],
  ["POST", "/api/v1/namespaces/<shop>/configmaps", "application/yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: fuzzed }\n"],
  [
    "POST",
    "/api/v1/namespaces/<lab>/pods/<single>/eviction",
    "application/json",
    '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"x"}}',
  ],
  [
    "PUT",
    "/api/v1/namespaces/<shop>/configmaps/<settings>",
    "application/json",
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"<settings>"},"data":{"fuzzed":"yes"}}',
  ],
  [
    "PUT",
    "/apis/apps/v1/namespaces/<shop>/deployments/<web>/scale",
    "application/json",
    '{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"<web>"},"spec":{"replicas":0}}',
  ],
  ["PATCH", "/api/v1/namespaces/<shop>/configmaps/<settings>", "application/merge-patch+json", '{"data":{"fuzzed":"yes"}}'],
  [
    "PATCH",
    "/apis/apps/v1/namespaces/<shop>/deployments/<web>",
    "application/strategic-merge-patch+json",
    '{"metadata":{"labels":{"fuzzed":"yes"}}}',
  ],
  [
    "PATCH",
    "/api/v1/namespaces/<shop>/configmaps/<settings>",
    "application/json-patch+json",
    '[{"op":"add","path":"/data/fuzzed","value":"yes"}]',
  ],
  ["PATCH", "/api/v1/namespaces/<shop>/configmaps/fuzzed?fieldManager=x", "application/apply-patch+yaml", MADE],
  ["GET", "/api/v1/namespaces/<shop>/configmaps/<settings>", "", ""],
];

/** What of a request is other than a client would have it. */
const ODDITIES = ["secret", "method", "path", "place", "query", "type", "header", "body", "length", "version"] as const;

function oneRequest(chance: Chance, { port, secret }: Address, names: Names, last: boolean): Buffer {
  const odd = new Set(chance.some(ODDITIES, chance.one([0, 1, 1, 1, 2, 2, 3])));
  const [method, place, type, given] = chance.one(WHOLE);
  const body = odd.has("body") ? bodyOf(chance) : Buffer.isBuffer(given) ? given : Buffer.from(named(given, names));
  const right = named(odd.has("place") ? chance.one(PATHS) : place, names);
  const path = odd.has("path") ? misspelt(right, chance) : right;
  const query = odd.has("query") ? chance.some(QUERIES, 1 + chance.below(2)).join("&") : "";
  const key = odd.has("secret") ? chance.one([secret.slice(0, -1), `${secret}x`, secret.toLowerCase(), `/x${secret}`, ""]) : secret;
  const join = query === "" ? "" : path.includes("?") ? "&" : "?";
  const spoken = odd.has("version") ? chance.one(["HTTP/1.0", "HTTP/2.0", "HTTP/1.2", "HTTP/0.9"]) : "HTTP/1.1";
  const lines = [
    `${odd.has("method") ? chance.one(METHODS) : method} ${key}${path}${join}${query} ${spoken}`,
    `Host: 127.0.0.1:${port}`,
    ...(odd.has("type") ? chance.some(TYPES, chance.below(3)) : type === "" ? [] : [type]).map((one) => `Content-Type: ${one}`),
    ...(odd.has("header") ? chance.some(HEADERS, 1 + chance.below(2)) : []),
    ...(last ? ["Connection: close"] : []),
  ];
  const form = odd.has("length") ? 1 + chance.below(4) : 0;
  const length = `Content-Length: ${form === 2 ? chance.below(body.length + 20) : body.length}`;
  if (form !== 3) lines.push(length);
  if (form === 1 || form >= 3) lines.push(chance.one(ENCODINGS));
  const framed = form === 1 || form >= 3 ? chunked(body, chance) : body;
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), framed]);
}

const ENCODINGS = [
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: Chunked",
  "Transfer-Encoding: gzip, chunked",
  "Transfer-Encoding : chunked",
  "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
];

/** One to three requests on one connection, now and then torn apart at a place of its own. */
export function requestBytes(chance: Chance, address: Address, names: Names): FuzzedBytes {
  const requests = chance.one([1, 1, 1, 2, 3]);
  const whole = Buffer.concat(Array.from({ length: requests }, (_none, at) => oneRequest(chance, address, names, at === requests - 1)));
  if (!chance.onceIn(4)) return { bytes: [whole], requests };
  const at = chance.below(whole.length);
  return { bytes: [whole.subarray(0, at), whole.subarray(at)], requests };
}
