import { createHash } from "node:crypto";
import type { Json } from "@interlock/kube-model";
import { describe, expect, test } from "vitest";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { readTokenAnswer } from "./given-token.ts";

const AT = "2026-11-21T12:15:00Z";
const asked = { after: { spec: { audiences: [] } } } as unknown as PlannedWrite;
const jwt = (claims: object): string => `h.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.s`;
const answered = (status: Json, spec: Json = {}) => readTokenAnswer({ kind: "TokenRequest", spec, status }, asked);

describe("the answer to a request for a token", () => {
  test("has its facts", () => {
    const token = jwt({ jti: "1f0c", exp: Date.parse(AT) / 1_000 });
    expect(answered({ token, expirationTimestamp: AT }, { audiences: ["vault", "two words", 7] })).toEqual({
      token,
      facts: {
        audiences: ["vault"],
        expiresAt: "2026-11-21T12:15:00.000Z",
        id: "1f0c",
        sha256: createHash("sha256").update(token).digest("hex"),
      },
    });
  });

  test("of a token that lives longer than the server says tells the longer time", () => {
    const token = jwt({ exp: Date.parse("2027-11-21T12:00:00Z") / 1_000 });
    expect(answered({ token, expirationTimestamp: AT })!.facts.expiresAt).toBe("2027-11-21T12:00:00.000Z");
  });

  test.each<[string, string]>([
    ["no JWT", "opaque-token"],
    ["claims that are no JSON", "h.eA.s"],
    ["claims that are no object", `h.${Buffer.from("[1]").toString("base64url")}.s`],
    ["claims of another kind", jwt({ jti: 7, exp: "soon" })],
    ["a jti with a line end", jwt({ jti: "a\nb", exp: 1e99 })],
  ])("%s has no id, and ends when the server says", (_, token) => {
    const { facts } = answered({ token, expirationTimestamp: AT })!;
    expect([facts.id, facts.expiresAt]).toEqual([undefined, "2026-11-21T12:15:00.000Z"]);
  });

  test.each<[string, Json]>([
    ["no token", { expirationTimestamp: AT }],
    ["an empty token", { token: "", expirationTimestamp: AT }],
    ["a token of several lines", { token: "a\nb: c", expirationTimestamp: AT }],
    ["no time", { token: "t" }],
    ["a time that is none", { token: "t", expirationTimestamp: "soon" }],
    ["nothing", undefined],
  ])("with %s is none", (_, status) => {
    expect(answered(status)).toBeUndefined();
  });
});
