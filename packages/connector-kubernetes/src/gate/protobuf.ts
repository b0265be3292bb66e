/**
 * The little of protobuf that is needed: typed clients of kubectl 1.32 and later send objects and DeleteOptions so. An object is an
 * envelope (`k8s\0`, then runtime.Unknown) around a message whose field 1 is ObjectMeta; field numbers are those of
 * k8s.io/apimachinery (meta/v1 and runtime generated.proto).
 */

export interface Field {
  number: number;
  /** Wire type: 0 varint, 1 64 bit, 2 bytes, 5 32 bit. */
  wire: number;
  varint?: bigint;
  bytes?: Buffer;
  /** The field as it came, tag included. */
  raw: Buffer;
}

const MAGIC = Buffer.from("6b387300", "hex");

export class ProtobufError extends Error {}

function readVarint(data: Buffer, at: number): { value: bigint; next: number } {
  let value = 0n;
  for (let shift = 0n, next = at; next < data.length && shift < 70n; shift += 7n) {
    const byte = data[next++]!;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value, next };
  }
  throw new ProtobufError("a number is cut off");
}

/** All fields of a message in order. Throws ProtobufError for anything that is not one. */
export function readFields(data: Buffer): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < data.length;) {
    const tag = readVarint(data, at);
    const number = Number(tag.value >> 3n);
    const wire = Number(tag.value & 7n);
    let next = tag.next;
    const field: Omit<Field, "raw"> = { number, wire };
    if (wire === 0) {
      const read = readVarint(data, next);
      field.varint = read.value;
      next = read.next;
    } else if (wire === 2) {
      const length = readVarint(data, next);
      next = length.next + Number(length.value);
      if (next > data.length) throw new ProtobufError("a field is cut off");
      field.bytes = data.subarray(length.next, next);
    } else if (wire === 1 || wire === 5) {
      next += wire === 1 ? 8 : 4;
      if (next > data.length) throw new ProtobufError("a field is cut off");
    } else throw new ProtobufError("a field has a wire type that is not used");
    if (number === 0) throw new ProtobufError("a field has number 0");
    fields.push({ ...field, raw: data.subarray(at, next) });
    at = next;
  }
  return fields;
}

function writeVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

export function writeBytes(number: number, value: Buffer): Buffer {
  return Buffer.concat([writeVarint(number * 8 + 2), writeVarint(value.length), value]);
}

/** The one field of that number, which must not be repeated. */
function only(fields: Field[], number: number): Field | undefined {
  const found = fields.filter((field) => field.number === number);
  if (found.length > 1) throw new ProtobufError(`field ${number} comes twice`);
  return found[0];
}

export function textField(fields: Field[], number: number): string | undefined {
  const field = only(fields, number);
  if (field === undefined) return undefined;
  if (field.bytes === undefined) throw new ProtobufError(`field ${number} is not text`);
  return field.bytes.toString("utf8");
}

export interface Envelope {
  apiVersion: string;
  kind: string;
  message: Buffer;
}

/** Opens `k8s\0` + runtime.Unknown {typeMeta 1, raw 2, contentEncoding 3, contentType 4}. */
export function openEnvelope(body: Buffer): Envelope {
  if (!body.subarray(0, 4).equals(MAGIC)) throw new ProtobufError("the body is not one of Kubernetes");
  const fields = readFields(body.subarray(4));
  const type = readFields(only(fields, 1)?.bytes ?? Buffer.alloc(0));
  if ((textField(fields, 3) ?? "") !== "") throw new ProtobufError("the body is encoded once more");
  const message = only(fields, 2)?.bytes;
  if (message === undefined) throw new ProtobufError("the body has no object");
  return { apiVersion: textField(type, 1) ?? "", kind: textField(type, 2) ?? "", message };
}

export function sealEnvelope(envelope: Envelope): Buffer {
  const type = Buffer.concat([writeBytes(1, Buffer.from(envelope.apiVersion)), writeBytes(2, Buffer.from(envelope.kind))]);
  return Buffer.concat([
    MAGIC,
    writeBytes(1, type),
    writeBytes(2, envelope.message),
    writeBytes(3, Buffer.alloc(0)),
    writeBytes(4, Buffer.alloc(0)),
  ]);
}

const METADATA = { name: 1, generateName: 2, namespace: 3, uid: 5, resourceVersion: 6 } as const;
export type MetadataField = keyof typeof METADATA;

/** Names and identity out of an object's ObjectMeta; empty text counts as absent, as it does for the server. */
export function readMetadata(envelope: Envelope): Partial<Record<MetadataField, string>> {
  const fields = readFields(only(readFields(envelope.message), 1)?.bytes ?? Buffer.alloc(0));
  const metadata: Partial<Record<MetadataField, string>> = {};
  for (const [name, number] of Object.entries(METADATA) as [MetadataField, number][]) {
    const text = textField(fields, number);
    if (text !== undefined && text !== "") metadata[name] = text;
  }
  return metadata;
}

/** The same object with these fields of its metadata set, or taken out where undefined. */
export function withMetadata(envelope: Envelope, changes: Partial<Record<MetadataField, string | undefined>>): Envelope {
  const fields = readFields(envelope.message);
  const metadata = readFields(only(fields, 1)?.bytes ?? Buffer.alloc(0));
  const changed = new Set(Object.keys(changes).map((name) => METADATA[name as MetadataField] as number));
  const parts = metadata.filter((field) => !changed.has(field.number)).map((field) => field.raw);
  for (const [name, value] of Object.entries(changes)) {
    if (value !== undefined) parts.push(writeBytes(METADATA[name as MetadataField], Buffer.from(value)));
  }
  const message = Buffer.concat([
    writeBytes(1, Buffer.concat(parts)),
    ...fields.filter((field) => field.number !== 1).map((field) => field.raw),
  ]);
  return { ...envelope, message };
}
