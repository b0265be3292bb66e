/** A JSON value as the API sends it. Numbers that a double cannot hold stay as the text they came in (see `parseJson`). */
export type Json = any;

export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: Json;
  [field: string]: Json;
}

const parse = JSON.parse as (text: string, reviver?: (key: string, value: unknown, context: { source?: string }) => unknown) => Json;
const raw = (JSON as unknown as { rawJSON(source: string): unknown }).rawJSON;

/**
 * Parses without loss: what is written back has the same numbers, digit by digit, because what was approved must be what is sent.
 * Throws SyntaxError.
 */
export function parseJson(text: string): Json {
  return parse(text, (_key, value, context) =>
    typeof value === "number" && context.source !== undefined && String(value) !== context.source ? raw(context.source) : value,
  );
}

export function cloneJson<T extends Json>(value: T): T {
  return value === undefined ? value : parseJson(JSON.stringify(value));
}

export function isRecord(value: Json): value is Record<string, Json> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !("rawJSON" in value && Object.getPrototypeOf(value) === null)
  );
}

/** Equal as JSON: the order of keys does not matter, the order of items does. */
export function sameJson(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((item, index) => sameJson(item, right[index]));
  }
  if (!isRecord(left) || !isRecord(right)) return JSON.stringify(left) === JSON.stringify(right);
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => key in right && sameJson(left[key], right[key]));
}

/** Items of a list; a server in Go writes `null` for a list that it never put anything into. Undefined where it is no list. */
export function itemsOf(list: Readonly<Record<string, Json>>): KubeObject[] | undefined {
  const items = list["items"];
  if (items === null) return [];
  return Array.isArray(items) ? (items as KubeObject[]) : undefined;
}
