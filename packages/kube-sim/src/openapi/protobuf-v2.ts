import { type Fields, isFields } from "../object.ts";

/** How clients ask for the OpenAPI 2 document: as a message of gnostic's `openapi.v2`. */
export const OPENAPI_V2_PROTOBUF = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

/** How it is answered: with a name that is a valid media type, unlike the one above. */
export const OPENAPI_V2_CONTENT = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/*
 * Numbers of fields: openapiv2/OpenAPIv2.proto of github.com/google/gnostic. Only what the documents here have is written.
 */

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

const bytes = (number: number, content: Buffer): Buffer => Buffer.concat([varint((number << 3) | 2), varint(content.length), content]);
const text = (number: number, value: unknown): Buffer => (typeof value === "string" ? bytes(number, Buffer.from(value)) : EMPTY);
const flag = (number: number, value: unknown): Buffer => (value === true ? Buffer.concat([varint(number << 3), varint(1)]) : EMPTY);
const join = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts);
const each = (number: number, list: readonly unknown[] | undefined, write: (item: any) => Buffer): Buffer =>
  join(...(list ?? []).map((item) => bytes(number, write(item))));
const maybe = (number: number, value: unknown, write: (value: any) => Buffer): Buffer =>
  value === undefined ? EMPTY : bytes(number, write(value));
const EMPTY = Buffer.alloc(0);

/** A map as a list of named values. */
const named = (number: number, map: Fields | undefined, write: (value: any) => Buffer): Buffer =>
  each(number, Object.entries(map ?? {}), ([name, value]) => join(text(1, name), bytes(2, write(value))));

/** Any value is carried as YAML, of which JSON is a part. */
const any = (value: unknown): Buffer => text(2, JSON.stringify(value));

const extensions = (number: number, of: Fields): Buffer =>
  named(number, Object.fromEntries(Object.entries(of).filter(([key]) => key.startsWith("x-"))), any);

function schema(of: Fields): Buffer {
  return join(
    text(1, of["$ref"]),
    text(2, of["format"]),
    text(4, of["description"]),
    maybe(5, of["default"], any),
    ...(of["required"] ?? []).map((name: string) => text(19, name)),
    each(20, of["enum"], any),
    maybe(21, of["additionalProperties"], (value) => (isFields(value) ? bytes(1, schema(value)) : flag(2, value))),
    maybe(22, of["type"], (value) => text(1, value)),
    maybe(23, of["items"], (value) => bytes(1, schema(value))),
    each(24, of["allOf"], schema),
    maybe(25, of["properties"], (value) => named(1, value, schema)),
    extensions(31, of),
  );
}

function parameter(of: Fields): Buffer {
  const query = of["in"] === "query";
  const plain = join(
    flag(1, of["required"]),
    text(2, of["in"]),
    text(4, of["name"]),
    text(query ? 6 : 5, of["type"]),
    flag(query ? 20 : 19, of["uniqueItems"]),
  );
  // ParametersItem → Parameter → NonBodyParameter → the kind of its place.
  return bytes(1, bytes(2, bytes(query ? 3 : 4, plain)));
}

const response = (of: Fields): Buffer =>
  bytes(
    1,
    join(
      text(1, of["description"]),
      maybe(2, of["schema"], (value) => bytes(1, schema(value))),
    ),
  );

const operation = (of: Fields): Buffer =>
  join(
    each(8, of["parameters"], parameter),
    maybe(9, of["responses"], (value) => named(1, value, response)),
    extensions(13, of),
  );

const METHODS: readonly [name: string, number: number][] = [
  ["get", 2],
  ["put", 3],
  ["post", 4],
  ["delete", 5],
  ["patch", 8],
];

const pathItem = (of: Fields): Buffer =>
  join(...METHODS.map(([name, number]) => maybe(number, of[name], operation)), each(9, of["parameters"], parameter));

export const writeOpenApiV2 = (document: Fields): Buffer =>
  join(
    text(1, document["swagger"]),
    bytes(2, join(text(1, document["info"].title), text(2, document["info"].version))),
    bytes(8, named(2, document["paths"], pathItem)),
    bytes(9, named(1, document["definitions"], schema)),
  );
