import type { Lane } from "./lane.ts";
import { identifiers } from "./truth.ts";

/** Every row of every table as text, with how often it is there. */
export type Content = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Of tables in `keysOnly` the ids alone. */
export async function contentOf(lane: Lane, keysOnly: ReadonlySet<string> = new Set()): Promise<Content> {
  const tables = [...lane.before.values()].filter((relation) => relation.kind === "r");
  const parts = tables.map(
    ({ name }) =>
      `SELECT '${name.replaceAll("'", "''")}' AS name, ${keysOnly.has(name) ? "t.id" : "t"}::text AS row FROM ONLY ${identifiers(name)} t`,
  );
  const content = new Map(tables.map(({ name }) => [name, new Map<string, number>()]));
  if (parts.length === 0) return content;
  for (const { name, row } of await lane.query(parts.join(" UNION ALL "))) {
    const rows = content.get(String(name))!;
    rows.set(String(row), (rows.get(String(row)) ?? 0) + 1);
  }
  return content;
}

/** Least number of rows that must have been written to each table to get from one content to the other; tables that stayed are left out. */
export function writtenBetween(before: Content, after: Content): Map<string, number> {
  const written = new Map<string, number>();
  for (const [name, rows] of before) {
    const now = after.get(name) ?? new Map<string, number>();
    const least = Math.max(missing(rows, now), missing(now, rows));
    if (least > 0) written.set(name, least);
  }
  return written;
}

const missing = (from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>): number =>
  [...from].reduce((sum, [row, count]) => sum + Math.max(0, count - (to.get(row) ?? 0)), 0);
