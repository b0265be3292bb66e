/** What a single value may be. `any` is a document of no known shape. */
export type Scalar =
  | "string"
  | "int32"
  | "int64"
  | "bool"
  | "double"
  | "bytes"
  | "Time"
  | "MicroTime"
  | "Duration"
  | "Quantity"
  | "IntOrString"
  | "RawExtension"
  | "FieldsV1"
  | "any";

export interface ScalarType {
  kind: "scalar";
  scalar: Scalar;
  /** The values of an enumeration. */
  values?: readonly string[];
}

/** `list` says how server-side apply takes its items: as one value, as a set, or as a map by `keys`. */
export interface ListType {
  kind: "list";
  of: Type;
  list: "atomic" | "set" | "map";
  keys: readonly string[];
}

export interface MapType {
  kind: "map";
  of: Type;
  atomic: boolean;
}

export interface StructType {
  kind: "struct";
  /** `core.Pod` for a built-in type, the path of the schema for one of a custom resource. */
  name: string;
  fields: Map<string, Field>;
  atomic: boolean;
  /** Fields that are not listed are kept (custom resources only). */
  preserveUnknown: boolean;
  /** Messages that are nested in protobuf and not in JSON, by field number. */
  inlined: { number: number; struct: StructType }[];
  /** Custom resources only. */
  description?: string;
}

export type Type = ScalarType | ListType | MapType | StructType;

export interface Field {
  name: string;
  /** In protobuf; absent where kubectl never sends the type so. */
  number?: number;
  type: Type;
  required: boolean;
  /** Strategic merge patch: items are merged (by `mergeKey` where there is one) instead of replaced. */
  merge: boolean;
  mergeKey?: string;
  /** Strategic merge patch: keys that the patch does not name go. */
  retainKeys: boolean;
  /** Whether an empty string, a zero or a false is a value, and not the same as nothing. */
  pointer?: boolean;
  default?: unknown;
  description?: string;
}

export const ANY: ScalarType = { kind: "scalar", scalar: "any" };
export const STRING: ScalarType = { kind: "scalar", scalar: "string" };
