import { isRecord, type Json, parseJson } from "@interlock/kube-model";
import type { RequestRecord } from "@interlock/kube-sim";
import { openEnvelope, readFields } from "../src/gate/protobuf.ts";
import { readDeleteOptions } from "../src/gate/delete-options.ts";
import type { PlannedWrite } from "../src/index.ts";

/** A write without what differs between two runs of the same line: times, generated names, identities, and the gate's own preconditions. */
export interface ComparedWrite {
  request: string;
  body: string;
}

const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z/g;

export function writeOfPlan(write: PlannedWrite): ComparedWrite {
  const { method, url, headers, body } = write.stored;
  return compared(method, url, headers["content-type"], body);
}

export function writeOfRequest(request: RequestRecord): ComparedWrite {
  return compared(request.method, request.url, request.contentType, request.body);
}

function compared(method: string, url: string, type: string | undefined, body: Buffer): ComparedWrite {
  const [path, search = ""] = url.split("?") as [string, string?];
  const query = [...new URLSearchParams(search)]
    .filter(([key]) => key !== "timeout")
    .map(([key, value]) => `${key}=${value}`)
    .toSorted();
  return {
    request: withoutChance(`${method} ${path} ${query.join("&")}`.trim()),
    body: withoutChance(bodyText(method, path, type ?? "", body)),
  };
}

/** kubectl picks a debugging container's name by chance, and a server generated names, uids, addresses and ports; times go on. */
export function withoutChance(text: string): string {
  return text
    .replace(/(node-debugger-[a-z0-9-]+-|debugger-|gen-|-access-)[a-z0-9]{5}/g, "$1*")
    .replace(UID, "uid")
    .replace(TIME, "time")
    .replace(/\b10\.\d+\.\d+\.\d+\b/g, "address");
}

function bodyText(method: string, path: string, type: string, body: Buffer): string {
  if (method === "DELETE") return deleteText(body);
  if (body.length === 0) return "";
  if (path.endsWith("/eviction")) return "eviction";
  if (body.subarray(0, 4).toString("hex") === "6b387300") {
    return path.endsWith("/approval") ? statusText(body) : protobufText(body);
  }
  const value = parseJson(body.toString("utf8"));
  // The server goes by the replica count alone.
  if (path.endsWith("/scale") && isRecord(value)) delete value["status"];
  return `${(type || "application/json").split(";")[0]!} ${JSON.stringify(bare(value)).replace(UID, "uid").replace(TIME, "time")}`;
}

/** Of ObjectMeta: uid, resourceVersion, creationTimestamp and managedFields, which differ between two clusters. */
const OWN_METADATA = new Set([5, 6, 8, 17]);

function protobufText(body: Buffer): string {
  const { apiVersion, kind, message } = openEnvelope(body);
  const fields = readFields(message).map((field) => {
    if (field.number !== 1 || field.bytes === undefined) return timeless(field.raw);
    const kept = readFields(field.bytes).filter((own) => !OWN_METADATA.has(own.number));
    return kept
      .map((own) => timeless(own.raw))
      .toSorted()
      .join(" ");
  });
  return `${apiVersion} ${kind} ${fields.join(" ")}`;
}

/** Of an approval the server takes the status alone, field 3 of a request for a certificate. */
function statusText(body: Buffer): string {
  return readFields(openEnvelope(body).message)
    .filter(({ number }) => number === 3)
    .map(({ raw }) => timeless(raw))
    .join();
}

/** meta/v1 Time is seconds since 1970, which take five bytes, and nanoseconds, which are 0. */
function timeless(bytes: Buffer): string {
  const hex = bytes.toString("hex").replace(/08(?:[89a-f][0-9a-f]){4}0[1-7]1000/g, "00");
  return Buffer.from(hex, "hex").toString("latin1");
}

function deleteText(body: Buffer): string {
  const given =
    body.subarray(0, 4).toString("hex") === "6b387300" ? body : body.length === 0 ? undefined : parseJson(body.toString("utf8"));
  const options = readDeleteOptions(given, new Map());
  if (!options.ok) throw new Error(options.reason);
  const { preconditions: _preconditions, ...rest } = options.value;
  return JSON.stringify(Object.fromEntries(Object.entries(rest).toSorted(([left], [right]) => (left < right ? -1 : 1))));
}

/** Without identity; keys sorted, since two encoders order them differently. */
function bare(value: Json): Json {
  if (Array.isArray(value)) {
    return value
      .filter((item) => !(isRecord(item) && item["op"] === "test" && item["path"] === "/metadata/uid"))
      .map((item) => operation(bare(item)));
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value)
    .filter(([key]) => key !== "uid" && key !== "resourceVersion" && !("generateName" in value && /^(generateN|n)ame$/.test(key)))
    .map(([key, item]) => [key, bare(item)] as const)
    .filter(([key, item]) => !(key === "metadata" && isRecord(item) && Object.keys(item).length === 0));
  return Object.fromEntries(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

const operation = (item: Json): Json => (isRecord(item) && item["path"] === "/metadata/resourceVersion" ? { ...item, value: "*" } : item);
