import { isRecord, type Json, parseJson } from "@interlock/kube-model";
import { parseDocument } from "yaml";
import { ProtobufError, openEnvelope, readMetadata, sealEnvelope, withMetadata, type Envelope, type MetadataField } from "./protobuf.ts";
import type { Read } from "./request-target.ts";

export type PatchType = "json" | "merge" | "strategic" | "apply";

/** The body of a write, understood far enough to be judged and, where that is needed, changed. */
export type Body =
  | { encoding: "none" }
  | { encoding: "json"; value: Json; text: string; patch?: PatchType }
  /** An object as typed clients send it; only its metadata is read. */
  | { encoding: "protobuf"; envelope: Envelope; bytes: Buffer };

const PATCHES: Record<string, PatchType> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
};

export const CONTENT_TYPES: Record<PatchType | "object" | "protobuf", string> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
  object: "application/json",
  protobuf: "application/vnd.kubernetes.protobuf",
};

/** Every encoding is either understood or refused (415): a body that is not understood may say that it is no dry run. */
export function readBody(method: string, contentType: string | undefined, bytes: Buffer): Read<Body> {
  if (bytes.length === 0 && method !== "PATCH") return { ok: true, value: { encoding: "none" } };
  const type = (contentType ?? "application/json").split(";")[0]!.trim().toLowerCase();
  if (method === "PATCH") {
    const patch = PATCHES[type];
    if (patch === undefined) return unsupported();
    return textBody(bytes, patch === "apply", patch);
  }
  if (type === "application/json") return textBody(bytes, false);
  if (type === "application/yaml") return textBody(bytes, true);
  if (type !== "application/vnd.kubernetes.protobuf") return unsupported();
  try {
    const envelope = openEnvelope(bytes);
    if (envelope.kind !== "DeleteOptions") readMetadata(envelope);
    return { ok: true, value: { encoding: "protobuf", envelope, bytes } };
  } catch (error) {
    if (error instanceof ProtobufError) return { ok: false, reason: `the body is not protobuf of Kubernetes: ${error.message}` };
    throw error;
  }
}

const unsupported = (): Read<Body> => ({ ok: false, reason: "the body is in an encoding that is not understood here" });

function textBody(bytes: Buffer, yaml: boolean, patch?: PatchType): Read<Body> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { ok: false, reason: "the body is not UTF-8" };
  }
  const kind = patch === undefined ? {} : { patch };
  try {
    return { ok: true, value: { encoding: "json", value: parseJson(text), text, ...kind } };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    if (!yaml) return { ok: false, reason: "the body is not JSON" };
  }
  // YAML 1.1 is what the server reads; aliases are not needed by any client and may grow without bound.
  const document = parseDocument(text, { version: "1.1", intAsBigInt: true });
  if (document.errors.length > 0) return { ok: false, reason: "the body is not YAML" };
  try {
    const plain: unknown = document.toJS({ maxAliasCount: 0 });
    const value = parseJson(JSON.stringify(plain, (_key, item: unknown) => (typeof item === "bigint" ? Number(item) : item)));
    return { ok: true, value: { encoding: "json", value, text: JSON.stringify(value), ...kind } };
  } catch {
    return { ok: false, reason: "the body is YAML with aliases, which is not understood here" };
  }
}

/** Metadata that names and identifies what the body holds; empty for patches in lists and for no body. */
export function bodyMetadata(body: Body): Partial<Record<MetadataField, string>> {
  if (body.encoding === "protobuf") return readMetadata(body.envelope);
  if (body.encoding === "none" || !isRecord(body.value) || !isRecord(body.value["metadata"])) return {};
  const metadata: Partial<Record<MetadataField, string>> = {};
  for (const field of ["name", "generateName", "namespace", "uid", "resourceVersion"] as const) {
    const value: Json = body.value["metadata"][field];
    if (typeof value === "string" && value !== "") metadata[field] = value;
  }
  return metadata;
}

export function bodyKind(body: Body): string | undefined {
  if (body.encoding === "protobuf") return body.envelope.kind;
  if (body.encoding === "none" || !isRecord(body.value)) return undefined;
  return typeof body.value["kind"] === "string" ? body.value["kind"] : undefined;
}

/** The same body with these fields of the metadata set, or taken out where undefined. JSON patches are left as they are. */
export function changeMetadata(body: Body, changes: Partial<Record<MetadataField, string | undefined>>): Body {
  if (body.encoding === "protobuf") {
    const envelope = withMetadata(body.envelope, changes);
    return { encoding: "protobuf", envelope, bytes: sealEnvelope(envelope) };
  }
  if (body.encoding === "none" || !isRecord(body.value)) return body;
  const metadata: Record<string, Json> = isRecord(body.value["metadata"]) ? { ...body.value["metadata"] } : {};
  for (const [field, value] of Object.entries(changes)) {
    if (value === undefined) delete metadata[field];
    else metadata[field] = value;
  }
  return jsonBody({ ...body.value, metadata }, body.patch);
}

export function jsonBody(value: Json, patch?: PatchType): Body & { encoding: "json" } {
  return { encoding: "json", value, text: JSON.stringify(value), ...(patch === undefined ? {} : { patch }) };
}

export function bodyBytes(body: Body): Buffer {
  if (body.encoding === "none") return Buffer.alloc(0);
  return body.encoding === "protobuf" ? body.bytes : Buffer.from(body.text);
}

export function contentType(body: Body): string | undefined {
  if (body.encoding === "none") return undefined;
  return CONTENT_TYPES[body.encoding === "protobuf" ? "protobuf" : (body.patch ?? "object")];
}
