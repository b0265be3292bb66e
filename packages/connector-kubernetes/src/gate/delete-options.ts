import { isRecord, type Json } from "@interlock/kube-model";
import { ProtobufError, openEnvelope, readFields, textField, type Field } from "./protobuf.ts";
import type { Read } from "./request-target.ts";

/** meta/v1 DeleteOptions. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
  orphanDependents?: boolean;
  propagationPolicy?: string;
  dryRun?: string[];
}

/**
 * Options of a delete out of its body or, when that is empty, its query. The server reads the query only when there is no body, so a
 * `dryRun` beside a body would be passed over: whoever sends the request writes both anew from what this returns.
 */
export function readDeleteOptions(body: Json, query: ReadonlyMap<string, string>): Read<DeleteOptions> {
  if (body === undefined) return fromQuery(query);
  if (Buffer.isBuffer(body)) return fromProtobuf(body);
  return fromJson(body);
}

function fromQuery(query: ReadonlyMap<string, string>): Read<DeleteOptions> {
  const value: DeleteOptions = {};
  const grace = query.get("gracePeriodSeconds");
  if (grace !== undefined) {
    if (!/^-?[0-9]{1,10}$/.test(grace)) return { ok: false, reason: "gracePeriodSeconds is not a number" };
    value.gracePeriodSeconds = Number(grace);
  }
  const orphan = query.get("orphanDependents");
  if (orphan !== undefined) value.orphanDependents = orphan === "true" || orphan === "1";
  const policy = query.get("propagationPolicy");
  if (policy !== undefined) value.propagationPolicy = policy;
  if (query.get("dryRun") === "All") value.dryRun = ["All"];
  return { ok: true, value };
}

function fromJson(body: Json): Read<DeleteOptions> {
  if (!isRecord(body)) return { ok: false, reason: "the options of the delete are not an object" };
  const value: DeleteOptions = {};
  for (const [key, given] of Object.entries(body)) {
    if (given === null || given === undefined) continue;
    if (key === "kind" && given === "DeleteOptions") continue;
    if (key === "apiVersion" && typeof given === "string") continue;
    if (key === "gracePeriodSeconds" && Number.isSafeInteger(given)) value.gracePeriodSeconds = given;
    else if (key === "orphanDependents" && typeof given === "boolean") value.orphanDependents = given;
    else if (key === "propagationPolicy" && typeof given === "string") value.propagationPolicy = given;
    else if (key === "dryRun" && isDryRun(given)) value.dryRun = given;
    else if (key === "preconditions" && isPreconditions(given)) value.preconditions = { ...given };
    else return { ok: false, reason: "the options of the delete have a field that is not known" };
  }
  return { ok: true, value };
}

const isDryRun = (value: Json): value is string[] => Array.isArray(value) && value.every((item) => item === "All");

function isPreconditions(value: Json): value is { uid?: string; resourceVersion?: string } {
  return (
    isRecord(value) &&
    Object.entries(value).every(([key, item]) => (key === "uid" || key === "resourceVersion") && typeof item === "string")
  );
}

/** Field numbers of meta/v1 DeleteOptions and Preconditions. */
export function readDeleteOptionsMessage(message: Buffer): DeleteOptions {
  const value: DeleteOptions = {};
  for (const field of readFields(message)) {
    if (field.number === 1) value.gracePeriodSeconds = Number(BigInt.asIntN(64, numberOf(field)));
    else if (field.number === 2) {
      const parts = readFields(field.bytes ?? Buffer.alloc(0));
      if (parts.some((part) => part.number > 2)) throw new ProtobufError("a precondition is not known");
      const uid = textField(parts, 1);
      const resourceVersion = textField(parts, 2);
      value.preconditions = { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    } else if (field.number === 3) value.orphanDependents = numberOf(field) !== 0n;
    else if (field.number === 4) value.propagationPolicy = textField([field], 4)!;
    else if (field.number === 5) (value.dryRun ??= []).push(textField([field], 5)!);
    else throw new ProtobufError("a field of the options is not known");
  }
  if (value.dryRun !== undefined && !isDryRun(value.dryRun)) throw new ProtobufError("dryRun has a value other than All");
  return value;
}

function numberOf(field: Field): bigint {
  if (field.varint === undefined) throw new ProtobufError("a field of the options is not a number");
  return field.varint;
}

function fromProtobuf(body: Buffer): Read<DeleteOptions> {
  try {
    const envelope = openEnvelope(body);
    if (envelope.kind !== "DeleteOptions" && envelope.kind !== "")
      return { ok: false, reason: "the body of the delete is not its options" };
    return { ok: true, value: readDeleteOptionsMessage(envelope.message) };
  } catch (error) {
    if (error instanceof ProtobufError) return { ok: false, reason: `the options of the delete cannot be read: ${error.message}` };
    throw error;
  }
}

/** One JSON spelling, with or without the dry run. */
export function writeDeleteOptions(options: DeleteOptions, dryRun: boolean): Buffer {
  const { dryRun: _given, ...rest } = options;
  return Buffer.from(JSON.stringify({ kind: "DeleteOptions", apiVersion: "v1", ...rest, ...(dryRun ? { dryRun: ["All"] } : {}) }));
}
