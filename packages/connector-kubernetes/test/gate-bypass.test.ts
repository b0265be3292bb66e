import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sealEnvelope, writeBytes } from "../src/gate/protobuf.ts";
import { openGate, type Gate } from "../src/index.ts";
import { mayHaveChanged, startRecordingCluster, type RecordingCluster } from "./recording-cluster.ts";

const pod = { kind: "Pod", apiVersion: "v1", metadata: { name: "p", namespace: "a", uid: "pod-uid", resourceVersion: "7" }, spec: {} };
const OBJECTS = { "/api/v1/namespaces/a/pods/p": pod };
const POD = "/api/v1/namespaces/a/pods/p";

let upstream: RecordingCluster;
let gate: Gate;
beforeAll(async () => {
  upstream = await startRecordingCluster(OBJECTS);
});
afterAll(async () => {
  await upstream?.[Symbol.asyncDispose]();
});
// What a plan has deleted is not asked for again, so each begins a plan of its own.
beforeEach(async () => {
  gate = await openGate({ cluster: upstream.cluster, mode: "plan" });
});
afterEach(async () => {
  await gate?.close();
});

const address = () => ({ port: Number(new URL(gate.url).port), secret: new URL(gate.url).pathname });

/** Sends bytes as they are; what comes back until the other side ends, or is silent once the first answer is whole. */
function sendBytes(bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect(address().port, "127.0.0.1", () => socket.write(bytes));
    const chunks: Buffer[] = [];
    const done = (): void => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString("latin1"));
    };
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("close", done);
    socket.on("error", done);
    // A request that is not whole is never answered; the server would wait for the rest of it.
    socket.setTimeout(400, done);
  });
}

interface Shape {
  method?: string;
  path?: string;
  version?: string;
  headers?: string[];
  body?: Buffer | string;
  host?: string;
}

function requestBytes({ method = "GET", path = POD, version = "HTTP/1.1", headers = [], body, host }: Shape): Buffer {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body ?? "");
  const own = headers.some((header) => /^(content-length|transfer-encoding):/i.test(header)) || bytes.length === 0;
  const lines = [
    `${method} ${address().secret}${path} ${version}`,
    `Host: ${host ?? `127.0.0.1:${address().port}`}`,
    ...headers,
    ...(own ? [] : [`Content-Length: ${bytes.length}`]),
    "Connection: close",
    "",
    "",
  ];
  return Buffer.concat([Buffer.from(lines.join("\r\n"), "latin1"), bytes]);
}

const protobufOptions = (...fields: Buffer[]): Buffer =>
  sealEnvelope({ apiVersion: "v1", kind: "DeleteOptions", message: Buffer.concat(fields) });
const PROTOBUF = "Content-Type: application/vnd.kubernetes.protobuf";
const JSON_TYPE = "Content-Type: application/json";
const smuggled = `DELETE ${POD} HTTP/1.1\r\nHost: x\r\n\r\n`;

/** Every way around the gate that was tried. What reaches the cluster, if anything, is a read or a whole dry run. */
const EVASIONS: [string, Shape][] = [
  ["a delete whose options are protobuf", { method: "DELETE", headers: [PROTOBUF], body: protobufOptions() }],
  [
    "options in protobuf that are not known",
    { method: "DELETE", headers: [PROTOBUF], body: protobufOptions(writeBytes(9, Buffer.from("x"))) },
  ],
  ["options in CBOR", { method: "DELETE", headers: ["Content-Type: application/cbor"], body: Buffer.from("a0", "hex") }],
  ["options in YAML", { method: "DELETE", headers: ["Content-Type: application/yaml"], body: "kind: DeleteOptions\ndryRun: []\n" }],
  ["options with dryRun twice", { method: "DELETE", headers: [JSON_TYPE], body: '{"dryRun":["All"],"dryRun":[]}' }],
  ["a query whose dryRun a body overrides", { method: "DELETE", path: `${POD}?dryRun=All`, headers: [JSON_TYPE], body: "{}" }],
  ["a second method in a header", { headers: ["X-HTTP-Method-Override: DELETE"] }],
  ["a second method in another header", { method: "POST", headers: ["X-Method-Override: DELETE", JSON_TYPE], body: "{}" }],
  ["dryRun twice", { method: "PATCH", path: `${POD}?dryRun=All&dryRun=`, headers: [JSON_TYPE], body: "{}" }],
  ["both lengths", { method: "POST", headers: ["Content-Length: 4", "Transfer-Encoding: chunked"], body: `0\r\n\r\n${smuggled}` }],
  ["a length and a second one", { method: "POST", headers: ["Content-Length: 0", "Content-Length: 60"], body: smuggled }],
  ["an odd transfer encoding", { method: "POST", headers: ["Transfer-Encoding: xchunked"], body: `0\r\n\r\n${smuggled}` }],
  ["a transfer encoding with a space", { method: "POST", headers: ["Transfer-Encoding : chunked"], body: `0\r\n\r\n${smuggled}` }],
  ["a body after a read", { headers: ["Content-Length: 0"], body: smuggled }],
  ["a read with a body", { headers: [JSON_TYPE], body: '{"kind":"DeleteOptions"}' }],
  ["a compressed body", { method: "DELETE", headers: ["Content-Encoding: gzip", JSON_TYPE], body: "{}" }],
  ["HTTP/1.0", { method: "DELETE", version: "HTTP/1.0" }],
  ["HTTP/2 by upgrade", { headers: ["Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"] }],
  ["a web socket to exec", { path: `${POD}/exec?command=sh`, headers: ["Upgrade: websocket", "Sec-WebSocket-Key: x"] }],
  ["SPDY to exec", { method: "POST", path: `${POD}/exec?command=sh`, headers: ["Upgrade: SPDY/3.1"] }],
  ["exec without an upgrade", { method: "POST", path: `${POD}/exec?command=sh` }],
  ["exec by GET", { path: `${POD}/exec` }],
  ["a pod's proxy", { path: `${POD}/proxy` }],
  ["a node's proxy, deeper", { path: "/api/v1/nodes/n/proxy/run/a/b/c" }],
  ["a write to a proxy", { method: "POST", path: "/api/v1/namespaces/a/services/s/proxy", body: "x" }],
  ["an eviction", { method: "POST", path: `${POD}/eviction`, headers: [JSON_TYPE], body: '{"kind":"Eviction"}' }],
  [
    "an eviction in protobuf",
    {
      method: "POST",
      path: `${POD}/eviction`,
      headers: [PROTOBUF],
      body: sealEnvelope({ apiVersion: "policy/v1", kind: "Eviction", message: Buffer.alloc(0) }),
    },
  ],
  ["a binding", { method: "POST", path: "/api/v1/namespaces/a/bindings", headers: [JSON_TYPE], body: '{"kind":"Binding"}' }],
  ["a token", { method: "POST", path: "/api/v1/namespaces/a/serviceaccounts/default/token", headers: [JSON_TYPE], body: "{}" }],
  ["a finalize", { method: "PUT", path: "/api/v1/namespaces/a/finalize", headers: [JSON_TYPE], body: '{"spec":{"finalizers":[]}}' }],
  [
    "an API that nobody knows",
    { method: "POST", path: "/apis/example.com/v1/things", headers: [JSON_TYPE], body: '{"metadata":{"name":"x"}}' },
  ],
  ["a subresource that nobody knows", { method: "PUT", path: `${POD}/special`, headers: [JSON_TYPE], body: "{}" }],
  ["a path with a way up", { method: "DELETE", path: "/api/v1/namespaces/a/pods/x/../p" }],
  ["a path with an encoded slash", { method: "DELETE", path: "/api/v1/namespaces/a/pods%2fp" }],
  ["a path with two slashes", { method: "DELETE", path: "//api/v1/namespaces/a/pods/p" }],
  ["a whole URL for a path", { method: "DELETE", path: "@x" }],
  ["impersonation", { headers: ["Impersonate-User: admin", "Authorization: Bearer x"] }],
  ["another host", { host: "cluster.example.com" }],
  ["TRACE", { method: "TRACE" }],
  ["CONNECT", { method: "CONNECT" }],
  ["a method that nobody knows", { method: "PURGE" }],
  ["a charset that is not UTF-8", { method: "DELETE", headers: [`${JSON_TYPE}; charset=utf-16le`], body: Buffer.from("{}", "utf16le") }],
  ["a content type of two", { method: "DELETE", headers: [`${JSON_TYPE}, application/vnd.kubernetes.protobuf`], body: "{}" }],
  ["two content types", { method: "DELETE", headers: [JSON_TYPE, PROTOBUF], body: "{}" }],
  ["a patch in CBOR", { method: "PATCH", headers: ["Content-Type: application/apply-patch+cbor"], body: Buffer.from("a0", "hex") }],
  [
    "chunks with a trailer and an extension",
    {
      method: "DELETE",
      headers: [JSON_TYPE, "Transfer-Encoding: chunked"],
      body: "2;a=b\r\n{}\r\n0\r\nContent-Type: application/yaml\r\n\r\n",
    },
  ],
  [
    "a size of a chunk in another base",
    { method: "DELETE", headers: [JSON_TYPE, "Transfer-Encoding: chunked"], body: "0x2\r\n{}\r\n0\r\n\r\n" },
  ],
  ["a path that ends in NUL", { method: "DELETE", path: `${POD}%00` }],
  ["an overlong way up", { method: "DELETE", path: "/api/v1/namespaces/a/pods/x/%c0%ae%c0%ae/p" }],
  ["a query hidden in the path", { method: "DELETE", path: `${POD}%3fdryRun=All` }],
  ["backslashes", { method: "DELETE", path: POD.replaceAll("/", "\\") }],
  ["another case", { method: "DELETE", path: "/api/v1/Namespaces/a/pods/p" }],
  ["dryRun in another case", { method: "DELETE", path: `${POD}?dryrun=All` }],
  ["an encoded dryRun", { method: "DELETE", path: `${POD}?dryRun=All&%64ryRun=None` }],
  ["a list's way of watching that is old", { method: "DELETE", path: "/api/v1/watch/namespaces/a/pods/p" }],
  ["an alias in YAML", { method: "DELETE", headers: ["Content-Type: application/yaml"], body: "dryRun: &a []\npreconditions: *a\n" }],
  ["a path in another header", { headers: ["X-Original-URL: /api/v1/namespaces/a", "X-Rewrite-URL: /api/v1/namespaces/a"] }],
  ["a collection's delete", { method: "DELETE", path: "/api/v1/namespaces/a/pods?labelSelector=x" }],
];

describe("the gate while planning", () => {
  it.each(EVASIONS)("does not let %s change the cluster", async (_what, shape) => {
    const from = upstream.requests.length;
    await sendBytes(requestBytes(shape));
    for (const request of upstream.requests.slice(from)) {
      expect(mayHaveChanged(request)).toBeUndefined();
      expect(request.headers["authorization"]).toBe("Bearer the-cluster's-token");
      expect(Object.keys(request.headers).filter((name) => /impersonate|override|cookie/i.test(name))).toEqual([]);
    }
  });

  it("was asked all that, and did pass on what is harmless", () => {
    expect(upstream.requests.some((request) => request.method === "DELETE")).toBe(true);
    expect(upstream.requests.some((request) => request.method === "GET")).toBe(true);
  });

  it("speaks no HTTP/2", async () => {
    const from = upstream.requests.length;
    await sendBytes(Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    expect(upstream.requests).toHaveLength(from);
  });

  it("outlives clients that go away while they ask for a connection to a workload", async () => {
    const { port } = address();
    for (let client = 0; client < 60; client++) {
      const socket = connect(port, "127.0.0.1");
      await new Promise((resolve) => socket.once("connect", resolve));
      socket.write(requestBytes({ path: `${POD}/exec?command=sh`, headers: ["Upgrade: SPDY/3.1", "Connection: Upgrade"] }));
      // A reset, as of a client that is killed, around the time of the answer.
      await new Promise((resolve) => setTimeout(resolve, client % 4));
      socket.resetAndDestroy();
    }
    expect(await sendBytes(requestBytes({ path: "/version" }))).toMatch(/^HTTP\/1.1/);
  });

  it("answers nobody who does not have the secret", async () => {
    const from = upstream.requests.length;
    const { port, secret } = address();
    for (const path of [
      "",
      "/",
      POD,
      `${secret.slice(0, -1)}${POD}`,
      `${secret}x${POD}`,
      `/x${secret}${POD}`,
      `${secret.toLowerCase()}x`,
    ]) {
      const text = await sendBytes(Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`));
      expect(text).not.toMatch(/^HTTP\/1.1 200/);
    }
    expect(upstream.requests).toHaveLength(from);
  });

  it("lets nothing but reads and dry runs through, whatever is sent, however much at a time", async () => {
    const path = fc.oneof(
      fc.constantFrom(
        POD,
        "/api/v1/namespaces/a/pods",
        "/api/v1/namespaces/a",
        "/apis/apps/v1/namespaces/a/deployments/d/scale",
        `${POD}/eviction`,
        `${POD}/status`,
        "/apis/example.com/v1/namespaces/a/things/t",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles/x",
        "/version",
      ),
      fc
        .array(
          fc.constantFrom(
            "api",
            "apis",
            "v1",
            "apps",
            "namespaces",
            "pods",
            "..",
            ".",
            "",
            "%2e",
            "a",
            "exec",
            "proxy",
            "p;x",
            "status",
            "%00",
          ),
          { maxLength: 8 },
        )
        .map((parts) => `/${parts.join("/")}`),
    );
    const query = fc
      .array(
        fc.constantFrom(
          "dryRun=All",
          "dryRun=",
          "dryRun",
          "watch=true",
          "gracePeriodSeconds=0",
          "propagationPolicy=Orphan",
          "fieldManager=x",
          "force=true",
          "x=y",
          "dry%52un=None",
        ),
        { maxLength: 3 },
      )
      .map((parts) => (parts.length === 0 ? "" : `?${parts.join("&")}`));
    const header = fc.constantFrom(
      JSON_TYPE,
      PROTOBUF,
      "Content-Type: application/merge-patch+json",
      "Content-Type: application/apply-patch+yaml",
      "Content-Type: application/json-patch+json",
      "Content-Type: application/yaml",
      "Content-Type: application/cbor",
      "Transfer-Encoding: chunked",
      "Content-Length: 5",
      "Upgrade: websocket",
      "X-HTTP-Method-Override: DELETE",
      "Expect: 100-continue",
      "Accept: application/vnd.kubernetes.protobuf",
      "Impersonate-User: root",
      "Content-Encoding: gzip",
    );
    const body = fc.oneof(
      fc.constantFrom<Buffer>(
        ...[
          "",
          "{}",
          "[]",
          '{"dryRun":[]}',
          '{"kind":"DeleteOptions","dryRun":["None"]}',
          '{"metadata":{"name":"q"}}',
          '5\r\n{"a":\r\n0\r\n\r\n',
          smuggled,
        ].map((text) => Buffer.from(text)),
        protobufOptions(),
        protobufOptions(writeBytes(5, Buffer.from("All"))),
      ),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    );
    const shape = fc.record({
      method: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "delete", "PROPFIND"),
      path: fc.tuple(path, query).map((parts) => parts.join("")),
      version: fc.constantFrom("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0"),
      headers: fc.array(header, { maxLength: 4 }),
      body,
    });
    const from = upstream.requests.length;
    await fc.assert(
      fc.asyncProperty(fc.array(shape, { minLength: 1, maxLength: 8 }), async (shapes) => {
        await gate.close();
        gate = await openGate({ cluster: upstream.cluster, mode: "plan" });
        await Promise.all(shapes.map((one) => sendBytes(requestBytes(one))));
      }),
      { numRuns: 150 },
    );
    const reached = upstream.requests.slice(from);
    expect(reached.length).toBeGreaterThan(0);
    expect(reached.map(mayHaveChanged).filter((why) => why !== undefined)).toEqual([]);
  });
});
