import type { Tally } from "./tally.ts";

/** One line of the report. */
export interface Figure {
  name: string;
  value: string;
  /** What the peer's method reaches on the same cases. */
  peer?: string;
  goal: string;
  /** Undefined: shown, not judged. */
  ok?: boolean;
}

/** Cases from which on a median is compared: among few it is a matter of which they are. */
const TELLING = 500;

const percent = (share: number): string => `${(share * 100).toFixed(share > 0.995 && share < 1 ? 3 : 2)} %`;

export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/** The figures of issue and report that come from generated and hand-written statements. `least`: statements a full run must have. */
export function impactFigures(tally: Tally, least: number): Figure[] {
  const unsafe = tally.missed.get("unsafe") ?? 0;
  const inexact = tally.claimedExact - tally.wereExact;
  const unknown = tally.ordinary === 0 ? 1 : tally.unknown / tally.ordinary;
  const figures: Figure[] = [
    {
      name: "unsafe misses",
      value: `${unsafe} of ${tally.accepted}`,
      goal: `0 of ≥ ${least}`,
      ok: unsafe === 0 && tally.accepted >= least,
    },
    { name: "unknown on ordinary statements", value: `${percent(unknown)} of ${tally.ordinary}`, goal: "≤ 2 %", ok: unknown <= 0.02 },
    {
      name: "incomplete on ordinary statements (shown beside)",
      value: `${percent(tally.incomplete / Math.max(1, tally.ordinary))} of ${tally.ordinary}`,
      goal: "–",
    },
    {
      name: "claimed exact that was exact",
      value: `${percent(tally.wereExact / Math.max(1, tally.claimedExact))} of ${tally.claimedExact}`,
      goal: "100 %",
      ok: inexact === 0 && tally.claimedExact > 0,
    },
    {
      name: "lock sets exactly right, row by row as in pg_locks",
      value: percent(tally.right("locks")),
      goal: "≥ 99 %",
      ok: tally.right("locks") >= 0.99,
    },
    { name: "rewrites exactly right", value: percent(tally.right("rewrites")), goal: "100 %", ok: tally.right("rewrites") === 1 },
    { name: "said to fail, and did not (shown beside)", value: `${tally.missed.get("willFail") ?? 0} of ${tally.accepted}`, goal: "–" },
  ];
  for (const part of ["targets", "all"] as const)
    for (const [word, share] of [
      ["median", 0.5],
      ["p95", 0.95],
    ] as const) {
      const ours = percentile(tally.errors[part].ours, share);
      const peer = percentile(tally.errors[part].peer, share);
      figures.push({
        name: `relative error of estimates, ${part === "all" ? "cascades and triggers included" : "the statement's own rows"}, ${word}`,
        value: ours.toFixed(3),
        peer: `last rows= of EXPLAIN: ${peer.toFixed(3)}`,
        goal: "better, or both 0",
        ...(tally.errors[part].ours.length >= TELLING ? { ok: ours < peer || (ours === 0 && peer === 0) } : {}),
      });
    }
  return figures;
}
