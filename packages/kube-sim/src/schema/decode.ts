import { badRequest, type FieldProblem, invalidValue, required, unsupportedValue } from "../api-error.ts";
import { type Fields, isFields } from "../object.ts";
import type { Field, Scalar, StructType, Type } from "@interlock/kube-model/schema";

export interface Decoded {
  object: Fields;
  /** Paths of fields the type does not have: they were left out. */
  unknown: string[];
}

/**
 * Reads a document as a built-in type, as the server's decoder does: nulls and empty optional values are as if they were not there, fields
 * nobody knows are left out and named. Throws 400 for a value of a wrong kind.
 */
export function decode(document: Fields, type: StructType, apiVersion: string, kind: string): Decoded {
  const unknown: string[] = [];
  const fail = (path: string, got: string, wanted: string): never => {
    const version = apiVersion.split("/").at(-1)!;
    throw badRequest(
      `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: json: cannot unmarshal ${got} into Go struct field ${kind}.${path} of type ${wanted}`,
    );
  };
  const read = (value: unknown, of: Type, path: string): unknown => {
    switch (of.kind) {
      case "scalar":
        return readScalar(value, of.scalar, (got, wanted) => fail(path, got, wanted));
      case "list":
        if (!Array.isArray(value)) return fail(path, nameOf(value), `[]${typeName(of.of)}`);
        return value.map((item, at) => read(item, of.of, `${path}[${at}]`));
      case "map": {
        if (!isFields(value)) return fail(path, nameOf(value), `map[string]${typeName(of.of)}`);
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, read(item ?? "", of.of, `${path}.${key}`)]));
      }
      case "struct": {
        if (!isFields(value)) return fail(path, nameOf(value), typeName(of));
        const result: Fields = {};
        for (const [key, child] of Object.entries(value)) {
          const field = of.fields.get(key);
          const at = path === "" ? key : `${path}.${key}`;
          if (field === undefined) {
            if (of.preserveUnknown) result[key] = child;
            else unknown.push(at);
          } else if (child !== null && child !== undefined && (field.required || !isBlank(child, field)))
            result[key] = read(child, field.type, at);
        }
        return result;
      }
    }
  };
  return { object: read(document, type, "") as Fields, unknown };
}

/** What the server's own types leave out when they are written again. */
const isBlank = (value: unknown, { type, pointer }: Field): boolean =>
  ((value === "" || value === 0 || value === false) && pointer !== true && type.kind === "scalar" && !OPEN.has(type.scalar)) ||
  (Array.isArray(value) && value.length === 0) ||
  (type.kind === "map" && isFields(value) && Object.keys(value).length === 0);

const OPEN = new Set<Scalar>(["any", "RawExtension", "IntOrString", "Quantity"]);

const nameOf = (value: unknown): string =>
  Array.isArray(value) ? "array" : value === null ? "null" : typeof value === "boolean" ? "bool" : typeof value;

const typeName = (type: Type): string => {
  if (type.kind === "list") return `[]${typeName(type.of)}`;
  if (type.kind === "map") return `map[string]${typeName(type.of)}`;
  if (type.kind === "struct") return type.name.replace(/^core\./, "v1.");
  return type.scalar === "Quantity" ? "resource.Quantity" : type.scalar === "double" ? "float64" : type.scalar;
};

function readScalar(value: unknown, scalar: Scalar, fail: (got: string, wanted: string) => never): unknown {
  switch (scalar) {
    case "string":
    case "bytes":
    case "Duration":
    case "Time":
    case "MicroTime":
      return typeof value === "string" ? value : fail(nameOf(value), scalar === "bytes" ? "[]uint8" : "string");
    case "bool":
      return typeof value === "boolean" ? value : fail(nameOf(value), "bool");
    case "int32":
    case "int64":
      return typeof value === "number" && Number.isInteger(value)
        ? value
        : fail(typeof value === "number" ? `number ${value}` : nameOf(value), scalar);
    case "double":
      return typeof value === "number" ? value : fail(nameOf(value), "float64");
    case "IntOrString":
      return typeof value === "number" || typeof value === "string" ? value : fail(nameOf(value), "intstr.IntOrString");
    case "Quantity":
      if (typeof value === "number") return String(value);
      if (typeof value !== "string") return fail(nameOf(value), "resource.Quantity");
      if (!/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+|m|n|u|k|[KMGTPE]i?)?$/.test(value)) {
        throw badRequest("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
      }
      return value;
    case "RawExtension":
    case "FieldsV1":
    case "any":
      return value;
  }
}

/** Drops the fields of a custom resource that its schema does not have, and names them. */
export function prune(document: Fields, type: StructType): Decoded {
  const unknown: string[] = [];
  const read = (value: unknown, of: Type, path: string): unknown => {
    if (of.kind === "list" && Array.isArray(value)) return value.map((item, at) => read(item, of.of, `${path}[${at}]`));
    if (of.kind === "map" && isFields(value))
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, read(item, of.of, `${path}.${key}`)]));
    if (of.kind !== "struct" || !isFields(value)) return value;
    const result: Fields = {};
    for (const [key, child] of Object.entries(value)) {
      const field = of.fields.get(key);
      const at = path === "" ? key : `${path}.${key}`;
      if (field !== undefined) result[key] = read(child, field.type, at);
      else if (of.preserveUnknown) result[key] = child;
      else unknown.push(at);
    }
    for (const field of of.fields.values())
      if (field.default !== undefined && result[field.name] === undefined) result[field.name] = field.default;
    return result;
  };
  return { object: read(document, type, "") as Fields, unknown };
}

const JSON_TYPE: Readonly<Record<string, string>> = {
  string: "string",
  int32: "integer",
  int64: "integer",
  bool: "boolean",
  double: "number",
};

/** What is wrong with a document's shape: fields that must be there, and (of a custom resource) values of a wrong kind. */
export function checkShape(document: Fields, type: StructType, kinds: boolean): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const check = (value: unknown, of: Type, path: string): void => {
    const wrong = (wanted: string): void => {
      if (kinds)
        problems.push({
          ...invalidValue(path, nameOf(value), `${path} in body must be of type ${wanted}: ${JSON.stringify(nameOf(value))}`),
          reason: "FieldValueTypeInvalid",
        });
    };
    if (of.kind === "list") {
      if (!Array.isArray(value)) return wrong("array");
      value.forEach((item, at) => check(item, of.of, `${path}[${at}]`));
    } else if (of.kind === "map") {
      if (!isFields(value)) return wrong("object");
      for (const [key, item] of Object.entries(value)) check(item, of.of, `${path}.${key}`);
    } else if (of.kind === "struct") {
      if (!isFields(value)) return wrong("object");
      for (const field of of.fields.values()) {
        const at = path === "" ? field.name : `${path}.${field.name}`;
        const child = value[field.name];
        if (child === undefined || child === null) {
          if (field.required && kinds) problems.push(required(at));
        } else check(child, field.type, at);
      }
    } else {
      const wanted = JSON_TYPE[of.scalar];
      const fits = wanted === undefined || (wanted === "integer" ? Number.isInteger(value) : typeof value === wanted);
      if (!fits) wrong(wanted!);
      else if (of.values !== undefined && value !== "" && !of.values.includes(value as string))
        problems.push(unsupportedValue(path, value, of.values));
    }
  };
  check(document, type, "");
  return problems;
}
