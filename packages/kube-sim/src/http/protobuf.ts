import { badRequest, unsupportedMediaType } from "../api-error.ts";
import type { Fields } from "../object.ts";
import { BUILTIN_RESOURCES } from "../registry/builtin-resources.ts";
import { groupVersion } from "../registry/resource.ts";
import { builtin } from "@interlock/kube-model/schema";
import type { Field, Scalar, StructType, Type } from "@interlock/kube-model/schema";

export const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** What a Kubernetes document in protobuf begins with. */
const MAGIC = Buffer.from("k8s\0", "latin1");

/** Kinds that are sent, but are no resources of their own. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  "v1 DeleteOptions": "meta.DeleteOptions",
  "meta.k8s.io/v1 DeleteOptions": "meta.DeleteOptions",
  "policy/v1 Eviction": "policy.Eviction",
  "autoscaling/v1 Scale": "autoscaling1.Scale",
  "authentication.k8s.io/v1 TokenRequest": "authentication.TokenRequest",
  "v1 Binding": "core.Binding",
};

/**
 * A Kubernetes document in protobuf as the same document in JSON. The envelope (`runtime.Unknown`) names its kind; the numbers of fields are those
 * of the types in kube-model's `schema/data`. Throws 400 for bytes that are no message and 415 for kinds that are not known here.
 */
export function decodeProtobuf(bytes: Buffer): Fields {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw badRequest("provided data does not appear to be a protobuf message");
  const envelope = readMessage(bytes.subarray(MAGIC.length));
  const typeMeta = readMessage(last(envelope, 1));
  const apiVersion = text(last(typeMeta, 1));
  const kind = text(last(typeMeta, 2));
  const type = typeOf(apiVersion, kind);
  return { apiVersion, kind, ...decodeStruct(last(envelope, 2), type) };
}

function typeOf(apiVersion: string, kind: string): StructType {
  const other = OTHER_KINDS[`${apiVersion} ${kind}`] ?? (kind === "DeleteOptions" ? "meta.DeleteOptions" : undefined);
  if (other !== undefined) return builtin(other);
  const resource = BUILTIN_RESOURCES.find((one) => one.kind === kind && groupVersion(one) === apiVersion);
  if (resource === undefined) throw unsupportedMediaType(`${PROTOBUF} (${apiVersion} ${kind})`, ["application/json", "application/yaml"]);
  return resource.type;
}

/** Values of one field: a varint, or bytes (8 or 4 of them for fixed ones). */
type Value = bigint | Buffer;
type Message = Map<number, Value[]>;

function readMessage(bytes: Buffer): Message {
  const message: Message = new Map();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (at >= bytes.length || shift > 63n) throw badRequest("unable to decode a protobuf message: unexpected EOF");
      const byte = bytes[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw badRequest("unable to decode a protobuf message: unexpected EOF");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = varint();
    const number = Number(key >> 3n);
    const wire = Number(key & 7n);
    const value = wire === 0 ? varint() : wire === 1 ? take(8) : wire === 2 ? take(Number(varint())) : wire === 5 ? take(4) : undefined;
    if (value === undefined) throw badRequest(`unable to decode a protobuf message: wire type ${wire}`);
    const values = message.get(number);
    if (values === undefined) message.set(number, [value]);
    else values.push(value);
  }
  return message;
}

const EMPTY = Buffer.alloc(0);

const last = (message: Message, number: number): Buffer => {
  const value = message.get(number)?.at(-1);
  return Buffer.isBuffer(value) ? value : EMPTY;
};

const text = (bytes: Buffer): string => bytes.toString("utf8");

function decodeStruct(bytes: Buffer, type: StructType): Fields {
  const message = readMessage(bytes);
  const result: Fields = {};
  for (const { number, struct } of type.inlined)
    if (message.has(number)) Object.assign(result, decodeStruct(last(message, number), struct));
  for (const field of type.fields.values()) {
    const values = field.number === undefined ? undefined : message.get(field.number);
    if (values === undefined) continue;
    const value = decodeField(values, field);
    if (value !== undefined) result[field.name] = value;
  }
  return result;
}

function decodeField(values: Value[], field: Field): unknown {
  const { type } = field;
  if (type.kind === "list") return values.map((value) => decodeValue(value, type.of));
  if (type.kind === "map") {
    return Object.fromEntries(
      values.map((value) => {
        const entry = readMessage(value as Buffer);
        return [text(last(entry, 1)), decodeValue(entry.get(2)?.at(-1) ?? EMPTY, type.of)];
      }),
    );
  }
  const value = decodeValue(values.at(-1)!, type);
  // Protobuf as Kubernetes writes it has every plain field, whether it is set or not.
  if (type.kind === "scalar" && field.pointer !== true && !field.required && (value === "" || value === 0 || value === false))
    return undefined;
  return value;
}

function decodeValue(value: Value, type: Type): unknown {
  if (type.kind === "struct") return decodeStruct(value as Buffer, type);
  if (type.kind === "scalar") return decodeScalar(value, type.scalar);
  // A list in a map (`extra` of a user) is a message with one repeated field.
  const items = readMessage(value as Buffer).get(1) ?? [];
  return items.map((item) => decodeValue(item, type.of));
}

function decodeScalar(value: Value, scalar: Scalar): unknown {
  switch (scalar) {
    case "int32":
    case "int64":
      return typeof value === "bigint" ? Number(BigInt.asIntN(64, value)) : 0;
    case "bool":
      return value === 1n;
    case "double":
      return Buffer.isBuffer(value) ? value.readDoubleLE() : 0;
    case "bytes":
      return (value as Buffer).toString("base64");
    case "Quantity":
      return text(last(readMessage(value as Buffer), 1));
    case "Time":
    case "MicroTime":
      return decodeTime(value as Buffer, scalar);
    case "Duration":
      return `${
        Number(
          readMessage(value as Buffer)
            .get(1)
            ?.at(-1) ?? 0n,
        ) / 1e9
      }s`;
    case "IntOrString": {
      const message = readMessage(value as Buffer);
      const kind = message.get(1)?.at(-1) ?? 0n;
      return kind === 1n ? text(last(message, 3)) : Number(BigInt.asIntN(64, (message.get(2)?.at(-1) ?? 0n) as bigint));
    }
    case "RawExtension":
    case "FieldsV1":
    case "any": {
      const raw = text(last(readMessage(value as Buffer), 1));
      return raw === "" ? undefined : JSON.parse(raw);
    }
    case "string":
      return text(value as Buffer);
  }
}

function decodeTime(bytes: Buffer, scalar: "Time" | "MicroTime"): string | undefined {
  const message = readMessage(bytes);
  const seconds = message.get(1)?.at(-1);
  if (typeof seconds !== "bigint") return undefined;
  const milliseconds = Number(BigInt.asIntN(64, seconds)) * 1000;
  if (milliseconds <= 0) return undefined;
  const iso = new Date(milliseconds).toISOString();
  return scalar === "Time" ? iso.replace(/\.\d+Z$/, "Z") : iso.replace(/\.\d+Z$/, ".000000Z");
}
