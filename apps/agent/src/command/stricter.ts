import type { Obligations, ReviewDemand, Verdict } from "@interlock/protocol";

const RANK = { allow: 0, review: 1, deny: 2 } as const;

/**
 * What holds when a command sealed under one verdict is judged again: the stricter of both in every respect. A policy that became more
 * lenient does not loosen what reviewers were shown; one that became stricter binds at once.
 */
export function stricter(sealed: Verdict, now: Verdict): Verdict {
  const later = RANK[now.decision] > RANK[sealed.decision] ? now : sealed;
  return { ...later, obligations: both(sealed.obligations, now.obligations) };
}

function both(a: Obligations, b: Obligations): Obligations {
  const rowCap = least(a.rowCap, b.rowCap);
  const timeoutMs = least(a.timeoutMs, b.timeoutMs);
  return {
    reviews: demands(a.reviews, b.reviews),
    reason: a.reason || b.reason,
    guard: a.guard || b.guard,
    countdownMs: Math.max(a.countdownMs, b.countdownMs),
    ...shownByBoth(a, b),
    masks: [...new Set([...a.masks, ...b.masks])],
    ...(rowCap === undefined ? {} : { rowCap }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/** A secret is shown only where both show it. */
function shownByBoth({ secrets = [] }: Obligations, b: Obligations): Pick<Obligations, "secrets"> {
  const shown = secrets.filter((one) => b.secrets?.includes(one) === true);
  return shown.length === 0 ? {} : { secrets: shown };
}

function demands(a: readonly ReviewDemand[], b: readonly ReviewDemand[]): ReviewDemand[] {
  const counts = new Map<string, number>();
  for (const { group, count } of [...a, ...b]) counts.set(group, Math.max(counts.get(group) ?? 0, count));
  return [...counts].map(([group, count]) => ({ group, count }));
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : Math.min(a, b);
}
