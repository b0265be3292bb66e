import { isRecord, type Json, type KubeObject } from "@interlock/kube-model";
import { jsonBody, readBody, type Body } from "./body.ts";
import { failed, identity, keyOfTarget, objectTarget, readLive, type Foreseen, type PlanView, type WriteRequest } from "./foreseen.ts";
import { ProtobufError, readFields, textField } from "./protobuf.ts";
import type { StoredRequest } from "./planned-write.ts";
import type { RequestClass } from "./request-class.ts";
import type { ResourceTarget } from "./request-target.ts";
import { failure, notFound } from "./status.ts";

/** What a server gives where nobody says how long, and the least and the most it takes, in seconds (authentication.k8s.io/v1 defaults and validation). */
export const TOKEN_SECONDS = { usual: 3_600, least: 600, most: 2 ** 32 } as const;

/**
 * A token that is bound to a pod and asked for with exactly this many seconds is taken for a pod's own from before tokens had an end: servers
 * let it live for a year, and answer as if they did not (`--service-account-extend-token-expiration`, on unless switched off; kube-apiserver,
 * pkg/serviceaccount/claims.go, WarnOnlyBoundTokenExpirationSeconds and ExpirationExtensionSeconds).
 */
export const EXTENDED = { asked: 3_607, given: 365 * 86_400 } as const;

/** The longest that a token lives which is asked for so, in seconds. */
export function longestLife({ seconds = TOKEN_SECONDS.usual, boundTo }: TokenSpec): number {
  return boundTo?.kind === "Pod" && seconds === EXTENDED.asked ? EXTENDED.given : seconds;
}

const API_VERSION = "authentication.k8s.io/v1";

/** What a token is asked for with. */
export interface TokenSpec {
  /** Empty: for the API server itself. */
  audiences: string[];
  /** Absent: nobody said. */
  seconds?: number;
  boundTo?: { apiVersion: string; kind: string; name: string; uid?: string };
}

/**
 * A token is never asked for while planning, and no client is ever given one: kubectl sees an answer that is none. What is sent later can ask
 * for nothing but what was understood and judged: protobuf is taken only without any field that is not known, and JSON, whose readers differ
 * over keys that come twice, is written anew.
 */
export async function foreseeToken(view: PlanView, request: WriteRequest, judged: RequestClass): Promise<Foreseen> {
  const { target, body } = request;
  const spec = readSpec(body);
  if (spec === undefined) return failed(failure(400, "the request for a token is not understood"));
  const planned = view.overlay.find(keyOfTarget(target));
  const account = planned === undefined ? await accountNow(view, target) : (planned.object ?? "gone");
  if (account === "gone") return failed(notFound("", "serviceaccounts", target.name!));
  const wrong =
    lifetimeFault(spec, target.name!) ?? (await boundFault(view, spec, target.namespace!)) ?? (await rightsFault(view, request));
  if (wrong !== undefined) return failed(wrong);
  const live = planned === undefined ? identity(account) : planned.live;
  const sent = tokenRequest(target.namespace!, target.name!, spec);
  // What a rule sees has the lifetime that the token may have.
  const after = tokenRequest(target.namespace!, target.name!, { ...spec, seconds: longestLife(spec) });
  return {
    // Clients take an answer without a token for a failure.
    answer: {
      status: 201,
      body: { ...after, status: { token: "not-issued-while-planning", expirationTimestamp: "1970-01-01T00:00:00Z" } },
    },
    write: {
      target,
      sent: body.encoding === "protobuf" ? body : jsonBody(sent),
      effect: judged.effect,
      kind: "TokenRequest",
      after,
      ...(live === undefined ? {} : { live }),
      shown: "plan",
    },
    enter: () => undefined,
  };
}

/** The account as the cluster has it; undefined where the connection may not look, which making tokens of it does not need. */
async function accountNow(view: PlanView, target: ResourceTarget): Promise<KubeObject | "gone" | undefined> {
  if (view.overlay.isEmptied(target.namespace)) return "gone";
  const { status, body } = await view.upstream.read(objectTarget(target));
  if (status === 404) return "gone";
  return status === 200 ? body : undefined;
}

/** The object of a request for a token. */
export function tokenRequest(namespace: string, name: string, { audiences, seconds, boundTo }: TokenSpec): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind: "TokenRequest",
    metadata: { name, namespace },
    spec: {
      audiences,
      ...(seconds === undefined ? {} : { expirationSeconds: seconds }),
      ...(boundTo === undefined ? {} : { boundObjectRef: boundTo }),
    },
  };
}

/** Whether a request as it will be sent says how long the token is to live. */
export function saysHowLong({ body, headers }: Pick<StoredRequest, "body" | "headers">): boolean {
  const read = readBody("POST", headers["content-type"], body);
  return read.ok && readSpec(read.value)?.seconds !== undefined;
}

/** What a planned request for a token asks for; undefined for what is none. */
export function tokenSpecOf(request: KubeObject | undefined): TokenSpec | undefined {
  return request === undefined ? undefined : specOf(request["spec"]);
}

function readSpec(body: Body): TokenSpec | undefined {
  if (body.encoding === "none") return { audiences: [] };
  if (body.encoding === "json") {
    if (!isRecord(body.value)) return undefined;
    const { kind, apiVersion } = body.value;
    if ((kind ?? "TokenRequest") !== "TokenRequest" || (apiVersion ?? API_VERSION) !== API_VERSION) return undefined;
    return specOf(body.value["spec"] ?? {});
  }
  const { envelope } = body;
  if (envelope.kind !== "TokenRequest" || envelope.apiVersion !== API_VERSION) return undefined;
  try {
    return protobufSpec(envelope.message);
  } catch (error) {
    if (error instanceof ProtobufError) return undefined;
    throw error;
  }
}

const SPEC_FIELDS: ReadonlySet<string> = new Set(["audiences", "expirationSeconds", "boundObjectRef"]);
const REF_FIELDS: ReadonlySet<string> = new Set(["kind", "apiVersion", "name", "uid"]);

/** A field that is not known could ask for something that nobody was shown. */
function specOf(spec: Json): TokenSpec | undefined {
  if (!isRecord(spec) || Object.keys(spec).some((key) => !SPEC_FIELDS.has(key))) return undefined;
  const audiences: Json = spec["audiences"] ?? [];
  const seconds: Json = spec["expirationSeconds"] ?? undefined;
  const reference: Json = spec["boundObjectRef"] ?? undefined;
  if (!Array.isArray(audiences) || !audiences.every((one) => typeof one === "string")) return undefined;
  if (seconds !== undefined && !Number.isSafeInteger(seconds)) return undefined;
  const boundTo = reference === undefined ? undefined : referenceOf(reference);
  if (reference !== undefined && boundTo === undefined) return undefined;
  return {
    audiences: [...audiences],
    ...(seconds === undefined ? {} : { seconds: seconds as number }),
    ...(boundTo === undefined ? {} : { boundTo }),
  };
}

function referenceOf(reference: Json): TokenSpec["boundTo"] {
  if (!isRecord(reference) || Object.keys(reference).some((key) => !REF_FIELDS.has(key))) return undefined;
  const { kind = "", apiVersion = "", name = "", uid = "" } = reference;
  if (![kind, apiVersion, name, uid].every((one) => typeof one === "string")) return undefined;
  return { apiVersion, kind, name, ...(uid === "" ? {} : { uid }) };
}

/** Fields by the numbers of k8s.io/api/authentication/v1 generated.proto: spec is 2, in it audiences 1, boundObjectRef 3, expirationSeconds 4. */
function protobufSpec(message: Buffer): TokenSpec | undefined {
  const specs = readFields(message).filter(({ number }) => number === 2);
  if (specs.length > 1) return undefined;
  const fields = readFields(specs[0]?.bytes ?? Buffer.alloc(0));
  if (fields.some(({ number }) => ![1, 3, 4].includes(number))) return undefined;
  const of = (number: number) => fields.filter((field) => field.number === number);
  if (of(3).length > 1 || of(4).length > 1) return undefined;
  const [lifetime] = of(4);
  const [bound] = of(3);
  const reference = bound?.bytes === undefined ? undefined : readFields(bound.bytes);
  if (reference?.some(({ number }) => number > 4) === true) return undefined;
  return specOf({
    audiences: of(1).map(({ bytes }) => bytes?.toString("utf8")),
    ...(lifetime === undefined ? {} : { expirationSeconds: Number(BigInt.asIntN(64, lifetime.varint ?? 0n)) }),
    ...(reference === undefined
      ? {}
      : {
          boundObjectRef: {
            kind: textField(reference, 1) ?? "",
            apiVersion: textField(reference, 2) ?? "",
            name: textField(reference, 3) ?? "",
            uid: textField(reference, 4) ?? "",
          },
        }),
  });
}

/** What the server's own validation says, which it says to a request that is sent. */
function lifetimeFault({ seconds }: TokenSpec, name: string) {
  if (seconds === undefined || (seconds >= TOKEN_SECONDS.least && seconds <= TOKEN_SECONDS.most)) return undefined;
  const why =
    seconds < TOKEN_SECONDS.least
      ? "may not specify a duration less than 10 minutes"
      : "may not specify a duration larger than 2^32 seconds";
  const details = { name, group: "authentication.k8s.io", kind: "TokenRequest" };
  return failure(
    422,
    `TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: ${seconds}: ${why}`,
    details,
  );
}

/**
 * A dry run cannot show whether the connection may have tokens made, so that is asked. Where the server does not say, it is said when the
 * token is asked for.
 */
async function rightsFault(view: PlanView, { target }: WriteRequest) {
  const { namespace, name } = target;
  const resourceAttributes = { verb: "create", group: "", resource: "serviceaccounts", subresource: "token", namespace, name };
  const { status, body } = await view.upstream.dryRun({
    method: "POST",
    target: { kind: "resource", group: "authorization.k8s.io", version: "v1", resource: "selfsubjectaccessreviews" },
    query: new Map(),
    body: jsonBody({ apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: { resourceAttributes } }),
  });
  if (status >= 300 || body["status"]?.["allowed"] !== false) return undefined;
  return failure(
    403,
    `serviceaccounts "${name}" is forbidden: the connection's own account cannot create resource "serviceaccounts/token" in API group "" in the namespace "${namespace}"`,
    { name: name!, kind: "serviceaccounts" },
  );
}

/** Kinds that a token can be bound to, and where they are. */
const BINDABLE: Readonly<Record<string, { resource: string; ofCluster?: true }>> = {
  Pod: { resource: "pods" },
  Secret: { resource: "secrets" },
  Node: { resource: "nodes", ofCluster: true },
};

async function boundFault(view: PlanView, { boundTo }: TokenSpec, namespace: string) {
  if (boundTo === undefined) return undefined;
  const { apiVersion, kind, name, uid } = boundTo;
  const bindable = apiVersion === "v1" && Object.hasOwn(BINDABLE, kind) ? BINDABLE[kind] : undefined;
  if (bindable === undefined) return failure(400, `cannot bind token to object of type ${apiVersion}, Kind=${kind}`);
  const { resource, ofCluster } = bindable;
  const place = { kind: "resource", group: "", version: "v1", resource, name, ...(ofCluster ? {} : { namespace }) } as const;
  const planned = view.overlay.find(keyOfTarget(place));
  const found = planned === undefined ? await readLive(view, place) : planned.object;
  if (found === undefined) return notFound("", resource, name);
  if (uid === undefined || found.metadata?.uid === uid) return undefined;
  return failure(
    409,
    `Operation cannot be fulfilled on ${kind} "${name}": the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    { name, kind },
  );
}
