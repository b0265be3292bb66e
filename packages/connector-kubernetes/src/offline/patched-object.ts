import { cloneJson, isRecord, type Json, type KubeObject } from "@interlock/kube-model";
import { parse } from "yaml";

/** Stands for a value that is there and that nobody has looked at. */
export const NOT_READ = "(not read)";

/** One object before and after, as far as a patch says: what it leaves alone is in neither. */
export interface Changed {
  before: KubeObject;
  after: KubeObject;
}

/** RFC 7396, as far as the target is known. */
export function merged(target: Json, patch: Json): Json {
  if (!isRecord(patch)) return patch;
  const result: Record<string, Json> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

/** What `kubectl patch` writes into an object that was not read; undefined where that cannot be told. Never throws. */
export function patchedObject(base: KubeObject, text: string, type: string): Changed | undefined {
  let patch: Json;
  try {
    patch = parse(text, { version: "1.1", uniqueKeys: true, maxAliasCount: 0 } as object) as Json;
  } catch {
    return undefined;
  }
  if (type === "json") return Array.isArray(patch) ? byOperations(base, patch) : undefined;
  if (!isRecord(patch)) return undefined;
  return {
    before: merged(base, formerOf(patch, type === "strategic")) as KubeObject,
    after: merged(base, withoutDirectives(patch)) as KubeObject,
  };
}

/** What there was of what a patch writes: values that it takes away, and of a strategic one items of lists by their names. */
function formerOf(patch: Json, strategic: boolean): Json {
  if (Array.isArray(patch))
    return strategic
      ? patch.flatMap((item: Json) => (isRecord(item) && typeof item["name"] === "string" ? [{ name: item["name"] }] : []))
      : [];
  if (!isRecord(patch)) return undefined;
  const entries = Object.entries(patch).flatMap(([key, value]): [string, Json][] => {
    if (value === null) return [[key, NOT_READ]];
    const former = formerOf(value, strategic);
    return former === undefined ? [] : [[key, former]];
  });
  return Object.fromEntries(entries);
}

/** `$patch`, `$setElementOrder/…`: how lists are merged, not what is in them. */
function withoutDirectives(patch: Json): Json {
  if (Array.isArray(patch)) return patch.filter((item: Json) => !isRecord(item) || item["$patch"] !== "delete").map(withoutDirectives);
  if (!isRecord(patch)) return patch;
  return Object.fromEntries(
    Object.entries(patch).flatMap(([key, value]) => (key.startsWith("$") ? [] : [[key, withoutDirectives(value)]])),
  );
}

/** RFC 6902: what is added or replaced, and what is taken away. A list of which one item is known has empty ones before it. */
function byOperations(base: KubeObject, operations: readonly Json[]): Changed | undefined {
  const before: KubeObject = cloneJson(base);
  const after: KubeObject = cloneJson(base);
  for (const one of operations) {
    const { op, path, value }: Record<string, Json> = isRecord(one) ? one : {};
    if (op === "test") continue;
    if (typeof path !== "string" || !path.startsWith("/") || !["add", "replace", "remove"].includes(String(op))) return undefined;
    const steps = path
      .slice(1)
      .split("/")
      .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    if (steps.includes("__proto__")) return undefined;
    const isItem = /^(-|\d+)$/.test(steps.at(-1)!);
    if (op === "remove") put(before, steps, NOT_READ);
    else put(after, steps, value);
    // The item of a list that one is changed in is there; one that is added is not.
    if (op !== "remove" && !isItem) put(before, steps.slice(0, -1), {}, true);
    if (op === "replace" && isItem) put(before, steps, {});
  }
  return { before, after };
}

const LARGEST_INDEX = 1000;

function put(object: Json, steps: readonly string[], value: Json, unlessThere = false): void {
  let at: Json = object;
  steps.forEach((step, index) => {
    if (!isRecord(at) && !Array.isArray(at)) return;
    const key = Array.isArray(at) ? (step === "-" ? at.length : Math.min(Number(step) || 0, LARGEST_INDEX)) : step;
    const container = at as Record<string | number, Json>;
    if (Array.isArray(at)) while (at.length < (key as number)) at.push({});
    if (index === steps.length - 1) {
      if (!unlessThere || container[key] === undefined) container[key] = value;
      return;
    }
    container[key] ??= /^(-|\d+)$/.test(steps[index + 1]!) ? [] : {};
    at = container[key];
  });
}
