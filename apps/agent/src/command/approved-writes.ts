import type { ApprovedWrite } from "@interlock/connector";
import type { Effect, Impact, Rows } from "@interlock/protocol";

interface Write {
  object: string;
  rows: Rows;
}

/** Effects that the target's row counters see; the others are agreed to as such, not by rows. */
const COUNTED: ReadonlySet<Effect> = new Set(["append", "modify", "delete"]);

/** Every write to rows an impact predicts: targets, cascades, and what triggers and functions write. */
function* writesOf(impact: Impact): Iterable<Write> {
  for (const statement of impact.statements) {
    for (const { object, effect, rows } of statement.effects) if (COUNTED.has(effect)) yield { object, rows };
    for (const { object, rows } of statement.cascades) yield { object, rows };
    for (const side of statement.sideEffects)
      for (const { object, effect, rows } of side.writes ?? []) if (COUNTED.has(effect)) yield { object, rows };
  }
}

/** Objects whose figure is not exact, with the figure: for those the author has to state `maxRows` (I6). */
export function inexactWrites(impact: Impact): { object: string; rows: Rows }[] {
  return [...writesOf(impact)].filter(({ rows }) => rows.kind !== "exact");
}

/**
 * Most rows the guard lets through per object. Exact figures stand as they are; an object with any other figure gets `maxRows` for all that
 * is written to it. Without `maxRows` (the policy began to demand a guard after the command was sealed) the figure that reviewers saw stands.
 * Sealed in the digest: the guard compares with what was agreed to, whatever became of the row.
 */
export function approvedWrites(impact: Impact, maxRows: number | undefined): ApprovedWrite[] {
  const approved = new Map<string, { rows: number; exact: boolean }>();
  for (const { object, rows } of writesOf(impact)) {
    const known = approved.get(object) ?? { rows: 0, exact: true };
    approved.set(object, { rows: known.rows + rows.value, exact: known.exact && rows.kind === "exact" });
  }
  return [...approved].map(([object, { rows, exact }]) => ({ object, rows: exact ? rows : (maxRows ?? rows) }));
}

/** `read` only for what only reads: the target resolves names, and later runs, as the reading role then and as the writing role otherwise. */
export function accessOf(impact: Impact): "read" | "write" {
  return impact.effect === "read" ? "read" : "write";
}

/**
 * What the guard compares with, of what was sealed; undefined: no guard. What is said to touch only its own session needs a writing role for locks and sequences,
 * but must not write a single row, whatever policy demands.
 */
export function guardOf(impact: Impact, demanded: boolean, approved: readonly ApprovedWrite[]): { approved: ApprovedWrite[] } | undefined {
  if (accessOf(impact) === "read") return undefined;
  return demanded || impact.effect === "session" ? { approved: [...approved] } : undefined;
}
