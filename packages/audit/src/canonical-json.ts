import canonicalize from "canonicalize";

/**
 * The RFC 8785 form of a JSON value: one text for one meaning, so that a hash over it is a hash over the meaning.
 * A member that is `undefined` counts as absent, as it will be once stored. Throws a TypeError for everything else JSON cannot say (NaN,
 * infinities, functions, lone surrogates, cycles, bigints, dates): a hash over a silently dropped value would prove nothing.
 */
export function canonicalJson(value: unknown): string {
  refuseWhatJsonDrops(value, new Set());
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("canonicalJson: the value has no JSON form");
  return text;
}

function refuseWhatJsonDrops(value: unknown, ancestors: Set<object>): void {
  switch (typeof value) {
    case "boolean":
      return;
    case "string":
      if (!value.isWellFormed()) throw new TypeError("canonicalJson: a string holds a lone surrogate");
      return;
    case "number":
      if (!Number.isFinite(value)) throw new TypeError("canonicalJson: a number is not finite");
      return;
    case "object":
      break;
    case "undefined":
    case "bigint":
    case "symbol":
    case "function":
      throw new TypeError(`canonicalJson: a ${typeof value} has no JSON form`);
  }
  if (value === null) return;
  const list = Array.isArray(value);
  if (!list && !isPlain(value)) throw new TypeError("canonicalJson: only plain objects have a JSON form");
  if (ancestors.has(value)) throw new TypeError("canonicalJson: the value contains itself");
  ancestors.add(value);
  // By index, because a sparse array's holes are skipped by forEach.
  if (list) for (let index = 0; index < value.length; index++) refuseWhatJsonDrops(value[index], ancestors);
  else
    for (const [key, member] of Object.entries(value)) {
      refuseWhatJsonDrops(key, ancestors);
      if (member !== undefined) refuseWhatJsonDrops(member, ancestors);
    }
  ancestors.delete(value);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype as object) === null;
}
