import type { Obligations } from "@interlock/protocol";
import type { Rule } from "./policy.ts";

/** Demands nothing; a fresh object each time, since verdicts are handed out. */
export function noObligations(): Obligations {
  return { reviews: [], reason: false, guard: false, countdownMs: 0, masks: [] };
}

/** Everything the given rules demand together; where two demand the same thing, the stricter. In an order that does not depend on theirs. */
export function combineObligations(rules: Iterable<Rule>): Obligations {
  const sum = noObligations();
  const counts = new Map<string, number>();
  const masks = new Set<string>();
  const secrets = new Set<string>();
  for (const { obligations, reviews } of rules) {
    sum.reason ||= obligations.reason ?? false;
    sum.guard ||= obligations.guard ?? false;
    sum.countdownMs = Math.max(sum.countdownMs, obligations.countdownMs ?? 0);
    if (obligations.rowCap !== undefined) sum.rowCap = Math.min(sum.rowCap ?? Infinity, obligations.rowCap);
    if (obligations.timeoutMs !== undefined) sum.timeoutMs = Math.min(sum.timeoutMs ?? Infinity, obligations.timeoutMs);
    for (const mask of obligations.masks ?? []) masks.add(mask);
    for (const secret of obligations.secrets ?? []) secrets.add(secret);
    for (const { group, count } of reviews) counts.set(group, Math.max(counts.get(group) ?? 0, count));
  }
  sum.reviews = [...counts].map(([group, count]) => ({ count, group })).toSorted((a, b) => (a.group < b.group ? -1 : 1));
  sum.masks = [...masks].toSorted();
  if (secrets.size > 0) sum.secrets = [...secrets].toSorted();
  return sum;
}
