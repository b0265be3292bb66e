import type { Affected, Impact } from "@interlock/protocol";
import { rowsInWords } from "../impact/figures.ts";

export const writtenRows = (affected: readonly Affected[]): number =>
  affected.reduce((sum, { inserted, updated, deleted }) => sum + inserted + updated + deleted, 0);

/**
 * What was written, parted into what the statements and their cascades aim at, in the impact's order, and what triggers wrote beside it. Where
 * the impact names nothing that was written (a partition has another name, say), all of it is its own.
 */
export function ownFirst(impact: Pick<Impact, "statements">, affected: readonly Affected[]): { own: Affected[]; beside: Affected[] } {
  const written = affected.filter((one) => writtenRows([one]) > 0);
  const aims = new Set(
    impact.statements.flatMap(({ effects, cascades }) =>
      [...effects.filter(({ effect }) => effect !== "read"), ...cascades].map(({ object }) => object),
    ),
  );
  const own = [...aims].flatMap((name) => written.filter(({ object }) => object === name));
  if (own.length === 0) return { own: written, beside: [] };
  return { own, beside: written.filter(({ object }) => !aims.has(object)) };
}

/** `12 rows`: so many, counted. */
export const rowsOf = (value: number): string => rowsInWords({ value, kind: "exact" });
