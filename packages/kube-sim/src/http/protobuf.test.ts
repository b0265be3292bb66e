import { expect, test } from "vitest";
import { decodeProtobuf } from "./protobuf.ts";

const field = (number: number, content: Buffer | string): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
};
const varint = (number: number, value: number): Buffer =>
  Buffer.from(number < 16 ? [number << 3, value] : [((number << 3) & 0x7f) | 0x80, number >> 4, value]);
const message = (apiVersion: string, kind: string, raw: Buffer): Buffer =>
  Buffer.concat([Buffer.from("k8s\0", "latin1"), field(1, Buffer.concat([field(1, apiVersion), field(2, kind)])), field(2, raw)]);

test("DeleteOptions as drain --disable-eviction sends them", () => {
  const raw = Buffer.concat([varint(1, 30), field(2, field(1, "u-1")), field(4, "Background"), field(5, "All")]);
  expect(decodeProtobuf(message("policy/v1", "DeleteOptions", raw))).toEqual({
    apiVersion: "policy/v1",
    kind: "DeleteOptions",
    gracePeriodSeconds: 30,
    preconditions: { uid: "u-1" },
    propagationPolicy: "Background",
    dryRun: ["All"],
  });
});

test("maps, quantities, either-or values and inlined messages", () => {
  const volume = Buffer.concat([field(1, "v"), field(2, field(6, field(1, "secret-name")))]);
  const limits = Buffer.concat([field(1, "cpu"), field(2, field(1, "200m"))]);
  const probe = field(
    1,
    field(2, Buffer.concat([field(1, "/ok"), field(2, Buffer.concat([varint(1, 1), varint(2, 0), field(3, "http")]))])),
  );
  const container = Buffer.concat([field(1, "c"), field(8, field(1, limits)), field(10, probe), varint(16, 0)]);
  const metadata = Buffer.concat([field(1, "p"), field(11, Buffer.concat([field(1, "app"), field(2, "x")]))]);
  const decoded = decodeProtobuf(
    message("v1", "Pod", Buffer.concat([field(1, metadata), field(2, Buffer.concat([field(1, volume), field(2, container)]))])),
  );
  expect(decoded).toMatchObject({
    kind: "Pod",
    metadata: { name: "p", labels: { app: "x" } },
    spec: {
      volumes: [{ name: "v", secret: { secretName: "secret-name" } }],
      containers: [{ name: "c", resources: { limits: { cpu: "200m" } }, livenessProbe: { httpGet: { path: "/ok", port: "http" } } }],
    },
  });
  expect(decoded["spec"].containers[0]).not.toHaveProperty("stdin");
});

test.each([
  [Buffer.from("{}"), 400],
  [message("example.com/v1", "Unheard", Buffer.alloc(0)), 415],
  [message("v1", "Pod", Buffer.from([0x0a, 0x7f])), 400],
])("refuses %#", (bytes, code) => {
  expect(() => decodeProtobuf(bytes)).toThrow(expect.objectContaining({ code }));
});
