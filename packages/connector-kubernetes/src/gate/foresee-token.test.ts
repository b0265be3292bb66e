import type { Json } from "@interlock/kube-model";
import { describe, expect, test } from "vitest";
import { readBody } from "./body.ts";
import { foreseeToken, tokenSpecOf } from "./foresee-token.ts";
import type { PlanView } from "./foreseen.ts";
import { Overlay } from "./overlay.ts";
import { sealEnvelope, writeBytes } from "./protobuf.ts";
import type { ResourceTarget } from "./request-target.ts";

const TARGET: ResourceTarget = {
  kind: "resource",
  group: "",
  version: "v1",
  resource: "serviceaccounts",
  namespace: "shop",
  name: "bot",
  subresource: "token",
};
const UID = "5f1c1c0e-0000-4000-8000-000000000001";

/** A cluster with the account, a pod and nothing else; nothing may be written to it. */
const view = {
  overlay: new Overlay(),
  upstream: {
    dryRun: ({ body }: { body: { value: Json } }) => {
      const { namespace, subresource } = body.value["spec"]["resourceAttributes"] as Record<string, Json>;
      return Promise.resolve({ status: 201, body: { status: { allowed: subresource === "token" && namespace !== "closed" } } });
    },
    read: ({ resource, name }: ResourceTarget) => {
      const found = `${resource}/${name}` === "serviceaccounts/bot" || `${resource}/${name}` === "pods/web";
      return Promise.resolve(
        found ? { status: 200, body: { metadata: { name, uid: UID, resourceVersion: "7" } } } : { status: 404, body: {} },
      );
    },
  },
} as unknown as PlanView;

async function asked(bytes: Buffer, type = "application/json", target = TARGET) {
  const body = readBody("POST", type, bytes);
  if (!body.ok) throw new Error(body.reason);
  const foreseen = await foreseeToken(
    view,
    { method: "POST", target, query: new Map(), body: body.value },
    { effect: "privilege", handling: "recorded" },
  );
  return { ...foreseen.answer, write: foreseen.write };
}

const json = (spec: Json, more: object = {}) =>
  asked(Buffer.from(JSON.stringify({ kind: "TokenRequest", apiVersion: "authentication.k8s.io/v1", spec, ...more })));

describe("a request for a token", () => {
  test("is answered with none, and sent as it was understood", async () => {
    const { status, body, write } = await json({ audiences: ["vault"], expirationSeconds: 900 });
    expect([status, body["status"]?.token]).toEqual([201, "not-issued-while-planning"]);
    expect(write).toMatchObject({ live: { uid: UID }, effect: "privilege", sent: { encoding: "json" } });
    expect((write!.sent as { value: Json }).value).toEqual({
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      metadata: { name: "bot", namespace: "shop" },
      spec: { audiences: ["vault"], expirationSeconds: 900 },
    });
  });

  test("without a time counts as the server's hour, and is sent without", async () => {
    const { write } = await json({});
    expect(tokenSpecOf(write!.after)).toEqual({ audiences: [], seconds: 3600 });
    expect((write!.sent as { value: Json }).value["spec"]).toEqual({ audiences: [] });
  });

  test("in protobuf is the same", async () => {
    const reference = Buffer.concat([
      writeBytes(1, Buffer.from("Pod")),
      writeBytes(2, Buffer.from("v1")),
      writeBytes(3, Buffer.from("web")),
    ]);
    // expirationSeconds is a varint in field 4: 900 is 0x84 0x07.
    const spec = Buffer.concat([writeBytes(1, Buffer.from("vault")), writeBytes(3, reference), Buffer.from([0x20, 0x84, 0x07])]);
    const message = Buffer.concat([writeBytes(1, Buffer.alloc(0)), writeBytes(2, spec)]);
    const envelope = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", message };
    const { write } = await asked(sealEnvelope(envelope), "application/vnd.kubernetes.protobuf");
    expect(tokenSpecOf(write!.after)).toEqual({
      audiences: ["vault"],
      seconds: 900,
      boundTo: { apiVersion: "v1", kind: "Pod", name: "web" },
    });
    // As kubectl sent it: what was understood is all there is in it.
    expect(write!.sent.encoding).toBe("protobuf");
    const unknown = { ...envelope, message: Buffer.concat([writeBytes(2, Buffer.concat([spec, writeBytes(9, Buffer.from("x"))]))]) };
    expect((await asked(sealEnvelope(unknown), "application/vnd.kubernetes.protobuf")).status).toBe(400);
    const twice = { ...envelope, message: Buffer.concat([message, writeBytes(2, spec)]) };
    expect((await asked(sealEnvelope(twice), "application/vnd.kubernetes.protobuf")).status).toBe(400);
  });

  test("that servers let live for a year counts as a year", async () => {
    const boundObjectRef = { kind: "Pod", apiVersion: "v1", name: "web" };
    const seconds = async (spec: Json) => tokenSpecOf((await json(spec)).write!.after)!.seconds;
    expect(await seconds({ expirationSeconds: 3_607, boundObjectRef })).toBe(31_536_000);
    expect(await seconds({ expirationSeconds: 3_607 })).toBe(3_607);
    expect(await seconds({ expirationSeconds: 3_606, boundObjectRef })).toBe(3_606);
  });

  // What is not understood could ask for something that nobody was shown.
  test.each<[string, Json, number, object?]>([
    ["a field that is not known", { ExpirationSeconds: 86_400 }, 400],
    ["a time that is no number", { expirationSeconds: "900" }, 400],
    ["a time that is no whole number", { expirationSeconds: 900.5 }, 400],
    ["audiences that are none", { audiences: "vault" }, 400],
    ["another kind", {}, 400, { kind: "TokenReview" }],
    ["another version", {}, 400, { apiVersion: "authentication.k8s.io/v2" }],
    ["less than ten minutes", { expirationSeconds: 599 }, 422],
    ["more than the API takes", { expirationSeconds: 2 ** 32 + 1 }, 422],
    ["a time before now", { expirationSeconds: -1 }, 422],
    ["bound to what is not there", { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "gone" } }, 404],
    ["bound to another one of that name", { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "web", uid: "x" } }, 409],
    ["bound to what nothing is bound to", { boundObjectRef: { kind: "ConfigMap", apiVersion: "v1", name: "web" } }, 400],
  ])("%s is refused", async (_, spec, status, more) => {
    const answer = await json(spec, more);
    expect([answer.status, answer.write]).toEqual([status, undefined]);
  });

  test("that the connection may not make is refused beforehand", async () => {
    const { status, body } = await asked(Buffer.alloc(0), "application/json", { ...TARGET, namespace: "closed" });
    expect([status, body["message"]]).toEqual([403, expect.stringContaining("the connection's own account cannot create")]);
  });

  test("of an account that is not there is refused", async () => {
    expect((await asked(Buffer.alloc(0), "application/json", { ...TARGET, name: "nobody" })).status).toBe(404);
    expect((await asked(Buffer.alloc(0))).status).toBe(201);
  });
});
