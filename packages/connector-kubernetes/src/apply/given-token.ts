import { createHash } from "node:crypto";
import type { GivenToken } from "@interlock/connector";
import { isRecord, type Json, parseJson } from "@interlock/kube-model";
import { tokenSpecOf } from "../gate/foresee-token.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { outsideKubeconfig, outsideWarnings, type ClusterAddress } from "../cluster/outside.ts";

/** What a token can be that goes into a header and into a file: RFC 6750 and far longer than any server makes them. */
const TOKEN = /^[A-Za-z0-9._~+/=-]{1,32768}$/;
const WORD = /^[\x21-\x7e]{1,300}$/;
const AUDIENCES = 32;
/** The last moment that a Date can be, in milliseconds since 1970. */
const LAST_DATE = 8.64e15;

export interface TokenAnswer {
  token: string;
  facts: Omit<GivenToken["facts"], "statement" | "account">;
}

/** Reads the server's answer to a request for a token; undefined for one without a token that could be used. */
export function readTokenAnswer(answer: Json, asked: PlannedWrite): TokenAnswer | undefined {
  const token: Json = answer?.["status"]?.["token"];
  const ends: Json = answer?.["status"]?.["expirationTimestamp"];
  if (typeof token !== "string" || !TOKEN.test(token)) return undefined;
  const at = typeof ends === "string" ? Date.parse(ends) : Number.NaN;
  if (Number.isNaN(at)) return undefined;
  const audiences: Json = answer["spec"]?.["audiences"];
  const boundTo = tokenSpecOf(asked.after)?.boundTo;
  const { id, ends: until = 0 } = claimsOf(token);
  return {
    token,
    facts: {
      audiences: Array.isArray(audiences) ? audiences.filter(isWord).slice(0, AUDIENCES) : [],
      // Some servers make it live longer than they answer; the token itself says how long.
      expiresAt: new Date(Math.max(at, until)).toISOString(),
      ...(boundTo === undefined ? {} : { boundTo: { kind: boundTo.kind, name: boundTo.name } }),
      ...(id === undefined ? {} : { id }),
      sha256: createHash("sha256").update(token).digest("hex"),
    },
  };
}

const isWord = (value: Json): value is string => typeof value === "string" && WORD.test(value);

/**
 * The `jti`, which servers have put in since 1.29 and which their audit log names, and `exp`, in milliseconds since 1970. Read without
 * checking the signature: it is the server's own answer.
 */
function claimsOf(token: string): { id?: string; ends?: number } {
  const payload = token.split(".")[1];
  if (payload === undefined) return {};
  let claims: Json;
  try {
    claims = parseJson(Buffer.from(payload, "base64url").toString("utf8"));
  } catch {
    // A token need not be a JWT, and is none of ours to read then.
    return {};
  }
  if (!isRecord(claims)) return {};
  const ends = Number(claims["exp"]) * 1_000;
  return {
    ...(isWord(claims["jti"]) ? { id: claims["jti"] } : {}),
    ...(Number.isFinite(ends) && Math.abs(ends) <= LAST_DATE ? { ends } : {}),
  };
}

/** The token with all that its proposer is given. */
export function givenToken(
  { token, facts }: TokenAnswer,
  { index, resource, after }: PlannedWrite,
  { address, name: context }: { address: ClusterAddress; name: string },
): GivenToken {
  const account = { namespace: resource.namespace ?? "", name: resource.name ?? "" };
  const asked = tokenSpecOf(after)?.audiences ?? [];
  return {
    facts: { statement: index, account, ...facts },
    token,
    kubeconfig: outsideKubeconfig(address, { context, account }, token),
    warnings: outsideWarnings(address, asked),
  };
}
