import { isRecord, type Json } from "@interlock/kube-model";

/** Every item of a list, or every value of a map. */
export const EACH = Symbol("each");

/** Steps into an object, e.g. of `spec.rules[*].host`. */
export type FieldPath = readonly (string | number | typeof EACH)[];

const STEP = /\.?([^.[\]"'\s]+)|\["([^"\\]+)"\]|\['([^'\\]+)'\]|\[(\d{1,6}|\*)\]/gy;
const known = new Map<string, FieldPath | undefined>();

/** Reads `spec.template.metadata.labels["app.kubernetes.io/name"]`, `spec.rules[0].host`, `spec.rules[*].host`. Undefined for anything else. */
export function parseFieldPath(text: string): FieldPath | undefined {
  if (known.has(text)) return known.get(text);
  // Paths are literals of policy texts; an editor that checks on every key must not let this grow.
  if (known.size >= 1000) known.clear();
  const path = read(text);
  known.set(text, path);
  return path;
}

function read(text: string): FieldPath | undefined {
  if (text.startsWith(".") || text.length > 300) return undefined;
  const path: (string | number | typeof EACH)[] = [];
  let end = 0;
  for (const [whole, plain, double, single, index] of text.matchAll(STEP)) {
    if (plain !== undefined && end > 0 && !whole.startsWith(".")) return undefined;
    end += whole.length;
    if (index === "*") path.push(EACH);
    else path.push(index === undefined ? (plain ?? double ?? single)! : Number(index));
  }
  return end === text.length && path.length > 0 ? path : undefined;
}

/** What stands at a path; nothing where a step leads nowhere. `visit` is called for every value that is looked at, and may throw. */
export function valuesAt(root: Json, path: FieldPath, visit: () => void): Json[] {
  let values: Json[] = [root];
  for (const step of path) {
    const next: Json[] = [];
    for (const value of values) {
      if (step === EACH) {
        for (const item of Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : []) {
          visit();
          next.push(item);
        }
        continue;
      }
      visit();
      if (typeof step === "number" ? Array.isArray(value) && step < value.length : isRecord(value) && Object.hasOwn(value, step))
        next.push(value[step]);
    }
    values = next;
  }
  return values.filter((value) => value !== null && value !== undefined);
}

/** A scalar as text; empty for what is a list or a map. */
export const scalarText = (value: Json): string =>
  typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : "";

/** Kubernetes documentation, "Quantity": suffixes and what they multiply by. */
const SUFFIX: Readonly<Record<string, number>> = {
  "": 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A number, or a quantity (`500m`, `2Gi`, `1e3`) in its base unit; 0 for what is neither. */
export function scalarNumber(value: Json): number {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return 0;
  const [, digits, suffix] = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([a-zA-Z]{0,2})$/.exec(value) ?? [];
  const factor = suffix !== undefined && Object.hasOwn(SUFFIX, suffix) ? SUFFIX[suffix] : undefined;
  return factor === undefined ? 0 : Number(digits) * factor;
}
