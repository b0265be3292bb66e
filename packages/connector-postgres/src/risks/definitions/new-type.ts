import type { Node } from "../../tree.ts";
import type { Finding, RiskInput } from "../risk-rule.ts";
import { newColumns, typeName } from "../statement-subject.ts";
import { changed } from "../suggested-text.ts";

/** A new column of one type, with another suggested in its place. */
export function otherType(
  input: RiskInput,
  wanted: (column: Node) => boolean,
  instead: readonly string[],
  say: (column: string) => string,
  why: string,
): Finding | undefined {
  const columns = newColumns(input).filter((column) => wanted(column));
  if (columns.length === 0) return undefined;
  return {
    message: say(columns.map(({ colname }) => colname).join(", ")),
    suggestion: {
      text: changed(input, (body) => {
        for (const column of newColumns({ ...input, body })) {
          if (!wanted(column)) continue;
          const { arrayBounds } = column.typeName;
          column.typeName = { names: instead.map((sval) => ({ String: { sval } })), typemod: -1, ...(arrayBounds ? { arrayBounds } : {}) };
        }
      }),
      why,
    },
  };
}

export const isType =
  (...types: string[]) =>
  (column: Node): boolean =>
    types.includes(typeName(column));
