import { isRecord, type Json } from "./json.ts";

/** Marks labels of which not all are known, and says what to take of those that are missing. */
const MISSING: unique symbol = Symbol("missing labels");

export type Labels = Readonly<Record<string, string>> & { readonly [MISSING]?: "unmet" | "met" };

/**
 * Labels besides which there may be others that nobody could read. What is asked of those is `unmet`, so that nothing is promised that rests
 * on them, or `met`, to see whether anything does.
 */
export const partly = (labels: Labels, asked: "unmet" | "met"): Labels => ({ ...labels, [MISSING]: asked });

/** Whether there may be other labels besides. */
export const isPartly = (labels: Labels): boolean => labels[MISSING] !== undefined;

const EMPTY: Labels = {};

export function labelsOf(value: Json): Labels {
  const labels: Json = value?.metadata?.labels;
  return isRecord(labels) ? (labels as Labels) : EMPTY;
}

/**
 * meta/v1 LabelSelector. Absent selects nothing and empty everything, as most fields have it; where a field means otherwise by its absence
 * (a peer of a NetworkPolicy, a webhook) whoever asks says so before.
 */
export function selects(selector: Json, labels: Labels): boolean {
  if (!isRecord(selector)) return false;
  const equal: Json = selector["matchLabels"];
  if (isRecord(equal)) for (const [key, value] of Object.entries(equal)) if (!equals(labels, key, value)) return false;
  const expressions: Json = selector["matchExpressions"];
  if (!Array.isArray(expressions)) return true;
  return expressions.every((one) => meets(one, labels));
}

function equals(labels: Labels, key: string, value: Json): boolean {
  const own = labelOf(labels, key);
  return own === undefined ? labels[MISSING] === "met" : own === value;
}

/** The value of a label; labels may be called as what every object has, `constructor`. */
export const labelOf = (labels: Labels, key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);

const OPERATORS: ReadonlySet<unknown> = new Set(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]);

/**
 * One requirement of `matchExpressions` (or of a node selector, which knows `Gt` and `Lt`, too). `NotIn` holds where there is no such
 * label. An operator that is not known holds nowhere.
 */
export function meets(expression: Json, labels: Labels): boolean {
  const value = labelOf(labels, String(expression?.["key"]));
  const values: Json[] = Array.isArray(expression?.["values"]) ? expression["values"] : [];
  if (value === undefined && labels[MISSING] !== undefined) return labels[MISSING] === "met" && OPERATORS.has(expression?.["operator"]);
  switch (expression?.["operator"]) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(values[0]);
    case "Lt":
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

/** Whether a selector leaves nothing out. */
export function selectsAll(selector: Json): boolean {
  if (!isRecord(selector)) return false;
  const equal: Json = selector["matchLabels"];
  const expressions: Json = selector["matchExpressions"];
  return (!isRecord(equal) || Object.keys(equal).length === 0) && (!Array.isArray(expressions) || expressions.length === 0);
}

/** A plain map of labels (of Services and replication controllers) as a LabelSelector; none selects nothing. */
export function ofMap(map: Json): Json {
  return isRecord(map) && Object.keys(map).length > 0 ? { matchLabels: map } : undefined;
}

/** As people write it: `app=web,tier in (a,b)`. */
export function selectorText(selector: Json): string {
  if (!isRecord(selector)) return "";
  const equal = isRecord(selector["matchLabels"])
    ? Object.entries(selector["matchLabels"]).map(([key, value]) => `${key}=${String(value)}`)
    : [];
  const expressions: Json[] = Array.isArray(selector["matchExpressions"]) ? selector["matchExpressions"] : [];
  return [...equal, ...expressions.map(expressionText)].join(",");
}

function expressionText(expression: Json): string {
  const key = String(expression?.["key"]);
  const values = Array.isArray(expression?.["values"]) ? `(${expression["values"].join(",")})` : "";
  switch (expression?.["operator"]) {
    case "Exists":
      return key;
    case "DoesNotExist":
      return `!${key}`;
    default:
      return `${key} ${String(expression?.["operator"]).toLowerCase()} ${values}`;
  }
}
