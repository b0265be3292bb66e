import { isRecord, type Json } from "../json.ts";
import { OBJECT_META } from "./builtin.ts";
import { ANY, type Field, type ScalarType, STRING, type StructType, type Type } from "./type.ts";

type Fields = Record<string, Json>;

const scalar = (name: ScalarType["scalar"]): ScalarType => ({ kind: "scalar", scalar: name });

/** The type a structural schema of a CustomResourceDefinition describes, as that of an object (with `apiVersion`, `kind`, `metadata`). */
export function typeOfCustomResource(schema: unknown, name: string): StructType {
  const given = isRecord(schema) ? schema : { "x-kubernetes-preserve-unknown-fields": true };
  const type = readStruct(given, name);
  type.fields.set("apiVersion", plain("apiVersion", STRING));
  type.fields.set("kind", plain("kind", STRING));
  type.fields.set("metadata", plain("metadata", OBJECT_META));
  return type;
}

const plain = (name: string, type: Type): Field => ({ name, type, required: false, merge: false, retainKeys: false });

function readStruct(schema: Fields, name: string): StructType {
  const struct: StructType = {
    kind: "struct",
    name,
    fields: new Map(),
    atomic: schema["x-kubernetes-map-type"] === "atomic",
    preserveUnknown: schema["x-kubernetes-preserve-unknown-fields"] === true,
    inlined: [],
  };
  if (typeof schema["description"] === "string") struct.description = schema["description"];
  const needed = new Set<string>(schema["required"] ?? []);
  for (const [key, child] of Object.entries<Fields>(schema["properties"] ?? {})) {
    const field = plain(key, readType(child, `${name}.${key}`));
    field.required = needed.has(key);
    if (child["default"] !== undefined) field.default = child["default"];
    if (typeof child["description"] === "string") field.description = child["description"];
    struct.fields.set(key, field);
  }
  return struct;
}

function readType(schema: Fields, name: string): Type {
  if (schema["x-kubernetes-int-or-string"] === true) return scalar("IntOrString");
  switch (schema["type"]) {
    case "array": {
      const list = schema["x-kubernetes-list-type"] ?? "atomic";
      return { kind: "list", of: readType(schema["items"] ?? {}, name), list, keys: schema["x-kubernetes-list-map-keys"] ?? [] };
    }
    case "object":
      if (schema["properties"] === undefined && isRecord(schema["additionalProperties"])) {
        const of = readType(schema["additionalProperties"], name);
        return { kind: "map", of, atomic: schema["x-kubernetes-map-type"] === "atomic" };
      }
      return schema["properties"] === undefined && schema["x-kubernetes-preserve-unknown-fields"] === true ? ANY : readStruct(schema, name);
    case "integer":
      return scalar(schema["format"] === "int32" ? "int32" : "int64");
    case "number":
      return scalar("double");
    case "boolean":
      return scalar("bool");
    case "string": {
      const type = scalar("string");
      if (Array.isArray(schema["enum"])) type.values = schema["enum"];
      return type;
    }
    default:
      return ANY;
  }
}
