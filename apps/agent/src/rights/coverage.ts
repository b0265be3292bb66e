import type { UsageCoverage, UsageImport } from "@interlock/protocol";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A cluster writes to its log all the time: longer than this between two logs, in milliseconds, is a time that nobody tells of. */
const SEAM_MS = HOUR_MS;
/** Logs are imported after the fact: so much at the end may be missing, in milliseconds. */
const LATE_MS = 36 * HOUR_MS;
/** Gaps that are told one by one. */
const GAPS = 20;

/** How much of the last `days` the logs tell of. */
export function coverageOf(imports: readonly UsageImport[], days: number, now: number): UsageCoverage {
  const since = now - days * DAY_MS;
  const spans = imports
    .flatMap(({ from, to }) =>
      from === undefined || to === undefined ? [] : [{ from: Math.max(Date.parse(from), since), to: Math.min(Date.parse(to), now) }],
    )
    .filter(({ from, to }) => to >= from)
    .toSorted((left, right) => left.from - right.from);
  const gaps: { from: number; to: number }[] = [];
  let covered = 0;
  let until = since;
  for (const { from, to } of spans) {
    if (from - until > SEAM_MS) gaps.push({ from: until, to: from });
    else covered += Math.max(0, from - until);
    covered += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  const late = now - until;
  if (late > SEAM_MS) gaps.push({ from: until, to: now });
  else covered += late;
  const complete = gaps.every(({ from, to }) => to === now && to - from <= LATE_MS);
  return {
    since: new Date(since).toISOString(),
    days,
    coveredDays: spans.length === 0 ? 0 : covered / DAY_MS,
    complete,
    gaps: gaps.slice(0, GAPS).map(({ from, to }) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })),
  };
}
