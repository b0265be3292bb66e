import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBody } from "./body.ts";
import { readDeleteOptions } from "./delete-options.ts";
import { openEnvelope, ProtobufError, readMetadata, sealEnvelope, withMetadata, writeBytes } from "./protobuf.ts";

const text = (number: number, value: string): Buffer => writeBytes(number, Buffer.from(value));
const envelope = (kind: string, message: Buffer) => sealEnvelope({ apiVersion: "v1", kind, message });
const metadata = writeBytes(1, Buffer.concat([text(1, "web"), text(3, "payments"), text(6, "42")]));

describe("protobuf of Kubernetes", () => {
  it("reads and changes the metadata of an object and leaves the rest alone", () => {
    const opened = openEnvelope(envelope("ConfigMap", Buffer.concat([metadata, text(2, "rest")])));
    expect(readMetadata(opened)).toEqual({ name: "web", namespace: "payments", resourceVersion: "42" });
    const changed = openEnvelope(sealEnvelope(withMetadata(opened, { name: "other", resourceVersion: undefined, uid: "u" })));
    expect(readMetadata(changed)).toEqual({ name: "other", namespace: "payments", uid: "u" });
    expect(changed.message.includes("rest")).toBe(true);
  });

  it("reads the options of a delete, dry run included", () => {
    const options = Buffer.concat([Buffer.from([0x08, 0x1e]), writeBytes(2, text(1, "uid-1")), text(4, "Foreground"), text(5, "All")]);
    expect(readDeleteOptions(envelope("DeleteOptions", options), new Map())).toEqual({
      ok: true,
      value: { gracePeriodSeconds: 30, preconditions: { uid: "uid-1" }, propagationPolicy: "Foreground", dryRun: ["All"] },
    });
  });

  it.each([
    ["an option that is not known", text(9, "x")],
    ["another value of dryRun", text(5, "None")],
    ["a field that is cut off", Buffer.from([0x22, 0x7f])],
  ])("refuses %s", (_what, message) => {
    expect(readDeleteOptions(envelope("DeleteOptions", message), new Map()).ok).toBe(false);
  });

  it("never throws anything but its own error for bytes that are none", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readMetadata(openEnvelope(Buffer.concat([Buffer.from("6b387300", "hex"), bytes])));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtobufError);
        }
      }),
    );
  });

  it.each(["application/cbor", "text/plain", "application/json-patch+json", "application/apply-patch+cbor"])(
    "refuses a body in %s",
    (type) => {
      expect(readBody("POST", type, Buffer.from("{}")).ok).toBe(false);
    },
  );
});
