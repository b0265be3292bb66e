import { isRecord, type Json, type KubeObject } from "../json.ts";
import type { FieldPath } from "../workload/pod-templates.ts";
import { checkNames } from "./check-names.ts";
import { checkNetworkPolicy } from "./check-network-policies.ts";
import { checkPods } from "./check-pods.ts";
import { checkSelectors } from "./check-selectors.ts";
import type { BuiltinKind } from "./kinds.ts";
import type { Scalar, StructType, Type } from "./type.ts";

/** Something a server would refuse. `message` never holds a value of a Secret. */
export interface SchemaProblem {
  path: FieldPath;
  message: string;
}

/**
 * What is wrong with an object as far as its text tells: fields that there are not, values of a wrong kind, what must be
 * there and is not, names, labels, selectors. What depends on a cluster (quotas, webhooks, what exists) is not looked at. Never throws.
 * The built-in types are those of Kubernetes 1.32.
 */
export function checkObject(object: KubeObject, { type, plural, group }: Pick<BuiltinKind, "type" | "plural" | "group">): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  check(object, type, [], problems);
  const found = object.kind === "NetworkPolicy" ? problems.filter(({ message }) => message !== EVERY_POD) : problems;
  return [
    ...found,
    ...checkNames(object, group, plural),
    ...checkPods(object),
    ...checkSelectors(object, group),
    ...checkNetworkPolicy(object),
  ];
}

/** Its description has a NetworkPolicy's podSelector as one that must be there, and the server takes none as the empty one. */
const EVERY_POD = "spec.podSelector must be there.";

export const pathText = (path: FieldPath): string =>
  path.reduce<string>((text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? step : `${text}.${step}`), "");

/** Aliases of YAML make deeper nesting than any type has; recursion ends with the types, which may contain themselves. */
const DEEPEST = 60;

function check(value: Json, type: Type, path: FieldPath, problems: SchemaProblem[]): void {
  const wrong = (message: string): void => void problems.push({ path, message: `${pathText(path)} ${message}` });
  if (path.length > DEEPEST) return;
  switch (type.kind) {
    case "list":
      if (!Array.isArray(value)) return wrong(`must be a list, and is ${nameOf(value)}.`);
      return value.forEach((item: Json, at) => check(item, type.of, [...path, at], problems));
    case "map":
      if (!isRecord(value)) return wrong(`must be a map, and is ${nameOf(value)}.`);
      for (const [key, item] of Object.entries(value)) if (item !== null) check(item, type.of, [...path, key], problems);
      return;
    case "struct":
      return checkStruct(value, type, path, problems);
    case "scalar": {
      const expected = scalarProblem(value, type.scalar);
      if (expected !== undefined) return wrong(expected);
      if (type.values !== undefined && value !== "" && !type.values.includes(value as string))
        wrong(`is none of ${type.values.join(", ")}.`);
    }
  }
}

function checkStruct(value: Json, type: StructType, path: FieldPath, problems: SchemaProblem[]): void {
  if (!isRecord(value)) {
    problems.push({ path, message: `${pathText(path)} must be an object, and is ${nameOf(value)}.` });
    return;
  }
  for (const [key, child] of Object.entries(value)) {
    const field = type.fields.get(key);
    const at = [...path, key];
    if (field !== undefined) {
      if (child !== null && child !== undefined) check(child, field.type, at, problems);
    } else if (!type.preserveUnknown) {
      const meant = nearest(key, type.fields.keys());
      problems.push({
        path: at,
        message: `There is no field ${pathText(at)}${meant === undefined ? "" : `; is ${meant} meant?`}.`.replace("?.", "?"),
      });
    }
  }
  for (const field of type.fields.values()) {
    if (field.required && field.default === undefined && (value[field.name] === undefined || value[field.name] === null))
      problems.push({ path, message: `${pathText([...path, field.name])} must be there.` });
  }
}

const nameOf = (value: Json): string =>
  Array.isArray(value)
    ? "a list"
    : isRecord(value)
      ? "an object"
      : value === null
        ? "nothing"
        : typeof value === "string"
          ? "text"
          : `a ${typeof value}`;

const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

const QUANTITY = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+|m|n|u|k|[KMGTPE]i?)?$/;

function scalarProblem(value: Json, scalar: Scalar): string | undefined {
  const is = `and is ${nameOf(value)}.`;
  switch (scalar) {
    case "string":
    case "Duration":
    case "Time":
    case "MicroTime":
      // `on`, `yes` and 1.20 are no text in YAML.
      return typeof value === "string" ? undefined : `must be text, ${is} Put it between quotes.`;
    case "bytes":
      if (typeof value !== "string") return `must be base64, ${is}`;
      return isBase64(value.replaceAll(/\s/g, "")) ? undefined : "is no base64.";
    case "bool":
      return typeof value === "boolean" ? undefined : `must be true or false, ${is}`;
    case "int32":
    case "int64":
      return Number.isInteger(value) ? undefined : `must be a whole number, ${typeof value === "number" ? "and is a fraction." : is}`;
    case "double":
      return typeof value === "number" ? undefined : `must be a number, ${is}`;
    case "IntOrString":
      return typeof value === "number" || typeof value === "string" ? undefined : `must be a number or text, ${is}`;
    case "Quantity":
      return typeof value === "number" || (typeof value === "string" && QUANTITY.test(value))
        ? undefined
        : "is no quantity, such as 500m or 2Gi.";
    case "RawExtension":
    case "FieldsV1":
    case "any":
      return undefined;
  }
}

/** The name that differs least, if it is near: by letters added, left out, changed or swapped with their neighbour. */
function nearest(word: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.min(3, Math.ceil(word.length / 3) + 1);
  for (const name of names) {
    const away = word.toLowerCase() === name.toLowerCase() ? 0 : distance(word, name, least);
    if (away < least) [best, least] = [name, away];
  }
  return best;
}

/** Optimal string alignment distance; at least `most` where it is more. */
function distance(left: string, right: string, most: number): number {
  if (Math.abs(left.length - right.length) >= most || left.length > 100) return most;
  let [older, row] = [[] as number[], Array.from({ length: right.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1];
      let least = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) least = Math.min(least, older[j - 2]! + 1);
      next.push(least);
    }
    [older, row] = [row, next];
  }
  return row[right.length]!;
}
